import { setTimeout as sleep } from 'node:timers/promises';
import { jobOf } from '../src/github/webhooks.ts';
import { openStore } from '../src/store/index.ts';
import type { Repository } from '../test/support/github/index.ts';
import { type Ground, openGround } from '../test/support/ground.ts';
import { postgresMissing, startPostgres } from '../test/support/postgres.ts';

/** Pull requests that wait; `LOAD_PULL_REQUESTS` sets another number. */
const PULL_REQUESTS = Number(process.env['LOAD_PULL_REQUESTS'] ?? 200);
/** Every local server answers after this. Milliseconds. */
const LATENCY = 200;
/** Reviews that a worker does at once: waiting, not this machine's two cores, is to be the limit. */
const CONCURRENCY = 4;
/** The time of two workers in that of one. */
const TARGET = 0.6;
const LONGEST_MS = 600_000;

/** A backlog on PostgreSQL, done by one `countersign worker` and one as long by two. No review is done twice. */
export async function run(print: (line: string) => void): Promise<void> {
  if (postgresMissing !== null) {
    print(`left out: ${postgresMissing}`);
    return;
  }
  const postgres = await startPostgres();
  const database = await postgres.createDatabase();
  const names = ['warm-one', 'for-one', 'warm-two', 'for-two'] as const;
  const ground = await openGround({
    repositories: names.map((name) => ({ name, files: { 'package.json': '{}\n' } })),
    latencyMs: LATENCY,
    databaseUrl: database,
  });
  const store = await openStore({ databaseUrl: database, dataFolder: '', now: Date.now });
  try {
    const { github } = ground;
    const env = { COUNTERSIGN_CONCURRENCY: String(CONCURRENCY) };
    const backlogs: Record<string, Backlog> = {};
    for (const name of names) {
      backlogs[name] = await prepare(ground, name, name.startsWith('warm') ? CONCURRENCY * 2 : PULL_REQUESTS);
    }
    github.setLatency(LATENCY);

    await ground.start('worker', env);
    await done(backlogs['warm-one']);
    const one = await done(backlogs['for-one']);
    await ground.start('worker', env);
    await done(backlogs['warm-two']);
    const two = await done(backlogs['for-two']);
    const ratio = two / one;
    print(
      `${PULL_REQUESTS} pull requests, every answer after ${LATENCY} ms, ${CONCURRENCY} at once: one worker ${(one / 1000).toFixed(1)} s, two ${(two / 1000).toFixed(1)} s: ${ratio.toFixed(2)} (target: at most ${TARGET})`,
    );

    const heads = Object.values(backlogs).flatMap(({ repository, heads }) =>
      heads.map((head) => [repository, head] as const),
    );
    const runs = heads.filter(([repository, head]) => repository.checkRuns(head).length !== 1).length;
    const [counted] = await postgres.query(
      database,
      `SELECT (SELECT count(*)::int FROM countersign.ledger WHERE body::json->>'type' = 'review') AS reviews,
              (SELECT count(*)::int FROM countersign_queue.job WHERE name = 'work' AND retry_count > 0) AS again`,
    );
    const reviews = Number(counted?.['reviews']);
    const again = Number(counted?.['again']);
    print(
      `${heads.length} pull requests in all: ${reviews} reviews in the ledger, ${runs} commits with more or fewer than one check run, ${again} jobs started twice`,
    );
    if (!(ratio <= TARGET) || reviews !== heads.length || runs > 0 || again > 0) process.exitCode = 1;

    /** Hands the backlog to the queue, and gives the milliseconds from then until the last check is completed. */
    async function done(backlog: Backlog | undefined): Promise<number> {
      if (backlog === undefined) throw new Error('there is no such backlog');
      const began = performance.now();
      await Promise.all(
        backlog.deliveries.map(async ({ id, body }) => {
          const outcome = jobOf('pull_request', JSON.parse(body), id, { appId: github.app.id });
          if (outcome.kind !== 'job') throw new Error(`a delivery came to ${outcome.kind}`);
          await store.queue.send(id, outcome.job, { afterMs: 0 });
        }),
      );
      const waiting = new Set(backlog.heads);
      while (waiting.size > 0) {
        for (const head of waiting)
          if (backlog.repository.checkRuns(head).some(({ status }) => status === 'completed')) waiting.delete(head);
        if (performance.now() - began > LONGEST_MS) throw new Error(`${waiting.size} checks were never completed`);
        await sleep(20);
      }
      return performance.now() - began;
    }
  } finally {
    await store.close();
    await ground.close();
    await postgres.stop();
  }
}

interface Backlog {
  readonly repository: Repository;
  readonly heads: readonly string[];
  readonly deliveries: readonly { readonly id: string; readonly body: string }[];
}

/** Nobody listens for webhooks here: what would have been delivered is what the backlog is made of. */
async function prepare(ground: Ground, name: string, count: number): Promise<Backlog> {
  const { github } = ground;
  const repository = github.repository(`acme/${name}`);
  const before = github.deliveries.length;
  const heads: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const branch = `change-${index}`;
    const code = `export function add${index}(value) {\n  return value + ${index};\n}\n`;
    heads.push(await repository.push(branch, { [`src/part-${index % 5}/file-${index}.js`]: code }, { as: 'Copilot' }));
    await repository.open({ branch, title: branch, as: 'Copilot' });
  }
  await github.settled();
  const deliveries = github.deliveries.slice(before).filter(({ action }) => action === 'opened');
  return { repository, heads, deliveries };
}
