/** What an endpoint says of its methods, in every dialect: RFC 9110 §10.2.1, §15.5.6. */
import type { HTTPMethods } from 'fastify';

export interface TakenMethods {
  /** Value of the header `Allow`. Every endpoint answers OPTIONS besides. */
  allow: string;
  /** Those that are answered with 405. */
  refused: HTTPMethods[];
  /** The description of that answer. */
  refusal: string;
}

/** HEAD comes as GET. */
export const allMethods: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** `methods`: of one endpoint; OPTIONS may be among them. */
export function takenMethods(methods: Iterable<HTTPMethods>): TakenMethods {
  const given = new Set(methods);
  const taken = allMethods.filter((method) => given.has(method)).join(', ');
  return {
    allow: `${taken}, OPTIONS`,
    refused: allMethods.filter((method) => !given.has(method)),
    refusal: `This endpoint takes ${taken}`,
  };
}
