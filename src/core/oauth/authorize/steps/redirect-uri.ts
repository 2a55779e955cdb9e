import type { Client } from '../../../clients/client.ts';
import { matchRedirectUri } from '../../../clients/redirect-uri.ts';
import { KeygridError } from '../../../errors.ts';
import { describeDifference } from '../redirect-uri-difference.ts';
import { invalidRequest } from '../request-parameters.ts';
import type { PageStep, Target } from '../step.ts';

type Draft = Parameters<PageStep['check']>[0];

/** Whatever follows may be sent to this address; so nothing goes on before it is known to be the client's. */
export const registeredRedirectUri: PageStep = {
  name: 'redirect URI',
  source: 'RFC 9700 §4.1.3 (S003-S008), aps-auth.md 1.3',
  check(draft) {
    const client = draft.client!;
    const received = draft.parameters.find('redirect_uri');
    if (received === undefined) return whereAbsent(draft, client);
    if (!matchRedirectUri(client, received, draft.rules)) throw mismatch(client, received);
    return { redirectUri: received, redirectUriWasSent: true };
  },
};

function whereAbsent({ parameters, rules }: Draft, client: Client): Partial<Target> {
  if (rules.absentRedirectUri === 'shown') return { redirectUri: undefined, redirectUriWasSent: false };
  const [only, ...others] = client.redirectUris;
  const asksForIdentity = parameters.find('scope')?.split(' ').includes('openid') ?? false;
  const isClear = rules.absentRedirectUri === 'single' && others.length === 0 && !asksForIdentity;
  if (!isClear || only === undefined) throw invalidRequest('redirect_uri is missing', 'redirect_uri');
  return { redirectUri: only, redirectUriWasSent: false };
}

/** aps-auth.md 7, pain 1: says what was received and what is different about it, never what is registered. */
function mismatch(client: Client, received: string): KeygridError {
  const difference = describeDifference(client.redirectUris, received);
  return new KeygridError('invalid_redirect_uri', `The redirect URI is not registered: ${difference}`, {
    subject: { redirectUri: received.slice(0, 200) },
  });
}
