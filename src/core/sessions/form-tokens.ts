/** Tokens in forms against cross-site requests (S037): another site can send our form, but not know what is in it. */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { KeygridError } from '../errors.ts';
import { type BrowserValue, renderBrowserValue } from './browser-value.ts';

/**
 * `browser`: for the forms of those who are not signed in; good in this browser whoever signs in meanwhile.
 * `session`: for whatever is done as the one who is signed in; dead at the next sign-in.
 */
export type FormTokenKind = 'browser' | 'session';

export interface FormTokens {
  issue(kind: FormTokenKind, value: BrowserValue): string;
  /** @throws KeygridError `form_token_mismatch` */
  require(kinds: readonly FormTokenKind[], value: BrowserValue | undefined, presented: unknown): void;
}

/** `key` is the same in every process and after every start. */
export function createFormTokens(key: KeyObject): FormTokens {
  function issue(kind: FormTokenKind, value: BrowserValue): string {
    const bound = kind === 'browser' ? value.browser : renderBrowserValue(value);
    return createHmac('sha256', key).update(`${kind}:${bound}`).digest('base64url');
  }
  return {
    issue,
    require(kinds, value, presented) {
      const matches = kinds.map((kind) => value !== undefined && isSame(issue(kind, value), presented));
      if (matches.includes(true)) return;
      throw new KeygridError(
        'form_token_mismatch',
        'The form was not made for this browser, or is out of date',
      );
    },
  };
}

function isSame(expected: string, presented: unknown): boolean {
  if (typeof presented !== 'string') return false;
  const [one, other] = [Buffer.from(expected), Buffer.from(presented)];
  return one.length === other.length && timingSafeEqual(one, other);
}
