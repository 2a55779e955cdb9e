/** ClientStore over SQL. Clients are administration data: looked up before their realm is known. */
import type { Client, ClientStore } from '../../core/clients/client.ts';
import { KeygridError } from '../../core/errors.ts';
import { canBeKey } from './bodies.ts';
import { addRevocations } from './revocations.ts';
import { announce, firstRow, integer, json, type Row, rows, type SqlEngine, statement } from './statement.ts';

const insertClient = statement(
  `insert into clients (client_id, organization_uuid, realm, body) values (?, ?, ?, ?)
   on conflict do nothing returning client_id`,
);
const selectClient = statement('select body from clients where client_id = ?');
const lockClient = statement('select body from clients where client_id = ?', { lock: true });
const updateClient = statement(
  'update clients set organization_uuid = ?, realm = ?, body = ? where client_id = ? returning client_id',
);
const deleteClient = statement('delete from clients where client_id = ? returning realm');
const clientsAfter = statement(
  `select body from clients where organization_uuid = ? and client_id > ?
   order by organization_uuid, client_id limit ?`,
);

const absent = { logoUri: undefined, policyUri: undefined, termsUri: undefined };

function toClient(row: Row): Client {
  const client = { ...absent, ...json<Client>(row, 'body') };
  return { ...client, secrets: client.secrets.map((secret) => ({ ...{ expiresAt: undefined }, ...secret })) };
}

export function createClientStore(engine: SqlEngine): ClientStore {
  return {
    create: (client) =>
      engine.write(function* () {
        const { clientId, organizationUuid, realm } = client;
        const made = yield* firstRow(insertClient, clientId, organizationUuid, realm, JSON.stringify(client));
        if (!made) throw taken(clientId);
        yield* announce({ topic: 'tenancy', realm });
      }),
    async find(clientId) {
      if (!canBeKey(clientId)) return undefined;
      const row = await engine.read(() => firstRow(selectClient, clientId));
      return row && toClient(row);
    },
    update: (clientId, change, revocations = []) =>
      engine.write(function* () {
        const row = yield* firstRow(lockClient, clientId);
        if (!row) throw new KeygridError('client_not_found', 'There is no such client');
        const changed = change(toClient(row));
        const { organizationUuid, realm } = changed;
        yield* rows(updateClient, organizationUuid, realm, JSON.stringify(changed), clientId);
        yield* announce({ topic: 'tenancy', realm });
        yield* addRevocations(revocations);
        return changed;
      }),
    delete: (clientId, revocations) =>
      engine.write(function* () {
        const gone = yield* firstRow(deleteClient, clientId);
        if (gone) yield* announce({ topic: 'tenancy', realm: integer(gone, 'realm') });
        yield* addRevocations(revocations);
      }),
    async listOfOrganization(organizationUuid, limit, cursor) {
      const found = await engine.read(() => rows(clientsAfter, organizationUuid, cursor ?? '', limit + 1));
      const items = found.slice(0, limit).map(toClient);
      return { items, cursor: found.length > limit ? items.at(-1)?.clientId : undefined };
    },
  };
}

const taken = (clientId: string): KeygridError =>
  new KeygridError('duplicate_value', 'A client with this id exists', {
    subject: { type: 'client', property: 'client_id', value: clientId },
  });
