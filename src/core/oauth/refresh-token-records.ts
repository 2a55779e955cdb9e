/** Makes refresh tokens and their successors. S086, S089. */
import type { Client } from '../clients/client.ts';
import { lifetimesOf } from '../clients/client-defaults.ts';
import type { RandomSource } from '../ports.ts';
import { digestOf, randomToken } from '../random-text.ts';
import type { RefreshToken, ValidAuthorizationRequest } from './authorization.ts';

export interface NewRefreshToken {
  /** For the client alone. */
  text: string;
  /** For the store. */
  record: RefreshToken;
}

export type FamilyOrigin = Omit<
  RefreshToken,
  'digest' | 'clientId' | 'issuedAt' | 'expiresAt' | 'familyExpiresAt'
>;

/** Whether a client is given refresh tokens at all (S080). */
export const mayRefresh = ({ grantTypes }: Client): boolean => grantTypes.includes('refresh_token');

export function firstRefreshToken(
  client: Client,
  origin: FamilyOrigin,
  random: RandomSource,
  now: number,
): NewRefreshToken {
  const text = randomToken(random);
  const familyExpiresAt = now + lifetimesOf(client).refreshTokenAbsolute * 1000;
  const expiresAt = Math.min(now + idleLifetime(client, origin.dialect), familyExpiresAt);
  const times = { issuedAt: now, expiresAt, familyExpiresAt };
  return { text, record: { ...origin, ...times, digest: digestOf(text), clientId: client.clientId } };
}

/** Lives as long as a first one, within the life of the family, which no rotation extends. */
export function successorOf(
  token: RefreshToken,
  client: Client,
  random: RandomSource,
  now: number,
): NewRefreshToken {
  const text = randomToken(random);
  const expiresAt = Math.min(now + idleLifetime(client, token.dialect), token.familyExpiresAt);
  return { text, record: { ...token, digest: digestOf(text), issuedAt: now, expiresAt } };
}

const day = 86_400_000;

/** aps-auth.md 1.7: fourteen days for what v1 issued, unless the client says otherwise. Milliseconds. */
function idleLifetime(client: Client, dialect: ValidAuthorizationRequest['dialect']): number {
  const isVersionOne = dialect === 'autodesk_v1' && client.lifetimes.refreshTokenIdle === undefined;
  return isVersionOne ? 14 * day : lifetimesOf(client).refreshTokenIdle * 1000;
}
