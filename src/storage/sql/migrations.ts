/** Which schema steps exist, and whether a database has them. Kysely runs the steps; it is loaded only when one is due. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { StoreStartError } from '../start-error.ts';

export type SchemaSteps = Record<string, Migration>;

export interface SchemaState {
  /** Names of steps still to run. */
  pending: string[];
}

/** @throws StoreStartError when the database has steps that this version does not know. */
export function compareSchema(steps: SchemaSteps, applied: string[], place: string): SchemaState {
  const unknown = applied.filter((name) => !(name in steps));
  if (unknown.length > 0) {
    throw new StoreStartError(
      `${place} was written by a newer version of Keygrid (it has schema step ${unknown.join(', ')}): ` +
        'start that version, or restore a backup made by this one.',
    );
  }
  return { pending: Object.keys(steps).filter((name) => !applied.includes(name)) };
}

/** A step that only runs statements. */
export const statementsStep = (statements: string[]): Migration => ({
  async up(database: Kysely<unknown>) {
    const { sql } = await import('kysely');
    for (const text of statements) await sql.raw(text).execute(database);
  },
});

export async function runSchemaSteps(database: Kysely<unknown>, steps: SchemaSteps): Promise<string[]> {
  const { Migrator } = await import('kysely/migration');
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => steps } });
  const { error, results } = await migrator.migrateToLatest();
  if (error) throw error;
  return (results ?? []).map((result) => result.migrationName);
}
