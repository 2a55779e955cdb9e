/**
 * A row of the index of entities is one key (index-keys.ts). What the old index held is not taken over: whoever opens
 * the database next has it made anew, see index-rebuild.ts.
 */
import type { SchemaTypes } from './schema-0001.ts';

export const schema0008 = (type: SchemaTypes): string[] => [
  'drop table entity_index',
  `create table entity_index (
    application_id ${type.integer} not null, key ${type.bytes} not null,
    primary key (application_id, key)) ${type.clustered}`,
];
