/** The statement of a walk over the property index, by what shapes it. */
import { tailBytes } from './index-keys.ts';
import { type Statement, statement } from './statement.ts';

export interface WalkShape {
  descending: boolean;
  withBodies: boolean;
  /** Whether all rows are of one value, which need not be read then. */
  isOneValue: boolean;
  /** Whether the walk begins, or ends, behind the lower key and not at it. */
  isBehindLower: boolean;
  /** How many entries each choice has: a row is kept if its entity has one of each. */
  choices: readonly number[];
}

/** Enough for every shape with a few choices. */
const shapesKept = 500;
const statementsByShape = new Map<string, Statement>();

/**
 * Parameters: application and what the key begins with, for each entry of each choice; then application, lower key,
 * upper key, limit. Columns: `found`, the key, or its tail where the value is known, in hexadecimal; `kept`, 1 or 0; and
 * the entity's of those that are kept.
 */
export function walkStatement(shape: WalkShape): Statement {
  const { descending, withBodies, isOneValue, isBehindLower, choices } = shape;
  const name = `${descending} ${withBodies} ${isOneValue} ${isBehindLower} ${choices.join(' ')}`;
  const known = statementsByShape.get(name);
  if (known) return known;
  const keep = statementsByShape.size < shapesKept;
  const made = statement(textFor(sqlite, shape), { postgres: textFor(postgres, shape), keep });
  if (keep) statementsByShape.set(name, made);
  return made;
}

/**
 * The inner select looks at so many rows of the range at most and marks those that pass; the outer one reads the bodies
 * of those that pass, if asked to, one key look-up each: PostgreSQL is held to that by a lateral join with a limit.
 */
function textFor(
  dialect: Dialect,
  { descending, withBodies, isOneValue, isBehindLower, choices }: WalkShape,
): string {
  const { tailOf, asHex, entities } = dialect;
  const direction = descending ? 'desc' : 'asc';
  const passes = choices.map((entries) => choiceCondition(dialect, entries)).join(' and ');
  return `select ${asHex(isOneValue ? tailOf('s.key') : 's.key')} as found, s.kept as kept
      ${withBodies ? bodyColumns : ''}
    from (select w.application_id, w.key, ${passes ? `case when ${passes} then 1 else 0 end` : '1'} as kept
      from entity_index w where w.application_id = ? and w.key ${isBehindLower ? '>' : '>='} ? and w.key < ?
      order by w.key ${direction} limit ?) s
    ${withBodies ? `left join ${entities}` : ''}
    order by s.key ${direction}`;
}

/** What the engines say in different words. */
interface Dialect {
  /** When the entity was created, and its uuid, of a key. */
  tailOf(key: string): string;
  asBytes(joined: string): string;
  /** Lower-case, as text, which engines hand over at a fraction of what bytes cost. */
  asHex(bytes: string): string;
  entities: string;
}

const uuidBytes = 16;
const sqlite: Dialect = {
  tailOf: (key) => `substr(${key}, -${tailBytes})`,
  asBytes: (joined) => `cast(${joined} as blob)`,
  asHex: (bytes) => `lower(hex(${bytes}))`,
  entities: `entities e on e.application_id = s.application_id
      and e.entity_id = substr(s.key, -${uuidBytes}) and s.kept = 1`,
};
const postgres: Dialect = {
  tailOf: (key) => `substr(${key}, octet_length(${key}) - ${tailBytes - 1})`,
  asBytes: (joined) => joined,
  asHex: (bytes) => `encode(${bytes}, 'hex')`,
  entities: `lateral (select * from entities x where x.application_id = s.application_id
      and x.entity_id = substr(s.key, octet_length(s.key) - ${uuidBytes - 1}) and s.kept = 1 limit 1) e on true`,
};

const bodyColumns = `, e.modified as modified, e.version as version, e.body as body, e.connected as connected,
      e.indexed_fields as indexed_fields`;

/** The offset keeps PostgreSQL from reading all that has the probed value into a hash table first. */
function choiceCondition({ asBytes, tailOf }: Dialect, entries: number): string {
  if (entries === 0) return '1 = 0';
  const key = asBytes(`? || ${tailOf('w.key')}`);
  const probe = `exists (select 1 from entity_index p
        where p.application_id = ? and p.key = ${key} limit 1 offset 0)`;
  return `(${Array.from({ length: entries }, () => probe).join(' or ')})`;
}
