import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { run as config } from '../../src/commands/config.ts';
import { run as init } from '../../src/commands/init.ts';
import type { CommandIo } from '../../src/commands/io.ts';
import { DEFAULT_POLICY } from '../../src/core/policy.ts';
import { packageFile } from '../../src/package-root.ts';
import { resolvePolicy } from '../../src/policy/resolve.ts';
import { PolicyFile, policyJsonSchema } from '../../src/policy/schema.ts';
import { scanJsonSchema } from '../../src/report/json.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-policy-'));
});
afterEach(() => rm(folder, { recursive: true }));

function io() {
  const said = { out: '', err: '' };
  async function* stdin(): AsyncIterable<string> {
    yield '';
  }
  const value: CommandIo = {
    stdout: (text) => {
      said.out += text;
    },
    stderr: (text) => {
      said.err += text;
    },
    env: {},
    now: () => Date.parse('2026-11-20T10:00:00Z'),
    stdin: stdin(),
    interactive: false,
  };
  return { said, value };
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('countersign config check', () => {
  it('says that a file is valid, and tells what ends soon', async () => {
    const { said, value } = io();
    const path = await file(
      'a.yml',
      'mode: observe\nexceptions: [{ rule: looks-like, path: a/b, reason: ours, expires: 2026-11-22, owner: mona }]\n',
    );
    expect(await config(['check', path], value)).toBe(0);
    expect(said.out).toBe(`${path} is valid.\n`);
    expect(said.err).toContain('ends on 2026-11-22');
  });

  it('tells problems with line and column, and exits 1', async () => {
    const { said, value } = io();
    const path = await file('a.yml', 'mode: enforce\nsigners:\n  rank: all\n');
    expect(await config(['check', path], value)).toBe(1);
    expect(said.err).toContain(`${path}:3:9: signers.rank: `);
  });

  it('explains where each value comes from', async () => {
    const { said, value } = io();
    const organisation = await file('org.yml', 'signers: { rank: maintain }\nfloor: [signers.rank]\nlapse: always\n');
    const path = await file(
      'a.yml',
      'signers: { rank: write, days: 30 }\nappliesTo: { agents: { copilot: strict } }\n',
    );
    expect(await config(['check', path, '--explain', '--organisation', organisation], value)).toBe(0);
    const lines = said.out.split('\n').map((line) => line.replace(/ +/g, ' '));
    expect(lines).toContain('signers.rank "maintain" (organisation)');
    expect(lines).toContain('signers.days 30 (repository)');
    expect(lines).toContain('lapse "always" (organisation)');
    expect(lines).toContain('mode "enforce" (default)');
    expect(lines).toContain('rules {} (default)');
    expect(lines).toContain('appliesTo.agents.copilot "strict" (repository)');
    expect(lines).toContain('appliesTo.human "standard" (default)');
  });

  it('says nothing that moves a cursor, whatever the file says', async () => {
    const { said, value } = io();
    const path = await file('a.yml', '"\\e[2J\\u202Emodes": 1\n"branches": ["\\u200B"]\n');
    expect(await config(['check', path, '--explain'], value)).toBe(1);
    expect(said.err).toContain('there is no key');
    expect(said.out + said.err).not.toMatch(/[\u001B\u202E\u200B]/);
  });

  it('refuses wrong use and files that are not there', async () => {
    await expect(config([], io().value)).rejects.toThrow('config check');
    await expect(config(['check', '--nonsense'], io().value)).rejects.toThrow('nonsense');
    await expect(config(['check', join(folder, 'none.yml')], io().value)).rejects.toThrow('cannot be read');
  });
});

describe('countersign init', () => {
  it('writes a valid file that changes nothing, names every key, and overwrites nothing', async () => {
    const { said, value } = io();
    expect(await init([folder], value)).toBe(0);
    const path = join(folder, '.github', 'countersign.yml');
    const text = await readFile(path, 'utf8');
    expect(text.startsWith('# yaml-language-server: $schema=./countersign.schema.json\n')).toBe(true);
    expect(JSON.parse(await readFile(join(folder, '.github', 'countersign.schema.json'), 'utf8'))).toEqual(
      policyJsonSchema(),
    );
    expect(resolvePolicy({ organisation: null, repository: { text, label: path }, base: null })).toMatchObject({
      policy: DEFAULT_POLICY,
      problems: [],
    });
    expect(await init([folder], value)).toBe(1);
    expect(said.err).toContain('left as it is');

    // Taken out of its comments, every default that it shows is the default.
    const uncommentedText = text.replace(/^# (?=(?: {2}|[A-Za-z]+:))/gm, '').replace(/^#.*$/gm, '');
    const keys = Object.keys(PolicyFile.shape).filter((key) => key !== 'floor');
    const values = parse(uncommentedText);
    for (const key of keys) expect(values, key).toHaveProperty(key);
    const uncommented = resolvePolicy({
      organisation: null,
      repository: { text: JSON.stringify(values), label: 'x' },
      base: null,
    });
    expect(uncommented.problems).toEqual([]);
    expect(uncommented.policy).toEqual(DEFAULT_POLICY);
  });
});

describe('the generated schemas', () => {
  it.each([
    ['policy.schema.json', policyJsonSchema()],
    ['scan.schema.json', scanJsonSchema()],
  ])('docs/%s is fresh', async (name, schema) => {
    expect(JSON.parse(await readFile(packageFile('docs', name), 'utf8'))).toEqual(schema);
  });

  it('every key of the policy is described, at every depth', () => {
    const undescribed: string[] = [];
    const walk = (node: unknown, path: string) => {
      if (typeof node !== 'object' || node === null) return;
      if ('properties' in node && typeof node.properties === 'object' && node.properties !== null) {
        for (const [key, value] of Object.entries(node.properties)) {
          if (typeof value?.description !== 'string') undescribed.push(`${path}.${key}`);
        }
      }
      for (const [key, value] of Object.entries(node)) walk(value, `${path}.${key}`);
    };
    walk(policyJsonSchema(), 'policy');
    expect(undescribed).toEqual([]);
  });

  it('an editor’s schema takes what we take, and refuses what it can see', () => {
    const ajv = new Ajv({ strict: false });
    addFormats.default(ajv);
    const valid = ajv.compile(policyJsonSchema());
    expect(
      valid({ mode: 'observe', signers: { rank: 'admin' }, identities: [{ agent: 'acme' }] }),
      JSON.stringify(valid.errors),
    ).toBe(true);
    expect(valid({ modes: 'observe' })).toBe(false);
    expect(valid({ signers: { rank: 'read' } })).toBe(false);
  });
});
