import { KeygridError } from '../errors.ts';
import type { TokenAuthority } from '../oauth/token-authority.ts';
import { type Principal, principalSubject } from './principal.ts';

/**
 * Ends one access token, if it is one of the principal's.
 * @throws KeygridError `invalid_argument` without a token, `token_mismatch`
 */
export async function revokeTokenOf(
  tokens: Pick<TokenAuthority, 'find' | 'revokeToken'>,
  principal: Principal,
  text: unknown,
): Promise<void> {
  if (typeof text !== 'string' || text === '') {
    throw new KeygridError('invalid_argument', 'token is required');
  }
  const token = await tokens.find(text);
  if (!token || principalSubject(token.principal) !== principalSubject(principal)) {
    // usergrid-auth.md 6.3 ends this text with the token; texts of errors hold no tokens.
    throw new KeygridError('token_mismatch', 'Could not match token');
  }
  await tokens.revokeToken(token);
}
