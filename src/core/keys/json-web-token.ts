/** Compact JSON Web Signatures of our own making (RFC 7515 §3.1, RFC 7519): written, taken apart and verified. */
import { type KeyObject, verify } from 'node:crypto';
import type { Signer, SigningAlgorithm } from '../ports.ts';

/** The `typ` header: keeps an ID token from passing as an access token. RFC 8725 §3.11. */
export type TokenType = 'JWT' | 'at+jwt' | 'logout+jwt';

export type TokenClaimSet = Record<string, unknown>;

export interface PrivateSigningKey {
  kid: string;
  algorithm: SigningAlgorithm;
  privateKey: KeyObject;
}

export interface PublicSigningKey {
  kid: string;
  algorithm: SigningAlgorithm;
  publicKey: KeyObject;
}

/** Taken apart, and not to be believed before its signature is verified. */
export interface UnverifiedToken {
  kid: string;
  algorithm: string;
  type: string;
  /** What was signed: header and payload as they came. */
  signedPart: string;
  payload: string;
  signature: string;
}

/** Far more than any token of ours. */
const longestToken = 16_384;
const compactForm = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

export async function signToken(
  signer: Signer,
  key: PrivateSigningKey,
  type: TokenType,
  claims: TokenClaimSet,
): Promise<string> {
  const signedPart = `${encode({ alg: key.algorithm, typ: type, kid: key.kid })}.${encode(claims)}`;
  const signature = await signer.sign(key.algorithm, key.privateKey, Buffer.from(signedPart));
  return `${signedPart}.${signature.toString('base64url')}`;
}

/** Undefined for what cannot be a token of ours: another form, no key id, critical headers that nobody here knows. */
export function parseToken(text: string): UnverifiedToken | undefined {
  if (text.length > longestToken) return undefined;
  const parts = compactForm.exec(text);
  const header = parts ? decode(parts[1]!) : undefined;
  if (!parts || !header || header.crit !== undefined) return undefined;
  const { kid, alg, typ } = header;
  if (typeof kid !== 'string' || typeof alg !== 'string' || typeof typ !== 'string') return undefined;
  const signedPart = text.slice(0, text.lastIndexOf('.'));
  return { kid, algorithm: alg, type: typ, signedPart, payload: parts[2]!, signature: parts[3]! };
}

/**
 * The claims, if the key signed them in a token of this type. The key says which algorithm it is for, never the
 * header alone (RFC 8725 §3.1). Neither times nor issuer are looked at.
 */
export function verifyToken(
  token: UnverifiedToken,
  key: PublicSigningKey,
  type: TokenType,
): TokenClaimSet | undefined {
  if (token.kid !== key.kid || token.algorithm !== key.algorithm || token.type !== type) return undefined;
  const publicKey =
    key.algorithm === 'ES256' ? ({ key: key.publicKey, dsaEncoding: 'ieee-p1363' } as const) : key.publicKey;
  const signature = Buffer.from(token.signature, 'base64url');
  const genuine = verify('sha256', Buffer.from(token.signedPart), publicKey, signature);
  return genuine ? decode(token.payload) : undefined;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function decode(part: string): TokenClaimSet | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as TokenClaimSet)
      : undefined;
  } catch {
    return undefined;
  }
}
