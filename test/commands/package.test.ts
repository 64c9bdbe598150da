import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/commands/package.ts';
import { CountersignError } from '../../src/core/errors.ts';
import { type LocalRegistry, startVerdaccio } from '../support/verdaccio.ts';

let registry: LocalRegistry;
let home: string;
beforeAll(async () => {
  registry = await startVerdaccio({ uplink: false });
  await registry.publish({ name: 'steady', version: '1.0.0', manifest: { repository: 'https://code.example/steady' } });
  await registry.publish({ name: 'steady', version: '1.1.0', manifest: { repository: 'https://code.example/steady' } });
  await registry.backdate('steady', '2018-01-01T00:00:00.000Z', {
    '1.0.0': '2018-01-01T00:00:00.000Z',
    '1.1.0': '2019-01-01T00:00:00.000Z',
  });
  await registry.publish({ name: 'minted-today', version: '1.0.0' });
  home = await mkdtemp(join(tmpdir(), 'countersign-home-'));
  await writeFile(join(home, '.npmrc'), `registry=${registry.url}\n`);
});
afterAll(async () => {
  await registry.close();
  await rm(home, { recursive: true });
});

async function call(argv: readonly string[], input = '') {
  let out = '';
  let err = '';
  const code = await run(argv, {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    env: { HOME: home, COUNTERSIGN_OSV: 'off', COUNTERSIGN_DENY_LIST: '/dev/null' },
    now: () => Date.now(),
    stdin: (async function* () {
      for (let at = 0; at < input.length; at += 7) yield input.slice(at, at + 7);
    })(),
    interactive: false,
  });
  const lines = out.split('\n').filter((line) => line !== '');
  return { code, out, err, json: () => lines.map((line) => JSON.parse(line)) };
}

describe('countersign package', () => {
  it('explains a package that nothing stands against, and exits 0', async () => {
    const { code, out } = await call(['npm:steady@1.0.0']);
    expect(code).toBe(0);
    expect(out).toContain('nothing stands against it');
    expect(out).toMatch(/first published\s+2018-01-01/);
  });

  it('blocks a fresh one and an invented one, and exits 1', async () => {
    const { code, json } = await call([
      '--json',
      'npm:minted-today',
      'npm:invented-thing@^1.0.0',
      'pkg:npm/steady@1.1.0',
    ]);
    expect(code).toBe(1);
    expect(json().map((line) => [line.input, line.verdict])).toEqual([
      ['npm:minted-today', 'blocked'],
      ['npm:invented-thing@^1.0.0', 'blocked'],
      ['pkg:npm/steady@1.1.0', 'pass'],
    ]);
    expect(json()[1].findings[0]).toMatchObject({ ruleId: 'package-not-found', signable: false });
  });

  it('keeps the order of standard input', async () => {
    const { json } = await call(['--stdin'], 'npm:steady\n\nnpm:invented-thing\nnpm:minted-today\n');
    expect(json().map((line) => line.input)).toEqual(['npm:steady', 'npm:invented-thing', 'npm:minted-today']);
  });

  it('asks nobody when offline: nothing is clean, and the exit code says so', async () => {
    const before = registry.requests.length;
    const { code, json } = await call(['--json', '--offline', 'npm:steady@1.0.0']);
    expect(code).toBe(3);
    expect(json()[0].verdict).toBe('inconclusive');
    expect(registry.requests.length).toBe(before);
  });

  it('judges names alone without a request', async () => {
    const before = registry.requests.length;
    const { code, json } = await call(['--stdin', '--name-only'], 'npm:lodahs\nnpm:lodash\npypi:reqeusts\n');
    expect(code).toBe(0);
    expect(registry.requests.length).toBe(before);
    expect(json().map((line) => [line.input, line.looksLike[0]?.name, line.findings[0]?.ruleId])).toEqual([
      ['npm:lodahs', 'lodash', 'looks-like'],
      ['npm:lodash', undefined, undefined],
      ['pypi:reqeusts', 'requests', 'looks-like'],
    ]);
  });

  it('answers names alone in exactly the documented shape', async () => {
    const { json } = await call(['--stdin', '--name-only'], 'npm:lodahs\nnpm:our-own-tool\n');
    const [squat, honest] = json();
    expect(Object.keys(squat)).toEqual(['input', 'looksLike', 'findings']);
    expect(squat.looksLike).toEqual([{ name: 'lodash', technique: 'typo', score: 0.95 }]);
    expect(honest).toEqual({ input: 'npm:our-own-tool', looksLike: [], findings: [] });
  });

  it('answers hostile names one line each, in order, without a control character', async () => {
    const inputs = [
      `npm:${'a'.repeat(1000)}`,
      `npm:${'x'.repeat(100_000)}`,
      'npm:\u0000',
      'npm:\u001b[2Jlodash',
      'npm:\u202elodash',
      'npm:𝓵𝓸𝓭𝓪𝓼𝓱',
      'npm:__proto__',
      'npm:constructor',
      'npm:@',
      'npm:@/x',
      'pypi:...',
      'npm:<script>alert(1)</script>',
      'npm:`$(id)`',
      'cargo:serde',
    ];
    const { code, out, json } = await call(['--stdin', '--name-only'], `${inputs.join('\n')}\n`);
    expect(code).toBe(2);
    expect(json().map((line) => line.input)).toEqual(inputs.map((input) => input.slice(0, 4096)));
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(json().at(-1)).toMatchObject({ looksLike: null, findings: [], unknown: expect.stringContaining('cargo') });
  });

  it('reads a line without an end in bounded memory', async () => {
    const { json } = await call(['--stdin', '--name-only'], `npm:${'y'.repeat(300_000)}`);
    expect(json()).toEqual([{ input: `npm:${'y'.repeat(4092)}`, error: expect.stringContaining('longer') }]);
  });

  it('says what it cannot read at its place, and exits 2', async () => {
    const { code, json, err } = await call(['--stdin'], 'npm:steady\nwhat is this\n');
    expect(code).toBe(2);
    expect(json()[1]).toMatchObject({ input: 'what is this', error: expect.any(String) });
    expect(err).toContain('what is this');
  });

  it('shows hostile texts as text', async () => {
    const { out } = await call(['npm:evil\u202Ename\u001B[2J']);
    expect(out).not.toMatch(/[\u202E\u001B]/);
  });

  it('refuses options it does not know', async () => {
    await expect(call(['--jsn', 'npm:steady'])).rejects.toThrow(CountersignError);
    await expect(call([])).rejects.toThrow(/--stdin/);
  });
});
