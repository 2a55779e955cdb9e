import { invalidRequest } from '../request-parameters.ts';
import type { RedirectStep } from '../step.ts';

/** Seconds, as a decimal number without sign. */
const wholeSeconds = /^[0-9]{1,10}$/;

export const maxAge: RedirectStep = {
  name: 'max_age',
  source: 'OpenID Connect Core §3.1.2.1 (S028)',
  dialects: ['standard', 'autodesk_v2'],
  check({ parameters }) {
    const sent = parameters.find('max_age');
    if (sent === undefined) return {};
    if (!wholeSeconds.test(sent)) throw invalidRequest('max_age must be a number of seconds', 'max_age');
    return { maxAge: Number(sent) };
  },
};
