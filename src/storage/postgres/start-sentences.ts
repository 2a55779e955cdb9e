/** What an operator is told when the database of the URL cannot be used. Never the password. */
import { StoreStartError } from '../start-error.ts';
import type { DatabaseAddress } from './connection.ts';
import { sqlState } from './errors.ts';

type Sentence = (address: DatabaseAddress) => string;

const sentences: Record<string, Sentence> = {
  ECONNREFUSED: ({ host }) =>
    `No PostgreSQL answers at ${host}: start the server, or correct host and port of the database URL.`,
  ENOTFOUND: ({ host }) => `The host of ${host} is not known: correct the database URL.`,
  EAI_AGAIN: ({ host }) => `The host of ${host} cannot be looked up now: check the name and the network.`,
  '28P01': ({ user, host }) =>
    `PostgreSQL at ${host} does not accept the password of ${user}: correct user and password of the database URL.`,
  '28000': ({ user, host }) =>
    `PostgreSQL at ${host} does not let ${user} in: create the user, or allow it in pg_hba.conf.`,
  '3D000': ({ database, host }) =>
    `There is no database "${database}" at ${host}: make it with "createdb ${database}", or correct the database URL.`,
  '42501': ({ label, user, database }) =>
    `${label} does not let ${user} make tables: grant it with "grant create, usage on schema public to ${user}", or make ${user} the owner of ${database}.`,
  '3F000': ({ label }) => `${label} has no schema to make tables in: create the schema "public".`,
  '53300': ({ label }) =>
    `${label} has no connection left: raise max_connections of the server, or stop what holds them.`,
  '57P03': ({ label }) => `${label} is starting or stopping: try again in a moment.`,
  '25006': ({ label }) =>
    `${label} cannot be written: name the primary server, without default_transaction_read_only.`,
};

export function toStartError(address: DatabaseAddress, error: unknown): StoreStartError {
  if (error instanceof StoreStartError) return error;
  const sentence = sentences[reasonOf(error) ?? ''];
  const said = error instanceof Error ? error.message : 'unknown reason';
  return new StoreStartError(
    sentence?.(address) ??
      `${address.label} cannot be used (${said}): check the database URL and the server's log.`,
    { cause: error },
  );
}

/** Connecting to a name with several addresses fails with the failure of each. */
function reasonOf(error: unknown): string | undefined {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return sqlState(first) ?? (first as NodeJS.ErrnoException | undefined)?.code;
}
