/** Hands refusals of any dialect to the log behind `keygrid explain`. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { KeygridError } from '../core/errors.ts';
import type { Refusal } from '../core/explain.ts';
import type { ExplainLog, NotedRefusal } from '../core/explain-log.ts';
import type { AccessToken } from '../core/identity/principal.ts';
import type { TokenAuthority } from '../core/oauth/token-authority.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Missing where nobody wants to know. */
    refusals?: RefusalCollection;
  }
}

export interface RefusalCollection {
  explainLog: ExplainLog;
  /** Whose a token is, whether or not it is valid. */
  readToken(text: string): AccessToken | undefined;
}

export function collectRefusals(
  app: FastifyInstance,
  { explainLog, tokens }: { explainLog: ExplainLog; tokens: Pick<TokenAuthority, 'read'> },
): void {
  app.decorate('refusals', { explainLog, readToken: tokens.read });
}

export interface RefusalNote extends Omit<NotedRefusal, 'refusal'> {
  status: number;
  /** As the caller was told. */
  description: string;
  /** Of the error; `fault` for what nobody foresaw. */
  code: string;
  facts: Refusal['facts'];
}

/** Refusals that operators ask about. Whatever else is wrong with a request, its answer says itself. */
const explainedStatuses: ReadonlySet<number> = new Set([401, 403, 429]);

export const isExplained = (status: number): boolean => explainedStatuses.has(status) || status >= 500;

const longestPath = 1024;

/** `note` is made only where somebody collects. */
export function noteRefusal(
  request: FastifyRequest,
  note: (readToken: RefusalCollection['readToken']) => RefusalNote,
): void {
  const { refusals } = request.server;
  if (!refusals) return;
  const { status, description, code, facts, ...who } = note(refusals.readToken);
  refusals.explainLog.note({
    ...who,
    refusal: {
      requestId: request.id,
      at: request.startedAt,
      method: request.method,
      path: (request.originalUrl.split('?')[0] ?? '').slice(0, longestPath),
      status,
      code,
      description: description.slice(0, longestPath),
      facts: { ...facts, address: request.ip },
    },
  });
}

/** What is safe to keep of an error's private cause: its text may quote anything. */
export function causeFacts(error: Error | KeygridError): Refusal['facts'] {
  const { cause } = error;
  if (!(cause instanceof Error)) return {};
  const code = 'code' in cause && typeof cause.code === 'string' ? ` ${cause.code}` : '';
  return { cause: `${cause.name}${code}` };
}
