import { invalidRequest } from '../request-parameters.ts';
import type { RedirectStep } from '../step.ts';

export const nonce: RedirectStep = {
  name: 'nonce',
  source: 'OpenID Connect Core §3.2.2.1, §3.2.2.11 (S020)',
  check({ parameters, found }) {
    const sent = parameters.find('nonce');
    if (sent === undefined && found.responseType.split(' ').includes('id_token')) {
      throw invalidRequest('nonce is missing', 'nonce');
    }
    return { nonce: sent };
  },
};
