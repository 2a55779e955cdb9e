/** SQLite alone: keys that wait to be moved into the index of entities. See storage/sqlite/index-arrivals.ts. */
import type { SchemaTypes } from './schema-0001.ts';

export const schema0009 = (type: SchemaTypes): string[] => [
  `create table index_arrivals (id ${type.generatedKey}, keys ${type.bytes} not null)`,
];
