import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import { collectChanges } from '../../src/ecosystems/collect.ts';
import { parseInProcess } from '../../src/ecosystems/parse.ts';
import { evidenceOf } from '../support/dependency-fixtures.ts';
import { type Files, filesBelow, snapshotOf } from '../support/memory-snapshot.ts';

const PAIRS = join(import.meta.dirname, '../../fixtures/ecosystems/pairs');
const FILE_RULES = DEPENDENCY_DETECTORS.filter(({ rule }) =>
  /^lockfile-|^(alias-hides-package|non-registry-source|registry-redirected|unpinned-|undeclared-import|install-command)/.test(
    rule.id,
  ),
);

interface Made {
  readonly label: string;
  readonly base: Record<string, string>;
  readonly head: Record<string, string>;
}

/** What every version of some package managers made of one project. */
function madeBy(...managers: readonly string[]): Made[] {
  return managers.flatMap((manager) =>
    readdirSync(join(PAIRS, manager)).map((version) => ({
      label: `${manager} ${version}`,
      base: texts(join(PAIRS, manager, version, 'base')),
      head: texts(join(PAIRS, manager, version, 'head')),
    })),
  );
}

function texts(folder: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filesBelow(folder)).map(([path, bytes]) => [path, String(Buffer.from(bytes))]),
  );
}

async function findings(base: Files, head: Files): Promise<string[]> {
  const { changes, unread } = await collectChanges(snapshotOf(base, head), parseInProcess);
  expect(unread).toEqual([]);
  return changes.flatMap((subject) =>
    FILE_RULES.flatMap((detector) => {
      const answer = detector.detect(subject, {
        evidence: evidenceOf(subject, {}),
        changes,
        thresholds: DEFAULT_THRESHOLDS,
        registryHosts: [
          'registry.npm.example',
          'pypi.example',
          'files.pypi.example',
          'crates.example',
          'rubygems.example',
          'packages.example',
        ],
        now: Date.parse('2026-11-01T00:00:00.000Z'),
      });
      return answer.state === 'findings'
        ? [`${detector.rule.id} ${subject.purl} ${answer.detections[0]?.message ?? ''}`]
        : [];
    }),
  );
}

const NODE = madeBy('npm', 'yarn', 'pnpm', 'bun');
const MOVES = NODE.flatMap((from) => NODE.filter((to) => to !== from).map((to) => ({ from, to })));

describe('a move from one package manager, or one version of it, to another', () => {
  it.each(MOVES.map(({ from, to }) => [from.label, to.label, from, to] as const))(
    'from %s to %s gives no finding',
    async (_from, _to, from, to) => {
      // npm 6 knows no workspaces: its project has one folder fewer.
      const isSameProject = from.label.startsWith('npm 6') === to.label.startsWith('npm 6');
      expect(await findings(from.head, to.head)).toEqual([]);
      if (isSameProject) expect(await findings(from.base, to.head)).toEqual([]);
    },
  );
});

/** The lines of a JSON object in another order. */
function reordered(text: string): string {
  const turned = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, inner]) => [key, turned(inner)]),
        )
      : value;
  return JSON.stringify(turned(JSON.parse(text)), null, 2);
}

describe('a change of form', () => {
  it.each([
    ['npm', 'package-lock.json', reordered],
    ['npm', 'package.json', reordered],
    ['pipenv', 'Pipfile.lock', reordered],
    ['yarn', 'yarn.lock', (text: string) => text.replaceAll('\n', '\r\n')],
    ['poetry', 'poetry.lock', (text: string) => `# another header\n${text}`],
    ['cargo', 'Cargo.lock', (text: string) => text.replaceAll('\n', '\r\n')],
    ['go', 'go.sum', (text: string) => `${text.trim().split('\n').reverse().join('\n')}\n`],
  ] as const)('of the files of %s (%s) gives no row and no finding', async (manager, path, change) => {
    const [made] = madeBy(manager).reverse();
    const head = { ...made?.head, [path]: change(made?.head[path] ?? '') };
    const { changes } = await collectChanges(snapshotOf(made?.head ?? {}, head), parseInProcess);
    expect(changes).toEqual([]);
    expect(await findings(made?.head ?? {}, head)).toEqual([]);
  });
});

describe('an upgrade, back and forth', () => {
  it.each(
    madeBy('npm', 'yarn', 'pnpm', 'bun', 'deno', 'poetry', 'pdm', 'pipenv', 'cargo', 'go', 'bundler', 'composer').map(
      (made) => [made.label, made] as const,
    ),
  )('by %s gives no finding, nor does the first lockfile or the last', async (_label, { base, head }) => {
    expect(await findings(base, head)).toEqual([]);
    expect(await findings(head, base)).toEqual([]);
    const manifests = Object.fromEntries(Object.entries(head).filter(([path]) => !/lock|go\.sum/.test(path)));
    expect(await findings(manifests, head)).toEqual([]);
    expect(await findings(head, manifests)).toEqual([]);
  });
});
