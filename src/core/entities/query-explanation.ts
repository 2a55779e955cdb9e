/** What was done to answer a query, for those whose data it is: noted while the query runs, and only when asked for. */
import { describeEntry, describeRange } from './describe-range.ts';
import type { EntityStore, IndexWalk } from './entity-store.ts';
import type { Filter } from './filter.ts';

/** A run of one path's index. */
export interface WalkStep {
  kind: 'walk';
  path: string;
  /** In words, as `>= 3`. */
  values: string;
  direction: 'ascending' | 'descending';
  /** What each row's entity had to have in the index too. */
  probes: string[];
  /** Index rows looked at. */
  rows: number;
  /** Entities read, because their rows passed the probes. */
  entities: number;
}

export interface LookUpStep {
  kind: 'look-up';
  /** The property that the entity is known by. */
  by: string;
  value: string;
  entities: number;
}

/** What the steps of a stage are for. */
export type StagePurpose =
  /** Looking ahead in the index, for the best way. */
  | 'choose'
  /** Entities found by their keys are sorted. */
  | 'look up'
  /** The index is in the order of the result. */
  | 'walk in order'
  /** The index is in the order of the result at most up to its first key: the rest is sorted. */
  | 'walk and sort'
  /** Few enough to be read whole and sorted. */
  | 'read all and sort';

export interface Stage {
  purpose: StagePurpose;
  steps: (WalkStep | LookUpStep)[];
  /** Evaluated on entities, one or the other of them. */
  evaluated: Filter[];
}

export interface QueryExplanation {
  stages: Stage[];
  rows: number;
  entitiesRead: number;
}

export interface QueryRecorder {
  /** The store, with notes taken of what is read from it. */
  store: EntityStore;
  /** What is read from now on belongs to a new stage. */
  begin(purpose: StagePurpose, evaluated?: Filter[]): void;
  explanation(): QueryExplanation;
}

export function recordQuery(store: EntityStore): QueryRecorder {
  const stages: Stage[] = [];
  const begin: QueryRecorder['begin'] = (purpose, evaluated = []) => {
    stages.push({ purpose, steps: [], evaluated: [...new Set(evaluated)] });
  };
  const note = (step: WalkStep | LookUpStep): void => {
    if (stages.length === 0) begin('choose');
    const { steps } = stages.at(-1)!;
    const same = steps.find((earlier) => isSame(earlier, step));
    if (same?.kind !== 'walk' || step.kind !== 'walk') {
      steps.push(step);
      return;
    }
    same.rows += step.rows;
    same.entities += step.entities;
  };
  return {
    store: recordingStore(store, note),
    begin,
    explanation() {
      const steps = stages.flatMap((stage) => stage.steps);
      const done = stages.filter((stage) => stage.steps.length > 0);
      return {
        stages: done,
        rows: sum(steps.map((step) => (step.kind === 'walk' ? step.rows : 0))),
        entitiesRead: sum(steps.map(({ entities }) => entities)),
      };
    },
  };
}

/** Whether one walk goes on where the other stopped. */
const isSame = (earlier: WalkStep | LookUpStep, step: WalkStep | LookUpStep): boolean =>
  earlier.kind === 'walk' &&
  step.kind === 'walk' &&
  earlier.path === step.path &&
  earlier.values === step.values &&
  earlier.probes.join() === step.probes.join();

const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0);

const recordingStore = (store: EntityStore, note: (step: WalkStep | LookUpStep) => void): EntityStore => ({
  ...store,
  async walk(walk) {
    const result = await store.walk(walk);
    note(stepOf(walk, result.lookedAt, result.entities.length));
    return result;
  },
  async findByUuid(uuid) {
    const entity = await store.findByUuid(uuid);
    note({ kind: 'look-up', by: 'uuid', value: uuid, entities: entity ? 1 : 0 });
    return entity;
  },
  async findByUniqueValue(type, property, value) {
    const entity = await store.findByUniqueValue(type, property, value);
    note({ kind: 'look-up', by: property, value, entities: entity ? 1 : 0 });
    return entity;
  },
});

const stepOf = ({ range, descending, probes }: IndexWalk, rows: number, entities: number): WalkStep => ({
  kind: 'walk',
  path: range.path,
  values: describeRange(range),
  direction: descending ? 'descending' : 'ascending',
  // An entry without a value is one that nobody has: its walk reads no entities.
  probes: probes.filter(({ value }) => value.length > 0).map(describeEntry),
  rows,
  entities,
});
