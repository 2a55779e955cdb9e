import { type SchemaSteps, statementsStep } from '../../sql/migrations.ts';
import { schema0001 } from '../../sql/schema-0001.ts';

export const sqliteSchemaSteps: SchemaSteps = {
  '0001-first-schema': statementsStep([
    ...schema0001({
      bytes: 'blob',
      integer: 'integer',
      generatedKey: 'integer primary key autoincrement',
      clustered: 'without rowid',
    }),
    // Realm key 1 is the management realm's.
    `insert into sqlite_sequence (name, seq) values ('applications', 1)`,
  ]),
};
