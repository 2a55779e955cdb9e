import type { RedirectStep } from '../step.ts';

/** Longer than any email address (RFC 5321 §4.5.3.1): no more is shown in a field. */
const longestHint = 320;

/** `display`, `ui_locales`, `claims_locales` and `acr_values` are looked at by nobody and so can do no harm. */
export const userInterfaceHints: RedirectStep = {
  name: 'hints for the pages',
  source: 'OpenID Connect Core §15.1 (S030)',
  check({ parameters }) {
    return { loginHint: parameters.find('login_hint')?.slice(0, longestHint) };
  },
};
