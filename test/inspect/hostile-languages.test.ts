import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../src/commands/scan.ts';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../../src/inspect/index.ts';
import { childrenMs } from '../support/processor.ts';
import { wholeFiles } from '../support/whole-files.ts';

/** Of processor time; a file ends here by what it is, never by the clock. */
const LIMIT_MS = 8_000;
const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 2, timeLimitMs: 60_000 });
const signal = new AbortController().signal;
afterAll(() => inspector.close());

const PING = "const { exec } = require('child_process');\nmodule.exports = (req) => exec('ping ' + req.query.host);\n";

/** A file of each language, with hostile text as one expression, and behind it a mistake that shows whether it was judged. */
const LANGUAGES: readonly (readonly [string, (expression: string) => string])[] = [
  [
    'src/page.tsx',
    (of) => `export function Page() {\n  note(${of});\n  eval(location.hash);\n  return <p title="a">{1}</p>;\n}\n`,
  ],
  ['src/job.py', (of) => `from flask import request\n\ndef run():\n    note(${of})\n    eval(request.args["code"])\n`],
  [
    'src/page.vue',
    (of) => `<template><p>a</p></template>\n<script setup lang="ts">\nnote(${of});\neval(location.hash);\n</script>\n`,
  ],
  ['src/page.svelte', (of) => `<script>\nnote(${of});\neval(location.hash);\n</script>\n<p>a</p>\n`],
  ['src/page.html', (of) => `<!doctype html><p>a</p>\n<script>\nnote(${of});\neval(location.hash);\n</script>\n`],
];

const regexes = (path: string): string =>
  path.endsWith('.py')
    ? `[${Array.from({ length: 3_000 }, (_, n) => `__import__('re').match(r'^(a${n}+)+$', x)`).join(', ')}]`
    : `[${Array.from({ length: 3_000 }, (_, n) => `/^(a${n}+)+$/.test(x)`).join(', ')}]`;
const template = (path: string): string => {
  const text = 'x'.repeat(1_000);
  return path.endsWith('.py') ? `f"${`${text}{y}`.repeat(1_000)}"` : `\`${`${text}\${y}`.repeat(1_000)}\``;
};

/** Each ends within its limit: what nothing can read is named, what is only long is judged. */
const CASES: readonly (readonly [string, 'named' | 'judged', (path: string) => string])[] = [
  ['a line of 5 MB', 'named', () => `"${'x'.repeat(5_000_000)}"`],
  ['200,000 nested brackets', 'named', () => '['.repeat(200_000) + ']'.repeat(200_000)],
  ['200,000 brackets that never close', 'named', () => '['.repeat(200_000)],
  ['100,000 arguments', 'judged', () => `${'a,'.repeat(99_999)}b`],
  ['regular expressions that backtrack', 'judged', regexes],
  ['a template of 1 MB', 'judged', template],
];

async function beside(path: string, text: string) {
  const { detections, unread } = await inspector.inspect(
    wholeFiles([
      { path, text },
      { path: 'src/ping.js', text: PING },
    ]),
    signal,
  );
  const on = (of: string): readonly string[] =>
    detections.filter((each) => each.locations[0].path === of).map((each) => each.ruleId);
  return { neighbour: on('src/ping.js'), found: on(path), unread };
}

describe.each(LANGUAGES)('%s', (path, made) => {
  for (const [what, ends, expression] of CASES) {
    it(`is ${ends === 'named' ? 'named as not read' : 'judged'}, and its neighbour is judged: ${what}`, async () => {
      const before = childrenMs() ?? 0;
      const { neighbour, found, unread } = await beside(path, made(expression(path)));
      expect((childrenMs() ?? 0) - before).toBeLessThan(LIMIT_MS);
      expect(neighbour).toContain('command-injection');
      const named = unread.map((each) => [each.path, each.transient]);
      expect(named).toEqual(ends === 'named' ? [[path, false]] : []);
      if (ends === 'judged') expect(found).toContain('code-injection');
    });
  }
});

describe('bytes that are no UTF-8', () => {
  it('make each file not evaluated by its name, and the file beside them is judged', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-bytes-'));
    await mkdir(join(folder, 'src'));
    for (const [path, text] of LANGUAGES)
      await writeFile(
        join(folder, path),
        Buffer.concat([Buffer.from(text('1')), Buffer.from([0xc3, 0x28, 0xff, 0x80])]),
      );
    await writeFile(join(folder, 'src/ping.js'), PING);
    let told = '';
    const code = await run(['--all', folder, '--offline', '--allow-unknown', '--format', 'json'], {
      stdout: (piece) => {
        told += piece;
      },
      stderr: () => undefined,
      env: {},
      now: () => Date.now(),
      stdin: (async function* () {})(),
      interactive: false,
    });
    await rm(folder, { recursive: true });
    const { findings } = JSON.parse(told) as { findings: { ruleId: string; locations: { path: string }[] }[] };
    const places = (rule: string): (string | undefined)[] =>
      findings.filter(({ ruleId }) => ruleId === rule).map(({ locations }) => locations[0]?.path);
    expect(places('not-evaluated').sort()).toEqual(LANGUAGES.map(([path]) => path).sort());
    expect(places('command-injection')).toEqual(['src/ping.js']);
    expect(code).toBe(1);
  });
});
