import { type SchemaSteps, statementsStep } from '../../sql/migrations.ts';
import { type SchemaTypes, schema0001 } from '../../sql/schema-0001.ts';
import { schema0002 } from '../../sql/schema-0002.ts';
import { schema0003 } from '../../sql/schema-0003.ts';
import { schema0004 } from '../../sql/schema-0004.ts';
import { schema0005 } from '../../sql/schema-0005.ts';
import { schema0006 } from '../../sql/schema-0006.ts';
import { schema0007 } from '../../sql/schema-0007.ts';
import { schema0008 } from '../../sql/schema-0008.ts';

const types: SchemaTypes = {
  bytes: 'blob',
  integer: 'integer',
  generatedKey: 'integer primary key autoincrement',
  clustered: 'without rowid',
};

export const sqliteSchemaSteps: SchemaSteps = {
  '0001-first-schema': statementsStep([
    ...schema0001(types),
    // Realm key 1 is the management realm's.
    `insert into sqlite_sequence (name, seq) values ('applications', 1)`,
  ]),
  '0002-authorization': statementsStep(schema0002(types)),
  '0003-path-numbers': statementsStep(schema0003(types)),
  '0004-feeds': statementsStep(schema0004(types)),
  '0005-connections': statementsStep(schema0005(types)),
  '0006-collections': statementsStep(schema0006(types)),
  '0007-account-lists': statementsStep(schema0007(types)),
  '0008-index-keys': statementsStep(schema0008(types)),
  // Keys that wait to be moved into the index: see index-arrivals.ts. PostgreSQL has none.
  '0009-index-arrivals': statementsStep([
    `create table index_arrivals (id ${types.generatedKey}, keys ${types.bytes} not null)`,
  ]),
};
