import { type Kysely, type Selectable, sql } from 'kysely';
import type { JsonValue } from '../core/json.ts';
import type { SignOff } from '../core/signoff.ts';
import type {
  HeldPullRequest,
  OperatedStore,
  PullRequestRecord,
  RetentionCounts,
  RetentionLimits,
  Store,
  StoredReview,
} from '../core/store.ts';
import type { WatchStore } from '../core/watch.ts';
import { guarded } from './failure.ts';
import { columnKey } from './key.ts';
import { SIGNER_ID } from './migrations.ts';
import { Json, StoredPullRequest, StoredReviewRow, StoredSignOff } from './schema.ts';
import { createShapes } from './shapes.ts';
import type { Tables } from './tables.ts';
import { forgetWatched } from './watch.ts';

const DAY_MS = 86_400_000;

type Records = Omit<Store, 'queue' | 'ledger' | 'close' | keyof WatchStore> &
  Pick<OperatedStore, 'retain' | 'heldPullRequests' | 'openByRepository'>;

/** What is remembered of pull requests, reviews and sign-offs. `now`: milliseconds since the epoch. */
export function createRecords(db: Kysely<Tables>, now: () => number): Records {
  const instant = () => new Date(now());
  return {
    pullRequest: (repositoryId, number) =>
      guarded(async () => {
        const row = await db
          .selectFrom('pull_requests')
          .select('record')
          .where('repository_id', '=', repositoryId)
          .where('number', '=', number)
          .executeTakeFirst();
        return row === undefined ? null : readPullRequest(row);
      }),

    savePullRequest: (record) =>
      guarded(async () => {
        const fields = {
          state: record.state,
          head_sha: record.headSha,
          record: JSON.stringify(record),
          saved_at: instant(),
        };
        await db
          .insertInto('pull_requests')
          .values({ repository_id: record.repositoryId, number: record.number, ...fields })
          .onConflict((conflict) => conflict.columns(['repository_id', 'number']).doUpdateSet(fields))
          .execute();
      }),

    openPullRequests: (repositoryId) =>
      guarded(async () => {
        const rows = await db
          .selectFrom('pull_requests')
          .select('number')
          .where('repository_id', '=', repositoryId)
          .where('state', '=', 'open')
          .orderBy('number')
          .execute();
        return rows.map((row) => Number(row.number));
      }),

    openByRepository: () =>
      guarded(async () => {
        const rows = await db
          .selectFrom('pull_requests')
          .select(['repository_id', (row) => row.fn.countAll<string>().as('open')])
          .where('state', '=', 'open')
          .groupBy('repository_id')
          .orderBy('repository_id')
          .execute();
        return rows.map((row) => ({ repositoryId: Number(row.repository_id), pullRequests: Number(row.open) }));
      }),

    pullRequestsByHead: (repositoryId, headSha) =>
      guarded(async () => {
        const rows = await db
          .selectFrom('pull_requests')
          .select('record')
          .where('repository_id', '=', repositoryId)
          .where('head_sha', '=', headSha)
          .where('state', '=', 'open')
          .orderBy('number')
          .execute();
        return rows.map(readPullRequest);
      }),

    saveReview: (review) =>
      guarded(async () => {
        const fields = {
          review: JSON.stringify(review),
          result: review.verdict.result,
          held_since: review.report.unknownSince ?? review.createdAt,
          saved_at: instant(),
        };
        await db
          .insertInto('reviews')
          .values({
            repository_id: review.repositoryId,
            pull_request: review.pullRequest,
            code: review.report.code,
            check_run: review.checkRunId === null ? '' : String(review.checkRunId),
            ...fields,
          })
          .onConflict((conflict) =>
            conflict
              .columns(['repository_id', 'pull_request', 'code', 'check_run'])
              .doUpdateSet({ ...fields, saved: (row) => row.ref('excluded.saved') }),
          )
          .execute();
      }),

    latestReview: (repositoryId, pullRequest) =>
      guarded(async () => {
        const row = await reviews(repositoryId).where('pull_request', '=', pullRequest).executeTakeFirst();
        return row === undefined ? null : readReview(row);
      }),

    reviewByCode: (repositoryId, code) =>
      guarded(async () => {
        const row = await reviews(repositoryId).where('code', '=', code).executeTakeFirst();
        return row === undefined ? null : readReview(row);
      }),

    reviewByCheckRun: (repositoryId, checkRunId) =>
      guarded(async () => {
        const row = await reviews(repositoryId).where('check_run', '=', String(checkRunId)).executeTakeFirst();
        return row === undefined ? null : readReview(row);
      }),

    ...createShapes(db, instant),

    signOffs: (repositoryId, pullRequest) =>
      guarded(async () => {
        const rows = await db
          .selectFrom('sign_offs')
          .select('sign_off')
          .where('repository_id', '=', repositoryId)
          .where('pull_request', '=', pullRequest)
          .orderBy('created_at')
          .orderBy('id')
          .execute();
        return rows.map(readSignOff);
      }),

    signOffsBy: (repositoryId, signerId) =>
      guarded(async () => {
        const rows = await db
          .selectFrom('sign_offs')
          .select('sign_off')
          .where('repository_id', '=', repositoryId)
          .where(SIGNER_ID, '=', String(Math.trunc(signerId)))
          .orderBy('created_at', 'desc')
          .limit(500)
          .execute();
        return rows.map(readSignOff).filter((signOff) => signOff.signer.id === signerId);
      }),

    saveSignOff: (signOff) =>
      guarded(async () => {
        const fields = {
          repository_id: signOff.repositoryId,
          pull_request: signOff.pullRequest,
          created_at: signOff.createdAt,
          sign_off: JSON.stringify(signOff),
          saved_at: instant(),
        };
        await db
          .insertInto('sign_offs')
          .values({ id: signOff.id, ...fields })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(fields))
          .execute();
      }),

    claimEffect: (key, holder) =>
      guarded(async () => {
        const row = await db
          .insertInto('effects')
          .values({ key: columnKey(key), holder: holder ?? null, claimed_at: instant() })
          // Updating nothing but the holder by itself returns the row to its holder, and no row to anybody else.
          .onConflict((conflict) =>
            conflict
              .column('key')
              .doUpdateSet({ holder: (old) => old.ref('excluded.holder') })
              .where((old) => old('effects.holder', '=', old.ref('excluded.holder'))),
          )
          .returning('key')
          .executeTakeFirst();
        return row !== undefined;
      }),

    cached: (key) =>
      guarded(async (): Promise<JsonValue | null> => {
        const row = await db
          .selectFrom('cache')
          .select('value')
          .where('key', '=', columnKey(key))
          .where('expires_at', '>', instant())
          .executeTakeFirst();
        return row === undefined ? null : Json.parse(JSON.parse(row.value));
      }),

    cache: (key, value, expiresAt) =>
      guarded(async () => {
        const fields = { value: JSON.stringify(value), expires_at: new Date(expiresAt) };
        await db
          .insertInto('cache')
          .values({ key: columnKey(key), ...fields })
          .onConflict((conflict) => conflict.column('key').doUpdateSet(fields))
          .execute();
      }),

    retain: (limits) => guarded(() => retain(db, limits, now())),
    heldPullRequests: (asked) => guarded(() => heldPullRequests(db, asked)),
  };

  function reviews(repositoryId: number) {
    return db
      .selectFrom('reviews')
      .select('review')
      .where('repository_id', '=', repositoryId)
      .orderBy('saved', 'desc')
      .limit(1);
  }
}

async function heldPullRequests(
  db: Kysely<Tables>,
  { unknownBefore, blockedBefore, limit }: Parameters<OperatedStore['heldPullRequests']>[0],
): Promise<readonly HeldPullRequest[]> {
  const result = await sql<{ repository_id: string; number: string; result: string; held_since: string }>`
    SELECT p.repository_id, p.number, latest.result, latest.held_since
    FROM ${sql.table('countersign.pull_requests')} p
    CROSS JOIN LATERAL (
      SELECT result, held_since FROM ${sql.table('countersign.reviews')} r
      WHERE r.repository_id = p.repository_id AND r.pull_request = p.number ORDER BY r.saved DESC LIMIT 1
    ) latest
    WHERE p.state = 'open'
      AND ((latest.result = 'inconclusive' AND latest.held_since < ${unknownBefore})
        OR (latest.result = 'blocked' AND latest.held_since < ${blockedBefore}))
    ORDER BY latest.held_since LIMIT ${limit}`.execute(db);
  return result.rows.map(({ repository_id, number, result: state, held_since }) => ({
    repositoryId: Number(repository_id),
    number: Number(number),
    result: state === 'blocked' ? 'blocked' : 'inconclusive',
    since: held_since,
  }));
}

/** Never names the ledger: its rows stay for good. */
async function retain(db: Kysely<Tables>, limits: RetentionLimits, now: number): Promise<RetentionCounts> {
  const before = (days: number) => new Date(now - days * DAY_MS);
  const pullRequests = await db
    .deleteFrom('pull_requests')
    .where('state', '=', 'closed')
    .where('saved_at', '<', before(limits.closedPullRequestDays))
    .executeTakeFirst();
  const noPullRequest = sql<boolean>`NOT EXISTS (
    SELECT 1 FROM ${sql.table('countersign.pull_requests')} p
    WHERE p.repository_id = t.repository_id AND p.number = t.pull_request)`;
  const superseded = sql<boolean>`EXISTS (
    SELECT 1 FROM ${sql.table('countersign.reviews')} later
    WHERE later.repository_id = t.repository_id AND later.pull_request = t.pull_request AND later.saved > t.saved)`;
  const reviews = await db
    .deleteFrom('reviews as t')
    .where((row) =>
      row.or([
        row.and([row('saved_at', '<', before(limits.reviewDays)), superseded]),
        row.and([row('saved_at', '<', before(limits.closedPullRequestDays)), noPullRequest]),
      ]),
    )
    .executeTakeFirst();
  const signOffs = await db
    .deleteFrom('sign_offs as t')
    .where('saved_at', '<', before(limits.closedPullRequestDays))
    .where(noPullRequest)
    .executeTakeFirst();
  const effects = await db.deleteFrom('effects').where('claimed_at', '<', before(limits.effectDays)).executeTakeFirst();
  const watched = await forgetWatched(db, before(limits.watchedDays));
  const shapes = await db.deleteFrom('shapes').where('seen_at', '<', before(limits.reviewDays)).executeTakeFirst();
  const cached = await db.deleteFrom('cache').where('expires_at', '<=', new Date(now)).executeTakeFirst();
  return {
    pullRequests: Number(pullRequests.numDeletedRows),
    reviews: Number(reviews.numDeletedRows),
    signOffs: Number(signOffs.numDeletedRows),
    watched,
    effects: Number(effects.numDeletedRows),
    cached: Number(cached.numDeletedRows),
    shapes: Number(shapes.numDeletedRows),
  };
}

function readPullRequest(row: Pick<Selectable<Tables['pull_requests']>, 'record'>): PullRequestRecord {
  return StoredPullRequest.parse(JSON.parse(row.record));
}

function readReview(row: Pick<Selectable<Tables['reviews']>, 'review'>): StoredReview {
  return StoredReviewRow.parse(JSON.parse(row.review));
}

function readSignOff(row: Pick<Selectable<Tables['sign_offs']>, 'sign_off'>): SignOff {
  return StoredSignOff.parse(JSON.parse(row.sign_off));
}
