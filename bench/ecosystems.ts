import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseSyml } from '@yarnpkg/parsers';
import { parseDocument } from 'yaml';
import { compareUnit } from '../src/ecosystems/compare.ts';
import { packageLock } from '../src/ecosystems/npm/package-lock.ts';
import { pnpmLock } from '../src/ecosystems/npm/pnpm-lock.ts';
import { yarnLock } from '../src/ecosystems/npm/yarn-lock.ts';
import type { DependencyFormat } from '../src/ecosystems/types.ts';

const ENTRIES = 50_000;
const YAML_ENTRIES = 4_000;
const ROUNDS = 7;
const nameOf = (entry: { readonly name: string }): string => entry.name;

/** A hash that looks like one: 88 characters of base64. */
function hash(seed: number): string {
  let text = '';
  for (let state = seed + 1; text.length < 86; state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) {
    text += 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charAt((state >>> 16) & 63);
  }
  return `sha512-${text}==`;
}

function npmText(offset: number): string {
  const packages: [string, object][] = [
    ['', { name: 'bench', version: '1.0.0', dependencies: { 'package-0': '^1.0.0' } }],
  ];
  for (let index = 0; index < ENTRIES; index += 1) {
    const version = index % 50 === 0 ? `1.${offset}.0` : '1.0.0';
    packages.push([
      `node_modules/package-${index}`,
      {
        version,
        resolved: `https://registry.example/package-${index}/-/package-${index}-${version}.tgz`,
        integrity: hash(version === '1.0.0' ? index : index + ENTRIES),
        dev: true,
        license: 'MIT',
        dependencies: {
          [`package-${(index + 1) % ENTRIES}`]: '^1.0.0',
          [`package-${(index * 7) % ENTRIES}`]: '^1.0.0',
        },
        engines: { node: '>=18' },
      },
    ]);
  }
  return JSON.stringify(
    { name: 'bench', lockfileVersion: 3, requires: true, packages: Object.fromEntries(packages) },
    null,
    2,
  );
}

function yarnText(): string {
  const blocks = Array.from({ length: YAML_ENTRIES }, (_unused, index) => {
    const next = (index + 1) % YAML_ENTRIES;
    return `package-${index}@^1.0.0:\n  version "1.0.0"\n  resolved "https://registry.example/package-${index}/-/package-${index}-1.0.0.tgz#0123456789abcdef0123456789abcdef01234567"\n  integrity ${hash(index)}\n  dependencies:\n    package-${next} "^1.0.0"\n`;
  });
  return `# yarn lockfile v1\n\n\n${blocks.join('\n')}`;
}

function berryText(): string {
  const blocks = Array.from({ length: YAML_ENTRIES }, (_unused, index) => {
    const next = (index + 1) % YAML_ENTRIES;
    return `"package-${index}@npm:^1.0.0":\n  version: 1.0.0\n  resolution: "package-${index}@npm:1.0.0"\n  dependencies:\n    package-${next}: "npm:^1.0.0"\n  checksum: 10c0/${'ab'.repeat(64)}\n  languageName: node\n  linkType: hard\n`;
  });
  return `__metadata:\n  version: 8\n  cacheKey: 10c0\n\n${blocks.join('\n')}`;
}

function pnpmText(): string {
  const packages = Array.from(
    { length: YAML_ENTRIES },
    (_unused, index) =>
      `  package-${index}@1.0.0:\n    resolution: {integrity: ${hash(index)}}\n    engines: {node: '>=18'}\n`,
  );
  const snapshots = Array.from(
    { length: YAML_ENTRIES },
    (_unused, index) =>
      `  package-${index}@1.0.0:\n    dependencies:\n      package-${(index + 1) % YAML_ENTRIES}: 1.0.0\n`,
  );
  return `lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      package-0:\n        specifier: ^1.0.0\n        version: 1.0.0\n\npackages:\n\n${packages.join('\n')}\nsnapshots:\n\n${snapshots.join('\n')}`;
}

/** The best of some runs, in milliseconds, of two things measured in turns: what else a machine does only adds time. */
async function inTurns(left: () => unknown, right: () => unknown): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, work] of [left, right].entries()) {
      const started = performance.now();
      work();
      times[index]?.push(performance.now() - started);
      await pause(1);
    }
  }
  const [a, b] = times.map((list) => Math.min(...list));
  return [a ?? Number.NaN, b ?? Number.NaN];
}

/** Bytes that a fresh process needs at its peak to read a pair and compare it, beyond what it needs to start. */
async function peakOf(base: string, head: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  try {
    await Promise.all([writeFile(join(folder, 'base.json'), base), writeFile(join(folder, 'head.json'), head)]);
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    for await (const piece of child.stdout) out += String(piece);
    return Number(out);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The child of `peakOf`: prints the bytes. */
async function measure(folder: string): Promise<void> {
  packageLock.parse('{"lockfileVersion":3,"packages":{}}', 'package-lock.json');
  const before = process.resourceUsage().maxRSS;
  const sides = [];
  for (const side of ['base.json', 'head.json']) {
    const parsed = packageLock.parse(await readFile(join(folder, side), 'latin1'), 'package-lock.json');
    sides.push({ format: 'package-lock', ...parsed });
  }
  const [base = null, head = null] = sides;
  compareUnit({ manifests: [], lock: { base, head }, nameOf });
  process.stdout.write(String((process.resourceUsage().maxRSS - before) * 1024));
}

/** Prints the speed of parsing and comparing as ratios to the parser underneath, and the memory of a large pair. */
export async function run(print: (line: string) => void): Promise<void> {
  const [base, head] = [npmText(0), npmText(1)];
  let rows = 0;
  const differences = (): void => {
    const [left, right] = [packageLock.parse(base, 'package-lock.json'), packageLock.parse(head, 'package-lock.json')];
    const lock = { base: { format: 'package-lock', ...left }, head: { format: 'package-lock', ...right } };
    rows = compareUnit({ manifests: [], lock, nameOf }).length;
  };
  differences();
  const grown = (await peakOf(base, head)) / (base.length + head.length);
  const [own, json] = await inTurns(differences, () => [JSON.parse(base), JSON.parse(head)]);
  print(
    `package-lock, 2 × ${ENTRIES} entries (${((base.length + head.length) / 1e6).toFixed(0)} MB), ${rows} rows: ${own.toFixed(0)} ms, ${(own / json).toFixed(2)} × JSON.parse of both (target: at most 3)`,
  );
  print(`package-lock, memory at the peak: ${grown.toFixed(1)} × the files' size (target: at most 6)`);
  await ratio(print, 'yarn 1', yarnLock, yarnText(), 'parseSyml', (text) => parseSyml(text));
  await ratio(print, 'yarn berry', yarnLock, berryText(), 'parseSyml', (text) => parseSyml(text));
  await ratio(print, 'pnpm', pnpmLock, pnpmText(), 'yaml parseDocument', (text) =>
    parseDocument(text, { uniqueKeys: false }),
  );
}

async function ratio(
  print: (line: string) => void,
  label: string,
  format: DependencyFormat,
  text: string,
  parserName: string,
  parser: (text: string) => unknown,
): Promise<void> {
  const path = format.id === 'pnpm-lock' ? 'pnpm-lock.yaml' : 'yarn.lock';
  const [own, bare] = await inTurns(
    () => format.parse(text, path),
    () => parser(text),
  );
  print(
    `${label}, ${YAML_ENTRIES} entries: ${own.toFixed(0)} ms, ${(own / bare).toFixed(2)} × ${parserName} alone (target: at most 1.5)`,
  );
}

const folder = process.argv[2];
if (import.meta.main && folder !== undefined) await measure(folder);
