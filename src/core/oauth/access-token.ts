/**
 * The self-contained access token: `YWMt` and bytes in base64url. A principal's own has 44 bytes, 63 characters
 * (check UA-20):
 *
 *   0      version (3 bits) and principal kind (5 bits)
 *   1      id of the server key
 *   2-5    realm key
 *   6-21   uuid of the principal
 *   22-26  issue time, ms since 2020
 *   27-30  lifetime in ms, or with the top bit set in s; all ones: never expires
 *   31     counter, so that tokens of one moment differ
 *   32-43  HMAC-SHA-256 over all before, cut to 96 bits
 *
 * One that was given to a client is of version 2 and longer, from byte 32 on:
 *
 *   flags: 1 = a grant follows, 2 = a family follows
 *   uuids of grant and family, where they follow
 *   length of the client id, the client id
 *   scopes, with spaces between them
 *   HMAC-SHA-256 over all before, cut to 128 bits
 */
import { timingSafeEqual } from 'node:crypto';
import type { AccessToken, Delegation, Principal, PrincipalKind } from '../identity/principal.ts';
import type { MessageKey } from '../keys/message-key.ts';
import type { TokenKeys } from '../keys/token-keys.ts';
import { uuidFromBytes, uuidToBytes } from '../uuid.ts';

const prefix = 'YWMt';
const tokenLength = 63;
const longestToken = 16_384;
const headLength = 32;
const byteLength = 44;
const macLength = { 1: byteLength - headLength, 2: 16 };
const uuidLength = 16;
const longestClientId = 255;
const epoch = Date.UTC(2020, 0, 1);
const neverExpires = 0xffffffff;
const inSeconds = 0x80000000;

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

interface ServerKey {
  id: number;
  key: MessageKey;
}

export function createAccessToken(claims: TokenClaims, signer: ServerKey): AccessToken {
  const bytes = Buffer.allocUnsafe(byteLength);
  writeHead(bytes, 1, claims, signer.id);
  return seal(bytes, 1, claims, signer.key);
}

export const writeAccessToken = (claims: TokenClaims, signer: ServerKey): string =>
  createAccessToken(claims, signer).text;

/** @throws RangeError for a client id of more than 255 bytes, which no client has */
export function createDelegatedToken(
  claims: TokenClaims,
  delegation: Delegation,
  signer: ServerKey,
): AccessToken {
  const { clientId, grant, family, scopes } = delegation;
  const client = Buffer.from(clientId);
  if (client.length > longestClientId) throw new RangeError('The client id is too long for a token');
  const tail = Buffer.concat([
    Buffer.of((grant ? 1 : 0) | (family ? 2 : 0)),
    ...[grant, family].filter((uuid) => uuid !== undefined).map(uuidToBytes),
    Buffer.of(client.length),
    client,
    Buffer.from(scopes.join(' ')),
  ]);
  const bytes = Buffer.allocUnsafe(headLength + tail.length + macLength[2]);
  writeHead(bytes, 2, claims, signer.id);
  tail.copy(bytes, headLength);
  return { ...seal(bytes, 2, claims, signer.key), delegation };
}

/** The token if its form and MAC are right, whether or not it has expired. */
export function readAccessToken(text: string, keys: TokenKeys): AccessToken | undefined {
  if (text.length < tokenLength || text.length > longestToken) return undefined;
  if (!text.startsWith(prefix) || !base64url.test(text)) return undefined;
  const encoded = text.slice(prefix.length);
  const bytes = Buffer.from(encoded, 'base64url');
  // One token, one spelling: the bits that its last character leaves unused are none of ours.
  if (bytes.toString('base64url') !== encoded) return undefined;
  const version = bytes[0]! >> 5;
  if (version !== (text.length === tokenLength ? 1 : 2)) return undefined;
  const key = keys.find(bytes[1]!);
  const signedLength = bytes.length - macLength[version];
  if (!key || !timingSafeEqual(mac(bytes, signedLength, key, version), bytes.subarray(signedLength))) {
    return undefined;
  }
  const token = readHead(text, bytes, signedLength);
  if (!token || version === 1) return token;
  return { ...token, delegation: readDelegation(bytes.subarray(headLength, signedLength)) };
}

function writeHead(bytes: Buffer, version: 1 | 2, claims: TokenClaims, keyId: number): void {
  bytes[0] = (version << 5) | kinds.indexOf(claims.principal.kind);
  bytes[1] = keyId;
  bytes.writeUInt32BE(claims.principal.realm, 2);
  uuidToBytes(claims.principal.uuid).copy(bytes, 6);
  bytes.writeUIntBE(claims.issuedAt - epoch, 22, 5);
  bytes.writeUInt32BE(encodeLifetime(claims.lifetime), 27);
  bytes[31] = claims.counter & 0xff;
}

/** Puts the MAC at the end. */
function seal(bytes: Buffer, version: 1 | 2, claims: TokenClaims, key: MessageKey): AccessToken {
  const signedLength = bytes.length - macLength[version];
  mac(bytes, signedLength, key, version).copy(bytes, signedLength);
  return {
    text: prefix + bytes.toString('base64url'),
    id: bytes.toString('base64url', signedLength),
    principal: claims.principal,
    issuedAt: claims.issuedAt,
    expiresAt: claims.issuedAt + decodeLifetime(encodeLifetime(claims.lifetime)),
  };
}

function readHead(text: string, bytes: Buffer, signedLength: number): AccessToken | undefined {
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

function readDelegation(tail: Buffer): Delegation {
  const flags = tail[0]!;
  const grantEnd = 1 + (flags & 1 ? uuidLength : 0);
  const familyEnd = grantEnd + (flags & 2 ? uuidLength : 0);
  const clientEnd = familyEnd + 1 + tail[familyEnd]!;
  const scopes = tail.toString('utf8', clientEnd);
  return {
    clientId: tail.toString('utf8', familyEnd + 1, clientEnd),
    grant: flags & 1 ? uuidFromBytes(tail.subarray(1, grantEnd)) : undefined,
    family: flags & 2 ? uuidFromBytes(tail.subarray(grantEnd, familyEnd)) : undefined,
    scopes: scopes === '' ? [] : scopes.split(' '),
  };
}

const mac = (bytes: Buffer, signedLength: number, key: MessageKey, version: 1 | 2): Buffer =>
  key.authenticate(bytes.subarray(0, signedLength)).subarray(0, macLength[version]);

function encodeLifetime(milliseconds: number): number {
  if (milliseconds === Number.POSITIVE_INFINITY) return neverExpires;
  if (milliseconds < inSeconds) return Math.floor(milliseconds);
  return Math.min(Math.floor(milliseconds / 1000) + inSeconds, neverExpires - 1);
}

function decodeLifetime(encoded: number): number {
  if (encoded === neverExpires) return Number.POSITIVE_INFINITY;
  return encoded < inSeconds ? encoded : (encoded - inSeconds) * 1000;
}
