import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';

/** What is wrong with the ID tokens of token answers: each must be signed, by RS256, with a key of the key set. */
export function auditIdTokens(bodies: readonly string[], keySet: string): string[] {
  const { keys } = JSON.parse(keySet) as { keys: JsonWebKey[] };
  const rsaKeys = keys.filter(({ kty }) => kty === 'RSA');
  const publicKeys = rsaKeys.map((key) => createPublicKey({ key, format: 'jwk' }));
  return bodies.flatMap((body) => {
    const [header = '', claims = '', signature = ''] = idTokenOf(body).split('.');
    const signed = Buffer.from(`${header}.${claims}`);
    const bytes = Buffer.from(signature, 'base64url');
    const isSigned = publicKeys.some((key) => verify('sha256', signed, key, bytes));
    return isSigned ? [] : [`an ID token that no published key signed: ${body}`];
  });
}

const idTokenOf = (body: string): string => /"id_token":"([^"]+)"/.exec(body)?.[1] ?? '';
