import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatLedgerHead, type OperatedStore } from '../../src/core/store.ts';
import { checkChain, type StoredEntry } from '../../src/store/chain.ts';
import { exportLine, parseExportLine } from '../../src/store/export.ts';
import { openStore } from '../../src/store/index.ts';
import { beginFolder } from '../support/data-folder.ts';
import { play, sequence } from './sequences.ts';
import { TELLING } from './telling.ts';

/** Random sequences, after those that are told. */
const RUNS = 12;

let folder: string;
let store: OperatedStore;
let installation = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-sequences-'));
  await beginFolder(folder);
  store = await openStore({ databaseUrl: null, dataFolder: folder, now: () => Date.now(), onError: () => {} });
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function chainOf(id: number): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = [];
  let line = 0;
  for await (const event of store.ledger.events(id)) {
    line += 1;
    entries.push(parseExportLine(exportLine(event, false), line));
  }
  return entries;
}

test('no sequence of commands, presses, pushes, edits, replays, waits, broken glass, merges and crashes is green with an unsigned finding; its ledger verifies, and shows any change', async () => {
  const sum = { greens: 0, glass: 0, crashes: 0, mergedGreen: 0, mergedOtherwise: 0 };
  await fc.assert(
    fc.asyncProperty(sequence, fc.nat(), fc.nat(), async (acts, where, what) => {
      installation += 1;
      const played = await play(acts, store, installation);
      if (played.greens > 0) sum.greens += 1;
      if (played.glass > 0) sum.glass += 1;
      sum.crashes += played.crashes;
      if (played.merged === 'green') sum.mergedGreen += 1;
      if (played.merged === 'not green') sum.mergedOtherwise += 1;
      await expectSoundLedger(installation, where, what);
    }),
    {
      numRuns: TELLING.length + RUNS,
      seed: 20_261_121,
      examples: TELLING.map((each, index) => [each, index * 7, index * 13]),
    },
  );
  // What never gets to the interesting states proves nothing.
  expect(sum.greens).toBeGreaterThan((TELLING.length + RUNS) / 4);
  expect(sum.glass).toBeGreaterThan(0);
  expect(sum.crashes).toBeGreaterThan(5);
  expect(sum.mergedGreen).toBeGreaterThan(0);
  expect(sum.mergedOtherwise).toBeGreaterThan(0);
});

async function expectSoundLedger(id: number, where: number, what: number): Promise<void> {
  const whole = await store.ledger.check(id, [], []);
  if (whole.state !== 'verified') throw new Error(`the ledger does not verify: ${JSON.stringify(whole)}`);
  const anchor = formatLedgerHead(whole.head);
  const entries = await chainOf(id);
  const options = { installationId: id, expectHeads: [anchor], publicKeys: [] };
  expect(await checkChain(entries, options)).toMatchObject({ state: 'verified', anchoredAt: whole.head.sequence });

  const index = where % entries.length;
  const victim = entries[index];
  if (victim === undefined) throw new Error('an entry');
  const without = entries.filter((_, at) => at !== index);
  expect((await checkChain(without, options)).state, `without entry ${index + 1}`).not.toBe('verified');
  const at = what % victim.body.length;
  const letter = victim.body[at] === 'x' ? 'y' : 'x';
  const body = victim.body.slice(0, at) + letter + victim.body.slice(at + 1);
  const changed = entries.map((each, one) => (one === index ? { ...each, body } : each));
  expect((await checkChain(changed, options)).state, `byte ${at} of entry ${index + 1}`).toBe('broken');
}
