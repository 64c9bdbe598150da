import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatLedgerHead } from '../../src/core/store.ts';
import type { Service } from '../../src/service/start.ts';
import { openStore } from '../../src/store/index.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../support/postgres.ts';
import { openStage, type Stage } from './support.ts';

/** The steps of "Back up" and "Restore" in docs/operations.md, taken one after another. */
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

async function opened(branch: string): Promise<string> {
  const head = await stage.repository.push(
    branch,
    { [`src/${branch}.js`]: 'export const a = 1;\n' },
    { as: 'Copilot' },
  );
  await stage.repository.open({ branch, title: branch, as: 'Copilot' });
  return head;
}

async function headOf(place: { readonly databaseUrl: string | null; readonly dataFolder: string }): Promise<string> {
  const store = await openStore({ ...place, now: Date.now });
  try {
    const head = await store.ledger.head(stage.repository.ref.installationId);
    return head === null ? 'none' : formatLedgerHead(head);
  } finally {
    await store.close();
  }
}

/** After the restore: the ledger is in order up to the noted head, and what came after the backup is reviewed again. */
async function expectRestored(
  place: { readonly databaseUrl: string | null; readonly dataFolder: string },
  noted: string,
  before: string,
  after: string,
): Promise<void> {
  const { repository } = stage;
  const store = await openStore({ ...place, now: Date.now });
  expect(await store.ledger.verify(repository.ref.installationId, noted)).toMatchObject({
    state: 'verified',
    anchored: true,
  });
  await store.close();

  const runs = repository.checkRuns(before).length;
  const env = place.databaseUrl === null ? { COUNTERSIGN_DATA: place.dataFolder } : { DATABASE_URL: place.databaseUrl };
  const service = await stage.start(env);
  // What came after the backup is unknown to the restored store until the sweep has had it reviewed again.
  const { store: restored } = service.ports;
  await expect.poll(async () => (await restored.pullRequestsByHead(repository.ref.id, after)).length).toBe(1);
  await repository.completed(after);
  await service.stop();
  expect(repository.checkRuns(before)).toHaveLength(runs);
}

test('a copied folder of the embedded database goes on where the copy was made', async () => {
  const place = { databaseUrl: null, dataFolder: stage.folder };
  const first = await stage.start();
  const before = await opened('one');
  await stage.repository.completed(before);
  await first.stop();
  const noted = await headOf(place);
  const copy = `${stage.folder}-copy`;
  await cp(stage.folder, copy, { recursive: true });
  try {
    const second = await stage.start();
    const after = await opened('two');
    await stage.repository.completed(after);
    await second.stop();
    expect(await headOf(place)).not.toBe(noted);
    await expectRestored({ databaseUrl: null, dataFolder: copy }, noted, before, after);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});

const dumping = binaryOf('pg_dump');
const restoring = binaryOf('pg_restore');

describe.skipIf(postgresMissing !== null || dumping === null || restoring === null)('PostgreSQL', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  test('a dump taken while the service runs goes on in another database', async () => {
    const databaseUrl = await postgres.createDatabase();
    const place = { databaseUrl, dataFolder: stage.folder };
    const service: Service = await stage.start({ DATABASE_URL: databaseUrl });
    const before = await opened('three');
    await stage.repository.completed(before);
    // Other pull requests of this GitHub are swept up by the fresh database first.
    await expect.poll(() => service.ports.store.queue.depth()).toBe(0);
    const noted = await headOf(place);
    const file = join(stage.folder, 'countersign.dump');
    const schemas = ['--schema=countersign', '--schema=countersign_queue'];
    execFileSync(dumping ?? '', ['--format=custom', ...schemas, `--file=${file}`, databaseUrl]);
    const after = await opened('four');
    await stage.repository.completed(after);
    await service.stop();

    const other = await postgres.createDatabase();
    execFileSync(restoring ?? '', ['--no-owner', `--dbname=${other}`, file]);
    await expectRestored({ databaseUrl: other, dataFolder: stage.folder }, noted, before, after);
  });
});

function binaryOf(name: string): string | null {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return null;
  const found = readdirSync(root).map((version) => join(root, version, 'bin', name));
  return found.find((path) => existsSync(path)) ?? null;
}
