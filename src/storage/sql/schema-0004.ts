/** Activities on their way into feeds. */
import type { SchemaTypes } from './schema-0001.ts';

export const schema0004 = (type: SchemaTypes): string[] => [
  `create table fan_outs (
    application_id ${type.integer} not null, fan_out_id ${type.bytes} not null, activity_id ${type.bytes} not null,
    published ${type.integer} not null, audience text not null, audience_id ${type.bytes} not null,
    following_id ${type.bytes}, after_time ${type.integer} not null, after_id ${type.bytes} not null,
    due_at ${type.integer} not null, primary key (application_id, fan_out_id))`,
  `create index fan_outs_by_due_time on fan_outs (due_at)`,
];
