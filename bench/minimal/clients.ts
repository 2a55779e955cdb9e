import { createHmac } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

export interface Client {
  application: string;
  applicationBytes: Buffer;
  /** HMAC-SHA-256 of the secret under the server's key. */
  secretHmac: Buffer;
}

export interface NewClient {
  clientId: string;
  clientSecret: string;
  application: string;
}

type ClientRow = [clientId: string, application: string, secretHmac: string];

const tableStatement =
  'CREATE TABLE clients (client_id text PRIMARY KEY, application text NOT NULL, secret_hmac text NOT NULL)';

export function isPostgres(database: string): boolean {
  return database.startsWith('postgres://');
}

/** Makes the table of the token server with one client in it; `key` is the server's key. */
export async function prepareClients(database: string, key: Buffer, client: NewClient): Promise<void> {
  const secretHmac = createHmac('sha256', key).update(client.clientSecret).digest('hex');
  const row: ClientRow = [client.clientId, client.application, secretHmac];
  if (!isPostgres(database)) {
    const sqlite = new DatabaseSync(database);
    sqlite.exec(tableStatement);
    sqlite.prepare('INSERT INTO clients VALUES (?, ?, ?)').run(...row);
    return sqlite.close();
  }
  const postgres = new pg.Client({ connectionString: database });
  await postgres.connect();
  await postgres.query(tableStatement);
  await postgres.query('INSERT INTO clients VALUES ($1, $2, $3)', row);
  await postgres.end();
}

/** Every client by its id. */
export async function loadClients(database: string): Promise<Map<string, Client>> {
  const clients = new Map<string, Client>();
  for (const [clientId, application, secretHmac] of await readRows(database)) {
    clients.set(clientId, {
      application,
      applicationBytes: Buffer.from(application.replaceAll('-', ''), 'hex'),
      secretHmac: Buffer.from(secretHmac, 'hex'),
    });
  }
  return clients;
}

async function readRows(database: string): Promise<ClientRow[]> {
  const statement = 'SELECT client_id, application, secret_hmac FROM clients';
  if (!isPostgres(database)) {
    const sqlite = new DatabaseSync(database);
    const rows = sqlite.prepare(statement).all();
    sqlite.close();
    return rows.map((row) => [String(row.client_id), String(row.application), String(row.secret_hmac)]);
  }
  const postgres = new pg.Client({ connectionString: database });
  await postgres.connect();
  const { rows } = await postgres.query<ClientRow>({ text: statement, rowMode: 'array' });
  await postgres.end();
  return rows;
}
