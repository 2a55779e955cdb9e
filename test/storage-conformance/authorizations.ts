/** What the tests of three-legged authorization say often: sessions, grants, codes and tokens as the core makes them. */
import { createHash, randomBytes } from 'node:crypto';
import type { ListSlice } from '../../src/core/list-parts.ts';
import type {
  AuthorizationCode,
  DeviceAuthorization,
  Grant,
  RefreshToken,
  ValidAuthorizationRequest,
} from '../../src/core/oauth/authorization.ts';
import type { Revocation } from '../../src/core/oauth/revocation-store.ts';
import type { Session } from '../../src/core/sessions/session-store.ts';
import { uuids } from './engines.ts';

export const now = 1_800_000_000_000;
export const minute = 60_000;

/** More than any test has. */
export const whole: ListSlice = { limit: 1000, from: undefined };
export const ofAnyAge = { expiresAfter: 0, seenAfter: 0 };

export const digest = (): string => createHash('sha256').update(randomBytes(32)).digest('base64url');

/** With everything that a user may write into it. */
export const requestOf = (
  realm: number,
  parts: Partial<ValidAuthorizationRequest> = {},
): ValidAuthorizationRequest => ({
  realm,
  clientId: 'client',
  dialect: 'standard',
  responseType: 'code',
  redirectUri: 'https://client.example/cb?a=1',
  redirectUriWasSent: true,
  scopes: ['openid', 'data:read'],
  state: 'NUL \u0000, half a pair \ud83d, quote " and \\',
  nonce: '\u0000',
  codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  codeChallengeMethod: 'S256',
  prompts: ['consent'],
  maxAge: 0,
  loginHint: 'ann@example.org',
  hintedUser: undefined,
  ...parts,
});

export const sessionOf = (parts: Partial<Session> = {}): Session => ({
  digest: digest(),
  id: uuids.next(),
  user: uuids.next(),
  authenticatedAt: now / 1000,
  authenticationMethods: ['pwd'],
  createdAt: now,
  lastSeenAt: now,
  expiresAt: now + 60 * minute,
  userAgent: 'Firefox on \u0000',
  address: '192.0.2.1',
  ...parts,
});

export const grantOf = (parts: Partial<Grant> = {}): Grant => ({
  id: uuids.next(),
  user: uuids.next(),
  clientId: 'client',
  scopes: ['data:read'],
  createdAt: now,
  lastUsedAt: now,
  ...parts,
});

export const codeOf = (grant: Grant, parts: Partial<AuthorizationCode> = {}): AuthorizationCode => ({
  digest: digest(),
  grant: grant.id,
  user: grant.user,
  session: uuids.next(),
  authenticatedAt: now / 1000,
  authenticationMethods: ['pwd'],
  request: requestOf(7),
  scopes: ['openid'],
  expiresAt: now + minute,
  ...parts,
});

export const tokenOf = (grant: Grant, parts: Partial<RefreshToken> = {}): RefreshToken => ({
  digest: digest(),
  family: uuids.next(),
  grant: grant.id,
  user: grant.user,
  clientId: grant.clientId,
  session: undefined,
  scopes: grant.scopes,
  authenticatedAt: now / 1000,
  authenticationMethods: ['pwd'],
  nonce: 'n \u0000',
  issuedAt: now,
  expiresAt: now + 10 * minute,
  familyExpiresAt: now + 60 * minute,
  dialect: 'standard',
  ...parts,
});

export const successorOf = (token: RefreshToken, at = now): RefreshToken => ({
  ...token,
  digest: digest(),
  issuedAt: at,
  expiresAt: at + 10 * minute,
});

export const revocationOf = (kind: 'grant' | 'family' | 'client', realm: number): Revocation => ({
  ...{ kind, subject: `${realm}:${uuids.next()}`, issuedBefore: now },
  ...{ reason: 'revoked', expiresAt: now + minute },
});

export const deviceOf = (parts: Partial<DeviceAuthorization> = {}): DeviceAuthorization => ({
  deviceCodeDigest: digest(),
  userCode: digest().slice(0, 8).toUpperCase(),
  clientId: 'client',
  scopes: ['openid'],
  status: 'pending',
  grant: undefined,
  user: undefined,
  session: undefined,
  authenticatedAt: undefined,
  address: '192.0.2.1',
  expiresAt: now + 10 * minute,
  interval: 5,
  lastPolledAt: 0,
  ...parts,
});
