/** `explain=true`: how a query was answered, told to administrators of the application. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DataCaller, dataCaller, namesIn } from '../support/data.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;
let asAdmin: DataCaller;
let asUser: DataCaller;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  const application = `/${tenant.organization}/${tenant.application}`;
  asAdmin = dataCaller(server, application, tenant.admin.token);
  asUser = dataCaller(server, application, tenant.user.token);
  const books = Array.from({ length: 30 }, (_, at) => ({
    name: `book-${at}`,
    pages: at,
    title: at % 3 === 0 ? 'A Red Rose' : 'Grey',
    lent: at === 7,
  }));
  await asUser('POST /books', { json: books });
});
after(async () => {
  await server?.stop();
});

const explained = async (ql: string, caller = asAdmin) => {
  const answer = await caller('GET /books', { query: { ql, limit: '5', explain: 'true' } });
  assert.equal(answer.status, 200, answer.text);
  return answer.body.explain;
};

test('the walks of a query are told with what they cost', async () => {
  assert.deepEqual(await explained("title = 'Grey' and lent = true and not pages = 9"), {
    rows: 22,
    entitiesRead: 1,
    entitiesReturned: 1,
    stages: [
      {
        purpose: 'choose',
        steps: [walk('title', "= 'grey'", 20, 0), walk('lent', '= true', 1, 0)],
        evaluated: [],
      },
      {
        purpose: 'walk in order',
        steps: [{ ...walk('lent', '= true', 1, 1), probes: ["title = 'grey'"] }],
        evaluated: ['not pages = 9'],
      },
    ],
  });
});

test('contains walks along words, and a sorted query along the property', async () => {
  const { stages } = await explained("title contains 'rose'");
  assert.deepEqual(
    stages.flatMap(({ steps }: { steps: { path: string; values: string }[] }) =>
      steps.map(({ path, values }) => `${path} ${values}`),
    ),
    ["title[words] = 'rose'", "title = 'rose'", 'title[uncut] = true'],
  );
  const sorted = await explained('pages >= 3 order by pages');
  assert.deepEqual(sorted.stages.at(-1).steps, [
    { ...walk('pages', 'numbers >= 3', 5, 5), direction: 'ascending' },
  ]);
});

test('look-ups by a key are told', async () => {
  const { stages } = await explained("name = 'book-3'");
  assert.deepEqual(stages, [
    {
      purpose: 'look up',
      steps: [{ step: 'look-up', by: 'name', value: 'book-3', entities: 1 }],
      evaluated: ["name = 'book-3'"],
    },
  ]);
});

test('to all others explain is an unknown parameter, and nothing is told', async () => {
  const query = { ql: 'pages < 3', explain: 'true' };
  const asked = await asUser('GET /books', { query });
  assert.equal('explain' in asked.body, false);
  assert.equal(asked.body.entities.length, 3);
  const guest = dataCaller(server, `/${tenant.organization}/${tenant.sandbox}`);
  assert.equal('explain' in (await guest('GET /books', { query })).body, false);
  const unasked = await asAdmin('GET /books', { query: { ql: 'pages < 3' } });
  assert.equal('explain' in unasked.body, false);
  assert.deepEqual(namesIn(unasked), namesIn(asked));
});

const walk = (path: string, values: string, rows: number, entities: number) => ({
  step: 'walk',
  path,
  values,
  direction: 'descending',
  probes: [],
  rows,
  entities,
});
