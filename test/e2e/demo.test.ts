import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { packageFile } from '../../src/package-root.ts';
import { chromiumProgram, look } from '../../tools/chromium.ts';

test('the demo goes as told', { timeout: 150_000 }, async () => {
  const child = spawn(process.execPath, [packageFile('src', 'main.ts'), 'demo'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece) => {
      text += String(piece);
    });
  }
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(text).toContain('Every step went as told.');
  expect(code).toBe(0);

  const page = /as a page: (\S+\.html)/.exec(text)?.[1];
  if (page === undefined) throw new Error(`the demo names no page:\n${text}`);
  const program = chromiumProgram();
  if (program === null) console.warn('The page was not looked at: no Chromium on this machine.');
  else expect(await look(page, null, program)).toEqual([]);
});
