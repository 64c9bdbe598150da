import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../src/store/index.ts';

/**
 * A process of its own for the tests that kill it: opens the store, says `open`, works, and says what it does, a word a
 * line; `idle` when it has nothing left to do. Arguments: database address or `-`, data folder, and `hang` (start jobs,
 * end none), `work` or `hold` (open only).
 */
const [databaseUrl, dataFolder = '', mode] = process.argv.slice(2);

const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  const store = await openStore({
    databaseUrl: databaseUrl === undefined || databaseUrl === '-' ? null : databaseUrl,
    dataFolder,
    now: () => Date.now(),
    onError: (error) => say(`problem ${String(error)}`),
  });
  say('open');
  if (mode !== 'hold') {
    await store.queue.work(
      async ({ id }) => {
        say(`start ${id}`);
        if (mode === 'hang') await sleep(600_000);
        say(`end ${id}`);
      },
      { concurrency: 4 },
    );
    while ((await store.queue.depth()) > 0) await sleep(20);
    say('idle');
  }
  await sleep(600_000);
} catch (error) {
  say(`refused ${error instanceof Error ? error.message : String(error)}`);
}
