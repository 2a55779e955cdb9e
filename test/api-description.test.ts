/** `/openapi.json` against the routes themselves: what it describes is served, and what is served is described. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { version } from '../src/version.ts';
import { call, type WireJson } from './support/http.ts';
import { type RunningServer, startServer } from './support/server.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;
let server: RunningServer;
let tenant: Tenant;
let description: WireJson;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  description = (await call(server, 'GET /openapi.json')).body;
});
after(async () => {
  await server?.stop();
});

/** A path with its parameters filled in, so that it leads somewhere or to nothing, but to a route. */
function fill(path: string): string {
  const values: Record<string, string> = {
    organization: tenant.organization,
    application: tenant.application,
    collection: 'things',
  };
  return path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => values[name] ?? 'something');
}

const operations = (): [path: string, method: string, operation: WireJson][] =>
  Object.entries<WireJson>(description.paths).flatMap(([path, item]) =>
    Object.entries<WireJson>(item).map(([method, operation]): [string, string, WireJson] => [
      path,
      method.toUpperCase(),
      operation,
    ]),
  );

test('it is OpenAPI 3.1 of this version, and names the server', () => {
  assert.equal(description.openapi, '3.1.0');
  assert.equal(description.info.version, version);
  assert.equal(description.servers[0].url, server.url);
  assert.ok(operations().length > 100);
});

test('every operation says what it does, and every path parameter is described', () => {
  for (const [path, method, operation] of operations()) {
    assert.ok(operation.summary, `${method} ${path} has no summary`);
    const described = (operation.parameters ?? [])
      .filter((parameter: WireJson) => parameter.in === 'path')
      .map((parameter: WireJson) => parameter.name);
    for (const [, name] of path.matchAll(/\{([^}]+)\}/g)) {
      assert.ok(described.includes(name), `${method} ${path} does not describe ${name}`);
    }
  }
});

test('what is done to a collection as such is described, method by method', () => {
  const methodsOf = (path: string) =>
    Object.keys(description.paths[`/{organization}/{application}/{collection}/${path}`] ?? {});
  assert.deepEqual(methodsOf('_settings').toSorted(), ['delete', 'get', 'post']);
  assert.deepEqual(methodsOf('_clear'), ['post']);
  assert.deepEqual(methodsOf('_reindex').toSorted(), ['get', 'post']);
  for (const path of ['_clear/{job}', '_reindex/{job}', 'indexes'])
    assert.deepEqual(methodsOf(path), ['get'], path);
});

test('every operation described is served', async () => {
  const basic = { username: 'superuser', password: server.superuserPassword };
  for (const [path, method] of operations()) {
    if (method === 'HEAD') continue;
    const answer = await call(server, `${method} ${fill(path)}`, { basic });
    assert.notEqual(answer.body?.error, 'not_allowed', `${method} ${path}`);
    assert.notEqual(answer.body?.error, 'not_found', `${method} ${path}: ${answer.text}`);
  }
});

test('no operation is served that is not described', async () => {
  const bearer = tenant.admin.token;
  for (const path of Object.keys(description.paths)) {
    for (const method of methods) {
      if (description.paths[path][method.toLowerCase()]) continue;
      const answer = await call(server, `${method} ${fill(path)}`, { bearer });
      assert.ok(
        [404, 405, 401, 501].includes(answer.status),
        `${method} ${path}: ${answer.status} ${answer.text}`,
      );
    }
  }
});
