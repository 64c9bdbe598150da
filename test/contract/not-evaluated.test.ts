import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../src/commands/scan.ts';
import { packageFile } from '../../src/package-root.ts';

interface Case {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly expect: 'not-evaluated' | 'clear';
}

const cases = JSON.parse(
  readFileSync(packageFile('fixtures', 'detectors', 'not-evaluated', 'cases.json'), 'utf8'),
) as Case[];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-unread-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(cases.map((each, index) => [each.name, each, index] as const))('%s', async (_, each, index) => {
  const root = join(folder, String(index));
  const file = join(root, each.path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, each.text);
  let text = '';
  const code = await run(['--all', root, '--offline', '--allow-unknown', '--format', 'json'], {
    stdout: (piece) => {
      text += piece;
    },
    stderr: () => undefined,
    env: {},
    now: () => Date.now(),
    stdin: (async function* () {})(),
    interactive: false,
  });
  const { findings } = JSON.parse(text) as { findings: { ruleId: string; locations: { path: string }[] }[] };
  const found = findings
    .filter((finding) => finding.ruleId === 'not-evaluated')
    .map((finding) => finding.locations[0]?.path);
  expect(found).toEqual(each.expect === 'clear' ? [] : [each.path]);
  if (each.expect !== 'clear') expect(code).toBe(1);
});
