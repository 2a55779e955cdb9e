/** InteractionStore over SQL, for one realm. */
import type { Interaction, InteractionStore } from '../../core/sessions/session-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { canBeKey, restoreRequest } from './bodies.ts';
import { firstRow, json, type Row, rows, type SqlEngine, statement } from './statement.ts';

const insertInteraction = statement(
  'insert into interactions (application_id, interaction_id, expires_at, body) values (?, ?, ?, ?)',
);
const selectInteraction = statement(
  'select body from interactions where application_id = ? and interaction_id = ?',
);
const updateInteraction = statement(
  'update interactions set expires_at = ?, body = ? where application_id = ? and interaction_id = ?',
);
const takeInteraction = statement(
  'delete from interactions where application_id = ? and interaction_id = ? returning body',
);

const absent = { authenticatedAt: undefined };

function toInteraction(row: Row | undefined): Interaction | undefined {
  if (!row) return undefined;
  const interaction = { ...absent, ...json<Interaction>(row, 'body') };
  return { ...interaction, request: restoreRequest(interaction.request) };
}

export function createInteractionStore(engine: SqlEngine, realm: RealmKey): InteractionStore {
  return {
    async create(interaction) {
      const { id, expiresAt } = interaction;
      await engine.write(() => rows(insertInteraction, realm, id, expiresAt, JSON.stringify(interaction)));
    },
    async find(id) {
      if (!canBeKey(id)) return undefined;
      return toInteraction(await engine.read(() => firstRow(selectInteraction, realm, id)));
    },
    async update(interaction) {
      const { id, expiresAt } = interaction;
      await engine.write(() => rows(updateInteraction, expiresAt, JSON.stringify(interaction), realm, id));
    },
    async complete(id) {
      if (!canBeKey(id)) return undefined;
      return toInteraction(await engine.write(() => firstRow(takeInteraction, realm, id)));
    },
  };
}
