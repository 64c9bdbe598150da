import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageFile } from '../../src/package-root.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../support/postgres.ts';
import { SECRET } from '../support/world.ts';
import { openStage, type Stage } from './support.ts';

function worker(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [packageFile('src', 'main.ts'), 'worker'], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece) => {
      said.text += String(piece);
    });
  }
  return { child, said };
}

test.each([
  ['without a database of its own to share', {}, /DATABASE_URL is missing/],
  [
    'without an App',
    { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x', COUNTERSIGN_DATA: '/nowhere' },
    /no credentials/,
  ],
])('a worker refuses to start %s, in one sentence', async (_, env, sentence) => {
  const { child, said } = worker(env);
  const [code] = await once(child, 'close');
  expect(code).toBe(2);
  expect(said.text).toMatch(sentence);
});

describe.skipIf(postgresMissing !== null)('a worker on the same PostgreSQL', () => {
  let postgres: PostgresServer;
  let stage: Stage;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    [postgres, stage] = await Promise.all([startPostgres(), openStage()]);
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await stage.close();
    await postgres.stop();
  });

  test('does the work while the serving process does something else, and drains when it is told to stop', async () => {
    const { github, repository } = stage;
    const databaseUrl = await postgres.createDatabase();
    const service = await stage.start({ DATABASE_URL: databaseUrl, COUNTERSIGN_CONCURRENCY: '1' });
    const { child, said } = worker({
      DATABASE_URL: databaseUrl,
      GITHUB_API_URL: github.url,
      APP_ID: String(github.app.id),
      PRIVATE_KEY: github.privateKey,
      WEBHOOK_SECRET: SECRET,
      COUNTERSIGN_OSV: 'off',
      COUNTERSIGN_DENY_LIST: '/dev/null',
      COUNTERSIGN_CONCURRENCY: '8',
    });
    children.push(child);
    await expect.poll(() => said.text).toMatch(/countersign works/);

    // Nothing is answered before all have come: the serving process has one of them in hand, and does not do the others, too.
    const held = github.fault({ path: /\/pulls\/\d+$/, held: true, times: 'always' });
    const heads: string[] = [];
    for (let index = 0; index < 6; index += 1) {
      const head = await repository.push(
        `b${index}`,
        { [`src/${index}.js`]: `export const n = ${index};\n` },
        { as: 'Copilot' },
      );
      await repository.open({ branch: `b${index}`, title: `B ${index}`, as: 'Copilot' });
      heads.push(head);
    }
    await github.settled();
    // The serving process takes no more work: what is left is the worker's.
    const stopped = service.stop();
    held.remove();
    for (const head of heads) expect((await repository.completed(head)).conclusion).toBe('success');
    await stopped;
    for (const head of heads) expect(repository.checkRuns(head)).toHaveLength(1);

    const gone = once(child, 'close');
    child.kill('SIGTERM');
    expect((await gone)[0]).toBe(0);
    expect(said.text).toMatch(/running work ends first/);
    const told = said.text.split('\n').filter((line) => line.includes('"a job is done"'));
    expect(told.length).toBeGreaterThan(0);
    for (const line of told.map((each) => JSON.parse(each) as object)) {
      expect(line).toMatchObject({ repository: 'acme/shop', delivery: expect.stringMatching(/./) });
      expect(line).toHaveProperty('headSha', expect.stringMatching(/^[0-9a-f]{40}$/));
      expect(line).toHaveProperty('review');
    }
    const kinds = await postgres.query(
      databaseUrl,
      `SELECT state, count(*)::int AS n FROM countersign_queue.job WHERE state = 'active' GROUP BY 1`,
    );
    expect(kinds).toEqual([]);
  });
});
