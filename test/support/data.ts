/** Calls to the data of one application, without its path in every line. */
import assert from 'node:assert/strict';
import { type Answer, type CallOptions, call } from './http.ts';

export type DataCaller = (methodAndPath: string, options?: CallOptions) => Promise<Answer>;

/** `data('GET /dogs')` calls `GET /acme/kennel/dogs`, with the token if there is one. */
export function dataCaller(server: { url: string }, application: string, bearer?: string): DataCaller {
  return (methodAndPath, options = {}) =>
    call(server, methodAndPath.replace(' /', ` ${application}/`).replace(/\/$/, ''), {
      ...(bearer !== undefined && { bearer }),
      ...options,
    });
}

/** The one entity of a successful answer. */
export function onlyEntity(answer: Answer): Answer['body'] {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.entities.length, 1, answer.text);
  return answer.body.entities[0];
}

/** What the entities of a successful answer are called, in order. */
export function namesIn(answer: Answer): string[] {
  assert.equal(answer.status, 200, answer.text);
  return answer.body.entities.map((entity: Answer['body']) => entity.name);
}

/** Status and name of a refusal. */
export const refusalIn = ({ status, body }: Answer): [number, string] => [status, body?.error];
