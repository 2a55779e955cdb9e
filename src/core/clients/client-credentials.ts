/**
 * The client that every organization and application is born with. Its id is the owner's uuid behind a prefix, its
 * secret 160 random bits behind the same prefix; kept sealed, since administrators may have it shown again.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { BoundedCache } from '../bounded-cache.ts';
import { KeygridError } from '../errors.ts';
import type { Sealer } from '../keys/sealer.ts';
import type { RandomSource } from '../ports.ts';
import { type Uuid, uuidFromBytes, uuidToBytes } from '../uuid.ts';

export type ClientOwner = 'organization' | 'application';

/** usergrid-auth.md 3.2: base64 of `ou:` and `ap:`. */
const prefixes: Record<ClientOwner, string> = { organization: 'b3U6', application: 'YXA6' };
const clientIdPattern = /^(b3U6|YXA6)[A-Za-z0-9_-]{22}$/;
const sealingPurpose = 'client secret';

export interface ClientSecrets {
  generate(owner: ClientOwner): string;
  seal(secret: string): string;
  reveal(sealedSecret: string): string;
  /** Constant-time. */
  matches(sealedSecret: string, presented: string): boolean;
}

/** Digests of equal length, compared in constant time, tell nothing of the 160 random bits behind them. */
const digest = (secret: string): Buffer => Buffer.from(hash('sha256', secret, 'binary'), 'latin1');

export const clientIdOf = (owner: ClientOwner, uuid: Uuid): string =>
  prefixes[owner] + uuidToBytes(uuid).toString('base64url');

export interface ParsedClientId {
  owner: ClientOwner;
  uuid: Uuid;
}

/** The same few come again and again, and each of them several times a request. */
const parsed = new BoundedCache<string, ParsedClientId>(2_000);

export function parseClientId(clientId: string): ParsedClientId | undefined {
  const known = parsed.get(clientId);
  if (known || !clientIdPattern.test(clientId)) return known;
  const owner = clientId.startsWith(prefixes.organization) ? 'organization' : 'application';
  const read: ParsedClientId = { owner, uuid: uuidFromBytes(Buffer.from(clientId.slice(4), 'base64url')) };
  parsed.set(clientId, read);
  return read;
}

export function createClientSecrets(sealer: Sealer, random: RandomSource): ClientSecrets {
  const digests = new BoundedCache<string, Buffer>(10_000);
  const reveal = (sealed: string): string => sealer.open(sealed, sealingPurpose).toString('utf8');

  return {
    generate: (owner) => prefixes[owner] + random.bytes(20).toString('base64url'),
    seal: (secret) => sealer.seal(Buffer.from(secret, 'utf8'), sealingPurpose),
    reveal,
    matches(sealed, presented) {
      let expected = digests.get(sealed);
      if (!expected) {
        expected = digest(reveal(sealed));
        digests.set(sealed, expected);
      }
      return timingSafeEqual(expected, digest(presented));
    },
  };
}

export const clientRefused = (): KeygridError =>
  new KeygridError('client_credentials_invalid', 'Unable to authenticate due to invalid client credentials');
