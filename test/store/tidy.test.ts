import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperatedStore, RetentionLimits } from '../../src/core/store.ts';
import { type Engine, openEngine } from '../../src/store/engine.ts';
import { assembleStore } from '../../src/store/index.ts';
import { emptyFolder, pullRequest, removeFolder, START, storedReview } from './support.ts';

const LIMITS: RetentionLimits = { reviewDays: 90, closedPullRequestDays: 365, watchedDays: 400, effectDays: 400 };
const DAY_MS = 86_400_000;

const clock = { now: START };
const folder = emptyFolder();
let engine: Engine;
let store: OperatedStore;
beforeAll(async () => {
  const onError = () => undefined;
  engine = await openEngine({ databaseUrl: null, dataFolder: folder, onError });
  store = await assembleStore(engine, { now: () => clock.now, sign: null, onError });
});
afterAll(async () => {
  await store.close();
  removeFolder(folder);
});

it('the embedded database stays as large as what is in it, however often rows are replaced and deleted', async () => {
  const sizes: number[] = [];
  for (let day = 0; day < 6; day += 1) {
    clock.now = START + day * 100 * DAY_MS;
    for (let index = 0; index < 60; index += 1) {
      const handles = Object.fromEntries(Array.from({ length: 40 }, () => [crypto.randomUUID(), crypto.randomUUID()]));
      await store.savePullRequest(pullRequest(1, { handles }));
      await store.saveReview(storedReview(1, `r-${day}-${index}`, index));
      await store.cache(`answer-${day}-${index}`, handles, new Date(clock.now + 1_000).toISOString());
      await store.claimEffect(`${day}-${index}`);
    }
    await store.retain({ ...LIMITS, effectDays: 50 });
    sizes.push(await size());
  }
  expect(sizes.at(-1)).toBeLessThanOrEqual((sizes[1] ?? 0) * 1.05);
});

it('and what its tables hold is known to whoever plans a statement', async () => {
  const { rows } = await sql<{ name: string; rows: number }>`
    SELECT relname AS name, reltuples::float8 AS rows FROM pg_class
    WHERE relnamespace = 'countersign'::regnamespace AND relname IN ('reviews', 'pull_requests')`.execute(engine.db);
  expect(Object.fromEntries(rows.map((row) => [row.name, row.rows]))).toEqual({ pull_requests: 1, reviews: 60 });
});

/** Bytes of all tables, with their indexes and long values. */
async function size(): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    SELECT sum(pg_total_relation_size(oid))::float8 AS bytes FROM pg_class
    WHERE relnamespace = 'countersign'::regnamespace AND relkind = 'r'`.execute(engine.db);
  return rows[0]?.bytes ?? Number.NaN;
}
