/**
 * Access tokens that anybody can verify: RFC 9068 for the standard dialect, and the form of aps-auth.md 3.3. `jti`
 * holds what has no claim of its own, in 48 bytes, 64 characters:
 *
 *   0      flags: 1 = of a grant, 2 = of a family; and principal kind in the upper four bits
 *   1-5    issue time, ms since 2020: `iat` is too coarse to tell what a revocation found
 *   6-9    realm key
 *   10-25  uuid of the grant or, of a client's own token, of its principal
 *   26-41  uuid of the family
 *   42-47  random
 */
import { BoundedCache } from '../bounded-cache.ts';
import type { AccessToken, Delegation, Principal, PrincipalKind } from '../identity/principal.ts';
import { parseToken, signToken, type TokenClaimSet, verifyToken } from '../keys/json-web-token.ts';
import { realmOfKeyId, type SigningKey } from '../keys/signing-key.ts';
import type { SigningKeys } from '../keys/signing-keys.ts';
import { type Issuer, rootKeyRing } from '../oidc/issuer.ts';
import type { RandomSource, Signer } from '../ports.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import { isUuid, uuidFromBytes, uuidToBytes } from '../uuid.ts';

export interface JsonWebTokenForm {
  issuer: Issuer;
  /** `autodesk`: scope as an array, `userid`. */
  dialect: 'standard' | 'autodesk';
  /** Undefined: the issuer itself, the default resource (S102). */
  audience?: string | undefined;
}

export interface JsonWebTokenClaims {
  principal: Principal;
  /** Milliseconds since the epoch. */
  issuedAt: number;
  expiresAt: number;
}

export interface JsonWebAccessTokens {
  /** The token's `expiresAt` is on a full second, the one given or before. */
  issue(claims: JsonWebTokenClaims, delegation: Delegation, form: JsonWebTokenForm): Promise<AccessToken>;
  /** The token if we signed it, whether or not it has expired; at once where its key is known. */
  read(text: string): AccessToken | undefined | Promise<AccessToken | undefined>;
}

export interface JsonWebAccessTokensOptions {
  signingKeys: Pick<SigningKeys, 'current' | 'find'>;
  signer: Signer;
  random: RandomSource;
}

const epoch = Date.UTC(2020, 0, 1);
const idLength = 48;
const randomLength = 6;
const tokensRemembered = 10_000;
const kinds: PrincipalKind[] = [
  'application_user',
  'application_client',
  'organization_client',
  'admin_user',
];

export function createJsonWebAccessTokens(options: JsonWebAccessTokensOptions): JsonWebAccessTokens {
  const { signingKeys, signer, random } = options;
  /** Undefined is not kept: what is not a token is cheap to send. */
  const verified = new BoundedCache<string, { keyId: string; keyRing: RealmKey; token: AccessToken }>(
    tokensRemembered,
  );

  function verifyWith(key: SigningKey | undefined, keyRing: RealmKey, text: string): AccessToken | undefined {
    const parsed = key && parseToken(text);
    const claims = parsed && verifyToken(parsed, key, 'at+jwt');
    const token = claims && accessTokenOf(text, claims, keyRing);
    if (token) verified.set(text, { keyId: key!.kid, keyRing, token });
    return token;
  }

  return {
    async issue(claims, delegation, form) {
      const { principal, issuedAt } = claims;
      if (!signsFor(form.issuer.keyRing, principal)) throw new Error("The issuer is another realm's");
      const key = await signingKeys.current(form.issuer.keyRing);
      const id = encodeId(principal, issuedAt, delegation, random.bytes(randomLength));
      const audience = form.audience ?? form.issuer.url;
      const exp = Math.floor(claims.expiresAt / 1000);
      const given = { ...delegation, audience };
      const text = await signToken(signer, key, 'at+jwt', {
        ...{
          iss: form.issuer.url,
          aud: audience,
          sub: subjectOf(principal, given),
          client_id: given.clientId,
        },
        ...{ iat: Math.floor(issuedAt / 1000), exp, jti: id },
        ...scopeClaims(principal, given, form.dialect),
      });
      return { text, id, principal, issuedAt, expiresAt: exp * 1000, delegation: given };
    },
    read(text) {
      const known = verified.get(text);
      const keyId = known ? known.keyId : parseToken(text)?.kid;
      const keyRing = known ? known.keyRing : realmOfKeyId(keyId ?? '');
      if (keyId === undefined || keyRing === undefined) return undefined;
      // Each time: a key that was removed ends what it signed.
      const key = signingKeys.find(keyRing, keyId);
      const finish = (found: SigningKey | undefined): AccessToken | undefined =>
        known && found ? known.token : verifyWith(found, keyRing, text);
      return key instanceof Promise ? key.then(finish) : finish(key);
    },
  };
}

const isUser = ({ kind }: Principal): boolean => kind === 'application_user' || kind === 'admin_user';

/** RFC 9068 §2.2: a client's own token has the client as its subject. Client ids are no uuids (S092). */
const subjectOf = (principal: Principal, delegation: Delegation): string =>
  isUser(principal) ? principal.uuid : delegation.clientId;

/** One realm's keys say nothing of another's principals. */
const signsFor = (keyRing: RealmKey, { realm }: Principal): boolean =>
  keyRing === realm || keyRing === rootKeyRing;

function scopeClaims(
  principal: Principal,
  { scopes }: Delegation,
  dialect: JsonWebTokenForm['dialect'],
): TokenClaimSet {
  if (dialect === 'standard') return scopes.length > 0 ? { scope: scopes.join(' ') } : {};
  return { scope: scopes, ...(isUser(principal) && { userid: principal.uuid }) };
}

function encodeId(principal: Principal, issuedAt: number, delegation: Delegation, random: Buffer): string {
  const { grant, family } = delegation;
  const bytes = Buffer.alloc(idLength);
  bytes[0] = (kinds.indexOf(principal.kind) << 4) | (grant ? 1 : 0) | (family ? 2 : 0);
  bytes.writeUIntBE(issuedAt - epoch, 1, 5);
  bytes.writeUInt32BE(principal.realm, 6);
  const stem = isUser(principal) ? grant : principal.uuid;
  if (stem) uuidToBytes(stem).copy(bytes, 10);
  if (family) uuidToBytes(family).copy(bytes, 26);
  random.copy(bytes, 42);
  return bytes.toString('base64url');
}

/** Of claims that we signed: undefined only for a token of another key ring than it says, or of another make. */
function accessTokenOf(text: string, claims: TokenClaimSet, keyRing: RealmKey): AccessToken | undefined {
  const { jti, sub, client_id: clientId, exp, aud, scope } = claims;
  if (typeof jti !== 'string' || typeof clientId !== 'string' || typeof exp !== 'number') return undefined;
  const id = Buffer.from(jti, 'base64url');
  const kind = kinds[id[0]! >> 4];
  if (id.length !== idLength || !kind || typeof sub !== 'string') return undefined;
  const stem = uuidFromBytes(id.subarray(10, 26));
  const ofUser = kind === 'application_user' || kind === 'admin_user';
  if (ofUser && !isUuid(sub)) return undefined;
  const principal: Principal = { kind, realm: id.readUInt32BE(6), uuid: ofUser ? sub : stem };
  if (!signsFor(keyRing, principal)) return undefined;
  const delegation: Delegation = {
    clientId,
    grant: ofUser && id[0]! & 1 ? stem : undefined,
    family: id[0]! & 2 ? uuidFromBytes(id.subarray(26, 42)) : undefined,
    scopes: Array.isArray(scope) ? (scope as string[]) : typeof scope === 'string' ? scope.split(' ') : [],
    ...(typeof aud === 'string' && { audience: aud }),
  };
  const issuedAt = id.readUIntBE(1, 5) + epoch;
  return { text, id: jti, principal, issuedAt, expiresAt: exp * 1000, delegation };
}
