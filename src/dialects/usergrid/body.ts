/** Bodies as leniently as the original reads them. usergrid-auth.md 2.2 and 10.4. */
import type { FastifyRequest } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import type { QueryParameters } from './envelope.ts';
import { requireModestJson, tooMuch } from './json-bounds.ts';

/** What a request's body was. `absent`: no byte of it. */
export type ParsedBody =
  | { kind: 'absent' }
  | { kind: 'json'; value: Record<string, unknown> | unknown[] }
  | { kind: 'form'; value: Record<string, unknown> }
  | { kind: 'other'; bytes: Buffer };

const absent: ParsedBody = { kind: 'absent' };
const formFieldsLimit = 1000;

/**
 * JSON if the first character says so, whatever the content type; else a form if the type says so.
 * @throws KeygridError `malformed_body`
 */
export function parseBody(received: Buffer, contentType: string | undefined): ParsedBody {
  const bytes = withoutByteOrderMark(received);
  const start = bytes.findIndex((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  if (start < 0) return absent;
  const first = bytes[start];
  if (first === 0x7b || first === 0x5b) return { kind: 'json', value: parseJson(bytes.toString('utf8')) };
  if (contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded')) {
    return { kind: 'form', value: parseForm(bytes.toString('utf8')) };
  }
  if (contentType?.toLowerCase().includes('json')) {
    throw new KeygridError('malformed_body', 'The body is not JSON: expected an object or an array');
  }
  return { kind: 'other', bytes };
}

/** What a client of the original sends along with a DELETE is never looked at. usergrid-data.md 0.3. */
export const readBody = ({ method, headers }: FastifyRequest, received: Buffer): ParsedBody =>
  method === 'DELETE' ? absent : parseBody(received, headers['content-type']);

const mediaType = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/;

/** Of a type that is none, such as `json`, the framework would refuse the body unseen: it may be any instead. */
export function readTypeLeniently({ raw: { headers } }: FastifyRequest): void {
  const type = headers['content-type'];
  if (type !== undefined && !mediaType.test(type)) headers['content-type'] = '*/*';
}

/** Some writers of UTF-8 begin with one, and the original's parser passes over it (RFC 8259 §8.1). */
const withoutByteOrderMark = (bytes: Buffer): Buffer =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

function parseJson(text: string): Record<string, unknown> | unknown[] {
  requireModestJson(text);
  try {
    return JSON.parse(text) as Record<string, unknown> | unknown[];
  } catch (error) {
    throw new KeygridError('malformed_body', 'The body is not well-formed JSON', { cause: error });
  }
}

/** @throws KeygridError `malformed_body` */
export function parseForm(text: string): Record<string, unknown> {
  let separators = 0;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    separators += 1;
    if (separators >= formFieldsLimit) throw tooMuch(`a form of more than ${formFieldsLimit} fields`);
  }
  const fields: Record<string, unknown> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) if (!(name in fields)) fields[name] = value;
  return fields;
}

const bodyOf = (request: FastifyRequest): ParsedBody => (request.body as ParsedBody | undefined) ?? absent;

/** The query's and the body's fields together; the body wins. A JSON body must be an object. */
export function fieldsOf(request: FastifyRequest): Record<string, unknown> {
  return { ...firstValues(request.query as QueryParameters), ...bodyFields(request) };
}

/** The body's fields alone. @throws KeygridError `invalid_argument` when the body is a JSON array */
export function bodyFields(request: FastifyRequest): Record<string, unknown> {
  const body = bodyOf(request);
  if (body.kind === 'form') return body.value;
  if (body.kind !== 'json') return {};
  if (Array.isArray(body.value))
    throw new KeygridError('invalid_argument', 'The body must be one JSON object');
  return body.value;
}

/** @throws KeygridError `invalid_argument`: a request that calls itself JSON must bring some. */
export function requireBody(request: FastifyRequest): void {
  const type = request.headers['content-type'] ?? 'application/json';
  if (bodyOf(request).kind === 'absent' && type.toLowerCase().includes('json')) {
    throw new KeygridError('invalid_argument', 'missing json post data');
  }
}

export const jsonBody = (request: FastifyRequest): Record<string, unknown> | unknown[] | undefined => {
  const body = bodyOf(request);
  return body.kind === 'json' ? body.value : body.kind === 'form' ? body.value : undefined;
};

export function firstValues(query: QueryParameters): Record<string, string | undefined> {
  const values: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(query)) values[name] = Array.isArray(value) ? value[0] : value;
  return values;
}
