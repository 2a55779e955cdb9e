import { requireCodeChallenge } from '../../pkce.ts';
import type { RedirectStep } from '../step.ts';

export const codeChallenge: RedirectStep = {
  name: 'code challenge',
  source: 'RFC 7636 §4.2-4.4.1, RFC 9700 §2.1.1 (S016-S018)',
  check({ parameters, client, found }) {
    if (found.responseType !== 'code') return {};
    const method = parameters.find('code_challenge_method');
    return requireCodeChallenge(client, parameters.find('code_challenge'), method) ?? {};
  },
};
