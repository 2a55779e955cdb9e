import { KeygridError } from '../../../errors.ts';
import { invalidRequest } from '../request-parameters.ts';
import type { PageStep } from '../step.ts';

/** The client is known, in use, and has its endpoint here: a client of another realm is unknown (S159). */
export const knownClient: PageStep = {
  name: 'client',
  source: 'RFC 6749 §4.1.2.1 (S002)',
  async check({ parameters, rules, endpointRealm }, ports) {
    const clientId = parameters.find('client_id');
    if (clientId === undefined) throw missing(parameters.find('redirect_uri') === undefined);
    const client = await ports.findClient(clientId);
    const isHere =
      client !== undefined &&
      rules.clientDialects.includes(client.dialect) &&
      (endpointRealm === undefined || endpointRealm === client.realm);
    if (!isHere) throw unknown();
    if (client.disabled) throw unknown('it is switched off, or its organization is');
    return { client };
  },
};

/** aps-auth.md 1.9, AUTH-008: everything that is missing is named at once. */
const missing = (redirectUriToo: boolean) =>
  redirectUriToo
    ? invalidRequest('client_id and redirect_uri are missing', 'client_id')
    : invalidRequest('client_id is missing', 'client_id');

/** One text for all: which clients there are elsewhere is nobody's business. */
const unknown = (cause?: string) =>
  new KeygridError('invalid_client', 'There is no such client here', cause === undefined ? {} : { cause });
