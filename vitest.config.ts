import { defineConfig } from 'vitest/config';
import { WaitingFirst } from './test/support/sequencer.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/templates.ts'],
    exclude: ['**/node_modules/**', 'fixtures/**'],
    // Most of the long tests wait for processes, webhooks and databases: three side by side keep two cores busy (366 s
    // instead of 425).
    maxWorkers: 3,
    sequence: { sequencer: WaitingFirst },
    // What a service does by itself takes as long as the machine needs, and another one may be several times slower: only
    // what fails waits so long. No test and no poll has a limit of its own that is shorter.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000, interval: 50 } },
  },
});
