import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'fixtures/**'],
    // Most of the long tests wait for processes, webhooks and databases: three side by side keep two cores busy (366 s
    // instead of 425).
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What a service does by itself takes as long as the machine needs: vitest's own second is a guess about it.
    expect: { poll: { timeout: 15_000, interval: 50 } },
  },
});
