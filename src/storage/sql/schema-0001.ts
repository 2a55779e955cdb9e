/**
 * The first schema, for both engines. Every primary key and unique index of tenant data begins with `application_id`
 * (the realm key), and no foreign key crosses applications, so that a distributed PostgreSQL can shard by that column.
 * SQLite keeps index-like tables WITHOUT ROWID: the key is the table.
 */
export interface SchemaTypes {
  bytes: string;
  integer: string;
  generatedKey: string;
  clustered: string;
}

export const schema0001 = (type: SchemaTypes): string[] => [
  `create table server_state (name text primary key, value text not null)`,
  `create table server_keys (id ${type.integer} primary key, sealed text not null, active_from ${type.integer} not null)`,
  `create table changes (sequence ${type.generatedKey}, topic text not null, realm ${type.integer} not null)`,
  `create table organizations (
    uuid text primary key, name text not null, name_key text not null unique, properties text not null,
    sealed_client_secret text not null, activated ${type.integer} not null,
    created ${type.integer} not null, modified ${type.integer} not null)`,
  `create table admin_users (
    uuid text primary key, username text not null, username_key text not null unique, email text not null,
    email_key text not null unique, name text not null, activated ${type.integer} not null,
    confirmed ${type.integer} not null, disabled ${type.integer} not null, superuser ${type.integer} not null,
    properties text not null, created ${type.integer} not null, modified ${type.integer} not null)`,
  `create table memberships (
    organization_uuid text not null, admin_user_uuid text not null,
    primary key (organization_uuid, admin_user_uuid)) ${type.clustered}`,
  `create index memberships_by_admin_user on memberships (admin_user_uuid, organization_uuid)`,
  `create table applications (
    application_id ${type.generatedKey}, uuid text not null unique, organization_uuid text not null, name text not null,
    properties text not null, sealed_client_secret text not null, created ${type.integer} not null,
    modified ${type.integer} not null, deleted_at ${type.integer})`,
  `create unique index applications_live on applications (organization_uuid, name) where deleted_at is null`,
  `create unique index applications_deleted on applications (organization_uuid, name) where deleted_at is not null`,
  `create table collections (
    application_id ${type.integer} not null, type text not null, primary key (application_id, type)) ${type.clustered}`,
  `create table entities (
    application_id ${type.integer} not null, entity_id ${type.bytes} not null, type text not null,
    created ${type.integer} not null, modified ${type.integer} not null, version ${type.integer} not null,
    body text not null, primary key (application_id, entity_id))`,
  `create table unique_values (
    application_id ${type.integer} not null, type text not null, property text not null, value text not null,
    entity_id ${type.bytes} not null, primary key (application_id, type, property, value)) ${type.clustered}`,
  `create table entity_index (
    application_id ${type.integer} not null, type text not null, path text not null, value ${type.bytes} not null,
    created ${type.integer} not null, entity_id ${type.bytes} not null,
    primary key (application_id, type, path, value, created, entity_id)) ${type.clustered}`,
  `create table edges (
    application_id ${type.integer} not null, source_id ${type.bytes} not null, verb text not null,
    target_id ${type.bytes} not null, source_type text not null, target_type text not null,
    connected_at ${type.integer} not null, primary key (application_id, source_id, verb, target_id)) ${type.clustered}`,
  // With the types, so that a page of far ends is read from the index alone: SQLite would else pass over the tenant.
  `create index edges_outgoing on edges (application_id, source_id, verb, connected_at, target_id, target_type)`,
  `create index edges_incoming on edges (application_id, target_id, verb, connected_at, source_id, source_type)`,
  `create table permissions (
    application_id ${type.integer} not null, holder_id ${type.bytes} not null, permission text not null,
    position ${type.integer} not null, primary key (application_id, holder_id, permission)) ${type.clustered}`,
  `create table credentials (
    application_id ${type.integer} not null, account_id ${type.bytes} not null, password_hash text not null,
    changed_at ${type.integer} not null, history text not null, primary key (application_id, account_id)) ${type.clustered}`,
  `create table mail_tokens (
    digest text primary key, realm ${type.integer} not null, subject text not null, purpose text not null,
    expires_at ${type.integer} not null)`,
  `create index mail_tokens_by_expiry on mail_tokens (expires_at)`,
  `create table revocations (
    kind text not null, subject text not null, issued_before ${type.integer} not null, reason text not null,
    expires_at ${type.integer}, changed ${type.integer} not null, primary key (kind, subject))`,
  `create index revocations_by_expiry on revocations (expires_at)`,
  `create index revocations_by_change on revocations (changed)`,
  `create table refusals (
    request_id text primary key, at ${type.integer} not null, refusal text not null)`,
  `create index refusals_by_time on refusals (at)`,
  `create table outbox (
    id ${type.generatedKey}, recipient text not null, subject text not null, body text not null,
    sent_at ${type.integer} not null)`,
];
