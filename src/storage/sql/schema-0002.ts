/**
 * Three-legged authorization: clients, sessions, interactions, grants and what hangs from them. A code lives only with
 * its grant and a refresh token only with its family, so ending either is one row; the sweep takes the rest away.
 */
import type { SchemaTypes } from './schema-0001.ts';

export const schema0002 = (type: SchemaTypes): string[] => [
  // Administration data: a client is looked up before its realm is known.
  `create table clients (
    client_id text primary key, organization_uuid text not null, realm ${type.integer} not null, body text not null)`,
  `create index clients_of_organization on clients (organization_uuid, client_id)`,
  `create table sessions (
    application_id ${type.integer} not null, digest text not null, session_id ${type.bytes} not null,
    user_id ${type.bytes}, created_at ${type.integer} not null, last_seen_at ${type.integer} not null,
    expires_at ${type.integer} not null, body text not null, primary key (application_id, digest))`,
  `create unique index sessions_by_id on sessions (application_id, session_id)`,
  `create index sessions_of_user on sessions (application_id, user_id, created_at) where user_id is not null`,
  `create index sessions_by_expiry on sessions (expires_at)`,
  `create table interactions (
    application_id ${type.integer} not null, interaction_id text not null, expires_at ${type.integer} not null,
    body text not null, primary key (application_id, interaction_id))`,
  `create index interactions_by_expiry on interactions (expires_at)`,
  `create table grants (
    application_id ${type.integer} not null, grant_id ${type.bytes} not null, user_id ${type.bytes} not null,
    client_id text not null, scopes text not null, created_at ${type.integer} not null,
    last_used_at ${type.integer} not null, primary key (application_id, grant_id))`,
  `create unique index grants_of_user on grants (application_id, user_id, client_id)`,
  `create index grants_of_client on grants (application_id, client_id)`,
  `create table authorization_codes (
    application_id ${type.integer} not null, digest text not null, grant_id ${type.bytes} not null,
    family_id ${type.bytes}, failures ${type.integer} not null, expires_at ${type.integer} not null,
    body text not null, primary key (application_id, digest))`,
  `create index authorization_codes_by_expiry on authorization_codes (expires_at)`,
  // The row that every use of a family's tokens locks: the newest token, and what its predecessor was answered.
  `create table refresh_families (
    application_id ${type.integer} not null, family_id ${type.bytes} not null, grant_id ${type.bytes} not null,
    newest text not null, predecessor text, spent_at ${type.integer}, sealed_successor text, body text not null,
    primary key (application_id, family_id))`,
  `create index refresh_families_of_grant on refresh_families (application_id, grant_id)`,
  `create table refresh_tokens (
    application_id ${type.integer} not null, digest text not null, family_id ${type.bytes} not null,
    issued_at ${type.integer} not null, expires_at ${type.integer} not null,
    primary key (application_id, digest)) ${type.clustered}`,
  `create index refresh_tokens_by_expiry on refresh_tokens (expires_at)`,
  `create table device_authorizations (
    application_id ${type.integer} not null, device_code_digest text not null, user_code text not null,
    status text not null, grant_id ${type.bytes}, expires_at ${type.integer} not null,
    interval_seconds ${type.integer} not null, last_polled_at ${type.integer} not null, body text not null,
    decision text not null, primary key (application_id, device_code_digest))`,
  `create unique index device_authorizations_by_user_code on device_authorizations (application_id, user_code)`,
  `create index device_authorizations_by_expiry on device_authorizations (expires_at)`,
  `create table signing_keys (
    application_id ${type.integer} not null, kid text not null, algorithm text not null,
    slot ${type.integer} not null, public_jwk text not null, sealed_private_key text not null,
    created_at ${type.integer} not null, active_from ${type.integer} not null, retired_at ${type.integer} not null,
    removed_at ${type.integer} not null, primary key (application_id, kid))`,
  `create unique index signing_keys_by_slot on signing_keys (application_id, algorithm, slot)`,
];
