/**
 * `/dogs/_settings` and its like, as paths of their own: for the API description. What they answer, and to whom, is what
 * a path of data of that form answers (collection-administration.ts).
 */
import type { FastifyInstance } from 'fastify';
import { Type } from '../../http/json-schema.ts';
import { allMethods, type Method, type Operation, resource } from './resource.ts';

type Described = Pick<Operation, 'summary' | 'schema'>;
type OperationOf = (method: Method, described: Described) => Operation;

/** `operationOf` makes the operation of a path of data. */
export function collectionAdministrationRoutes(app: FastifyInstance, operationOf: OperationOf): void {
  for (const [path, described] of Object.entries(paths)) {
    const operations = allMethods.map((method) => [
      method,
      operationOf(method, described[method] ?? undescribed),
    ]);
    resource(app, `/:organization/:application/:collection/${path}`, Object.fromEntries(operations));
  }
}

/** Refused, where the last segment is spelled as here; in other letters it names an entity. */
const undescribed = { summary: '', schema: { hide: true } as NonNullable<Described['schema']> };

const params = Type.Object({
  organization: Type.String({ description: 'Name or uuid' }),
  application: Type.String({ description: 'Name or uuid' }),
  collection: Type.String({ description: 'Singular or plural, in any case' }),
});

const jobParams = Type.Object({
  ...params.properties,
  job: Type.String({ description: '`jobId` of the answer that began it' }),
});

const settings = Type.Object({
  fields: Type.Optional(
    Type.Unknown({ description: 'Which properties are indexed: `all`, `none`, or an array of dot paths' }),
  ),
});

const replaceAll = Type.Object({
  replace_all: Type.Optional(
    Type.Boolean({ default: true, description: 'With false, what is not named stays as it is' }),
  ),
});

const clearing = Type.Object({
  updatedBefore: Type.Optional(
    Type.Integer({ description: 'Milliseconds since the epoch: what was changed since stays' }),
  ),
});

const reindex = 'Indexes all of the collection anew in the background, as the settings say now';
const progress = { schema: { params: jobParams } };

const paths: Record<string, Partial<Record<Method, Described>>> = {
  _settings: {
    GET: { summary: 'Reads the settings of a collection', schema: { params } },
    POST: {
      summary: 'Replaces the settings of a collection',
      schema: { params, querystring: replaceAll, body: settings },
    },
    DELETE: { summary: 'Removes the settings of a collection', schema: { params } },
  },
  _clear: {
    POST: {
      summary: 'Deletes all of the collection in the background',
      schema: { params, body: clearing },
    },
  },
  '_clear/:job': { GET: { summary: 'How far the deletion of the collection is', ...progress } },
  _reindex: { POST: { summary: reindex, schema: { params } }, GET: { summary: reindex, schema: { params } } },
  '_reindex/:job': { GET: { summary: 'How far the indexing of the collection is', ...progress } },
  indexes: { GET: { summary: 'The properties that can be queried', schema: { params } } },
};
