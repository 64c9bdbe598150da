import { type Kysely, sql } from 'kysely';
import type { QueueBacklog } from '../core/store.ts';
import type { Tables } from './tables.ts';

/**
 * The few statements on pg-boss's job table that its interface has no call for. They are written against the schema of
 * the exact pg-boss version in package.json; the tests of this folder run them.
 */
export const QUEUE_SCHEMA = 'countersign_queue';
export const QUEUE = 'work';

/** One start of a job: `retryCount` tells it from earlier and later ones, so that a late word of an old start changes nothing. */
export interface Claim {
  readonly id: string;
  readonly retryCount: number;
}

const JOBS = sql.table(`${QUEUE_SCHEMA}.job`);

/**
 * Hands a running job back, to be started again after the delay; without one it takes its old turn, before younger jobs
 * of its pull request. False where this start is no longer the job's.
 */
export async function release(db: Kysely<Tables>, claim: Claim, delayMs: number, why: string): Promise<boolean> {
  const result = await sql`
    UPDATE ${JOBS}
    SET state = 'retry', heartbeat_on = NULL,
        start_after = CASE WHEN ${delayMs}::float8 <= 0 THEN created_on
                           ELSE now() + ${delayMs}::float8 * interval '1 millisecond' END,
        output = ${JSON.stringify({ message: storable(why) })}::text::jsonb
    WHERE name = ${QUEUE} AND id = ${claim.id}::uuid AND state = 'active' AND retry_count = ${claim.retryCount}
    RETURNING id`.execute(db);
  return result.rows.length > 0;
}

/** Says that these starts are alive; returns the ids of those that are still the job's. */
export async function touch(db: Kysely<Tables>, claims: readonly Claim[]): Promise<ReadonlySet<string>> {
  const starts = claims.map((claim) => `${claim.id}:${claim.retryCount}`);
  const result = await sql<{ id: string }>`
    UPDATE ${JOBS} SET heartbeat_on = now()
    WHERE name = ${QUEUE} AND state = 'active' AND group_id IS NOT NULL
      AND (id::text || ':' || retry_count::text) = ANY(${starts}::text[])
    RETURNING id`.execute(db);
  return new Set(result.rows.map((row) => row.id));
}

/** Starts whose process has not been heard of for so long (all, where `ttlMs` is null), by the database's own clock. */
export async function abandoned(db: Kysely<Tables>, ttlMs: number | null): Promise<readonly Claim[]> {
  const silent =
    ttlMs === null
      ? sql<boolean>`true`
      : sql<boolean>`coalesce(heartbeat_on, started_on) < now() - ${ttlMs}::float8 * interval '1 millisecond'`;
  const result = await sql<{ id: string; retry_count: number }>`
    SELECT id, retry_count FROM ${JOBS}
    WHERE name = ${QUEUE} AND state = 'active' AND group_id IS NOT NULL AND ${silent}`.execute(db);
  return result.rows.map((row) => ({ id: row.id, retryCount: row.retry_count }));
}

/** Of these pull requests, those for which a review waits that was never started. */
export async function waitingReviews(db: Kysely<Tables>, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const result = await sql<{ group_id: string }>`
    SELECT DISTINCT group_id FROM ${JOBS}
    WHERE name = ${QUEUE} AND state < 'active' AND NOT blocked AND state = 'created' AND start_after <= now()
      AND group_id = ANY(${[...keys]}::text[]) AND data->>'kind' = 'review'`.execute(db);
  return new Set(result.rows.map((row) => row.group_id));
}

/** Whether a review of this pull request is to start within so many milliseconds. */
export async function reviewAwaited(db: Kysely<Tables>, key: string, withinMs: number): Promise<boolean> {
  const result = await sql`
    SELECT 1 FROM ${JOBS}
    WHERE name = ${QUEUE} AND state < 'active' AND NOT blocked AND group_id = ${key} AND data->>'kind' = 'review'
      AND start_after <= now() + ${withinMs}::float8 * interval '1 millisecond'
    LIMIT 1`.execute(db);
  return result.rows.length > 0;
}

/** Delayed jobs are counted one by one up to here; a metric needs no more than a minute's truth of more. */
const COUNTED_DELAYED = 50;

/**
 * Counted along the partial indexes of waiting and of running jobs, in which the time of a start is a column too:
 * finished jobs, kept for a week, cost nothing, and thousands that wait for a day to come no more than a few.
 * `delayedBefore`: how many were delayed when pg-boss counted them last; where there are many, that is the answer.
 */
export async function countBacklog(db: Kysely<Tables>, delayedBefore: number): Promise<Omit<QueueBacklog, 'failed'>> {
  const waits = sql`name = ${QUEUE} AND state < 'active' AND NOT blocked`;
  const result = await sql<{ waiting: string; delayed: string; running: string; oldest: number | null }>`
    SELECT due.*,
      (SELECT count(*) FROM ${JOBS} WHERE name = ${QUEUE} AND state = 'active' AND group_id IS NOT NULL) AS running,
      (SELECT count(*) FROM (
        SELECT 1 FROM ${JOBS} WHERE ${waits} AND start_after > now() LIMIT ${COUNTED_DELAYED}) first_ones) AS delayed
    FROM (
      SELECT count(*) AS waiting,
             (extract(epoch FROM now() - min(greatest(created_on, start_after))) * 1000)::float8 AS oldest
      FROM ${JOBS} WHERE ${waits} AND start_after <= now()
    ) due`.execute(db);
  const row = result.rows[0];
  const delayed = Number(row?.delayed ?? 0);
  return {
    waiting: Number(row?.waiting ?? 0),
    delayed: delayed < COUNTED_DELAYED ? delayed : Math.max(delayed, delayedBefore),
    running: Number(row?.running ?? 0),
    oldestWaitingMs: row === undefined || row.oldest === null ? null : Math.max(0, row.oldest),
  };
}

/** jsonb takes neither NUL nor lone surrogates; an error's text may quote anything. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD').slice(0, 2_000);
}
