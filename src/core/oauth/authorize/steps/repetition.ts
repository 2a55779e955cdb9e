import { invalidRequest } from '../request-parameters.ts';
import type { PageStep, RedirectStep } from '../step.ts';

/** Which of two clients or addresses is meant, nobody can know: none of them gets an answer. */
export const repeatedAddress: PageStep = {
  name: 'repeated client_id or redirect_uri',
  source: 'RFC 6749 §3.1 (S009)',
  check({ parameters }) {
    for (const name of ['client_id', 'redirect_uri']) {
      if (parameters.isRepeated(name)) throw invalidRequest(`${name} is repeated`, name);
    }
    return {};
  },
};

/** RFC 8707 §2: several resources may be named. */
const repeatable = 'resource';

export const repeatedParameter: RedirectStep = {
  name: 'repeated parameter',
  source: 'RFC 6749 §3.1 (S009)',
  check({ parameters }) {
    if (parameters.names.some((name) => name !== repeatable && parameters.isRepeated(name))) {
      throw invalidRequest('A parameter is repeated');
    }
    return {};
  },
};
