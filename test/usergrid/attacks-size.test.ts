/**
 * Requests that are far too large, too deep or too many: each is refused in words that say what was wrong and what
 * was expected, while others are answered as ever and memory stays where it was.
 */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type ApplicationAccess, accessTo, requireSuccess } from '../support/application.ts';
import { type Answer, type CallOptions, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant } from '../support/tenant.ts';

const million = 1_000_000;
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
/** Of a good request beside a bad one; it takes some milliseconds, and the machine may be busy. */
const longestWaitMilliseconds = 5000;
/** What is not collected yet; what is sent in a round is some hundred megabytes. */
const roomMegabytes = 200;

let server: RunningServer;
let app: ApplicationAccess;

before(async () => {
  server = await startServer();
  app = accessTo(server, await createTenant(server));
  requireSuccess(
    await app.asAdmin('POST /keeps', {
      json: [
        { name: 'one', n: 1 },
        { name: 'two', n: 2 },
      ],
    }),
  );
});
after(async () => {
  await server?.stop();
});

interface BadRequest {
  request: string;
  options?: () => CallOptions;
  /** Status and error. */
  outcome: string;
  /** What was wrong, and what was expected. */
  description: RegExp;
}

const repeated = (count: number, item: string): string => Array(count).fill(item).join(',');
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const ql = (statement: string, path = '/keeps'): string => `GET ${path}?ql=${encodeURIComponent(statement)}`;

const tooLongUrl = {
  outcome: '431 request_header_fields_too_large',
  description: /URL and headers are too long: expected at most 32768 bytes/,
};
const tooLongStatement = {
  outcome: '400 query_parse',
  description: /at column 8193 on line 1 is wrong: a query has at most 8192 characters/,
};
const tooMuchJson = (what: string) => ({
  outcome: '400 json_parse',
  description: new RegExp(`^The body is ${what}`),
});

const badRequests: Record<string, BadRequest> = {
  'a URL of 10 MB': { request: `GET /keeps?ql=${'n'.repeat(10 * million)}`, ...tooLongUrl },
  'a million `or`s in the URL': { request: `GET /keeps?ql=${'n=1+or+'.repeat(million)}n=1`, ...tooLongUrl },
  'a query of 10 MB in a form': {
    request: 'PUT /keeps',
    options: () => ({ body: `ql=${'n'.repeat(10 * million)}`, headers: form }),
    outcome: '413 entity_too_large',
    description: /at most 5000000 bytes/,
  },
  'a query of 11 MB in a form': {
    request: 'PUT /keeps',
    options: () => ({ body: `ql=${'n'.repeat(11 * million)}`, headers: form }),
    outcome: '413 request_too_large',
    description: /too large/,
  },
  'a query beyond the bound': { request: ql(`name = '${'x'.repeat(8200)}'`), ...tooLongStatement },
  'a thousand `or`s': {
    request: ql(
      numbers(1000)
        .map((n) => `n=${n}`)
        .join(' or '),
    ),
    ...tooLongStatement,
  },
  '10 thousand parentheses': {
    request: ql(`${'('.repeat(10_000)}n=1${')'.repeat(10_000)}`),
    ...tooLongStatement,
  },
  'parentheses as deep as a query is long': {
    request: ql('('.repeat(8192)),
    outcome: '400 query_parse',
    description: /at column 65 on line 1 is wrong: a query nests at most 64 parentheses deep/,
  },
  'parentheses in a matrix parameter': {
    request: `GET /keeps;ql=${'('.repeat(8000)}`,
    outcome: '400 query_parse',
    description: /at most 64 parentheses/,
  },
  'parentheses in a JSON segment': {
    request: `GET /keeps/${encodeURIComponent(JSON.stringify({ ql: '('.repeat(4000) }))}`,
    outcome: '400 query_parse',
    description: /at most 64 parentheses/,
  },
  'nine properties to order by': {
    request: ql('order by a, b, c, d, e, f, g, h, i'),
    outcome: '400 illegal_argument',
    description: /orders by at most 8 properties/,
  },
  'more than a thousand names looked up': {
    request: ql(
      `direct ${numbers(1001)
        .map((n) => `n${n}`)
        .join(',')}`,
    ),
    outcome: '400 illegal_argument',
    description: /at most 1000 entities directly/,
  },
  'a cursor of 25 kB': {
    request: `GET /keeps?cursor=${'A'.repeat(25_000)}`,
    outcome: '400 illegal_argument',
    description: /cursor does not belong to this query/,
  },
  'a path of 200 segments': {
    request: `GET /keeps${'/a'.repeat(200)}`,
    outcome: '400 illegal_argument',
    description: /at most 100 segments/,
  },
  'a collection with a name of 3 kB': {
    request: `POST /${'a'.repeat(3000)}`,
    options: () => ({ json: { name: 'x' } }),
    outcome: '400 illegal_argument',
    description: /name has 1 to 100 characters/,
  },
  'a million numbers to create': {
    request: 'POST /keeps',
    options: () => ({ body: `[${repeated(million, '1')}]` }),
    ...tooMuchJson('of more than 500000 values'),
  },
  'a batch of 100 thousand': {
    request: 'POST /keeps',
    options: () => ({ body: `[${repeated(100_000, '1')}]` }),
    outcome: '400 illegal_argument',
    description: /batch has at most 10000 entities/,
  },
  'a property of a million numbers': {
    request: 'POST /keeps',
    options: () => ({ json: { name: 'array', a: numbers(million) } }),
    ...tooMuchJson('of more than 500000 values'),
  },
  'a property of 2 thousand numbers': {
    request: 'POST /keeps',
    options: () => ({ json: { name: 'array', a: numbers(2000) } }),
    outcome: '400 illegal_argument',
    description: /at most 1000 values: put long lists into entities of their own/,
  },
  'an update with a million empty arrays': {
    request: 'PUT /keeps/one',
    options: () => ({ body: `{"a":[${repeated(million, '[]')}]}` }),
    ...tooMuchJson('of more than 100000 objects and arrays'),
  },
  'objects 10 thousand deep': {
    request: 'PUT /keeps/one',
    options: () => ({ body: `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}` }),
    ...tooMuchJson('nested deeper than 128 levels'),
  },
  'arrays 10 thousand deep': {
    request: 'POST /keeps',
    options: () => ({ body: '['.repeat(10_000) }),
    ...tooMuchJson('nested deeper than 128 levels'),
  },
  'objects 100 deep': {
    request: 'POST /keeps',
    options: () => ({ body: `${'{"a":'.repeat(100)}1${'}'.repeat(100)}` }),
    outcome: '400 illegal_argument',
    description: /nests at most 64 levels deep/,
  },
  '100 thousand properties': {
    request: 'POST /keeps',
    options: () => ({ json: Object.fromEntries(numbers(100_000).map((n) => [`p${n}`, n])) }),
    ...tooMuchJson('of an object of over 5000 names'),
  },
  'a property name of 1 MB': {
    request: 'POST /keeps',
    options: () => ({ json: { name: 'long', ['p'.repeat(million)]: 1 } }),
    ...tooMuchJson('of a name longer than 4096 characters'),
  },
  'a text of 6 MB': {
    request: 'PUT /keeps/two',
    options: () => ({ json: { text: 'x'.repeat(6 * million) } }),
    outcome: '413 entity_too_large',
    description: /at most 5000000 bytes/,
  },
  'a form of 100 thousand fields': {
    request: 'POST /keeps',
    options: () => ({ body: 'a=1&'.repeat(100_000), headers: form }),
    ...tooMuchJson('a form of more than 1000 fields'),
  },
  '5 MB of JSON that does not end': {
    request: 'POST /keeps',
    options: () => ({ body: `{"a":"${'\\"'.repeat(2.5 * million)}` }),
    outcome: '400 json_parse',
    description: /not well-formed JSON/,
  },
};

/** Good requests, one after the other, until the bad one is answered; the longest wait for one, in ms. */
async function othersUntil(bad: Promise<unknown>): Promise<number> {
  let done = false;
  const finished = () => {
    done = true;
  };
  bad.then(finished, finished);
  let longest = 0;
  do {
    const from = performance.now();
    const { entities } = requireSuccess(await app.asAdmin(ql('n = 1'))).body;
    assert.deepEqual(
      entities.map(({ name, n }: { name: string; n: number }) => [name, n]),
      [['one', 1]],
    );
    longest = Math.max(longest, performance.now() - from);
  } while (!done);
  return longest;
}

async function send({ request, options }: BadRequest): Promise<Answer> {
  return app.asAdmin(request, options?.() ?? {});
}

async function residentMegabytes(): Promise<number> {
  const { text } = await call(server, 'GET /metrics');
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / million;
}

describe('too much is refused in words, and others are answered meanwhile', () => {
  for (const [name, bad] of Object.entries(badRequests)) {
    test(name, async () => {
      const sent = send(bad);
      const longestWait = await othersUntil(sent);
      const { status, body } = await sent;
      assert.equal(`${status} ${body.error}`, bad.outcome);
      assert.match(body.error_description, bad.description);
      assert.ok(body.error_description.length < 500);
      assert.ok(longestWait < longestWaitMilliseconds, `waited ${longestWait} ms`);
    });
  }
});

test('all of it again, several at a time, takes no more memory than before', async () => {
  const requests = Object.values(badRequests);
  const round = async () => {
    for (let from = 0; from < requests.length; from += 4) {
      await Promise.all(requests.slice(from, from + 4).map(send));
    }
    return residentMegabytes();
  };
  const first = await residentMegabytes();
  await round();
  const last = await round();
  assert.ok(last < first + roomMegabytes, `${first} MB, then ${last} MB`);
  const { entities } = requireSuccess(await app.asAdmin(ql('order by n'))).body;
  assert.deepEqual(
    entities.map((entity: Record<string, unknown>) => [entity.name, entity.n, entity.a, entity.text]),
    [
      ['one', 1, undefined, undefined],
      ['two', 2, undefined, undefined],
    ],
  );
});

/** What the server answers to these bytes before it closes the connection. */
function answerToBytes(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', reject).on('close', () => resolve(answer));
  });
}

test('what is no request of HTTP is told so, and the connection closed', async () => {
  for (const bytes of ['nonsense\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n', '\0']) {
    const answer = await answerToBytes(bytes);
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
    const { error, error_description: description } = JSON.parse(answer.split('\r\n\r\n')[1] ?? '');
    assert.deepEqual([error, description], ['bad_request', 'What was sent is not a request of HTTP/1.1']);
  }
  assert.match(
    await answerToBytes(`GET /${'x'.repeat(40_000)}`),
    /^HTTP\/1\.1 431 .*expected at most 32768 bytes/s,
  );
});
