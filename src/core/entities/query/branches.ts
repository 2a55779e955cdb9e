/**
 * Walks along one value each that together meet every entity that satisfies a filter. Each is in the order of age, so
 * they can be merged: what is newest is found at the head of one of them.
 */

import type { IndexEntry } from '../entity-store.ts';
import { isIndexedPath } from '../index/entity-index.ts';
import { encodeIndexValue } from '../index/index-key.ts';
import { uncutMark, wordsPath } from '../index/word-entries.ts';
import { wordPatternsOf } from '../index/words.ts';
import { exactEntry } from './condition-ranges.ts';
import type { Contains, Filter } from './filter.ts';

export interface Branch {
  entry: IndexEntry;
  /** Entries that the entity must have too. */
  probes: IndexEntry[];
  /** To be evaluated on each entity. */
  residual: Filter[];
}

/** More are not worth their merging: each is read ahead by itself. */
const mostBranches = 20;
/** Every probe is a key look-up a row; more than these are left to be evaluated. */
const mostProbes = 6;

/** A condition that may be walked along. */
export interface Driver {
  condition: Filter;
  branches: Branch[];
}

/** Which of several drivers leads to the fewest entities. */
export type ChooseDriver = (drivers: [Driver, ...Driver[]]) => Promise<Driver>;

/** Undefined where the index has no such walks for the filter; none at all where nothing can satisfy it. */
async function branchesOf(filter: Filter, choose: ChooseDriver): Promise<Branch[] | undefined> {
  const branches = await anyBranchesOf(filter, choose);
  return branches && branches.length <= mostBranches ? branches : undefined;
}

async function anyBranchesOf(filter: Filter, choose: ChooseDriver): Promise<Branch[] | undefined> {
  if (filter.kind === 'or') {
    const parts = await Promise.all(filter.operands.map((operand) => branchesOf(operand, choose)));
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  if (filter.kind === 'and') {
    const driver = await driverOf(filter.operands, choose);
    return driver && branchesAlong(driver, filter.operands);
  }
  if (filter.kind === 'contains') return branchesOfWords(filter);
  const entry = exactEntry(filter);
  return entry && [{ entry, probes: [], residual: [] }];
}

/** Of conditions that all must hold, the one to walk along; undefined if there is none. */
export async function driverOf(conditions: Filter[], choose: ChooseDriver): Promise<Driver | undefined> {
  const drivers: Driver[] = [];
  for (const condition of conditions) {
    const branches = await branchesOf(condition, choose);
    if (branches) drivers.push({ condition, branches });
  }
  const [first, ...others] = drivers.sort((left, right) => left.branches.length - right.branches.length);
  return first && others.length > 0 && first.branches.length > 0 ? choose([first, ...others]) : first;
}

/** The driver's branches, of which each row must satisfy all conditions. */
export function branchesAlong({ condition, branches }: Driver, conditions: Filter[]): Branch[] {
  const others = conditions.filter((other) => other !== condition);
  return branches.map((branch) => {
    const { probes, residual } = splitProbes(others, branch.probes.length);
    return {
      entry: branch.entry,
      probes: [...branch.probes, ...probes],
      residual: [...branch.residual, ...residual],
    };
  });
}

/** What can be looked up in the index for each row, and what is left to be evaluated. */
export function splitProbes(
  conditions: Filter[],
  probesBefore = 0,
): { probes: IndexEntry[]; residual: Filter[] } {
  const probes: IndexEntry[] = [];
  const residual: Filter[] = [];
  for (const condition of conditions) {
    const entry = probesBefore + probes.length < mostProbes ? exactEntry(condition) : undefined;
    if (entry) probes.push(entry);
    else residual.push(condition);
  }
  return { probes, residual };
}

const mostChoices = 3;
const mostInChoice = 9;

/** Entries of which each satisfying entity has at least one, for as many conditions as are worth the look-ups. */
export const choicesOf = (conditions: Filter[]): IndexEntry[][] =>
  conditions
    .map(choiceOf)
    .filter((choice) => choice !== undefined && choice.length <= mostInChoice)
    .slice(0, mostChoices) as IndexEntry[][];

function choiceOf(filter: Filter): IndexEntry[] | undefined {
  if (filter.kind === 'or') {
    const choices = filter.operands.map(choiceOf);
    return choices.every((choice) => choice !== undefined) ? choices.flat() : undefined;
  }
  if (filter.kind === 'and') return filter.operands.map(choiceOf).find((choice) => choice !== undefined);
  if (filter.kind === 'contains') return branchesOfWords(filter)?.map(({ entry }) => entry);
  const entry = exactEntry(filter);
  return entry && [entry];
}

/** A word is in the index as a part of a text, or as a text of its own. */
function branchesOfWords(filter: Contains): Branch[] | undefined {
  const { path, text } = filter;
  const words = [...new Set(wordPatternsOf(text))];
  if (words.length === 0) return [];
  if (!isIndexedPath(path) || words.some((word) => word.includes('*'))) return undefined;
  const entries = words.flatMap((word) => {
    const value = encodeIndexValue(word);
    return [
      { path: wordsPath(path), value },
      { path, value },
    ];
  });
  return [
    ...entries.map((entry) => ({ entry, probes: [], residual: [] })),
    { entry: uncutMark(path), probes: [], residual: [filter] },
  ];
}
