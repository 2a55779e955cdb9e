import { invalidRequest } from '../request-parameters.ts';
import type { RedirectStep } from '../step.ts';

export const idTokenHint: RedirectStep = {
  name: 'id_token_hint',
  source: 'OpenID Connect Core §3.1.2.1 (S029)',
  dialects: ['standard', 'autodesk_v2'],
  async check({ parameters, rules, found }, { idTokenHints }) {
    const sent = parameters.find('id_token_hint');
    if (sent === undefined) return {};
    const hinted = await idTokenHints.read(found.realm, rules.dialect, sent);
    if (!hinted) throw invalidRequest('id_token_hint is not an ID token of this issuer', 'id_token_hint');
    return { hintedUser: hinted.user };
  },
};
