/** Calls about a collection as such: its settings, wiping it, indexing it anew. usergrid-data.md 1.5 and 1.8. */
import type { FastifyReply } from 'fastify';
import type { CollectionJob, CollectionJobKind } from '../../core/entities/collections/collection-jobs.ts';
import type { CollectionSettings } from '../../core/entities/collections/collection-settings.ts';
import { KeygridError } from '../../core/errors.ts';
import { isUuid } from '../../core/uuid.ts';
import { wasHead } from '../../http/head-requests.ts';
import { firstValues } from './body.ts';
import { type DataCall, entitiesOf, sentObject } from './data-call.ts';
import { applicationMembers, type EnvelopeMembers, type QueryParameters, sendEnvelope } from './envelope.ts';
import { refuseMethod } from './resource.ts';
import type { Address } from './resource-address.ts';

type AdministrationAddress = Extract<Address, { kind: 'administration' }>;
type Administration = (call: DataCall) => FastifyReply | Promise<FastifyReply>;

const clear = { action: 'clear collection' };
const rebuild = { action: 'rebuild indexes' };

/** By subject and method; with a job's id after the subject: what is answered about the job. */
const administrations: Record<string, Record<string, Administration>> = {
  indexes: { GET: sendIndexes },
  _settings: { GET: sendSettings, POST: updateSettings, DELETE: removeSettings },
  _clear: { POST: startClear },
  // The original takes GET too; what comes of a second one is the same.
  _reindex: { POST: startReindex, GET: startReindex },
};

/** @throws KeygridError `application_access_denied`, `invalid_argument`, `resource_not_found` */
export async function administer(
  call: DataCall,
  { subject, rest }: AdministrationAddress,
): Promise<FastifyReply> {
  const { request, reply, options } = call;
  const [jobId, ...deeper] = rest;
  if (deeper.length > 0) throw nothingThere(call);
  if (subject !== 'indexes') {
    await options.core.access.requireApplicationAdmin(request.caller, request.application);
  }
  if (jobId !== undefined) return sendJob(call, subject, jobId);
  const method = subject === '_reindex' && wasHead(request.raw) ? 'HEAD' : request.method;
  const answer = administrations[subject]?.[method];
  return answer ? answer(call) : refuseMethod(request, reply);
}

const nothingThere = ({ request }: DataCall): KeygridError =>
  new KeygridError('resource_not_found', `There is nothing at ${request.url.split('?')[0]}`);

function send(call: DataCall, members: EnvelopeMembers): FastifyReply {
  const { request, reply, options, collection } = call;
  const context = { application: request.application, publicUrl: options.place.publicUrl };
  return sendEnvelope(request, reply, {
    ...applicationMembers(request, context, collection.path),
    entities: [],
    ...members,
  });
}

async function sendIndexes(call: DataCall): Promise<FastifyReply> {
  return send(call, { data: await entitiesOf(call).indexedPaths(call.collection.type) });
}

async function sendSettings(call: DataCall): Promise<FastifyReply> {
  const { key } = call.request.application;
  return sendStored(call, await call.options.core.collectionSettings.find(key, call.collection.type));
}

const sendStored = (call: DataCall, settings: CollectionSettings | undefined): FastifyReply =>
  send(call, { data: settings });

async function updateSettings(call: DataCall): Promise<FastifyReply> {
  const { request, options, collection } = call;
  const { replace_all: replaceAll } = firstValues(request.query as QueryParameters);
  const how = { by: request.caller, merges: replaceAll === 'false' };
  const { key } = request.application;
  const settings = options.core.collectionSettings;
  return sendStored(call, await settings.update(key, collection.type, sentObject(request), how));
}

async function removeSettings(call: DataCall): Promise<FastifyReply> {
  const { request, options, collection } = call;
  await options.core.collectionSettings.remove(request.application.key, collection.type);
  return send(call, {});
}

async function startClear(call: DataCall): Promise<FastifyReply> {
  const { updatedBefore } = sentObject(call.request);
  if (updatedBefore !== undefined && (typeof updatedBefore !== 'number' || !(updatedBefore >= 0))) {
    throw new KeygridError('invalid_argument', 'updatedBefore is a time in milliseconds since the epoch');
  }
  return sendStarted(call, 'clear', updatedBefore);
}

async function startReindex(call: DataCall): Promise<FastifyReply> {
  return sendStarted(call, 'reindex');
}

async function sendStarted(
  call: DataCall,
  kind: CollectionJobKind,
  updatedBefore?: number,
): Promise<FastifyReply> {
  const { request, options, collection } = call;
  const { collectionJobs } = options.core;
  const job = await collectionJobs.start(request.application, collection.type, kind, updatedBefore);
  return send(call, { ...renderJob(job), numberQueued: job.done });
}

async function sendJob(call: DataCall, subject: string, jobId: string): Promise<FastifyReply> {
  const { request, reply, options, collection } = call;
  if (subject !== '_clear' && subject !== '_reindex') throw nothingThere(call);
  if (request.method !== 'GET') return refuseMethod(request, reply);
  const found = isUuid(jobId)
    ? await options.core.collectionJobs.find(request.application, jobId.toLowerCase())
    : undefined;
  if (`_${found?.kind}` !== subject || found?.type !== collection.type) throw nothingThere(call);
  return send(call, {
    ...renderJob(found),
    numberQueued: found.done,
    ...(found.kind === 'clear' && { numberCheckedForDeletion: found.checked }),
  });
}

const renderJob = ({ id, kind, status, lastUpdated }: CollectionJob): EnvelopeMembers => ({
  ...(kind === 'clear' ? clear : rebuild),
  jobId: id,
  status,
  lastUpdatedEpoch: lastUpdated,
});
