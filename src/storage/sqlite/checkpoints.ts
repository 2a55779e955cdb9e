/**
 * Moves what the log holds into the database beside the work. A commit that is left to do so itself, as SQLite has it,
 * keeps everything else waiting while up to 64 MB are written and synced, a fifth of a second among a million
 * entities. A thread does most of it; what was committed meanwhile is little, is moved between two commits, and then
 * the log begins anew. A thread that does not answer is given up; until it has ended, commits move all themselves, as
 * SQLite has it.
 */
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { Clock, Log } from '../../core/ports.ts';

export interface Checkpoints {
  /** To be called when no transaction is open. @throws SQLite's error, as on a full disk; what was committed stands */
  afterCommit(): void;
  close(): Promise<void>;
}

/** What a thread is started with. */
export interface ThreadData {
  path: string;
  endsAfterMilliseconds: number;
}

export interface CheckpointOptions {
  clock: Clock;
  log: Log;
  /** Pages in the log from which on it is moved. */
  framesWanted?: number;
  /** Without anything to move. */
  endsAfterMilliseconds?: number;
  /** Before a thread is given up. */
  answersWithinMilliseconds?: number;
  /** What the thread runs. */
  threadFile?: URL;
}

/** 64 MB: the same page is changed again and again, and is moved once. */
const usualFrames = 16_000;
/** Where the thread does not keep up by so far, a commit moves all itself: the log is bounded. */
const mostFramesToUsual = 4;
/** To look costs 2 us. */
const commitsBetweenLooks = 16;
/** As a share of what was wanted: so many are moved between two commits. */
const few = 1 / 16;
/** Each moves what was committed during the one before. */
const mostPasses = 4;

const usualThreadFile = new URL(`./checkpoint-worker.${import.meta.url.split('.').at(-1)}`, import.meta.url);

/** An older SQLite takes a look for a whole checkpoint, and goes on to make its own. */
const [sqliteMajor = 0, sqliteMinor = 0] = (process.versions.sqlite ?? '').split('.').map(Number);
const canLook = sqliteMajor > 3 || (sqliteMajor === 3 && sqliteMinor >= 51);
const none: Checkpoints = { afterCommit() {}, async close() {} };

export function createCheckpoints(database: DatabaseSync, options: CheckpointOptions): Checkpoints {
  if (!canLook) return none;
  const { clock, log, framesWanted = usualFrames, threadFile = usualThreadFile } = options;
  const { endsAfterMilliseconds = 60_000, answersWithinMilliseconds = 30_000 } = options;
  const look = database.prepare('pragma wal_checkpoint(noop)');
  const moveRest = database.prepare('pragma wal_checkpoint(passive)');
  let thread: Worker | undefined;
  /** When the thread was asked, in ms since the epoch; undefined while nothing is asked of it. */
  let askedAt: number | undefined;
  /** The thread has not ended yet. */
  let isGivenUp = false;
  let isClosed = false;
  let commits = 0;
  let passes = 0;
  /** Of which a reader of an older state kept some in the log. */
  let framesKept = 0;

  function framesLeft(): number {
    const { log, checkpointed } = look.get() as { log: number; checkpointed: number };
    return log - checkpointed;
  }

  function startThread(): Worker {
    const workerData: ThreadData = { path: database.location()!, endsAfterMilliseconds };
    const started = new Worker(threadFile, { workerData });
    started.on('message', () => {
      askedAt = undefined;
    });
    // What it could not move is moved here, and what is wrong with the file is met here too.
    started.on('error', (error) =>
      log.error({ err: error }, 'the thread that moves the log of the database failed'),
    );
    started.once('exit', () => {
      if (askedAt !== undefined) passes = mostPasses;
      askedAt = undefined;
      thread = undefined;
      if (isGivenUp && !isClosed) leaveToThread();
      isGivenUp = false;
    });
    // Last, since to listen for messages keeps the process.
    started.unref();
    return started;
  }

  function move(): void {
    thread ??= startThread();
    askedAt = clock.now();
    passes += 1;
    thread.postMessage('move');
  }

  function leaveToThread(): void {
    database.exec(`pragma wal_autocheckpoint = ${mostFramesToUsual * framesWanted}`);
  }

  function leaveToCommits(): void {
    database.exec(`pragma wal_autocheckpoint = ${framesWanted}`);
  }

  function giveUpIfLate(since: number): void {
    const milliseconds = clock.now() - since;
    if (milliseconds >= answersWithinMilliseconds) giveUp(milliseconds);
  }

  function giveUp(milliseconds: number): void {
    const what = 'the thread that moves the log of the database does not answer: commits move it meanwhile';
    log.warn({ seconds: Math.round(milliseconds / 1000) }, what);
    isGivenUp = true;
    askedAt = undefined;
    passes = 0;
    leaveToCommits();
    // It ends when what it waits for does; to be told to end keeps the process, unless it is told that as well.
    void thread?.terminate();
    thread?.unref();
  }

  function finish(): void {
    passes = 0;
    moveRest.get();
    framesKept = framesLeft();
  }

  function continueMoving(): void {
    if (passes === mostPasses || framesLeft() <= few * framesWanted) finish();
    else move();
  }

  function moveIfLong(): void {
    if (++commits % commitsBetweenLooks !== 0) return;
    const frames = framesLeft();
    framesKept = Math.min(framesKept, frames);
    if (frames - framesKept >= framesWanted) move();
  }

  leaveToThread();
  return {
    afterCommit() {
      if (isGivenUp || isClosed) return;
      if (askedAt !== undefined) giveUpIfLate(askedAt);
      else if (passes > 0) continueMoving();
      else moveIfLong();
    },
    async close() {
      isClosed = true;
      if (!isGivenUp) await thread?.terminate();
    },
  };
}
