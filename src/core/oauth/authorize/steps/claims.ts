import { KeygridError } from '../../../errors.ts';
import { invalidRequest } from '../request-parameters.ts';
import type { RedirectStep } from '../step.ts';

/** Claims that cannot be had are left out; only a class of sign-in that cannot be reached is a failure. */
export const claims: RedirectStep = {
  name: 'claims',
  source: 'OpenID Connect Core §5.5, §5.5.1.1 (S031)',
  dialects: ['standard', 'autodesk_v2'],
  check({ parameters }) {
    const sent = parameters.find('claims');
    if (sent === undefined) return {};
    const acr = memberOf(memberOf(parse(sent), 'id_token'), 'acr');
    const isDemanded =
      memberOf(acr, 'essential') === true &&
      (memberOf(acr, 'values') !== undefined || memberOf(acr, 'value') !== undefined);
    if (isDemanded) throw new KeygridError('access_denied', 'The class of sign-in asked for is not offered');
    return {};
  },
};

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {}
  throw invalidRequest('claims must be a JSON object', 'claims');
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
