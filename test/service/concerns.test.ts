import { afterAll, expect, test } from 'vitest';
import { createEngine } from '../../src/service/engine.ts';

const engine = createEngine({ registryHosts: [], gather: async () => [], advisories: async () => [] }, () => 0, null);
afterAll(() => engine.close());

test.each(['src/app.ts', 'lib/helper.py', 'docs/guide.md', 'assets/logo.png', 'vendor/lib/a.go', 'notes.txt'])(
  '%s is read where it is added or changed, and not fetched where it is removed',
  (path) => {
    expect(engine.concerns(path, false)).toBe(true);
    expect(engine.concerns(path, true)).toBe(false);
  },
);

test.each([
  '.github/workflows/codeql.yml',
  '.github/CODEOWNERS',
  '.github/countersign.yml',
  '.husky/pre-commit',
  'yarn.lock',
  'infra/trail.tf',
  'test/auth.test.ts',
  'AGENTS.md',
  'tsconfig.json',
  'apps/web/src/middleware.ts',
  'server/middleware/auth.ts',
  'src/hooks.server.js',
])('the removal of %s is read', (path) => {
  expect(engine.concerns(path, true)).toBe(true);
});
