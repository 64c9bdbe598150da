import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { openStore } from '../../src/store/index.ts';
import { play, sequence } from '../signoff/sequences.ts';
import { TELLING } from '../signoff/telling.ts';
import { fuzzComments } from './comments.ts';

/** The long form of the sign-off's properties: `node test/fuzz/signoff.ts [sequences] [comments] [seed]`. */
const [sequences = 500, comments = 100_000, seed = 20_261_121] = process.argv.slice(2).map(Number);

const started = performance.now();
console.log(`comments: ${JSON.stringify(fuzzComments(comments, seed))}`);

const folder = await mkdtemp(join(tmpdir(), 'countersign-fuzz-'));
const store = await openStore({ databaseUrl: null, dataFolder: folder, now: () => Date.now(), onError: console.error });
const sum = { sequences: 0, acts: 0, withGreen: 0, withGlass: 0, crashes: 0, mergedGreen: 0, mergedOtherwise: 0 };
try {
  await fc.assert(
    fc.asyncProperty(sequence, async (each) => {
      sum.sequences += 1;
      const played = await play(each, store, sum.sequences);
      sum.acts += played.acts;
      if (played.greens > 0) sum.withGreen += 1;
      if (played.glass > 0) sum.withGlass += 1;
      if (played.merged === 'green') sum.mergedGreen += 1;
      if (played.merged === 'not green') sum.mergedOtherwise += 1;
      sum.crashes += played.crashes;
      const check = await store.ledger.check(sum.sequences, [], []);
      if (check.state !== 'verified') throw new Error(`the ledger does not verify: ${JSON.stringify(check)}`);
    }),
    { numRuns: sequences, seed, examples: TELLING.map((each) => [each]) },
  );
} finally {
  await store.close();
  await rm(folder, { recursive: true, force: true });
}
console.log(`sequences: ${JSON.stringify(sum)}, none green undeserved, every ledger verified`);
console.log(`${((performance.now() - started) / 1000).toFixed(0)} s`);
