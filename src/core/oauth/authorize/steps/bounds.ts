import { invalidRequest } from '../request-parameters.ts';
import type { PageStep } from '../step.ts';

const longestRequest = 16_384;
const longestState = 4096;
const mostParameters = 200;

/** S036: what is larger is refused whole, rather than cut or sent on. */
export const bounds: PageStep = {
  name: 'bounds',
  source: 'S036',
  check({ parameters }) {
    if (parameters.size > longestRequest || parameters.names.length > mostParameters) {
      throw invalidRequest('The authorization request is too large');
    }
    if ((parameters.verbatim('state')?.length ?? 0) > longestState) {
      throw invalidRequest(`state may have ${longestState} characters at most`, 'state');
    }
    return {};
  },
};
