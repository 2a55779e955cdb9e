/** Proof Key for Code Exchange: RFC 7636, as oauth-standards.md S016-S018 and S079 narrow it. */
import { timingSafeEqual } from 'node:crypto';
import type { Client } from '../clients/client.ts';
import { KeygridError } from '../errors.ts';
import { digestOf } from '../random-text.ts';

export interface CodeChallenge {
  codeChallenge: string;
  codeChallengeMethod: 'S256' | 'plain';
}

/** RFC 7636 §4.1. */
const verifierPattern = /^[A-Za-z0-9\-._~]{43,128}$/;
/** SHA-256 in base64url. */
const s256Pattern = /^[A-Za-z0-9_-]{43}$/;

/**
 * The challenge of an authorization request; undefined when there is none and the client needs none.
 * @throws KeygridError `invalid_request`
 */
export function requireCodeChallenge(
  client: Pick<Client, 'type' | 'pkce' | 'allowPlainPkce'>,
  challenge: string | undefined,
  method: string | undefined,
): CodeChallenge | undefined {
  if (challenge === undefined) {
    if (method !== undefined) throw refused('code_challenge_method without code_challenge');
    if (client.type === 'native' || client.pkce === 'required') throw refused('code_challenge is required');
    return undefined;
  }
  // RFC 7636 §4.3: a challenge without method means plain, and is refused where plain is off.
  const chosen = method ?? 'plain';
  if (chosen !== 'S256' && !(chosen === 'plain' && client.allowPlainPkce)) {
    throw refused('code_challenge_method must be S256');
  }
  const pattern = chosen === 'S256' ? s256Pattern : verifierPattern;
  if (!pattern.test(challenge)) throw refused('code_challenge is malformed');
  return { codeChallenge: challenge, codeChallengeMethod: chosen };
}

const refused = (description: string): KeygridError => new KeygridError('invalid_request', description);

/** RFC 7636 §4.6: whether the verifier is the one that the challenge was made from. Constant-time. */
export function provesCodeChallenge({ codeChallenge, codeChallengeMethod }: CodeChallenge, verifier: string) {
  if (!verifierPattern.test(verifier)) return false;
  const presented = Buffer.from(codeChallengeMethod === 'S256' ? digestOf(verifier) : verifier);
  const expected = Buffer.from(codeChallenge);
  return presented.length === expected.length && timingSafeEqual(presented, expected);
}
