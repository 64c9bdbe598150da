import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, type LogEvent, PGliteDialect, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { type Db, fromPglite } from 'pg-boss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grow } from '../../bench/support/growth.ts';
import type { OperatedStore } from '../../src/core/store.ts';
import type { Engine } from '../../src/store/engine.ts';
import { assembleStore } from '../../src/store/index.ts';
import { SCHEMA } from '../../src/store/migrations.ts';
import type { Tables } from '../../src/store/tables.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../support/postgres.ts';
import {
  closedJob,
  emptyFolder,
  ledgerEntry,
  pressJob,
  pullRequest,
  removeFolder,
  reviewJob,
  START,
  signOff,
  storedReview,
  until,
} from './support.ts';

/** All of it in one repository: what reads a repository's rows to find one of them shows here. */
const SIZES = {
  repositories: 1,
  pullRequests: 10_000,
  reviews: 20_000,
  signOffs: 10_000,
  ledgerEntries: 20_000,
  effects: 20_000,
  cached: 10_000,
  shapes: 10_000,
  watched: 10_000,
  doneJobs: 10_000,
  delayedJobs: 2_000,
};

/** Pages of eight kilobytes that one statement may touch: the depth of its indexes, and the rows that it gives. */
const PAGES = 60;

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

const REPOSITORY = { installationId: 11, id: 77, owner: 'octo', name: 'shop' } as const;
const ASKED = { kind: 'absent', type: 'npm', name: 'made-up', version: null } as const;
const VERSION = { kind: 'version', type: 'npm', name: 'merged', version: '1.0.0' } as const;
const SHAPE = { fingerprint: 'f'.repeat(64), places: 1, path: 'a.ts', line: 1 };

type Ask = (store: OperatedStore) => Promise<unknown>;

/** What webhooks, reviews, commands, presses, pages and the service's own clocks ask of the store. */
const ASKS: Readonly<Record<string, Ask>> = {
  pullRequest: (store) => store.pullRequest(77, 1),
  savePullRequest: (store) => store.savePullRequest(pullRequest(1, {})),
  pullRequestsByHead: (store) => store.pullRequestsByHead(77, 'a'.repeat(40)),
  saveReview: (store) => store.saveReview(storedReview(1, 'r-aaaaaaaa', 5)),
  latestReview: (store) => store.latestReview(77, 1),
  reviewByCode: (store) => store.reviewByCode(77, 'r-aaaaaaaa'),
  reviewByCheckRun: (store) => store.reviewByCheckRun(77, 5),
  shapesElsewhere: (store) =>
    store.shapesElsewhere({
      repositoryId: 77,
      besides: [1],
      fingerprints: [SHAPE.fingerprint],
      since: new Date(START).toISOString(),
    }),
  saveShapes: (store) => store.saveShapes(77, 1, [SHAPE]),
  signOffs: (store) => store.signOffs(77, 1),
  signOffsBy: (store) => store.signOffsBy(77, 9),
  saveSignOff: (store) => store.saveSignOff(signOff('s-1', {})),
  claimEffect: (store) => store.claimEffect('once', 'me'),
  cached: (store) => store.cached('kept'),
  cache: (store) => store.cache('kept', 1, new Date(START + 86_400_000).toISOString()),
  remember: (store) => store.remember(REPOSITORY, 1, [ASKED, VERSION]),
  forgetNames: (store) => store.forgetNames(77, [{ type: 'npm', name: 'private' }]),
  settle: (store) => store.settle(77, 1, true),
  due: (store) => store.due('absent', 10, 1_000),
  putOff: (store) => store.putOff(ASKED, new Date(START).toISOString()),
  happened: (store) =>
    store.happened(VERSION, {
      at: new Date(START).toISOString(),
      source: 'npm',
      firstPublishedAt: null,
      advisoryIds: [],
    }),
  untold: (store) => store.untold(10),
  cameTrue: (store) => store.cameTrue(77),
  markTold: (store) => store.markTold(77, [VERSION]),
  putOffTelling: (store) => store.putOffTelling(77, [VERSION], new Date(START).toISOString()),
  refusedTellings: (store) => store.refusedTellings(10),
  ping: (store) => store.ping(),
  'ledger.append': (store) => store.ledger.append(11, ledgerEntry('effect', {})),
  'ledger.head': (store) => store.ledger.head(11),
  'queue.send': (store) => store.queue.send('press', pressJob(5), { afterMs: 0 }),
  'queue.work': async (store) => {
    const id = crypto.randomUUID();
    await store.queue.send(id, reviewJob(1, 'b'.repeat(40)), { afterMs: 0 });
    const done = new Set<string>();
    const working = await store.queue.work(async (queued) => void done.add(queued.id), { concurrency: 1 });
    await until('it is done', () => done.has(id));
    await working.stop(5_000);
  },
  'queue.awaitsReview': (store) => store.queue.awaitsReview(77, 1, 1_000),
  'queue.depth': (store) => store.queue.depth(),
  'queue.backlog': (store) => store.queue.backlog(),
};

/** Asked once an hour, a day, or by an operator: these may read what they are about from its first row to its last. */
const WHOLE = [
  'openByRepository',
  'openPullRequests',
  'heldPullRequests',
  'watched',
  'retain',
  'close',
  'engine',
  'queue.stop',
  'ledger.verify',
  'ledger.check',
  'ledger.entries',
  'ledger.events',
  'ledger.installations',
  'ledger.people',
  'ledger.forget',
];

for (const kind of ['pglite', 'postgres'] as const) {
  describe.skipIf(kind === 'postgres' && postgresMissing !== null)(`after years, on ${kind}`, () => {
    const folder = emptyFolder();
    let server: PostgresServer | null = null;
    let place: Recorded;
    let store: OperatedStore;

    beforeAll(async () => {
      if (kind === 'postgres') server = await startPostgres();
      place = server === null ? await inFolder(folder) : inServer(await server.createDatabase());
      store = await assembleStore(place.engine, { now: () => START, sign: null, onError: () => undefined });
      await store.queue.send('done', closedJob(3), { afterMs: 0 });
      for (const ask of Object.values(ASKS)) await ask(store);
      for (const statement of grow(SIZES)) await place.run(statement);
    });
    afterAll(async () => {
      await store?.close();
      await server?.stop();
      removeFolder(folder);
    });

    it('every act of the store is either one of those that cost the same as on the first day, or named', () => {
      const { queue, ledger, ...records } = store;
      const acts = [
        ...Object.keys(records),
        ...Object.keys(queue).map((name) => `queue.${name}`),
        ...Object.keys(ledger).map((name) => `ledger.${name}`),
      ];
      expect(acts.sort()).toEqual([...Object.keys(ASKS), ...WHOLE].sort());
    });

    it.each(Object.keys(ASKS))('%s touches only what it is about', async (name) => {
      const statements = await place.record(() => ASKS[name]?.(store) ?? Promise.resolve());
      expect(statements.length).toBeGreaterThan(0);
      for (const statement of statements) {
        const pages = await place.pages(statement);
        expect(pages, `${statement.text}\ntouched ${pages} pages`).toBeLessThanOrEqual(PAGES);
      }
    });
  });
}

interface Recorded {
  readonly engine: Engine;
  run(text: string): Promise<void>;
  record(act: () => Promise<unknown>): Promise<readonly Statement[]>;
  /** Touched by running it once more, which changes nothing. */
  pages(statement: Statement): Promise<number>;
}

async function inFolder(folder: string): Promise<Recorded> {
  const pglite = await PGlite.create(join(folder, 'database'));
  return recorded(
    'pglite',
    (log) => new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }), log }),
    fromPglite(pglite),
  );
}

function inServer(databaseUrl: string): Recorded {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  return recorded('postgres', (log) => new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), log }), {
    executeSql: (text, values) => pool.query(text, values ? [...values] : undefined),
  });
}

/** The service's own code over a connection that remembers what is asked of it. */
function recorded(
  kind: Engine['kind'],
  connect: (log: (event: LogEvent) => void) => Kysely<Tables>,
  queue: Db,
): Recorded {
  let kept: Statement[] | null = null;
  const db = connect(({ query }) => kept?.push({ text: query.sql, values: query.parameters })).withSchema(SCHEMA);
  const queueDb: Db = {
    executeSql(text, values) {
      kept?.push({ text, values: values ?? [] });
      return queue.executeSql(text, values);
    },
  };
  return {
    engine: {
      kind,
      db,
      queueDb,
      claimDb: queueDb,
      alone: (work) => work(),
      listen: null,
      close: () => db.destroy(),
    },
    async run(text) {
      await sql.raw(text).execute(db);
    },
    async record(act) {
      const mine: Statement[] = [];
      kept = mine;
      try {
        await act();
      } finally {
        kept = null;
      }
      return mine.filter(({ text }) => /^\s*(?:select|insert|update|delete|with)\b/i.test(text));
    },
    async pages({ text, values }) {
      class Undone extends Error {}
      let pages = Number.NaN;
      await db
        .transaction()
        .execute(async (transaction) => {
          const { rows } = await transaction.executeQuery<{ 'QUERY PLAN': unknown }>({
            sql: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
            parameters: values,
            query: { kind: 'RawNode', sqlFragments: [text], parameters: [] },
            queryId: { queryId: 'explain' },
          });
          pages = touched(rows[0]?.['QUERY PLAN']);
          throw new Undone();
        })
        .catch((error: unknown) => {
          if (!(error instanceof Undone)) throw error;
        });
      return pages;
    },
  };
}

function touched(plan: unknown): number {
  const parsed = typeof plan === 'string' ? JSON.parse(plan) : plan;
  const top = (parsed as { readonly Plan: Readonly<Record<string, number>> }[])[0]?.Plan;
  return (top?.['Shared Hit Blocks'] ?? Number.NaN) + (top?.['Shared Read Blocks'] ?? Number.NaN);
}
