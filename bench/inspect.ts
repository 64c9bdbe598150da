import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { InspectionRequest } from '../src/core/inspection.ts';
import { bareParse } from '../src/inspect/grammars.ts';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../src/inspect/index.ts';
import { languageOf } from '../src/inspect/languages.ts';

const run1 = promisify(execFile);
const MODULES = join(import.meta.dirname, '../node_modules');
const PACKAGES = [
  'express',
  'handlebars',
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
  'lodash',
];
const MAX_FILES = 2_000;
const MAX_BYTES = 200_000;
const ROUNDS = 3;
const MANY = 10_000;
/** Of the files, every so many are linted: the linter needs most of the run for these already. */
const LINTED = 40;

interface Source {
  readonly path: string;
  readonly text: string;
}

const signal = new AbortController().signal;

/**
 * Time of a whole scan against that of bare tree-sitter parsing over the same files, one process on either side;
 * against eslint with three plugins; start-up; memory over many files.
 */
export async function run(print: (line: string) => void): Promise<void> {
  const files = sources();
  const characters = files.reduce((sum, file) => sum + file.text.length, 0);
  print(
    `inspect: ${files.length} files, ${(characters / 1e6).toFixed(1)} MB of installed packages; times are of one core`,
  );
  await speed(print, files);
  await startUp(print);
  await againstLinter(
    print,
    files.filter((file, index) => index % LINTED === 0 && /\.[cm]?js$/.test(file.path)),
  );
  await memory(print, files);
}

/** A fresh child in each round, so that nothing is remembered from the last; both sides in turns, the medians compared. */
async function speed(print: (line: string) => void, files: readonly Source[]): Promise<void> {
  const bare: number[] = [];
  const whole: number[] = [];
  let told = '';
  for (const file of files.slice(0, 100)) bareParse(file.path, file.text);
  for (let round = 0; round < ROUNDS; round += 1) {
    const parsing = cpu();
    for (const file of files) bareParse(file.path, file.text);
    bare.push(cpu() - parsing);
    const { milliseconds, detections, unread } = await scanned(files);
    whole.push(milliseconds);
    told = `${detections} detections, ${unread} files not read`;
  }
  const [parse, scan] = [median(bare), median(whole)];
  print(
    `  bare parsing ${seconds(parse)}, whole scan ${seconds(scan)}: ${(scan / parse).toFixed(2)} times (target 2.5); ${told}`,
  );
}

/**
 * CPU time of the inspecting process for some files, its start and a first file not counted. Where the system does not
 * tell it, the time that passes.
 */
async function scanned(files: readonly Source[]) {
  const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 1, timeLimitMs: 60_000 });
  const warm = { path: 'warm.js', text: "require('child_process').exec(x); /^(a+)+b(?:c|d)*$/.test(y);" };
  await inspector.inspect(requestOf([warm]), signal);
  const [child] = childrenOf(process.pid);
  const before = child === undefined ? performance.now() : cpuOf(child);
  const { detections, unread } = await inspector.inspect(requestOf(files), signal);
  const after = child === undefined ? performance.now() : cpuOf(child);
  await inspector.close();
  return { milliseconds: after - before, detections: detections.length, unread: unread.length };
}

async function startUp(print: (line: string) => void): Promise<void> {
  const alone: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const loading = performance.now();
    const child = spawn(process.execPath, [join(import.meta.dirname, 'support/load-parser.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    alone.push(performance.now() - loading);
    const starting = performance.now();
    const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 1 });
    await inspector.inspect(requestOf([{ path: 'warm.js', text: "require('child_process').exec(x)" }]), signal);
    whole.push(performance.now() - starting);
    await inspector.close();
  }
  const [parser, first] = [Math.min(...alone), Math.min(...whole)];
  print(
    `  a process with parser and grammars ready ${parser.toFixed(0)} ms, first file through a fresh inspecting process ${first.toFixed(0)} ms: ${(first / parser).toFixed(2)} times (target 2)`,
  );
}

async function againstLinter(print: (line: string) => void, files: readonly Source[]): Promise<void> {
  const missing = await installed();
  if (missing !== null) {
    print(`  eslint was not measured: ${missing}`);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  try {
    const list = join(folder, 'files.json');
    await writeFile(list, JSON.stringify(files));
    const { stdout } = await run1(process.execPath, [join(import.meta.dirname, 'support/eslint.ts'), list], {
      maxBuffer: 1e7,
    });
    const linted: { readonly milliseconds: number; readonly messages: number } = JSON.parse(stdout);
    const { milliseconds } = await scanned(files);
    print(
      `  eslint with security, sonarjs and no-unsanitized over ${files.length} of the files ${seconds(linted.milliseconds)} (${linted.messages} messages), whole scan ${seconds(milliseconds)}: ${(linted.milliseconds / milliseconds).toFixed(1)} times faster (target 10)`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Installs what is compared with, into `bench/` alone. Null, or why it is not there. */
async function installed(): Promise<string | null> {
  if (existsSync(join(import.meta.dirname, 'node_modules/eslint'))) return null;
  try {
    await run1('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: import.meta.dirname,
      timeout: 120_000,
    });
    return null;
  } catch (error) {
    return `npm ci in bench/ failed (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`;
  }
}

async function memory(print: (line: string) => void, files: readonly Source[]): Promise<void> {
  const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 1 });
  const seen: string[] = [];
  for (let done = 0; done < MANY; ) {
    const part = Array.from({ length: 500 }, (_, index) => {
      const file = files[(done + index) % files.length];
      return { path: `${done + index}/${file?.path ?? 'a.js'}`, text: file?.text ?? '' };
    });
    await inspector.inspect(requestOf(part), signal);
    done += part.length;
    const [child] = childrenOf(process.pid);
    if (done % 2_000 === 0) seen.push(child === undefined ? '?' : `${(residentOf(child) / 1e6).toFixed(0)} MB`);
  }
  await inspector.close();
  print(
    `  resident memory of the inspecting process after each 2,000 of ${MANY} files: ${seen.join(', ')} (target: flat)`,
  );
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Ids of child processes, the newest first; none where the system has no /proc. */
function childrenOf(pid: number): readonly number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return [];
  const ids = readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return ids.sort((a, b) => b - a);
}

/** CPU milliseconds of a process: fields utime and stime of proc_pid_stat(5), in ticks of 10 ms. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function residentOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
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
      removedPaths: [],
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
