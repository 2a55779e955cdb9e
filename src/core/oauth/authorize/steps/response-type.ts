import type { GrantType } from '../../../clients/client.ts';
import { KeygridError } from '../../../errors.ts';
import type { ResponseType } from '../../authorization.ts';
import { invalidRequest } from '../request-parameters.ts';
import type { RedirectStep } from '../step.ts';

const grantTypeOf = (responseType: ResponseType): GrantType =>
  responseType === 'code' ? 'authorization_code' : 'implicit';

export const responseType: RedirectStep = {
  name: 'response type',
  source: 'RFC 6749 §3.1.1, §4.1.2.1 (S011, S012)',
  check({ parameters, rules, client }) {
    const sent = parameters.find('response_type');
    if (sent === undefined) throw invalidRequest('response_type is missing', 'response_type');
    const found = rules.responseTypes.find((known) => isSameSet(known, sent));
    if (!found) {
      throw new KeygridError('unsupported_response_type', 'There is no such response type here');
    }
    const grantType = grantTypeOf(found);
    const isOff = grantType === 'implicit' && !rules.implicitFor.includes(client.dialect);
    if (isOff || !client.grantTypes.includes(grantType)) {
      throw new KeygridError('unauthorized_client', 'The client is not registered for this response type');
    }
    return { responseType: found };
  },
};

/** The order of the words has no meaning. */
function isSameSet(known: string, sent: string): boolean {
  const sorted = (text: string): string => text.split(' ').sort().join(' ');
  return sorted(known) === sorted(sent);
}
