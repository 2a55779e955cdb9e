/** What was done to answer a query, for those whose data it is: noted while the query runs, and only when asked for. */

import type { EntityStore, IndexWalk } from '../entity-store.ts';
import { describeEntry, describeRange } from './describe-range.ts';
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
  /** Cells around a place, nearest first. */
  | 'search nearest first'
  /** Few enough to be read whole and sorted. */
  | 'read all and sort';

export interface Stage {
  purpose: StagePurpose;
  /** The first of them. */
  steps: (WalkStep | LookUpStep)[];
  /** How many are left out. */
  furtherSteps: number;
  /** Evaluated on entities, one or the other of them. */
  evaluated: Filter[];
}

export interface QueryExplanation {
  stages: Stage[];
  rows: number;
  entitiesRead: number;
}

/** A search around a place may take hundreds. */
const mostSteps = 50;

export interface QueryRecorder {
  /** The store, with notes taken of what is read from it. */
  store: EntityStore;
  /** What is read from now on belongs to a new stage. */
  begin(purpose: StagePurpose, evaluated?: Filter[]): void;
  explanation(): QueryExplanation;
}

export function recordQuery(store: EntityStore): QueryRecorder {
  const stages: Stage[] = [];
  let rows = 0;
  let entitiesRead = 0;
  const begin: QueryRecorder['begin'] = (purpose, evaluated = []) => {
    stages.push({ purpose, steps: [], furtherSteps: 0, evaluated: [...new Set(evaluated)] });
  };
  const note = (step: WalkStep | LookUpStep): void => {
    if (step.kind === 'walk') rows += step.rows;
    entitiesRead += step.entities;
    if (stages.length === 0) begin('choose');
    const stage = stages.at(-1)!;
    const earlier = stage.steps.find((other) => isContinued(other, step));
    if (earlier) addTo(earlier, step);
    else if (stage.steps.length < mostSteps) stage.steps.push(step);
    else stage.furtherSteps += 1;
  };
  return {
    store: recordingStore(store, note),
    begin,
    explanation: () => ({ stages: stages.filter(({ steps }) => steps.length > 0), rows, entitiesRead }),
  };
}

/** Whether one walk goes on where the other stopped. */
const isContinued = (earlier: WalkStep | LookUpStep, step: WalkStep | LookUpStep): boolean =>
  earlier.kind === 'walk' &&
  step.kind === 'walk' &&
  earlier.path === step.path &&
  earlier.values === step.values &&
  earlier.probes.join() === step.probes.join();

function addTo(step: WalkStep | LookUpStep, more: WalkStep | LookUpStep): void {
  if (step.kind === 'walk' && more.kind === 'walk') step.rows += more.rows;
  step.entities += more.entities;
}

const recordingStore = (store: EntityStore, note: (step: WalkStep | LookUpStep) => void): EntityStore => ({
  ...store,
  async walk(walk) {
    const result = await store.walk(walk);
    note(stepOf(walk, result.lookedAt, result.entities.length));
    return result;
  },
  async walkKeys(walk) {
    const result = await store.walkKeys(walk);
    note(stepOf(walk, result.lookedAt, 0));
    return result;
  },
  async findEach(uuids) {
    const entities = await store.findEach(uuids);
    note({ kind: 'look-up', by: 'uuid', value: `${uuids.length} uuids`, entities: entities.length });
    return entities;
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

const stepOf = (
  { range, descending, probes, choices = [] }: IndexWalk,
  rows: number,
  entities: number,
): WalkStep => ({
  kind: 'walk',
  path: range.path,
  values: describeRange(range),
  direction: descending ? 'descending' : 'ascending',
  probes: [
    ...probes.map(describeEntry),
    // Without entries it is nobody's: no entities are read.
    ...choices.filter(({ length }) => length > 0).map((choice) => choice.map(describeEntry).join(' or ')),
  ],
  rows,
  entities,
});
