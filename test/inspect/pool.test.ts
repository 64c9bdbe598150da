import { afterAll, describe, expect, it } from 'vitest';
import type { InspectedFile, InspectionRequest } from '../../src/core/inspection.ts';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../../src/inspect/index.ts';

const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 2 });
const signal = new AbortController().signal;
const BAD = "const { exec } = require('child_process');\nmodule.exports = (req) => exec('ping ' + req.query.host);\n";

function file(path: string, after: string | null, before: string | null = null): InspectedFile {
  const side = (text: string, blob: string) => ({ path, text, blob, mode: '100644' });
  return {
    path,
    before: before === null ? null : side(before, 'base'),
    after: after === null ? null : side(after, 'head'),
  };
}

function request(files: readonly InspectedFile[], scope: 'change' | 'all' = 'all'): InspectionRequest {
  const attribution: InspectionRequest['context']['attribution'] = {
    agent: null,
    class: 'human',
    tier: 'none',
    requester: null,
    evidence: [],
  };
  return {
    files,
    commitFiles: [],
    pullRequest: null,
    scope,
    context: { changedPaths: [], removedPaths: [], attribution, firstCommit: false, fixturePaths: [] },
  };
}

afterAll(() => inspector.close());

describe('the inspecting processes', () => {
  it('find what is in a file, with exact places', async () => {
    const { detections, unread } = await inspector.inspect(request([file('src/ping.js', BAD)]), signal);
    expect(unread).toEqual([]);
    expect(
      detections.filter((each) => each.ruleId === 'command-injection').map((each) => each.locations[0].startLine),
    ).toEqual([2]);
  });

  const hostile: readonly (readonly [string, string])[] = [
    ['a 5 MB line', `const a = "${'x'.repeat(5_000_000)}"; eval(a);`],
    ['200,000 nested brackets', `exec(${'['.repeat(200_000)}${']'.repeat(200_000)})`],
    ['nested calls', `${'eval('.repeat(50_000)}${')'.repeat(50_000)}`],
  ];
  for (const [what, text] of hostile) {
    it(`name ${what} as not read, and still judge the file beside it`, async () => {
      const { detections, unread } = await inspector.inspect(
        request([file('src/hostile.js', text), file('src/ping.js', BAD)]),
        signal,
      );
      expect(unread.map((each) => each.path)).toEqual(['src/hostile.js']);
      expect(unread[0]?.transient).toBe(false);
      expect(unread[0]?.blob).toBe('head');
      expect(detections.map((each) => each.locations[0].path)).toContain('src/ping.js');
    });
  }

  const endured: readonly (readonly [string, string])[] = [
    ['200,000 brackets that never close', `exec(${'['.repeat(200_000)}`],
    ['100,000 arguments', `exec(${'a,'.repeat(100_000)}b)`],
    ['a template of 1 MB', `exec(\`${'x${y} '.repeat(170_000)}\`)`],
    ['a regular expression that backtracks', `const r = /^(a+)+$/; r.test("${'a'.repeat(40)}!"); eval(r)`],
    ['text that is no program', `${'\uFFFD'.repeat(10_000)} eval( \u0001\u0002`],
    ['a long sum', `exec('a'${" + b + 'c'".repeat(3_000)})`],
  ];
  for (const [what, text] of endured) {
    it(`end within the limit on ${what}, read or named as not read`, async () => {
      const { detections } = await inspector.inspect(
        request([file('src/hostile.js', text), file('src/ping.js', BAD)]),
        signal,
      );
      expect(detections.map((each) => each.locations[0].path)).toContain('src/ping.js');
    });
  }

  it('replace a process that takes too long, and say so', async () => {
    const hurried = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 1, timeLimitMs: 300 });
    await hurried.inspect(request([file('src/ping.js', BAD)]), signal);
    const slow = `exec(\`${'x${y.z(a => b)} '.repeat(190_000)}\`);`.slice(0, 2_900_000);
    const { detections, unread } = await hurried.inspect(
      request([file('src/slow.js', slow), file('src/ping.js', BAD)]),
      signal,
    );
    expect(unread.map((each) => [each.path, each.reason])).toEqual([
      ['src/slow.js', 'took longer than the limit of 0.3 s'],
    ]);
    expect(detections.map((each) => each.locations[0].path)).toContain('src/ping.js');
    await hurried.close();
  });

  it('parse dependency files under the same limits', async () => {
    const parsing = await inspector.parseDependencies(
      'package-json',
      '{"dependencies":{"left":"^1.0.0"}}',
      'package.json',
      signal,
    );
    expect(parsing.state === 'parsed' ? parsing.entries.map((each) => each.name) : parsing).toEqual(['left']);
    const broken = await inspector.parseDependencies('package-json', '{"dependencies":', 'package.json', signal);
    expect(broken.state === 'failed' ? broken.file.path : broken).toBe('package.json');
    const unknown = await inspector.parseDependencies('no-such-format', '', 'x', signal);
    expect(unknown).toMatchObject({ state: 'failed', file: { transient: false } });
  });

  it('give up when the review is ended', async () => {
    const controller = new AbortController();
    const waiting = inspector.inspect(request([file('src/ping.js', BAD)]), controller.signal);
    controller.abort(new Error('superseded'));
    await expect(waiting).rejects.toThrow('superseded');
  });
});

describe('a change', () => {
  it('answers for findings on its own lines and lists the others as pre-existing', async () => {
    const after = `${BAD}exports.other = (req) => exec('ls ' + req.query.dir);\n`;
    const { detections } = await inspector.inspect(request([file('src/ping.js', after, BAD)], 'change'), signal);
    const found = detections.filter((each) => each.ruleId === 'command-injection');
    expect(found.map((each) => [each.locations[0].startLine, each.preExisting === true])).toEqual([
      [2, true],
      [3, false],
    ]);
  });

  it('answers for a finding of unchanged lines whose guard it took away', async () => {
    const guarded =
      "const { exec } = require('child_process');\nmodule.exports = (req) => {\n  const host = req.query.host;\n  if (!/^[a-z]+$/.test(host)) return;\n  exec('ping ' + host);\n};\n";
    const open = guarded.replace('  if (!/^[a-z]+$/.test(host)) return;\n', '');
    const { detections } = await inspector.inspect(request([file('src/ping.js', open, guarded)], 'change'), signal);
    const found = detections.filter((each) => each.ruleId === 'command-injection');
    expect(found.map((each) => each.preExisting === true)).toEqual([false]);
  });

  it('follows a value from one changed file into another', async () => {
    const library =
      "import { execSync } from 'node:child_process';\nexport function ping(host: string) {\n  execSync(`ping ${host}`);\n}\n";
    const route =
      "import { ping } from './lib/ping.js';\nexport default function handler(req, res) {\n  ping(req.query.host);\n}\n";
    const alone = await inspector.inspect(request([file('src/lib/ping.ts', library)]), signal);
    expect(alone.detections.map((each) => each.level)).toEqual(['warning']);
    const both = await inspector.inspect(
      request([file('src/lib/ping.ts', library), file('src/route.ts', route)]),
      signal,
    );
    const found = both.detections.filter((each) => each.ruleId === 'command-injection');
    expect(found.map((each) => each.level)).toEqual(['error']);
    expect(found[0]?.locations.map((each) => each.path)).toContain('src/route.ts');
  });
});
