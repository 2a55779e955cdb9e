/** The strict token endpoint, of the standard and the autodesk dialect: S067 to S074. */
import type { ClientAuthentication } from '../clients/client-authentication.ts';
import { authenticateSender, type ClientRequest, readParameters } from './client-request.ts';
import type { ClientTokenAnswer, TokenPipeline } from './token-pipeline.ts';

export interface ClientTokenEndpoint {
  /**
   * @throws KeygridError `invalid_request`, `invalid_client`, `invalid_grant`, `unauthorized_client`,
   * `unsupported_grant_type`, `invalid_scope`, those of RFC 8628 §3.5, `throttled`, `overloaded`
   */
  answer(request: ClientRequest): Promise<ClientTokenAnswer>;
}

export function createClientTokenEndpoint(
  pipeline: TokenPipeline,
  authentication: ClientAuthentication,
): ClientTokenEndpoint {
  return {
    async answer(request) {
      const parameters = readParameters(request.form);
      const grant = pipeline.choose(parameters.get('grant_type'));
      const { client } = await authenticateSender(authentication, request, parameters);
      const { dialect, address } = request;
      return pipeline.run(grant, { client, parameters, dialect, address });
    },
  };
}
