import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/commands/scan.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-progress-'));
  await writeFile(join(folder, 'one.js'), 'export const one = 1;\n');
  await writeFile(join(folder, 'two.js'), 'export const two = 2;\n');
  await writeFile(join(folder, 'broken.js'), 'a\0b');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function scanned(interactive: boolean, ...more: readonly string[]) {
  let stdout = '';
  let stderr = '';
  let time = 0;
  await run(['--all', folder, '--offline', '--allow-unknown', '--format', 'sarif', ...more], {
    stdout: (piece) => {
      stdout += piece;
    },
    stderr: (piece) => {
      stderr += piece;
    },
    env: {},
    // Each look at the clock is 1.2 s after the one before, from the hour on.
    now: () => Date.UTC(2026, 10, 21) + 1_200 * time++,
    stdin: (async function* () {})(),
    interactive,
  });
  return { stdout, stderr };
}

describe('what a scan tells of itself', () => {
  it('is nothing where nobody looks and nobody asked', async () => {
    expect((await scanned(false)).stderr).toBe('');
  });

  it('is the files read and not read, and the time, where the user asks for it', async () => {
    const { stderr } = await scanned(false, '--verbose');
    expect(stderr).toMatch(/^2 of 3 changed files read, 1 not read \(the result says which and why\), in [\d.]+ s\n$/);
  });

  it('is each step, and at last the same, on a terminal', async () => {
    const { stderr } = await scanned(true);
    expect(stderr).toContain('\r\u001b[Kjudging 3 changed files …');
    // The line of the step is gone before the last word, and nothing follows it.
    expect(stderr).toMatch(/\r\u001b\[K2 of 3 changed files read, 1 not read [^\r]* s\n(?:\r\u001b\[K)?$/);
  });

  it('leaves the result as it is', async () => {
    const [quiet, asked, terminal] = [await scanned(false), await scanned(false, '--verbose'), await scanned(true)];
    expect(JSON.parse(quiet.stdout)).toMatchObject({ version: '2.1.0' });
    expect(asked.stdout).toBe(quiet.stdout);
    expect(terminal.stdout).toBe(quiet.stdout);
  });
});
