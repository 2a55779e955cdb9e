/**
 * `/api/v1/organizations/{organization}/clients` and `/api/v1/clients/{id}`: OAuth clients, for the superuser and the
 * members of their organization. To all others a client is as unknown as one that does not exist.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import type { Static } from 'typebox';
import type { ClientChanges } from '../core/clients/audited-clients.ts';
import type { Client } from '../core/clients/client.ts';
import type { ClientSettings } from '../core/clients/client-service.ts';
import type { Core } from '../core/core.ts';
import { KeygridError } from '../core/errors.ts';
import type { Caller } from '../core/identity/principal.ts';
import { managementRealmKey } from '../core/tenancy/tenancy.ts';
import { type JsonSchema, lazySchema, Type } from '../http/json-schema.ts';
import { forCaller, sendJson } from './administration-request.ts';
import type * as ClientSchemas from './client-schemas.ts';
import { renderClient } from './render-client.ts';

type ClientCore = Pick<
  Core,
  'authenticator' | 'access' | 'clients' | 'clientChangesAs' | 'tenancy' | 'tenancyCache'
>;

type SchemaName = Exclude<keyof typeof ClientSchemas, 'grantTypes'>;
type Sent<Name extends SchemaName> = Static<(typeof ClientSchemas)[Name]>;

/** What checks values is loaded at the first need of it: most servers manage no clients most of the time. */
const loadSchema = async <Name extends SchemaName>(name: Name): Promise<(typeof ClientSchemas)[Name]> =>
  (await import('./client-schemas.ts'))[name];

/** @throws KeygridError `invalid_argument` */
const read = async <Name extends SchemaName>(name: Name, value: unknown): Promise<Sent<Name>> =>
  (await import('./read-body.ts')).readBody(await loadSchema(name), value);

const schemaOf = (name: SchemaName): JsonSchema => lazySchema(() => loadSchema(name));

const organizationParams = Type.Object({ organization: Type.String({ description: 'Name or UUID' }) });
const clientParams = Type.Object({ id: Type.String({ description: 'Client id' }) });

const usualLimit = 100;
/** A day for a new secret to reach every server of the client. */
const usualOverlapSeconds = 86_400;

export function clientRoutes(app: FastifyInstance, core: ClientCore): void {
  app.register(async (scope) => {
    readJsonBodies(scope);
    collectionRoutes(scope, core);
    clientRoutesOf(scope, core);
  });
}

function readJsonBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)));
    } catch {
      done(Object.assign(new Error('The body is not well-formed JSON'), { statusCode: 400 }));
    }
  });
}

const describe = (summary: string, schema: Record<string, JsonSchema>): { schema: FastifySchema } => ({
  schema: { summary, ...schema } as FastifySchema,
});

function collectionRoutes(app: FastifyInstance, core: ClientCore): void {
  const path = '/api/v1/organizations/:organization/clients';
  const params = organizationParams;

  async function requireOrganization(caller: Caller, request: FastifyRequest) {
    const { organization: reference } = request.params as { organization: string };
    const organization = await core.tenancy.requireOrganization(reference);
    await core.access.requireOrganization(caller, organization);
    return organization;
  }

  app.get(
    path,
    describe('Clients of an organization, in order of their ids', {
      params,
      querystring: schemaOf('pageQuery'),
    }),
    forCaller(core, async (caller, request, reply) => {
      const { uuid } = await requireOrganization(caller, request);
      const { limit = usualLimit, cursor } = await read('pageQuery', pageOf(request.query));
      const { items, cursor: next } = await core.clients.list(uuid, limit, cursor);
      const clients = await Promise.all(items.map((client) => renderClient(client, core.tenancyCache)));
      return sendJson(reply, 200, { clients, cursor: next ?? null });
    }),
  );

  app.post(
    path,
    describe('Registers a client; its secret is in this answer only', {
      params,
      body: schemaOf('newClientBody'),
    }),
    forCaller(core, async (caller, request, reply) => {
      const { uuid: organizationUuid } = await requireOrganization(caller, request);
      const {
        name,
        type,
        dialect = 'standard',
        application,
        ...given
      } = await read('newClientBody', request.body);
      const realm =
        application === undefined
          ? managementRealmKey
          : (await core.tenancy.requireApplication(organizationUuid, application)).key;
      await requireMayTrust(core, caller, { realm, consent: given.consent });
      const foundation = { name, type, dialect, realm, organizationUuid };
      const changes = core.clientChangesAs(caller.principal);
      const { client, clientSecret } = await changes.register(foundation, settingsOf(given));
      return sendJson(reply, 201, await renderClient(client, core.tenancyCache, clientSecret));
    }),
  );
}

function clientRoutesOf(app: FastifyInstance, core: ClientCore): void {
  const path = '/api/v1/clients/:id';
  const params = clientParams;
  type ClientHandler = (
    found: { client: Client; caller: Caller; changes: ClientChanges },
    request: FastifyRequest,
    reply: FastifyReply,
  ) => Promise<FastifyReply>;

  const forClient = (handler: ClientHandler) =>
    forCaller(core, async (caller, request, reply) => {
      const { id } = request.params as { id: string };
      const client = await requireOwnClient(core, caller, id);
      const changes = core.clientChangesAs(caller.principal);
      return handler({ caller, client, changes }, request, reply);
    });
  const show = async (reply: FastifyReply, client: Client, clientSecret?: string) =>
    sendJson(reply, 200, await renderClient(client, core.tenancyCache, clientSecret));

  app.get(
    path,
    describe('A client', { params }),
    forClient(({ client }, _request, reply) => show(reply, client)),
  );

  app.patch(
    path,
    describe('Changes what is named of a client', { params, body: schemaOf('clientChangesBody') }),
    forClient(async ({ client, caller, changes }, request, reply) => {
      const { disabled, ...given } = await read('clientChangesBody', request.body);
      // Where a trusted client sends its users is part of what it is trusted with.
      const consent = given.consent ?? client.consent;
      await requireMayTrust(core, caller, { realm: client.realm, consent });
      const isSetting = Object.keys(given).length > 0;
      const changed = isSetting ? await changes.update(client.clientId, settingsOf(given)) : client;
      if (disabled === undefined || disabled === changed.disabled) return show(reply, changed);
      return show(reply, await changes.setDisabled(client.clientId, disabled));
    }),
  );

  app.delete(
    path,
    describe('Deletes a client, and ends everything that it holds', { params }),
    forClient(async ({ client, changes }, _request, reply) => {
      await changes.delete(client.clientId);
      return reply.code(204).send();
    }),
  );

  app.post(
    `${path}/secrets`,
    describe('A new secret; the old one goes on for a while', { params, body: schemaOf('rotationBody') }),
    forClient(async ({ client: { clientId }, changes }, request, reply) => {
      const { oldSecretSeconds = usualOverlapSeconds } = await read('rotationBody', request.body ?? {});
      const { client, clientSecret } = await changes.rotateSecret(clientId, { oldSecretSeconds });
      return show(reply, client, clientSecret);
    }),
  );

  app.delete(
    `${path}/secrets`,
    describe('Ends every secret but the newest, at once', { params }),
    forClient(async ({ client: { clientId }, changes }, _request, reply) =>
      show(reply, await changes.endOldSecrets(clientId)),
    ),
  );
}

/** @throws KeygridError `client_not_found`, also for a client that is nobody's business */
async function requireOwnClient(core: ClientCore, caller: Caller, clientId: string): Promise<Client> {
  const unknown = new KeygridError('client_not_found', 'There is no such client');
  const client = await core.clients.find(clientId);
  const organization = client && (await core.tenancyCache.organization(client.organizationUuid));
  if (!client || !organization) throw unknown;
  try {
    await core.access.requireOrganization(caller, organization);
  } catch (error) {
    if (error instanceof KeygridError && error.code === 'organization_access_denied') throw unknown;
    throw error;
  }
  return client;
}

/**
 * A client of the management realm meets the admin users of every organization: that they need not be asked is not for
 * one organization to say. @throws KeygridError `forbidden`
 */
async function requireMayTrust(
  core: ClientCore,
  caller: Caller,
  { realm, consent }: { realm: number; consent: string | undefined },
): Promise<void> {
  if (consent !== 'trusted' || realm !== managementRealmKey || (await core.access.isSuperuser(caller)))
    return;
  throw new KeygridError(
    'forbidden',
    'Only the superuser makes or changes a trusted client of the management realm',
  );
}

type Given = Omit<ClientSettings, 'logoUri' | 'policyUri' | 'termsUri'> & {
  logoUri?: string | null;
  policyUri?: string | null;
  termsUri?: string | null;
};

/** null takes a link away. */
const settingsOf = (given: object): ClientSettings =>
  Object.fromEntries(Object.entries(given as Given).map(([name, value]) => [name, value ?? undefined]));

/** A query has texts only; one that is no number stays as it is, for the schema to refuse. */
function pageOf(query: unknown): unknown {
  const { limit, cursor } = query as { limit?: unknown; cursor?: unknown };
  const number = typeof limit === 'string' && /^\d{1,9}$/.test(limit) ? Number(limit) : limit;
  return { ...(limit !== undefined && { limit: number }), ...(cursor !== undefined && { cursor }) };
}
