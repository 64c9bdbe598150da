import { type Kysely, sql } from 'kysely';
import type { AskedPackage, CameTrue, WatchStore } from '../core/watch.ts';
import { guarded } from './failure.ts';
import { columnKey } from './key.ts';
import { StoredAsked, StoredEvent, StoredRepository } from './schema.ts';
import type { Tables } from './tables.ts';

/** Rows of one statement at most: a lockfile can name thousands of packages, and a statement has 65,535 parameters (PostgreSQL protocol, Bind). */
const MOST_ROWS = 500;

/** Packages that are looked at again, and who asked for them. `now`: milliseconds since the epoch. */
export function createWatch(db: Kysely<Tables>, now: () => number): WatchStore {
  const instant = () => new Date(now());

  async function forget(repositoryId: number, keys: readonly string[]): Promise<void> {
    for (const some of batches(keys)) {
      await db
        .deleteFrom('asked_packages')
        .where('repository_id', '=', repositoryId)
        .where('key', 'in', some)
        .where('told_at', 'is', null)
        .execute();
    }
  }

  return {
    remember: (repository, pullRequest, asked) =>
      guarded(() =>
        db.transaction().execute(async (change) => {
          const at = instant();
          const byKey = new Map(asked.map((each) => [keyOf(each), each]));
          await change
            .deleteFrom('asked_packages')
            .where('repository_id', '=', repository.id)
            .where('pull_request', '=', pullRequest)
            .where('active', '=', false)
            .execute();
          for (const some of batches([...byKey])) {
            await change
              .insertInto('watched_packages')
              .values(
                some.map(([key, each]) => ({
                  key,
                  kind: each.kind,
                  asked: JSON.stringify(each),
                  since: at,
                  due_at: new Date(at.getTime() + FIRST_LOOK_MS),
                  event: null,
                })),
              )
              .onConflict((conflict) => conflict.column('key').doNothing())
              .execute();
            await change
              .insertInto('asked_packages')
              .values(
                some.map(([key, each]) => ({
                  key,
                  repository_id: repository.id,
                  pull_request: pullRequest,
                  repository: JSON.stringify(repository),
                  active: each.kind === 'absent',
                  asked_at: at,
                  told_at: null,
                  refused_at: null,
                  retry_at: null,
                })),
              )
              .onConflict((conflict) =>
                conflict.columns(['key', 'repository_id', 'pull_request']).doUpdateSet({
                  repository: (row) => row.ref('excluded.repository'),
                  asked_at: at,
                }),
              )
              .execute();
          }
        }),
      ),

    forgetNames: (repositoryId, names) =>
      guarded(() =>
        forget(
          repositoryId,
          names.map((each) => keyOf({ ...each, kind: 'absent', version: null })),
        ),
      ),

    settle: (repositoryId, pullRequest, merged) =>
      guarded(async () => {
        if (merged) {
          await db
            .updateTable('asked_packages')
            .set({ active: true, asked_at: instant() })
            .where('repository_id', '=', repositoryId)
            .where('pull_request', '=', pullRequest)
            .where('active', '=', false)
            .execute();
          return;
        }
        await db
          .deleteFrom('asked_packages')
          .where('repository_id', '=', repositoryId)
          .where('pull_request', '=', pullRequest)
          .where('active', '=', false)
          .execute();
      }),

    due: (kind, limit, leaseMs) =>
      guarded(async () => {
        const at = instant();
        const rows = await db
          .updateTable('watched_packages')
          .set({ due_at: new Date(at.getTime() + leaseMs) })
          .where('key', 'in', (query) =>
            query
              .selectFrom('watched_packages as due')
              .select('due.key')
              .where('due.kind', '=', kind)
              .where('due.event', 'is', null)
              .where('due.due_at', '<=', at)
              .where((row) =>
                row.exists(
                  row
                    .selectFrom('asked_packages as asker')
                    .select('asker.key')
                    .whereRef('asker.key', '=', 'due.key')
                    .where('asker.active', '=', true),
                ),
              )
              .orderBy('due.due_at')
              .limit(limit)
              .forUpdate()
              .skipLocked(),
          )
          .returning(['asked', 'since'])
          .execute();
        return rows.map((row) => ({
          asked: StoredAsked.parse(JSON.parse(row.asked)),
          since: row.since.toISOString(),
        }));
      }),

    putOff: (asked, until) =>
      guarded(async () => {
        await db
          .updateTable('watched_packages')
          .set({ due_at: new Date(until) })
          .where('key', '=', keyOf(asked))
          .execute();
      }),

    happened: (asked, event) =>
      guarded(async () => {
        await db
          .updateTable('watched_packages')
          .set({ event: JSON.stringify(event) })
          .where('key', '=', keyOf(asked))
          .where('event', 'is', null)
          .execute();
      }),

    untold: (limit) =>
      guarded(async () => {
        const rows = await db
          .selectFrom('asked_packages as asker')
          .innerJoin('watched_packages as watched', 'watched.key', 'asker.key')
          .select(({ fn }) => ['asker.repository_id', fn.max('asker.repository').as('repository')])
          .where('watched.event', 'is not', null)
          .where('asker.active', '=', true)
          .where('asker.told_at', 'is', null)
          .where((row) => row.or([row('asker.retry_at', 'is', null), row('asker.retry_at', '<=', instant())]))
          .groupBy('asker.repository_id')
          .orderBy('asker.repository_id')
          .limit(limit)
          .execute();
        return rows.map((row) => StoredRepository.parse(JSON.parse(row.repository)));
      }),

    cameTrue: (repositoryId) =>
      guarded(async () => {
        const rows = await db
          .selectFrom('asked_packages as asker')
          .innerJoin('watched_packages as watched', 'watched.key', 'asker.key')
          .select(['asker.key', 'asker.pull_request', 'asker.told_at', 'watched.asked', 'watched.event'])
          .where('asker.repository_id', '=', repositoryId)
          .where('asker.active', '=', true)
          .where('watched.event', 'is not', null)
          .orderBy('asker.pull_request')
          .execute();
        const found = [...Map.groupBy(rows, (row) => row.key).values()].flatMap((same): CameTrue[] => {
          const [first] = same;
          if (first === undefined || first.event === null) return [];
          return [
            {
              asked: StoredAsked.parse(JSON.parse(first.asked)),
              event: StoredEvent.parse(JSON.parse(first.event)),
              pullRequests: same.map((row) => Number(row.pull_request)),
              told: same.every((row) => row.told_at !== null),
            },
          ];
        });
        return found.sort((a, b) => a.event.at.localeCompare(b.event.at) || a.asked.name.localeCompare(b.asked.name));
      }),

    markTold: (repositoryId, asked) =>
      guarded(async () => {
        for (const some of batches(asked.map(keyOf))) {
          await db
            .updateTable('asked_packages')
            .set({ told_at: instant() })
            .where('repository_id', '=', repositoryId)
            .where('key', 'in', some)
            .where('told_at', 'is', null)
            .execute();
        }
      }),

    putOffTelling: (repositoryId, asked, until) =>
      guarded(async () => {
        const at = instant();
        for (const some of batches(asked.map(keyOf))) {
          await db
            .updateTable('asked_packages')
            .set((row) => ({ retry_at: new Date(until), refused_at: row.fn.coalesce('refused_at', row.val(at)) }))
            .where('repository_id', '=', repositoryId)
            .where('key', 'in', some)
            .where('told_at', 'is', null)
            .execute();
        }
      }),

    refusedTellings: (limit) =>
      guarded(async () => {
        const rows = await db
          .selectFrom('asked_packages')
          .select(({ fn }) => [
            'repository_id',
            fn.max('repository').as('repository'),
            fn.min('refused_at').as('since'),
            fn.count<string>('key').distinct().as('packages'),
          ])
          .where('refused_at', 'is not', null)
          .where('told_at', 'is', null)
          .groupBy('repository_id')
          .orderBy('since')
          .limit(limit)
          .execute();
        return rows.map((row) => ({
          repository: StoredRepository.parse(JSON.parse(row.repository)),
          packages: Number(row.packages),
          since: new Date(row.since ?? 0).toISOString(),
        }));
      }),

    watched: () =>
      guarded(async () => {
        const rows = await db
          .selectFrom('watched_packages')
          .select(({ fn }) => ['kind', fn.countAll<string>().as('count')])
          .where('event', 'is', null)
          .groupBy('kind')
          .execute();
        const count = (kind: AskedPackage['kind']) => Number(rows.find((row) => row.kind === kind)?.count ?? 0);
        return { absent: count('absent'), version: count('version') };
      }),
  };
}

/** A name that was asked for a moment ago is no news: the first look comes after this. */
const FIRST_LOOK_MS = 60 * 60 * 1000;

/** Forgets who asked longer ago than `before`, and packages that nobody asks for any more. Returns the packages forgotten. */
export async function forgetWatched(db: Kysely<Tables>, before: Date): Promise<number> {
  await db.deleteFrom('asked_packages').where('asked_at', '<', before).execute();
  const nobodys = await db
    .deleteFrom('watched_packages as t')
    .where(sql<boolean>`NOT EXISTS (SELECT 1 FROM ${sql.table('countersign.asked_packages')} a WHERE a.key = t.key)`)
    .executeTakeFirst();
  return Number(nobodys.numDeletedRows);
}

function keyOf({ kind, type, name, version }: AskedPackage): string {
  return columnKey(JSON.stringify([kind, type, name, version]));
}

function* batches<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < items.length; at += MOST_ROWS) yield items.slice(at, at + MOST_ROWS);
}
