/** Ending access tokens of admin users. usergrid-auth.md 6.3; the original asked for no authentication. */
import { revokeTokenOf } from '../../core/identity/revoke-token-of.ts';
import { managementRealmKey } from '../../core/tenancy/tenancy.ts';
import { fieldsOf } from './body.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { sendEnvelope } from './envelope.ts';
import { managementResource, ownAdminUser } from './management-request.ts';
import { revocationQuery, userParams } from './management-schemas.ts';

export const managementUserRevocationRoutes: Routes = (app, options) => {
  const all = {
    summary: 'Ends all tokens of an admin user',
    schema: { params: userParams },
    answer: revokeTokens(options),
  };
  const one = {
    summary: 'Ends one access token of an admin user',
    schema: { params: userParams, querystring: revocationQuery },
    answer: revokeToken(options),
  };
  managementResource(app, '/management/users/:user/revoketokens', { PUT: all, POST: all });
  managementResource(app, '/management/users/:user/revoketoken', { PUT: one, POST: one });
};

const principalOf = (uuid: string) => ({ kind: 'admin_user', realm: managementRealmKey, uuid }) as const;

const revokeTokens =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const { uuid } = await ownAdminUser(request, core);
    await core.userTokens.revokeAllOfAdminUser(uuid);
    return sendEnvelope(request, reply, { action: 'revoked user tokens' });
  };

const revokeToken =
  ({ core }: UsergridOptions): Answer =>
  async (request, reply) => {
    const { uuid } = await ownAdminUser(request, core);
    await revokeTokenOf(core.tokens, principalOf(uuid), fieldsOf(request).token);
    return sendEnvelope(request, reply, { action: 'revoked user tokens' });
  };
