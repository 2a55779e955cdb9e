/**
 * Requests as they are written here: node:http, since `fetch` refuses a GET with a body, rewrites paths and follows
 * redirects.
 */
import { Buffer } from 'node:buffer';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { rememberSecret, rememberSecretsIn } from './secrets.ts';

/** Whatever the server answered, to be looked into without ceremony: the assertions are the type check. */
export type WireJson = ReturnType<typeof JSON.parse>;

export interface CallOptions {
  /** Sent as JSON, with `Content-Type: application/json` unless `headers` has another. */
  json?: unknown;
  /** Sent form-encoded, with its `Content-Type` unless `headers` has another. */
  form?: Record<string, string> | string[][];
  /** Sent as it is, with no `Content-Type` of its own. */
  body?: string | Buffer;
  /** Appended to the path, percent-encoded. */
  query?: Record<string, string | number | boolean> | string[][];
  bearer?: string;
  basic?: { username: string; password: string };
  /** Sent with exactly this spelling; wins over what the other options would set. */
  headers?: Record<string, string | string[]>;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  bytes: Buffer;
  /** The parsed body when it is JSON; otherwise undefined. */
  body: WireJson;
}

interface Payload {
  bytes: Buffer;
  contentType?: string;
}

const formContentType = 'application/x-www-form-urlencoded';

function pairsOf(source: Record<string, string | number | boolean> | string[][]): URLSearchParams {
  const pairs = Array.isArray(source) ? source : Object.entries(source);
  return new URLSearchParams(pairs.map(([name, value]): [string, string] => [`${name}`, `${value}`]));
}

function payloadOf({ json, form, body }: CallOptions): Payload | undefined {
  if (json !== undefined) {
    rememberSecretsIn(json);
    return { bytes: Buffer.from(JSON.stringify(json)), contentType: 'application/json' };
  }
  if (form !== undefined) {
    const pairs = pairsOf(form);
    rememberSecretsIn(Object.fromEntries(pairs));
    return { bytes: Buffer.from(pairs.toString()), contentType: formContentType };
  }
  return body === undefined ? undefined : { bytes: Buffer.from(body) };
}

function authorizationOf({ bearer, basic }: CallOptions): string | undefined {
  if (bearer !== undefined) {
    rememberSecretsIn({ access_token: bearer });
    return `Bearer ${bearer}`;
  }
  if (basic === undefined) return undefined;
  rememberSecretsIn({ password: basic.password });
  const credentials = Buffer.from(`${basic.username}:${basic.password}`).toString('base64');
  rememberSecret(credentials);
  return `Basic ${credentials}`;
}

/** Header lines in order, as node:http takes them: name, value, name, value. */
function headerLines(options: CallOptions, payload: Payload | undefined, host: string): string[] {
  const lines = Object.entries(options.headers ?? {}).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, value]),
  );
  const given = new Set(Object.keys(options.headers ?? {}).map((name) => name.toLowerCase()));
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined && !given.has(name.toLowerCase())) lines.push(name, value);
  };
  add('Host', host);
  add('Authorization', authorizationOf(options));
  add('Content-Type', payload?.contentType);
  // A GET with a body has a length only if it is told; node:http would send the body without any.
  if (!given.has('transfer-encoding')) add('Content-Length', payload && String(payload.bytes.length));
  add('Connection', 'close');
  return lines;
}

function parseBody(text: string, contentType: string | undefined): WireJson {
  if (!/\bjson\b/.test(contentType ?? '') || text === '') return undefined;
  const body: WireJson = JSON.parse(text);
  rememberSecretsIn(body);
  return body;
}

function pathWithQuery(path: string, query: CallOptions['query']): string {
  if (query === undefined) return path;
  const pairs = pairsOf(query);
  rememberSecretsIn(Object.fromEntries(pairs));
  return `${path}${path.includes('?') ? '&' : '?'}${pairs}`;
}

/**
 * One request on a connection of its own: `call(server, 'POST /acme/app/users', { json, bearer })`. The path is sent
 * byte for byte; no redirect is followed. Secrets in it, and in the answer, are remembered.
 */
export async function call(
  server: { url: string },
  methodAndPath: string,
  options: CallOptions = {},
): Promise<Answer> {
  const [, method, path] = /^(\S+) (.*)$/.exec(methodAndPath) ?? [];
  if (method === undefined || path === undefined) throw new Error(`not "METHOD /path": ${methodAndPath}`);
  const { hostname, port, host } = new URL(server.url);
  const payload = payloadOf(options);
  return await new Promise((resolve, reject) => {
    const request = httpRequest({
      method,
      hostname,
      port,
      path: pathWithQuery(path, options.query),
      headers: headerLines(options, payload, host),
      agent: false,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString();
        const { headers, statusCode: status = 0 } = response;
        resolve({ status, headers, bytes, text, body: parseBody(text, headers['content-type']) });
      });
    });
    request.end(payload?.bytes);
  });
}
