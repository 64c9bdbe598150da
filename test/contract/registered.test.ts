import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { rulesById } from '../../detectors/index.ts';
import { SERVED_EVENTS } from '../../src/app.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import { ECOSYSTEMS } from '../../src/ecosystems/index.ts';
import { packageFile } from '../../src/package-root.ts';
import { detectorsDocument } from '../../tools/detectors-doc.ts';
import { rulesDocument } from '../../tools/rules-doc.ts';

function folders(...parts: readonly string[]): string[] {
  return readdirSync(packageFile(...parts), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => existsSync(packageFile(...parts, name, 'README.md')) || !NOT_UNITS.has(name))
    .sort();
}

/** Folders beside the units that hold what several of them share. */
const NOT_UNITS = new Set(['settings', 'support', 'commands', 'imports']);

describe('every rule', () => {
  const rules = [...rulesById().values()];

  test('is registered exactly where its folder is', () => {
    const onDisk = ['dependency', 'code', 'guardrail', 'engine'].flatMap((family) =>
      folders('detectors', family).map((id) => `${family}/${id}`),
    );
    expect(rules.map((rule) => `${rule.family}/${rule.id}`).sort()).toEqual(onDisk.sort());
  });

  test.each(rules.map((rule) => [rule.id, rule] as const))('%s is a document: README, fixtures, texts', (id, rule) => {
    const readme = readFileSync(packageFile('detectors', rule.family, id, 'README.md'), 'utf8');
    expect(readme.length).toBeGreaterThan(200);
    expect(existsSync(packageFile('fixtures', 'detectors', id))).toBe(true);
    expect(rule.shortDescription).not.toMatch(/\.$/);
    expect(rule.help.length).toBeGreaterThan(80);
    expect(rule.since).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('stands in docs/rules.md as it is', () => {
    expect(readFileSync(packageFile('docs', 'rules.md'), 'utf8')).toBe(rulesDocument());
    expect(readFileSync(packageFile('docs', 'detectors.md'), 'utf8')).toBe(detectorsDocument());
  });
});

test('every ecosystem folder is registered, and every registered one has its folder', () => {
  expect(Object.keys(ECOSYSTEMS).sort()).toEqual(folders('src', 'ecosystems'));
});

test('the App asks for exactly the events that are served', () => {
  const manifest = parse(readFileSync(packageFile('app.yml'), 'utf8')) as { default_events: string[] };
  expect([...manifest.default_events].sort()).toEqual([...SERVED_EVENTS].sort());
});

test.each([...COMMANDS])('countersign %s can be loaded, and explains itself', async (name, command) => {
  const { run } = await command.load();
  let text = '';
  const code = await run(['--help'], {
    stdout: (piece) => {
      text += piece;
    },
    stderr: () => undefined,
    env: {},
    now: () => 0,
    stdin: (async function* () {})(),
    interactive: false,
  });
  expect(code).toBe(0);
  expect(text).toContain(`countersign ${name}`);
});
