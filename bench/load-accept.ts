import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { openKillingGround } from '../test/support/killing.ts';
import { postgresMissing, startPostgres } from '../test/support/postgres.ts';
import { SECRET } from '../test/support/world.ts';

const RATE = 200;
/** `LOAD_SECONDS` sets another time. */
const SECONDS = Number(process.env['LOAD_SECONDS'] ?? 60);
const TARGET = 3;

/**
 * Deliveries at a steady rate, from this process to a serving one: how long each acknowledgement takes, beside a handler
 * that only verifies the signature and does one durable insert in the same PostgreSQL. Counted in the database: none
 * lost, none doubled.
 */
export async function run(print: (line: string) => void): Promise<void> {
  if (postgresMissing !== null) {
    print(`left out: ${postgresMissing}`);
    return;
  }
  const postgres = await startPostgres();
  const database = await postgres.createDatabase();
  const ground = await openKillingGround(database);
  let peer: ChildProcess | null = null;
  try {
    const { repository, github } = ground.stage;
    // What a closing comes to for a pull request that was never reviewed is next to nothing: what is measured is the door.
    const branch = 'load';
    await repository.push(branch, { 'src/load.js': 'export const n = 1;\n' }, { as: 'Copilot' });
    const number = await repository.open({ branch, title: 'Load', as: 'Copilot' });
    await repository.close(number, 'Copilot');
    await github.settled();
    const body = github.deliveries.find(({ action }) => action === 'closed')?.body ?? '';
    const started = await startPeer(database);
    peer = started.child;
    const life = await ground.start();
    const address = github.webhookUrl() ?? '';

    await send(started.url, body, 3);
    await send(address, body, 3);
    const halves = [
      [await send(started.url, body, SECONDS / 2), await send(address, body, SECONDS / 2)],
      [await send(started.url, body, SECONDS / 2), await send(address, body, SECONDS / 2)],
    ] as const;
    const bare = halves.flatMap(([one]) => one);
    const ours = halves.flatMap(([, two]) => two);
    const expected = ours.length + 3 * RATE;
    const [row] = await postgres.query(
      database,
      "SELECT count(*)::int AS n FROM countersign_queue.job WHERE name = 'work'",
    );
    const stored = Number(row?.['n'] ?? 0);
    const ratio = quantile(ours, 0.99) / quantile(bare, 0.99);
    for (const [name, times] of [
      ['peer', bare],
      ['serve', ours],
    ] as const)
      print(
        `${name}: ${times.length} deliveries, p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`,
      );
    print(`p99 is ${ratio.toFixed(2)} times the peer's (target: at most ${TARGET}); ${stored} of ${expected} stored`);
    if (ratio > TARGET || stored !== expected) process.exitCode = 1;
    await life.stop();
  } finally {
    peer?.kill('SIGTERM');
    await ground.close();
    await postgres.stop();
  }
}

/** Sends at the rate whatever the answers do, and gives the time of each; one that is refused ends the run. */
async function send(url: string, body: string, seconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  const bodies = Array.from({ length: Math.round(seconds * RATE) }, (_, index) => {
    // Of as many pull requests: those of one take turns, at the door too.
    const own = body.replace(/"number":\d+/, `"number":${1_000 + index}`);
    return { own, signature: `sha256=${createHmac('sha256', SECRET).update(own).digest('hex')}` };
  });
  const start = performance.now();
  const answers = bodies.map(async ({ own, signature }, index) => {
    const due = start + (index * 1000) / RATE;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const sent = performance.now();
    const status = await post(url, agent, own, signature);
    if (status !== 200 && status !== 202) throw new Error(`a delivery was answered with ${status}`);
    return performance.now() - sent;
  });
  try {
    return await Promise.all(answers);
  } finally {
    agent.destroy();
  }
}

function post(url: string, agent: Agent, body: string, signature: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-github-event': 'pull_request',
      'x-github-delivery': crypto.randomUUID(),
      'x-hub-signature-256': signature,
    };
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end(body);
  });
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

function quantile(times: readonly number[], part: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
