/** Which entities may have connections: all others are shown without a look at the edges. */
import type { SchemaTypes } from './schema-0001.ts';

export const schema0005 = (type: SchemaTypes): string[] => [
  `alter table entities add column connected ${type.integer} not null default 0`,
];
