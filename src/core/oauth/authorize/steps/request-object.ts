import { KeygridError } from '../../../errors.ts';
import type { RedirectStep } from '../step.ts';

/** Core §6: what stands in a request object must not be overlooked, so a request with one is refused. */
export const requestObject: RedirectStep = {
  name: 'request object',
  source: 'OpenID Connect Core §3.1.2.6, §6 (S032)',
  dialects: ['standard', 'autodesk_v2'],
  check({ parameters }) {
    if (parameters.find('request') !== undefined) {
      throw new KeygridError('request_not_supported', 'Request objects are not supported');
    }
    if (parameters.find('request_uri') !== undefined) {
      throw new KeygridError('request_uri_not_supported', 'Request objects by reference are not supported');
    }
    return {};
  },
};
