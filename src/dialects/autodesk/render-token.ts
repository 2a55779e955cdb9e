/** Token and introspection answers: aps-auth.md 1.5 to 1.7, 3.2, 3.5. */
import type { ActiveToken } from '../../core/oauth/introspection.ts';
import type { ClientTokenAnswer } from '../../core/oauth/token-pipeline.ts';

/** What is undefined is left out: a client's own token has no refresh token, and its libraries rely on that (APS-34). */
export const renderToken = (answer: ClientTokenAnswer): string =>
  JSON.stringify({
    access_token: answer.accessToken.text,
    token_type: 'Bearer',
    expires_in: answer.expiresInSeconds,
    refresh_token: answer.refreshToken,
    id_token: answer.idToken,
    // RFC 6749 §5.1; safe for every client known.
    scope: answer.scopes.join(' '),
  });

/** APS-81, APS-82. */
export const renderIntrospection = (token: ActiveToken | undefined): string =>
  JSON.stringify(
    token
      ? {
          active: true,
          scope: token.scopes.join(' '),
          client_id: token.clientId,
          exp: Math.floor(token.expiresAt / 1000),
          userid: token.user,
        }
      : { active: false },
  );
