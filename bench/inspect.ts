import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { InspectionRequest } from '../src/core/inspection.ts';
import { bareParse } from '../src/inspect/grammars.ts';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../src/inspect/index.ts';
import { languageOf } from '../src/inspect/languages.ts';

const MODULES = join(import.meta.dirname, '../node_modules');
const PACKAGES = [
  'express',
  'handlebars',
  'lodash',
  'kysely',
  'octokit',
  '@octokit',
  'pg',
  'pg-boss',
  'pino',
  'probot',
  'semver',
  'undici',
  'yaml',
  'zod',
];
const MAX_FILES = 1_200;
const MAX_BYTES = 200_000;

interface Source {
  readonly path: string;
  readonly text: string;
}

/** Time of a whole scan against that of bare parsing over the same files, start-up, and memory over the run. */
export async function run(print: (line: string) => void): Promise<void> {
  const files = sources();
  const characters = files.reduce((sum, file) => sum + file.text.length, 0);
  print(`inspect: ${files.length} files, ${(characters / 1e6).toFixed(1)} MB of installed packages`);

  const loading = performance.now();
  bareParse('warm.js', 'const a = 1;');
  bareParse('warm.ts', 'const a = 1;');
  const load = performance.now() - loading;
  const parsing = performance.now();
  for (const file of files) bareParse(file.path, file.text);
  const parse = performance.now() - parsing;

  const inspector = createInspector(DEFAULT_INSPECTOR_OPTIONS);
  const signal = new AbortController().signal;
  const starting = performance.now();
  await inspector.inspect(requestOf([{ path: 'warm.js', text: "require('child_process').exec(x)" }]), signal);
  const start = performance.now() - starting;
  const scanning = performance.now();
  const { detections, unread } = await inspector.inspect(requestOf(files), signal);
  const scan = performance.now() - scanning;
  await inspector.close();

  print(
    `  bare parsing ${seconds(parse)}, whole scan ${seconds(scan)}: ${(scan / parse).toFixed(2)} times (target 2.5)`,
  );
  print(`  ${detections.length} detections, ${unread.length} files not read`);
  print(
    `  loading parser and grammars ${seconds(load)} in this process; first file through a fresh child process ${seconds(start)}`,
  );
  print(`  resident memory of this process ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

function requestOf(files: readonly Source[]): InspectionRequest {
  return {
    files: files.map(({ path, text }) => ({ path, before: null, after: { path, text, blob: '', mode: '100644' } })),
    commitFiles: [],
    pullRequest: null,
    scope: 'all',
    context: {
      changedPaths: [],
      attribution: { agent: null, class: 'human', tier: 'none', requester: null, evidence: [] },
      firstCommit: false,
      fixturePaths: [],
    },
  };
}

function sources(): readonly Source[] {
  return PACKAGES.flatMap((name) => filesUnder(join(MODULES, name)))
    .slice(0, MAX_FILES)
    .map((path) => ({ path: relative(MODULES, path), text: readFileSync(path, 'utf8') }));
}

function filesUnder(folder: string): readonly string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && languageOf(entry.name) !== null && !/\.d\.[cm]?ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).size <= MAX_BYTES)
    .sort();
}
