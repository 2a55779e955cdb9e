/** An application on a server of each engine, and what tests of connections say often. */
import { after, before, describe } from 'node:test';
import { type ApplicationAccess, accessTo, requireSuccess } from '../support/application.ts';
import type { Answer, CallOptions } from '../support/http.ts';
import { unique } from '../support/organization.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

export type Entity = Answer['body'];

export interface ConnectionWorld {
  server: RunningServer;
  tenant: Tenant;
  app: ApplicationAccess;
  /** As an administrator, with success. */
  ask(methodAndPath: string, options?: CallOptions): Promise<Answer>;
  create(collection: string, json?: object): Promise<Entity>;
  /** A user without an account to sign in with. */
  user(): Promise<Entity>;
  /** The entity as it is listed in its own collection. */
  read(entity: Entity, query?: Record<string, string>): Promise<Entity>;
}

export const uuidsIn = ({ body }: Answer): string[] => body.entities.map(({ uuid }: Entity) => uuid);

/** Runs the suite on every engine; `world()` is for use inside of tests. */
export function onEachEngine(suite: (world: () => ConnectionWorld) => void): void {
  for (const engine of ['SQLite', 'PostgreSQL'] as const) {
    describe(`on ${engine}`, () => {
      let world: ConnectionWorld;
      let drop: (() => Promise<void>) | undefined;
      before(async () => {
        const database = engine === 'PostgreSQL' ? await createTestDatabase() : undefined;
        drop = database?.drop;
        world = await openWorld(await startServer(database ? { databaseUrl: database.url } : {}));
      });
      after(async () => {
        await world?.server.stop();
        await drop?.();
      });
      suite(() => world);
    });
  }
}

async function openWorld(server: RunningServer): Promise<ConnectionWorld> {
  const tenant = await createTenant(server);
  const app = accessTo(server, tenant);
  const ask = async (line: string, options?: CallOptions): Promise<Answer> =>
    requireSuccess(await app.asAdmin(line, options));
  const create = async (collection: string, json: object = { name: `n-${unique()}` }): Promise<Entity> =>
    (await ask(`POST /${collection}`, { json })).body.entities[0];
  return {
    ...{ server, tenant, app, ask, create },
    user: () => create('users', { username: `u-${unique()}` }),
    read: async ({ type, uuid }, query = {}) =>
      (await ask(`GET /${type}s/${uuid}`, { query })).body.entities[0],
  };
}
