/**
 * The index of entities by number of path: a number for each path of a collection, instead of its texts in every row.
 * What the old index held is not taken over: whoever opens the database next has it made anew, see index-rebuild.ts.
 */
import type { SchemaTypes } from './schema-0001.ts';

export const schema0003 = (type: SchemaTypes): string[] => [
  `drop table entity_index`,
  `create table index_paths (
    application_id ${type.integer} not null, type text not null, path text not null, path_id integer not null,
    primary key (application_id, type, path)) ${type.clustered}`,
  `create unique index index_paths_by_number on index_paths (application_id, path_id)`,
  `create table entity_index (
    application_id ${type.integer} not null, path_id integer not null, value ${type.bytes} not null,
    created ${type.integer} not null, entity_id ${type.bytes} not null,
    primary key (application_id, path_id, value, created, entity_id)) ${type.clustered}`,
];
