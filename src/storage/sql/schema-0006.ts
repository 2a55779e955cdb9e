/** Settings of collections, what goes on with whole collections, and which creations must not happen twice. */
import type { SchemaTypes } from './schema-0001.ts';

export const schema0006 = (type: SchemaTypes): string[] => [
  // What of the entity is indexed, where not everything is.
  `alter table entities add column indexed_fields text`,
  `create table collection_settings (
    application_id ${type.integer} not null, type text not null, body text, primary key (application_id, type))`,
  `create table collection_jobs (
    application_id ${type.integer} not null, job_id ${type.bytes} not null, due_at ${type.integer} not null,
    body text not null, primary key (application_id, job_id))`,
  `create index collection_jobs_by_due_time on collection_jobs (due_at)`,
  `create table idempotency_keys (
    application_id ${type.integer} not null, digest text not null, request_digest text not null,
    finished ${type.integer} not null, uuids text not null, expires_at ${type.integer} not null,
    primary key (application_id, digest))`,
  `create index idempotency_keys_by_expiry on idempotency_keys (expires_at)`,
];
