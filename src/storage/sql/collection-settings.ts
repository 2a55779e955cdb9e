/** CollectionSettingsStore over SQL, for one application. */
import type { CollectionSettings } from '../../core/entities/collections/collection-settings.ts';
import type { CollectionSettingsStore } from '../../core/entities/collections/collection-settings-service.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { announce, firstRow, json, type Row, rows, type SqlEngine, statement, text } from './statement.ts';

const selectSettings = statement(
  'select type, body from collection_settings where application_id = ? and body is not null',
);
/** A row to be locked, also where there are no settings yet. */
const insertEmpty = statement(
  'insert into collection_settings (application_id, type) values (?, ?) on conflict do nothing',
);
const lockSettings = statement('select body from collection_settings where application_id = ? and type = ?', {
  lock: true,
});
const updateSettings = statement(
  'update collection_settings set body = ? where application_id = ? and type = ?',
);

const settingsOf = (row: Row | undefined): CollectionSettings | undefined =>
  row && row.body !== null ? json<CollectionSettings>(row, 'body') : undefined;

export const createCollectionSettingsStore = (
  engine: SqlEngine,
  application: RealmKey,
): CollectionSettingsStore => ({
  async list() {
    const found = await engine.read(() => rows(selectSettings, application));
    return new Map(found.map((row) => [text(row, 'type'), json<CollectionSettings>(row, 'body')]));
  },
  change: (type, change) =>
    engine.write(function* () {
      yield* rows(insertEmpty, application, type);
      const after = change(settingsOf(yield* firstRow(lockSettings, application, type)));
      yield* rows(updateSettings, after ? JSON.stringify(after) : null, application, type);
      yield* announce({ topic: 'collections', realm: application });
      return after;
    }),
});
