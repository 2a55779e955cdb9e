/** Where clients get tokens, ask about them and end them: aps-auth.md 1.5 to 1.7, 3.2, 3.5. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import type { ClientRequest } from '../../core/oauth/client-request.ts';
import { refuseScopeAsList } from '../../core/oauth/scope.ts';
import { queryOf } from '../../http/form-body.ts';
import { sendJson } from './answers.ts';
import { type AutodeskOptions, described, versionOf } from './context.ts';
import { type FormFields, fieldOf, parseForm } from './form.ts';
import { nameClient, withinLimit } from './limited.ts';
import type { LimitedEndpoint } from './rate-limits.ts';
import { renderIntrospection, renderToken } from './render-token.ts';

interface VersionOneEndpoint {
  name: 'authenticate' | 'gettoken' | 'refreshtoken';
  /** Version 1 has a path for each grant. */
  grantType: string;
  required: readonly string[];
}

const versionOneEndpoints: readonly VersionOneEndpoint[] = [
  { name: 'authenticate', grantType: 'client_credentials', required: [] },
  { name: 'gettoken', grantType: 'authorization_code', required: ['code', 'redirect_uri'] },
  { name: 'refreshtoken', grantType: 'refresh_token', required: ['refresh_token'] },
];

export function tokenRoutes(app: FastifyInstance, { core, limits }: AutodeskOptions): void {
  type Work = (form: FormFields, client: ClientRequest) => Promise<string>;

  const post = (endpoint: LimitedEndpoint, summary: string, work: Work): void => {
    const version = endpoint.startsWith('v1') ? 'v1' : 'v2';
    app.post(
      `/authentication/${endpoint}`,
      described(version, summary),
      async (request, reply): Promise<FastifyReply> => {
        const form = formOf(request);
        nameClient(request, form);
        const body = await withinLimit(limits, endpoint, { request, reply }, () =>
          work(form, clientRequestOf(request, form)),
        );
        return sendJson(reply, 200, body);
      },
    );
  };

  async function issue(client: ClientRequest): Promise<string> {
    refuseScopeAsList(client.form.map(([name]) => name));
    return renderToken(await core.clientTokenEndpoint.answer(client));
  }

  for (const endpoint of versionOneEndpoints) {
    post(`v1/${endpoint.name}`, `A token by ${endpoint.grantType}`, async (form, client) => {
      requireVersionOneForm(endpoint, form, client);
      return issue(client);
    });
  }
  post('v2/token', 'A token by one of three grants', async (form, client) => {
    requireGrantOfVersionTwo(form);
    return issue(client);
  });
  post('v2/introspect', 'What a token of the client is worth', async (_form, client) =>
    renderIntrospection(await core.introspection.introspect(client)),
  );
  // APS-84: nothing, and JSON all the same.
  post('v2/revoke', 'Ends a token of the client', async (_form, client) => {
    await core.tokenRevocation.revoke(client);
    return '';
  });
}

/** aps-auth.md 3.2: its three, whatever else other dialects know. A missing one is told as such later. */
function requireGrantOfVersionTwo(form: FormFields): void {
  const grantType = fieldOf(form, 'grant_type');
  if (grantType === undefined || versionOneEndpoints.some((one) => one.grantType === grantType)) return;
  throw new KeygridError('unsupported_grant_type', 'There is no such grant_type');
}

const formOf = (request: FastifyRequest): FormFields =>
  parseForm(request.body as Buffer | undefined, request.headers['content-type']);

const clientRequestOf = (request: FastifyRequest, form: FormFields): ClientRequest => ({
  realm: undefined,
  dialect: versionOf(request) === 'v1' ? 'autodesk_v1' : 'autodesk_v2',
  authorization: request.headers.authorization,
  form,
  queryNames: queryOf(request).map(([name]) => name),
  address: request.ip,
});

/** All that is missing is named at once (APS-41); then the grant has to be the path's (APS-42). */
function requireVersionOneForm(endpoint: VersionOneEndpoint, form: FormFields, client: ClientRequest): void {
  const credentials = client.authorization === undefined ? ['client_id', 'client_secret'] : [];
  const names = [...credentials, 'grant_type', ...endpoint.required];
  const missing = names.filter((name) => fieldOf(form, name) === undefined);
  if (missing.length > 0) {
    throw new KeygridError('invalid_request', `Missing: ${missing.join(', ')}`, {
      subject: { parameter: missing.join(' ') },
    });
  }
  const grantType = fieldOf(form, 'grant_type');
  if (grantType === endpoint.grantType) return;
  const elsewhere = versionOneEndpoints.find((other) => other.grantType === grantType);
  if (!elsewhere) throw new KeygridError('unsupported_grant_type', 'There is no such grant_type');
  throw new KeygridError('unsupported_grant_type', `This grant_type belongs to ${elsewhere.name}`, {
    subject: { errorCode: 'AUTH-011' },
  });
}
