/** CollectionJobStore over SQL, for one application, and CollectionJobQueue for all of them. */
import type {
  CollectionJob,
  CollectionJobQueue,
  CollectionJobStore,
} from '../../core/entities/collections/collection-jobs.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { uuidToOrderedBytes } from '../../core/uuid.ts';
import { firstRow, integer, json, rows, type SqlEngine, statement } from './statement.ts';

const insertJob = statement(
  'insert into collection_jobs (application_id, job_id, due_at, body) values (?, ?, ?, ?)',
);
const selectJob = statement('select body from collection_jobs where application_id = ? and job_id = ?');
const updateJob = statement(
  'update collection_jobs set due_at = ?, body = ? where application_id = ? and job_id = ?',
);
const lockDueTime = statement('select due_at from collection_jobs where application_id = ? and job_id = ?', {
  lock: true,
});
const moveJob = statement('update collection_jobs set due_at = ? where application_id = ? and job_id = ?');
const deleteJob = statement('delete from collection_jobs where application_id = ? and job_id = ?');
const selectDue = statement(
  'select due_at, body from collection_jobs where due_at <= ? order by due_at limit ?',
);

export const createCollectionJobStore = (engine: SqlEngine, application: RealmKey): CollectionJobStore => ({
  create: (job, dueAt) =>
    engine.write(function* () {
      yield* rows(insertJob, application, uuidToOrderedBytes(job.id), dueAt, JSON.stringify(job));
    }),
  async find(id) {
    const row = await engine.read(() => firstRow(selectJob, application, uuidToOrderedBytes(id)));
    return row && json<CollectionJob>(row, 'body');
  },
  save: (job, dueAt) =>
    engine.write(function* () {
      yield* rows(updateJob, dueAt, JSON.stringify(job), application, uuidToOrderedBytes(job.id));
    }),
  take: (id, before, dueAt) =>
    engine.write(function* () {
      const key = [application, uuidToOrderedBytes(id)];
      const row = yield* firstRow(lockDueTime, ...key);
      if (row?.due_at !== before) return false;
      yield* rows(moveJob, dueAt, ...key);
      return true;
    }),
  delete: (id) =>
    engine.write(function* () {
      yield* rows(deleteJob, application, uuidToOrderedBytes(id));
    }),
});

export const createCollectionJobQueue = (engine: SqlEngine): CollectionJobQueue => ({
  async due(now, most) {
    const found = await engine.read(() => rows(selectDue, now, most));
    return found.map((row) => ({ job: json<CollectionJob>(row, 'body'), dueAt: integer(row, 'due_at') }));
  },
});
