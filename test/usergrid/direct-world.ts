/** What the tests of direct answers share: which way an answer came, and connections on which bytes are written. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type ApplicationAccess, accessTo, requireSuccess } from '../support/application.ts';
import { type Answer, type CallOptions, call, type WireJson } from '../support/http.ts';
import { rememberSecretsIn } from '../support/secrets.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

export interface Learnt {
  tenant: Tenant;
  app: ApplicationAccess;
  /** Of the application user. */
  bearer: string;
  /** Of a collection in which the server has learnt to create. */
  path: string;
}

/** In a tenant of its own. */
export async function learn(server: { url: string }): Promise<Learnt> {
  const tenant = await createTenant(server);
  const app = accessTo(server, tenant);
  const bearer = tenant.user.token;
  requireSuccess(await app.as(bearer)('POST /things', { json: { learnt: true } }));
  return { tenant, app, bearer, path: `${app.path}/things` };
}

/** The route names the request first, and its other headers behind that. */
export const isDirect = ({ headers }: Pick<Answer, 'headers'>): boolean =>
  Object.keys(headers)[0] !== 'x-request-id';

/** What is the answer's own: its length follows from how long it took. */
const passing = ['date', 'x-request-id', 'content-length', 'keep-alive'];

/** What two answers to the same creation have in common. */
export function comparable({ status, headers, body, text }: Answer): unknown {
  const lasting = Object.entries(headers).filter(([name]) => !passing.includes(name));
  const shown = JSON.stringify({
    ...{ status, headers: Object.fromEntries(lasting) },
    body: body === undefined ? text : { ...body, timestamp: 0, duration: 0 },
  });
  const made: { uuid: string }[] = body?.entities ?? [];
  const unnamed = made.reduce((rest, { uuid }, at) => rest.replaceAll(uuid, `uuid-${at}`), shown);
  return JSON.parse(unnamed.replaceAll(/"(created|modified|published)":\d+/g, '"$1":0'));
}

export type Agreement = (sent: CallOptions, address?: string) => Promise<Answer>;

/** Creates twice and removes what was made; a question mark without parameters is the route's. */
export function agreementOn(server: { url: string }, { asAdmin, path }: ApplicationAccess): Agreement {
  async function createAndRemove(address: string, sent: CallOptions): Promise<Answer> {
    const answer = await call(server, `POST ${address}`, sent);
    const made: { uuid: string }[] = answer.status === 200 ? answer.body.entities : [];
    for (const { uuid } of made) await asAdmin(`DELETE ${answer.body.path}/${uuid}`);
    return answer;
  }
  return async (sent, address = `${path}/things`) => {
    const direct = await createAndRemove(address, sent);
    const routed = await createAndRemove(`${address}?`, sent);
    assert.deepEqual(comparable(direct), comparable(routed), JSON.stringify(sent));
    assert.equal(isDirect(routed), false);
    return direct;
  };
}

/** How many things there are of the name. */
export async function countOf({ asAdmin }: ApplicationAccess, name: string): Promise<number> {
  const { body } = await asAdmin('GET /things', { query: { ql: `name = '${name}'` } });
  return body.entities.length;
}

export interface Sent {
  bearer: string;
  body: string | Buffer;
  headers?: Record<string, string>;
}

/** The bytes of a POST, for a body of the length that it has. */
export function postOf(address: string, { bearer, body, headers = {} }: Sent): Buffer {
  rememberSecretsIn({ access_token: bearer });
  const lines = Object.entries({
    host: 'x',
    authorization: `Bearer ${bearer}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${address} HTTP/1.1\r\n${lines.join('')}\r\n`), Buffer.from(body)]);
}

/** Behind the headers and half of the body. */
export const middleOf = (post: Buffer): number =>
  Math.floor((post.indexOf('\r\n\r\n') + 4 + post.length) / 2);

export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  body: WireJson;
}

export interface Connection {
  send(bytes: Buffer | string): void;
  /** @throws Error where the server closes the connection before. */
  answer(): Promise<RawAnswer>;
  /** All that still comes until the server closes the connection. */
  rest(): Promise<string>;
  /** Goes away without a word. */
  destroy(): void;
}

export function openConnection(url: string): Connection {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true }).setEncoding('latin1');
  const parts: AsyncIterator<string> = socket[Symbol.asyncIterator]();
  let received = '';

  function firstWhole(): RawAnswer | undefined {
    const end = received.indexOf('\r\n\r\n') + 4;
    if (end < 4) return undefined;
    const [statusLine = '', ...lines] = received.slice(0, end - 4).split('\r\n');
    const pairs = lines.map((line) => /^([^:]+): *(.*)$/.exec(line)!.slice(1));
    const headers = Object.fromEntries(pairs.map(([name, value]) => [name!.toLowerCase(), value!]));
    const length = Number(headers['content-length']);
    if (received.length < end + length) return undefined;
    const text = Buffer.from(received.slice(end, end + length), 'latin1').toString();
    received = received.slice(end + length);
    return { status: Number(statusLine.split(' ')[1]), headers, body: JSON.parse(text) };
  }

  return {
    send: (bytes) => void socket.write(bytes),
    async answer() {
      for (let whole = firstWhole(); ; whole = firstWhole()) {
        if (whole) return whole;
        const { done, value } = await parts.next();
        if (done) throw new Error(`closed before an answer was whole: ${received}`);
        received += value;
      }
    },
    async rest() {
      for (let part = await parts.next(); !part.done; part = await parts.next()) received += part.value;
      return received;
    },
    destroy: () => void socket.destroy(),
  };
}
