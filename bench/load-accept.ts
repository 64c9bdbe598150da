import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openGround } from '../test/support/ground.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../test/support/postgres.ts';
import { SECRET } from '../test/support/world.ts';
import { type Delivery, quantile, sendAtRate } from './support/deliveries.ts';

/** Deliveries a second. */
const RATE = 200;
/** Of the measured run; `LOAD_SECONDS` sets another time. */
const SECONDS = Number(process.env['LOAD_SECONDS'] ?? 60);
const WARM_SECONDS = 3;
/** Without a job done for so long, none will be. */
const STILL_MS = 10_000;
/** Closed pull requests that the deliveries are about. */
const PULL_REQUESTS = 50;
/** Every so many deliveries one comes a second time under its id, as GitHub's "Redeliver" sends it. */
const REDELIVERED = 20;
/** The p99 of `countersign serve` in that of the least that an honest handler does. */
const TARGET = 3;

/**
 * Deliveries at a steady rate, from this process to `countersign serve`: how long each acknowledgement takes, beside a
 * handler that only verifies the signature and does one durable insert in the same PostgreSQL, which here keeps its
 * promises (`fsync`). Counted in the database: none lost, none doubled.
 */
export async function run(print: (line: string) => void): Promise<void> {
  if (postgresMissing !== null) {
    print(`left out: ${postgresMissing}`);
    return;
  }
  const postgres = await startPostgres({ durable: true });
  const database = await postgres.createDatabase();
  const ground = await openGround({
    repositories: [{ name: 'shop', files: { 'package.json': '{}\n' } }],
    latencyMs: 0,
    databaseUrl: database,
  });
  let peer: ChildProcess | null = null;
  try {
    const { github } = ground;
    const repository = github.repository('acme/shop');
    // What a closing comes to for a pull request that was never reviewed is next to nothing: what is measured is the door.
    const numbers: number[] = [];
    for (let index = 0; index < PULL_REQUESTS; index += 1) {
      const branch = `load-${index}`;
      await repository.push(branch, { 'src/load.js': `export const n = ${index};\n` }, { as: 'Copilot' });
      const number = await repository.open({ branch, title: 'Load', as: 'Copilot' });
      await repository.close(number, 'Copilot');
      numbers.push(number);
    }
    await github.settled();
    const body = github.deliveries.find(({ action }) => action === 'closed')?.body ?? '';
    const closings = (seconds: number) => closingsOf(body, numbers, seconds);
    const started = await startPeer(database);
    peer = started.child;
    await ground.start('serve');
    const address = github.webhookUrl() ?? '';

    await sendAtRate(started.url, SECRET, closings(WARM_SECONDS), RATE);
    const warm = closings(WARM_SECONDS);
    await sendAtRate(address, SECRET, warm, RATE);
    // The peer before and after, so that what the machine does beside this falls on both.
    const before = await sendAtRate(started.url, SECRET, closings(SECONDS / 2), RATE);
    const deliveries = closings(SECONDS);
    const ours = await sendAtRate(address, SECRET, deliveries, RATE);
    const after = await sendAtRate(started.url, SECRET, closings(SECONDS / 2), RATE);
    const bare = [...before, ...after];

    const expected = new Set([...warm, ...deliveries].map(({ id }) => id)).size;
    const { stored, distinct } = await storedJobs(postgres, database);
    const left = await leftAfterDrain(postgres, database);
    const ratio = quantile(ours, 0.99) / quantile(bare, 0.99);
    for (const [name, times] of [
      ['peer', bare],
      ['serve', ours],
    ] as const)
      print(
        `${name}: ${times.length} deliveries, p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`,
      );
    print(`p99 is ${ratio.toFixed(2)} times the peer's (target: at most ${TARGET})`);
    print(
      `${expected} different deliveries, of ${deliveries.length + warm.length} sent: ${stored} jobs stored, ${distinct} of them different; ${left} never done`,
    );
    if (!(ratio <= TARGET) || stored !== expected || distinct !== expected || left > 0) process.exitCode = 1;
  } finally {
    peer?.kill('SIGTERM');
    await ground.close();
    await postgres.stop();
  }
}

/** As many closings as come in so many seconds. Some of them come twice. */
function closingsOf(body: string, numbers: readonly number[], seconds: number): Delivery[] {
  return Array.from({ length: Math.round(seconds * RATE) }, (_, index) => index).flatMap((index) => {
    const own = body.replace(/"number":\d+/, `"number":${numbers[index % numbers.length]}`);
    const delivery = { event: 'pull_request', id: crypto.randomUUID(), body: own };
    return index % REDELIVERED === 0 ? [delivery, delivery] : [delivery];
  });
}

async function storedJobs(
  postgres: PostgresServer,
  database: string,
): Promise<{ readonly stored: number; readonly distinct: number }> {
  const [row] = await postgres.query(
    database,
    `SELECT count(*)::int AS stored, count(DISTINCT data->>'id')::int AS "distinct"
     FROM countersign_queue.job WHERE name = 'work'`,
  );
  return { stored: Number(row?.['stored'] ?? 0), distinct: Number(row?.['distinct'] ?? 0) };
}

/** Jobs that are not done when none was done for a while. */
async function leftAfterDrain(postgres: PostgresServer, database: string): Promise<number> {
  let last = Number.POSITIVE_INFINITY;
  for (;;) {
    const [row] = await postgres.query(
      database,
      "SELECT count(*)::int AS n FROM countersign_queue.job WHERE name = 'work' AND state <> 'completed'",
    );
    const left = Number(row?.['n'] ?? 0);
    if (left === 0 || left >= last) return left;
    last = left;
    await sleep(STILL_MS);
  }
}

async function startPeer(database: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const script = fileURLToPath(new URL('../test/support/peer.ts', import.meta.url));
  const env: Record<string, string | undefined> = {
    PATH: process.env['PATH'],
    DATABASE_URL: database,
    WEBHOOK_SECRET: SECRET,
  };
  const child = spawn(process.execPath, [script], {
    env: env as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve) =>
    child.stdout.once('data', (piece) => resolve(String(piece).trim())),
  );
  return { child, url };
}
