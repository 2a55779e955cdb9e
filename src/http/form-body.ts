/** Form bodies, strictly: nothing but `application/x-www-form-urlencoded` (S067), repeated names and all. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { KeygridError } from '../core/errors.ts';
import type { RawParameters } from '../core/oauth/authorize/authorization-service.ts';
import { parseUrlencoded } from './urlencoded.ts';

interface ReceivedBody {
  bytes: Buffer;
}

/** Of every form that a scope takes. */
export const formLimitBytes = 64 * 1024;

const formType = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;
export const isFormType = (contentType: string | undefined): boolean => formType.test(contentType ?? '');

/** In the scope of `app`: bodies are kept as they come until `formOf` reads them. */
export function keepBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  // The one that is named is found at once; of every other the framework reads the header anew.
  const types = ['application/x-www-form-urlencoded', '*'];
  app.addContentTypeParser(
    types,
    { parseAs: 'buffer', bodyLimit: formLimitBytes },
    (_request, body, done) => {
      done(null, { bytes: body as Buffer } satisfies ReceivedBody);
    },
  );
}

/** Names and values in their order; none for a request without a body. @throws KeygridError `invalid_request` */
export function formOf(request: FastifyRequest): RawParameters {
  const { bytes } = (request.body ?? { bytes: Buffer.alloc(0) }) as ReceivedBody;
  if (bytes.length === 0) return [];
  const isForm = isFormType(request.headers['content-type']);
  if (!isForm || request.headers['content-encoding'] !== undefined) {
    throw new KeygridError('invalid_request', 'The body must be application/x-www-form-urlencoded');
  }
  return parseUrlencoded(bytes.toString('utf8'));
}

/** For endpoints that read no body but a form, and are told enough without one. */
export const carriesForm = ({ headers }: FastifyRequest): boolean => isFormType(headers['content-type']);

/** The query as it was sent, before anything was brought into a form of ours. */
export function queryOf({ originalUrl }: FastifyRequest): RawParameters {
  const mark = originalUrl.indexOf('?');
  return mark < 0 ? [] : parseUrlencoded(originalUrl.slice(mark + 1));
}

/** The first value of that name. */
export const fieldOf = (form: RawParameters, name: string): string | undefined =>
  form.find(([known]) => known === name)?.[1];
