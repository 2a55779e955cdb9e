/**
 * What rows keep as JSON text. Text of users (state, nonce, names) goes nowhere else: JSON escapes the NUL that
 * PostgreSQL cannot keep. Members that were undefined are undefined again, as the types have them.
 */
import type { ValidAuthorizationRequest } from '../../core/oauth/authorization.ts';

const absentInRequest = {
  redirectUri: undefined,
  state: undefined,
  nonce: undefined,
  codeChallenge: undefined,
  codeChallengeMethod: undefined,
  maxAge: undefined,
  loginHint: undefined,
  hintedUser: undefined,
};

export const restoreRequest = (request: ValidAuthorizationRequest): ValidAuthorizationRequest => ({
  ...absentInRequest,
  ...request,
});

/** Nothing is kept under a key with NUL: whoever asks for one finds nothing, on both engines alike. */
export const canBeKey = (text: string): boolean => !text.includes('\u0000');
