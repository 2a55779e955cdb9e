/** Server keys, refusals and the outbox, over SQL. */
import type { OutboxStore, Refusal, RefusalStore } from '../../core/explain.ts';
import type { ServerKeyStore } from '../../core/keys/key-store.ts';
import {
  firstRow,
  forEach,
  insertEach,
  integer,
  json,
  rows,
  type SqlEngine,
  statement,
  text,
} from './statement.ts';

const selectKeys = statement('select id, sealed, active_from from server_keys order by active_from, id');
const insertKey = statement(
  'insert into server_keys (id, sealed, active_from) values (?, ?, ?) on conflict do nothing returning id',
);
const deleteKey = statement('delete from server_keys where id = ?');
const selectState = statement('select value from server_state where name = ?');
const insertState = statement('insert into server_state (name, value) values (?, ?) on conflict do nothing');

export function createServerKeyStore(engine: SqlEngine): ServerKeyStore {
  const readState = async (name: string): Promise<string | undefined> => {
    const row = await engine.read(() => firstRow(selectState, name));
    return row && text(row, 'value');
  };
  return {
    async list() {
      const found = await engine.read(() => rows(selectKeys));
      return found.map((row) => ({
        id: integer(row, 'id'),
        sealed: text(row, 'sealed'),
        activeFrom: integer(row, 'active_from'),
      }));
    },
    add: async (key) =>
      (await engine.write(() => firstRow(insertKey, key.id, key.sealed, key.activeFrom))) !== undefined,
    async remove(id) {
      await engine.write(() => rows(deleteKey, id));
    },
    readState,
    async writeStateOnce(name, value) {
      await engine.write(() => rows(insertState, name, value));
      return (await readState(name)) ?? value;
    },
  };
}

/** How many refusals are kept for `explain`. */
const refusalsKept = 10_000;
const insertRefusals = insertEach('refusals', { request_id: 'text', at: 'bigint', refusal: 'text' });
const trimRefusals = statement(
  'delete from refusals where at < (select at from refusals order by at desc limit 1 offset ?)',
);
const selectRefusal = statement('select refusal from refusals where request_id = ?');

export function createRefusalStore(engine: SqlEngine): RefusalStore {
  return {
    append: (refusals) =>
      engine.write(function* () {
        yield* forEach(
          insertRefusals,
          refusals.map((refusal) => [refusal.requestId, refusal.at, JSON.stringify(refusal)]),
        );
        yield* rows(trimRefusals, refusalsKept);
      }),
    async find(requestId) {
      const row = await engine.read(() => firstRow(selectRefusal, requestId));
      return row && json<Refusal>(row, 'refusal');
    },
  };
}

const insertMessage = statement('insert into outbox (recipient, subject, body, sent_at) values (?, ?, ?, ?)');
/** How many messages are kept, where no mail server takes them. */
const messagesKept = 10_000;
const trimMessages = statement('delete from outbox where id <= (select max(id) from outbox) - ?');
const selectMessages = statement(
  'select id, recipient, subject, body, sent_at from outbox where id < ? order by id desc limit ?',
);

export function createOutboxStore(engine: SqlEngine): OutboxStore {
  return {
    async append({ to, subject, text: body, sentAt }) {
      await engine.write(function* () {
        yield* rows(insertMessage, to, subject, body, sentAt);
        yield* rows(trimMessages, messagesKept);
      });
    },
    async list(limit, before) {
      const found = await engine.read(() => rows(selectMessages, before ?? Number.MAX_SAFE_INTEGER, limit));
      return found.map((row) => ({
        id: integer(row, 'id'),
        to: text(row, 'recipient'),
        subject: text(row, 'subject'),
        text: text(row, 'body'),
        sentAt: integer(row, 'sent_at'),
      }));
    },
  };
}
