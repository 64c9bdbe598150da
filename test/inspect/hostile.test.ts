import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../../src/inspect/index.ts';
import { createPool, type Pool } from '../../src/inspect/pool.ts';
import type { Outcome } from '../../src/inspect/protocol.ts';
import { childrenMs } from '../support/processor.ts';
import { wholeFiles } from '../support/whole-files.ts';

/** Of processor time where a file is to be judged; else of the clock. */
const LIMIT_MS = 8_000;
const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 2, timeLimitMs: LIMIT_MS });
const patient = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 2, timeLimitMs: 60_000 });
const signal = new AbortController().signal;
const BAD = "const { exec } = require('child_process');\nmodule.exports = (req) => exec('ping ' + req.query.host);\n";

afterAll(() => Promise.all([inspector.close(), patient.close()]));

async function beside(path: string, text: string, by = inspector) {
  const before = childrenMs() ?? 0;
  const { detections, unread } = await by.inspect(
    wholeFiles([
      { path, text },
      { path: 'src/ping.js', text: BAD },
    ]),
    signal,
  );
  const on = (of: string): readonly string[] =>
    detections.filter((each) => each.locations[0].path === of).map((each) => each.ruleId);
  return {
    took: (childrenMs() ?? 0) - before,
    neighbour: on('src/ping.js'),
    found: on(path),
    unread: unread.map((each) => each.path),
  };
}

/** The last line of each is a mistake that shows whether the file was judged. */
const LAST = '\nmodule.exports = (req) => { eval(req.body.code); };\n';
const judged: readonly (readonly [string, string])[] = [
  ['50,000 lines of a switch', `switch (x) {\n${"case 'a': f(1); break;\n".repeat(25_000)}}${LAST}`],
  ['20,000 declarations side by side', `${'const a = b.c(d);\n'.repeat(20_000)}${LAST}`],
  ['2,000 siblings of every kind', `${'(a, [b], {c}, `d${e}`, (f) => f, g ? h : i);\n'.repeat(2_000)}${LAST}`],
  ['a chain of 1,500 members', `a${'.b'.repeat(1_500)};${LAST}`],
  ['a ladder of 800 conditions', `${'if (a) { b() } else '.repeat(800)}c();${LAST}`],
  ['a sum of 1,500 texts', `const s = 'a'${" + 'b'".repeat(1_500)};${LAST}`],
  ['a template of 1 MB', `const s = \`${'x'.repeat(1_000_000)}\`;${LAST}`],
  [
    'bytes that are no UTF-8',
    `const s = "${Buffer.from([0xc3, 0x28, 0xff, 0xfe, 0x80]).toString('utf8').repeat(1_000)}";${LAST}`,
  ],
  ['lone surrogates and control characters', `const s = "\ud800\u0001\u2028 \ufeff";${LAST}`],
  [
    '5,000 names given to each other',
    `${Array.from({ length: 5_000 }, (_, n) => `let a${n} = a${(n * 7) % 5_000};`).join('\n')}${LAST}`,
  ],
  [
    '3,000 functions that call each other',
    `${Array.from({ length: 3_000 }, (_, n) => `function f${n}(x) { return f${(n * 7) % 3_000}(x + f${(n * 3) % 3_000}(x)); }`).join('\n')}${LAST}`,
  ],
];

const refused: readonly (readonly [string, string])[] = [
  ['a line of 5 MB', `const a = "${'x'.repeat(5_000_000)}"; eval(a);`],
  ['200,000 nested brackets', `eval(${'['.repeat(200_000)}${']'.repeat(200_000)})`],
  ['100,000 nested calls', `${'eval('.repeat(100_000)}${')'.repeat(100_000)}`],
  ['a chain of 50,000 members', `eval(a${'.b'.repeat(50_000)})`],
  ['100,000 signs in a row', `eval(${'!'.repeat(100_000)}a)`],
  ['a ladder of 20,000 conditions', `${'if (a) eval(b); else '.repeat(20_000)}c();`],
];

/** Either is right: what counts is that it ends, and that the answer is not silence where nothing was read. */
const ended: readonly (readonly [string, string])[] = [
  ['100,000 arguments', `eval(${'a,'.repeat(100_000)}b)${LAST}`],
  ['200,000 brackets that never close', `eval(${'['.repeat(200_000)}`],
  ['a template of 1 MB in pieces', `eval(\`${'x${y} '.repeat(170_000)}\`)`],
  ['50,000 arguments of a call in a call', `eval(f(${'g(a), '.repeat(50_000)}b))${LAST}`],
  ['a class of 20,000 methods', `class A { ${'m() { this.m(eval(this.x)); } '.repeat(20_000)} }${LAST}`],
  [
    '10,000 regular expressions that backtrack',
    `${Array.from({ length: 10_000 }, (_, n) => `/^(a${n}+)+$/.test(x);`).join('\n')}${LAST}`,
  ],
  ['a regular expression of 100,000 characters', `const r = /${'(a|b)*'.repeat(16_000)}/; r.test(x);${LAST}`],
  ['a file of operators', `${'+-*/%&|^<>=!~?:'.repeat(20_000)}\neval(a)`],
];

describe('a hostile file', () => {
  for (const [what, text] of judged) {
    it(`is judged: ${what}`, async () => {
      const { took, neighbour, found, unread } = await beside('src/hostile.js', text, patient);
      expect(neighbour).toContain('command-injection');
      expect(unread).toEqual([]);
      expect(found).toContain('code-injection');
      expect(took).toBeLessThan(LIMIT_MS);
    });
  }

  for (const [what, text] of refused) {
    it(`is named as not read: ${what}`, async () => {
      const { neighbour, unread } = await beside('src/hostile.js', text);
      expect(neighbour).toContain('command-injection');
      expect(unread).toEqual(['src/hostile.js']);
    });
  }

  for (const [what, text] of ended) {
    it(`is judged or named: ${what}`, async () => {
      const { neighbour, found, unread } = await beside('src/hostile.js', text);
      expect(neighbour).toContain('command-injection');
      expect(found.length > 0 || unread.includes('src/hostile.js')).toBe(true);
    });
  }

  it('is named as not read where it needs more memory than the limit', async () => {
    const small = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 1, memoryLimitMb: 48 });
    const { unread } = await small.inspect(
      wholeFiles([{ path: 'src/big.js', text: 'eval(a + b);\n'.repeat(150_000) }]),
      signal,
    );
    expect(unread.map((each) => [each.path, each.reason])).toEqual([
      ['src/big.js', 'needs more memory than the limit'],
    ]);
    await small.close();
  });
});

describe('the pool', () => {
  let pool: Pool | null = null;
  afterEach(async () => {
    await pool?.close();
  });

  function started(timeLimitMs = 60_000): Pool {
    pool = createPool({
      processes: 1,
      timeLimitMs,
      startLimitMs: 60_000,
      memoryLimitMb: 40,
      childModule: new URL('./child-that-misbehaves.ts', import.meta.url),
      codeCache: null,
    });
    return pool;
  }
  const ask = (of: Pool, path: string): Promise<Outcome> => of.run({ kind: 'concerns', paths: [path] }, null, signal);
  const pid = (outcome: Outcome): string => (outcome.kind === 'concerned' ? (outcome.paths[0] ?? '') : outcome.kind);

  const ends: readonly (readonly [string, RegExp])[] = [
    ['crash', /^ended the inspecting process \(SIGSEGV\)$/],
    ['exit', /^ended the inspecting process \(exit code 7\)$/],
    ['hang', /^took longer than the limit of 1 s$/],
    ['hoard', /^needs more memory than the limit$/],
  ];
  for (const [how, reason] of ends) {
    it(`goes on with a new process after one did ${how}, and gives the waiting task to it`, async () => {
      const of = started(how === 'hang' ? 1_000 : 60_000);
      const first = pid(await ask(of, 'fine'));
      const [lost, waiting] = await Promise.all([ask(of, how), ask(of, 'fine')]);
      expect(lost.kind === 'failed' ? lost.reason : lost).toMatch(reason);
      expect(pid(waiting)).toMatch(/^\d+$/);
      expect(pid(waiting)).not.toBe(first);
    });
  }

  it('replaces a process that has grown, and loses no task by it', async () => {
    const of = started();
    const answers = await Promise.all(['fine', 'retire', 'fine', 'fine'].map((path) => ask(of, path)));
    const [first, retired, ...later] = answers.map(pid);
    expect(retired).toBe(first);
    expect(later.every((each) => /^\d+$/.test(each) && each !== first)).toBe(true);
  });

  it('answers what still waits when it is closed', async () => {
    const of = started();
    const waiting = [ask(of, 'hang'), ask(of, 'fine'), ask(of, 'fine')];
    await of.close();
    const answers = await Promise.all(waiting);
    expect(answers.map((each) => each.kind)).toEqual(['failed', 'failed', 'failed']);
    const late = await ask(of, 'fine');
    expect(late.kind).toBe('failed');
  });
});
