/** Everything below `/{org}/{app}` that is stored, found, changed and deleted. usergrid-data.md 0 to 2. */
import type { FastifyReply } from 'fastify';
import { type Awaitable, andThen } from '../../core/awaitable.ts';
import { isUuid } from '../../core/uuid.ts';
import { Type } from '../../http/json-schema.ts';
import { administer } from './collection-administration.ts';
import { collectionAdministrationRoutes } from './collection-administration-routes.ts';
import {
  createInCollection,
  deleteFromCollection,
  listCollection,
  putCollection,
} from './collection-answers.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { type DataCall, requireNoFile } from './data-call.ts';
import { createDirectCreations, type DirectCreations } from './direct-creations.ts';
import { createDirectReads, type DirectReads } from './direct-reads.ts';
import {
  deleteEntity,
  findTarget,
  postEntity,
  putEntity,
  readEntity,
  requireEntity,
  type Target,
} from './entity-answers.ts';
import { addressedPath, operationOf } from './guard.ts';
import { answerBelow, answerBelowMany } from './nested-answers.ts';
import { requireOffered, requireOfferedPath } from './offered-collections.ts';
import { type Operation, resource } from './resource.ts';
import { type Address, readAddress } from './resource-address.ts';

type CollectionAddress = Extract<Address, { kind: 'collection' }>;
type Answered = FastifyReply | Promise<FastifyReply>;

/** What one method does with each kind of address. */
interface MethodAnswers {
  collection(call: DataCall, address: CollectionAddress): Answered;
  entity(call: DataCall, target: Target): Answered;
}

const answers = {
  GET: { collection: listCollection, entity: readEntity },
  POST: { collection: (call) => createInCollection(call), entity: postEntity },
  PUT: { collection: putCollection, entity: putEntity },
  DELETE: { collection: deleteFromCollection, entity: deleteEntity },
} satisfies Record<string, MethodAnswers>;

export const dataRoutes: Routes = (app, options) => {
  const root = '/:organization/:application';
  const reads = createDirectReads(options);
  app.directAnswers.add(reads.answer);
  const creations = createDirectCreations(options);
  app.directAnswers.addTaker(creations.take);
  const methods = {
    ...answers,
    GET: { ...answers.GET, entity: readAndLearn(reads) },
    POST: { ...answers.POST, collection: createAndLearn(creations) },
  };
  const operation = (
    method: keyof typeof answers,
    summary: string,
    schema: NonNullable<Operation['schema']>,
  ): Operation => ({
    summary,
    answer: answerWith(options, methods[method]),
    guard: 'permission',
    schema,
  });
  resource(app, `${root}/:collection`, {
    GET: operation('GET', 'Lists a collection, or what matches a query', {
      params: collectionParams,
      querystring,
    }),
    POST: operation('POST', 'Creates an entity, or one for each item of an array', {
      params: collectionParams,
      body,
    }),
    PUT: operation('PUT', 'Changes all that match the query; without any query it creates, as POST', {
      params: collectionParams,
      querystring,
      body,
    }),
    DELETE: operation('DELETE', 'Deletes a page of what matches the query', {
      params: collectionParams,
      querystring,
    }),
  });
  resource(app, `${root}/:collection/:entity`, {
    GET: operation('GET', 'Reads an entity', { params: entityParams }),
    POST: operation('POST', 'Answers the entity as it is', { params: entityParams }),
    PUT: operation('PUT', 'Merges into an entity, or creates it', { params: entityParams, body }),
    DELETE: operation('DELETE', 'Deletes an entity', { params: entityParams }),
  });
  collectionAdministrationRoutes(app, (method, { summary, schema = {} }) =>
    operation(method, summary, schema),
  );
  resource(app, `${root}/*`, {
    GET: operation('GET', 'Reads what is connected to an entity', unlisted),
    POST: operation('POST', 'Connects entities', unlisted),
    PUT: operation('PUT', 'Changes and connects entities', unlisted),
    DELETE: operation('DELETE', 'Disconnects entities', unlisted),
  });
};

const readAndLearn =
  (reads: DirectReads): MethodAnswers['entity'] =>
  (call, target) => {
    if (target.entity && isUuid(target.reference)) reads.learn(call.request, call.collection);
    return readEntity(call, target);
  };

const createAndLearn =
  (creations: DirectCreations): MethodAnswers['collection'] =>
  async (call) => {
    creations.throwRefusal(call.request.raw);
    const answered = await createInCollection(call);
    creations.learn(call.request, call.collection);
    return answered;
  };

const answerWith =
  (options: UsergridOptions, method: MethodAnswers): Answer =>
  (request, reply) => {
    const address = readAddress(request);
    const call: DataCall = { request, reply, options, collection: address.collection };
    requireOffered(address.collection);
    requireOfferedPath(request);
    if (request.method === 'POST' || request.method === 'PUT') requireNoFile(request);
    switch (address.kind) {
      case 'collection':
        return andThen(address.chosen ? requireOfCollection(call) : undefined, () =>
          method.collection(call, address),
        );
      case 'administration':
        return administer(call, address);
      case 'below_many':
        return answerBelowMany(call, address);
      case 'entity':
        return andThen(findTarget(call, address), (target) => {
          if (target.rest.length === 0) return method.entity(call, target);
          return answerBelow(call, requireEntity(call, target), target.rest.length);
        });
    }
  };

/** What is answered for every path of data. */
export const answerData =
  (options: UsergridOptions): Answer =>
  (request, reply) =>
    answerWith(options, answers[request.method as keyof typeof answers])(request, reply);

/** What is done to all of `/dogs/all` needs a right to `/dogs`: one to a dog of that name is not enough. */
const requireOfCollection = ({ request, options, collection }: DataCall): Awaitable<void> =>
  options.core.pathPermission.require(
    request.caller,
    request.application,
    operationOf(request),
    addressedPath([collection.segment]),
  );

/** What the description language has no form for: a path of any depth. */
const unlisted = { hide: true } as NonNullable<Operation['schema']>;

const collectionParams = Type.Object({
  organization: Type.String({ description: 'Name or uuid' }),
  application: Type.String({ description: 'Name or uuid' }),
  collection: Type.String({ description: 'Singular or plural, in any case' }),
});

const entityParams = Type.Object({
  ...collectionParams.properties,
  entity: Type.String({ description: 'Uuid or name; of a user also the email address, or `me`' }),
});

const querystring = Type.Object({
  ql: Type.Optional(Type.String({ description: "A statement, such as `select * where color = 'black'`" })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 10 })),
  cursor: Type.Optional(Type.String({ description: 'As the page before gave it' })),
  type: Type.Optional(Type.String({ description: 'Only entities of this type or collection' })),
});

const body = Type.Unknown({ description: 'An entity: a JSON object of any properties' });
