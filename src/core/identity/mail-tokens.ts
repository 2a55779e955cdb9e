/** The tokens in the links of account mail: `ZW0t…`, usergrid-auth.md 3.3 and 8.7. Never access tokens. */
import { createHash } from 'node:crypto';
import { KeygridError } from '../errors.ts';
import type { Clock, RandomSource } from '../ports.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';
import type { MailTokenPurpose, MailTokenStore } from './accounts.ts';

/** What a token is good for. With any part other than at issue, it is not found, and not used up. */
export interface MailTokenBinding {
  realm: RealmKey;
  subject: Uuid;
  purpose: MailTokenPurpose;
  /** The address that the token was sent to, where it proves that address: with a new one, the token is dead. */
  address?: string;
}

export interface MailTokens {
  /** Good for seven days, once. */
  issue(binding: MailTokenBinding): Promise<string>;
  /** Leaves it usable. @throws KeygridError `mail_token_invalid` */
  check(token: string, binding: MailTokenBinding): Promise<void>;
  /** Of two at once, one succeeds. @throws KeygridError `mail_token_invalid` */
  use(token: string, binding: MailTokenBinding): Promise<void>;
}

const lifetimeMilliseconds = 7 * 24 * 3_600_000;
const prefix = 'ZW0t';
const secretBytes = 36;
const pattern = /^ZW0t[A-Za-z0-9_-]{48}$/;

export function createMailTokens(options: {
  store: MailTokenStore;
  random: RandomSource;
  clock: Clock;
}): MailTokens {
  const { store, random, clock } = options;

  async function check(token: string, binding: MailTokenBinding): Promise<void> {
    const found = pattern.test(token) ? await store.find(digestOf(token, binding)) : undefined;
    const fits =
      found !== undefined &&
      found.realm === binding.realm &&
      found.subject === binding.subject &&
      found.purpose === binding.purpose &&
      found.expiresAt > clock.now();
    if (!fits) throw invalid();
  }

  return {
    check,
    async issue(binding) {
      const { realm, subject, purpose } = binding;
      const token = prefix + random.bytes(secretBytes).toString('base64url');
      const expiresAt = clock.now() + lifetimeMilliseconds;
      await store.add({ digest: digestOf(token, binding), realm, subject, purpose, expiresAt });
      return token;
    },
    async use(token, binding) {
      await check(token, binding);
      if ((await store.useOnce(digestOf(token, binding))) === undefined) throw invalid();
    },
  };
}

/** SHA-256 of the token, and of the address that it is bound to. */
function digestOf(token: string, { address }: MailTokenBinding): string {
  const bound = address === undefined ? token : `${token} ${address.toLowerCase()}`;
  return createHash('sha256').update(bound).digest('base64url');
}

const invalid = (): KeygridError =>
  new KeygridError('mail_token_invalid', 'The link is wrong, used or expired: invalid token');
