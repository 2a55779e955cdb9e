/**
 * Every secret that a test used, so that no log may be found to hold one. Design section 6: no secret, token, code
 * or password in any log.
 *
 * Under the runner, secrets and server output are also appended to files in KEYGRID_TEST_RECORD_DIRECTORY, and a
 * check after all tests searches the output of the whole run for every secret of the whole run.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** Shorter texts would be found by accident. */
export const shortestSecret = 8;

const remembered = new Set<string>();

/** Appends to a file of the run's record; without the runner there is no record. */
export function appendToRecord(kind: 'secrets' | 'output', text: string): void {
  const directory = process.env.KEYGRID_TEST_RECORD_DIRECTORY;
  if (directory) appendFileSync(join(directory, `${process.pid}.${kind}`), text);
}

/** From here on, no server may write this text. Texts under 8 characters are left out. */
export function rememberSecret(secret: string): void {
  if (secret.length < shortestSecret || remembered.has(secret)) return;
  remembered.add(secret);
  appendToRecord('secrets', `${JSON.stringify(secret)}\n`);
}

export const rememberedSecrets = (): ReadonlySet<string> => remembered;

/** Those of `secrets` that `text` holds, as they are or percent-encoded. One pass over the text. */
export function findSecrets(text: string, secrets: Iterable<string>): string[] {
  const byBeginning = new Map<string, Set<{ form: string; secret: string }>>();
  for (const secret of secrets) {
    for (const form of new Set([secret, encodeURIComponent(secret)])) {
      const beginning = form.slice(0, shortestSecret);
      const forms = byBeginning.get(beginning) ?? new Set();
      byBeginning.set(beginning, forms.add({ form, secret }));
    }
  }
  const found = new Set<string>();
  for (let at = 0; at + shortestSecret <= text.length; at++) {
    const forms = byBeginning.get(text.slice(at, at + shortestSecret));
    for (const { form, secret } of forms ?? []) if (text.startsWith(form, at)) found.add(secret);
  }
  return [...found];
}

const secretNames = new Set([
  'password',
  'newpassword',
  'oldpassword',
  'pin',
  'access_token',
  'refresh_token',
  'id_token',
  'token',
  'client_secret',
  'client_assertion',
  'code',
  'code_verifier',
  'device_code',
]);

/** Long and mixed enough to be a secret and not a word that a test sends on purpose, such as `wrong-password`. */
const looksGenerated = (text: string): boolean => text.length >= 12 && /\d/.test(text);

/** Remembers what stands under the names of secrets anywhere in a parsed body or query. */
export function rememberSecretsIn(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'string' && secretNames.has(name) && looksGenerated(member)) rememberSecret(member);
    else rememberSecretsIn(member);
  }
}
