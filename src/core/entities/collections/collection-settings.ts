/** The settings of a collection: what they may say, and how what was sent becomes them. usergrid-data.md 1.8. */
import { KeygridError } from '../../errors.ts';
import type { Properties } from '../../tenancy/tenancy.ts';
import { type IndexedFields, renderIndexedFields } from '../index/indexed-fields.ts';

export interface CollectionSettings {
  /** Milliseconds since the epoch. */
  lastUpdated: number;
  lastUpdateBy: string;
  /** 0 = never. */
  lastReindexed: number;
  /** Dot paths, as they were sent. */
  fields?: 'all' | 'none' | string[];
  /** Kept for those who read it: every entity is indexed in the write itself. */
  queueIndex?: string;
  indexConsistency?: string;
  authoritativeRegion?: string;
}

type SentSettings = Pick<
  CollectionSettings,
  'fields' | 'queueIndex' | 'indexConsistency' | 'authoritativeRegion'
>;

const queueIndexes = ['config', 'direct', 'sync', 'async'] as const;
const indexConsistencies = ['strict', 'latest'] as const;
/** There is one place where data is, and this is what the original calls it where nobody named it. */
const regions = ['default'];
const mostFields = 100;
/** Stored with every entity of the collection. */
const mostCharacters = 4000;

/**
 * Unknown keys are dropped, and unknown values fall to the default.
 * @throws KeygridError `invalid_argument` for an unknown region, too many fields, or nothing sent
 */
export function readSettings(sent: Properties): SentSettings {
  if (Object.keys(sent).length === 0) {
    throw new KeygridError('invalid_argument', 'Settings are missing', { subject: { kind: 'null' } });
  }
  const { fields, queueIndex, indexConsistency, authoritativeRegion } = sent;
  return {
    ...(fields !== undefined && { fields: readFields(fields) }),
    ...(queueIndex !== undefined && { queueIndex: oneOf(queueIndexes, queueIndex) }),
    ...(indexConsistency !== undefined && { indexConsistency: oneOf(indexConsistencies, indexConsistency) }),
    ...(authoritativeRegion !== undefined && { authoritativeRegion: readRegion(authoritativeRegion) }),
  };
}

/** The first is the default. */
const oneOf = (values: readonly string[], value: unknown): string =>
  values.find((each) => each === value) ?? values[0]!;

function readFields(value: unknown): 'all' | 'none' | string[] {
  if (!Array.isArray(value)) return value === 'none' ? 'none' : 'all';
  const paths = value.filter((path) => typeof path === 'string').map((path) => path.trim());
  if (paths.includes('*')) return 'all';
  const named = paths.filter((path) => path !== '');
  if (named.length > mostFields || JSON.stringify(named).length > mostCharacters) {
    throw new KeygridError(
      'invalid_argument',
      `fields lists at most ${mostFields} paths, of ${mostCharacters} characters together`,
    );
  }
  return named;
}

/** An empty one takes the region away. */
function readRegion(value: unknown): string {
  if (value === '' || regions.includes(value as string)) return value as string;
  throw new KeygridError('invalid_argument', `There is no region ${String(value).slice(0, 100)}`);
}

export interface SettingsUpdate {
  sent: SentSettings;
  by: string;
  /** What was not sent stays as it is. */
  merges: boolean;
  now: number;
}

export function updateSettings(
  before: CollectionSettings | undefined,
  { sent, by, merges, now }: SettingsUpdate,
): CollectionSettings {
  const { lastReindexed = 0, lastUpdated: _, lastUpdateBy: __, ...kept } = before ?? {};
  const { authoritativeRegion, ...others } = { ...(merges ? kept : {}), ...sent };
  return {
    lastUpdated: now,
    lastUpdateBy: by,
    lastReindexed,
    ...others,
    ...(authoritativeRegion && { authoritativeRegion }),
  };
}

/** What of an entity is indexed under these settings. */
export function indexedFieldsOf(settings: CollectionSettings | undefined): IndexedFields | undefined {
  const fields = settings?.fields ?? 'all';
  if (fields === 'all') return undefined;
  return renderIndexedFields(fields === 'none' ? [] : fields);
}
