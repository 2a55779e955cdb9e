/**
 * The self-contained access token: `YWMt` and 44 bytes in base64url, 63 characters (check UA-20).
 *
 *   0      version (3 bits) and principal kind (5 bits)
 *   1      id of the server key
 *   2-5    realm key
 *   6-21   uuid of the principal
 *   22-26  issue time, ms since 2020
 *   27-30  lifetime in ms, or with the top bit set in s; all ones: never expires
 *   31     counter, so that tokens of one moment differ
 *   32-43  HMAC-SHA-256 over all before, cut to 96 bits
 */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { AccessToken, Principal, PrincipalKind } from '../identity/principal.ts';
import type { TokenKeys } from '../keys/token-keys.ts';
import { uuidFromBytes, uuidToBytes } from '../uuid.ts';

const prefix = 'YWMt';
const tokenLength = 63;
const signedLength = 32;
const byteLength = 44;
const epoch = Date.UTC(2020, 0, 1);
const neverExpires = 0xffffffff;
const inSeconds = 0x80000000;
const version = 1;

const kinds: PrincipalKind[] = [
  'application_user',
  'application_client',
  'organization_client',
  'admin_user',
];
const base64url = /^[A-Za-z0-9_-]+$/;

export interface TokenClaims {
  principal: Principal;
  issuedAt: number;
  /** Milliseconds; Infinity never expires. */
  lifetime: number;
  counter: number;
}

export function writeAccessToken(claims: TokenClaims, signer: { id: number; key: KeyObject }): string {
  const bytes = Buffer.allocUnsafe(byteLength);
  bytes[0] = (version << 5) | kinds.indexOf(claims.principal.kind);
  bytes[1] = signer.id;
  bytes.writeUInt32BE(claims.principal.realm, 2);
  uuidToBytes(claims.principal.uuid).copy(bytes, 6);
  bytes.writeUIntBE(claims.issuedAt - epoch, 22, 5);
  bytes.writeUInt32BE(encodeLifetime(claims.lifetime), 27);
  bytes[31] = claims.counter & 0xff;
  mac(bytes, signer.key).copy(bytes, signedLength, 0, byteLength - signedLength);
  return prefix + bytes.toString('base64url');
}

/** The token if its form and MAC are right, whether or not it has expired. */
export function readAccessToken(text: string, keys: TokenKeys): AccessToken | undefined {
  if (text.length !== tokenLength || !text.startsWith(prefix) || !base64url.test(text)) return undefined;
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url');
  const key = keys.find(bytes[1]!);
  if (!key || bytes[0]! >> 5 !== version) return undefined;
  const expected = mac(bytes, key).subarray(0, byteLength - signedLength);
  if (!timingSafeEqual(expected, bytes.subarray(signedLength))) return undefined;
  const kind = kinds[bytes[0]! & 0x1f];
  if (!kind) return undefined;
  const issuedAt = bytes.readUIntBE(22, 5) + epoch;
  return {
    text,
    id: bytes.toString('base64url', signedLength),
    principal: { kind, realm: bytes.readUInt32BE(2), uuid: uuidFromBytes(bytes.subarray(6, 22)) },
    issuedAt,
    expiresAt: issuedAt + decodeLifetime(bytes.readUInt32BE(27)),
  };
}

const mac = (bytes: Buffer, key: KeyObject): Buffer =>
  createHmac('sha256', key).update(bytes.subarray(0, signedLength)).digest();

function encodeLifetime(milliseconds: number): number {
  if (milliseconds === Number.POSITIVE_INFINITY) return neverExpires;
  if (milliseconds < inSeconds) return milliseconds;
  return Math.min(Math.floor(milliseconds / 1000) + inSeconds, neverExpires - 1);
}

function decodeLifetime(encoded: number): number {
  if (encoded === neverExpires) return Number.POSITIVE_INFINITY;
  return encoded < inSeconds ? encoded : (encoded - inSeconds) * 1000;
}
