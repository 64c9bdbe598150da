import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../src/core/errors.ts';
import { bareParse } from '../src/inspect/grammars.ts';
import { languageOf } from '../src/inspect/languages.ts';
import { wholeFiles } from '../test/support/whole-files.ts';

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
/** Every so many of the files, so that a run ends within five minutes on two busy cores. */
const MAX_FILES = 1_000;
const MAX_BYTES = 200_000;
const ROUNDS = 2;
const START_ROUNDS = 4;
/** Every so many of the files, both sides read beforehand: a process of the pool serves many reviews. */
const WARMING = 10;
const MANY = 10_000;
/** Bytes of a file in the run over many: what stays in memory shows as well with short ones. */
const SHORT = 6_000;
/** Of the files, every so many are linted: the linter needs most of the run for these already. */
const LINTED = 25;
/** Milliseconds that the linter, and getting it, may take. */
const LINTER_LIMIT_MS = 90_000;

interface Source {
  readonly path: string;
  readonly text: string;
}

const signal = new AbortController().signal;

type Inspection = typeof import('../src/inspect/index.ts');

/** The program as it is published: from source, every start would strip types first. */
async function built(): Promise<Inspection> {
  await run1(process.execPath, [join(import.meta.dirname, '../tools/build.ts')]);
  return import(new URL('../dist/src/inspect/index.js', import.meta.url).href);
}

/**
 * Time of a whole scan against that of bare tree-sitter parsing over the same files: of processor time, one process on
 * either side, and of the time that passes with a process for each core on the scan's side, as it runs;
 * against eslint with three plugins; start-up; memory over many files.
 */
export async function run(print: (line: string) => void): Promise<void> {
  const started = performance.now();
  const program = await built();
  const files = sources();
  const characters = files.reduce((sum, file) => sum + file.text.length, 0);
  print(
    `inspect: ${files.length} files, ${(characters / 1e6).toFixed(1)} MB of installed packages; times are of one core`,
  );
  await speed(print, files, program);
  await startUp(print, program);
  await againstLinter(
    print,
    files.filter((file) => /\.[cm]?js$/.test(file.path)).filter((_, index) => index % LINTED === 1),
    files.filter((_, index) => index % WARMING === 0),
    program,
  );
  await memory(
    print,
    files.filter(({ text }) => text.length < SHORT),
    program,
  );
  print(`  the whole benchmark took ${seconds(performance.now() - started)}`);
}

/** A fresh child in each round, so that nothing is remembered from the last; both sides in turns, the medians compared. */
async function speed(print: (line: string) => void, files: readonly Source[], program: Inspection): Promise<void> {
  const bare: number[] = [];
  const whole: number[] = [];
  const again: number[] = [];
  let told = '';
  const warming = files.filter((_, index) => index % WARMING === 0);
  const measured = files.filter((_, index) => index % WARMING !== 0);
  for (const file of warming) bareParse(file.path, file.text);
  for (let round = 0; round < ROUNDS; round += 1) {
    const parsing = cpu();
    for (const file of measured) bareParse(file.path, file.text);
    bare.push(cpu() - parsing);
    const { milliseconds, onceMore, detections, unread } = await scanned(measured, program, warming);
    whole.push(milliseconds);
    again.push(onceMore);
    told = `${detections} detections, ${unread} files not read`;
  }
  const [parse, scan, warm] = [median(bare), median(whole), median(again)];
  const together = await asItRuns(measured, program, warming);
  print(
    `  bare parsing ${seconds(parse)}; whole scan, processor time of one process: ${seconds(scan)}, ${(scan / parse).toFixed(2)} times (target 2.5); ${told}`,
  );
  print(
    `  whole scan as it runs, time that passes with ${together.processes} processes: ${seconds(together.milliseconds)}, ${(together.milliseconds / parse).toFixed(2)} times what parsing takes on one core (no target: more cores on one side)`,
  );
  print(
    `  the same files once more in that process, where their code is compiled by then: ${seconds(warm)}, ${(warm / parse).toFixed(2)} times`,
  );
}

/**
 * CPU time of the inspecting process for some files, its start and the files before them not counted. Where the system does not
 * tell it, the time that passes.
 */
async function scanned(files: readonly Source[], program: Inspection, warming: readonly Source[]) {
  const inspector = program.createInspector({
    ...program.DEFAULT_INSPECTOR_OPTIONS,
    processes: 1,
    timeLimitMs: 60_000,
  });
  const warm = { path: 'warm.js', text: "require('child_process').exec(x); /^(a+)+b(?:c|d)*$/.test(y);" };
  await inspector.inspect(wholeFiles([warm, ...warming]), signal);
  const [child] = childrenOf(process.pid);
  const before = child === undefined ? performance.now() : cpuOf(child);
  const { detections, unread } = await inspector.inspect(wholeFiles(files), signal);
  const after = child === undefined ? performance.now() : cpuOf(child);
  await inspector.inspect(wholeFiles(files), signal);
  const last = child === undefined ? performance.now() : cpuOf(child);
  await inspector.close();
  return {
    milliseconds: after - before,
    onceMore: last - after,
    detections: detections.length,
    unread: unread.length,
  };
}

/**
 * Time that passes until all files are read by a process for each core, each of which has read as many files beforehand
 * as the one process that is measured alone; the median of some rounds with fresh processes.
 */
async function asItRuns(files: readonly Source[], program: Inspection, warming: readonly Source[]) {
  const processes = availableParallelism();
  const rounds: number[] = [];
  for (let round = 0; round < START_ROUNDS + 1; round += 1) {
    const inspector = program.createInspector({ ...program.DEFAULT_INSPECTOR_OPTIONS, timeLimitMs: 60_000 });
    for (let each = 0; each < processes; each += 1) await inspector.inspect(wholeFiles(warming), signal);
    const started = performance.now();
    await inspector.inspect(wholeFiles(files), signal);
    rounds.push(performance.now() - started);
    await inspector.close();
  }
  return { processes, milliseconds: median(rounds) };
}

/**
 * The service and the command line keep compiled code in a private folder, so that only the first start of all is
 * without: the target is that of the others, and both are told.
 */
async function startUp(print: (line: string) => void, program: Inspection): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const alone: number[] = [];
  const bare: number[] = [];
  const kept: number[] = [];
  try {
    await firstAnswer(program, folder);
    for (let round = 0; round < START_ROUNDS; round += 1) {
      alone.push(await parserReady());
      bare.push(await firstAnswer(program, null));
      kept.push(await firstAnswer(program, folder));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const [parser, without, first] = [Math.min(...alone), Math.min(...bare), Math.min(...kept)];
  print(
    `  a process with parser and grammars ready ${parser.toFixed(0)} ms, first file through a fresh inspecting process ${first.toFixed(0)} ms: ${(first / parser).toFixed(2)} times (target 2); without the folder of compiled code ${without.toFixed(0)} ms, ${(without / parser).toFixed(2)} times`,
  );
}

async function parserReady(): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'support/load-parser.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return performance.now() - started;
}

async function firstAnswer(program: Inspection, codeCache: string | null): Promise<number> {
  const started = performance.now();
  const inspector = program.createInspector({ ...program.DEFAULT_INSPECTOR_OPTIONS, processes: 1, codeCache });
  await inspector.inspect(wholeFiles([{ path: 'warm.js', text: "require('child_process').exec(x)" }]), signal);
  const took = performance.now() - started;
  // The child keeps what it compiled once it has answered; it takes the next question after that.
  await inspector.inspect(wholeFiles([{ path: 'next.js', text: '' }]), signal);
  await inspector.close();
  return took;
}

async function againstLinter(
  print: (line: string) => void,
  files: readonly Source[],
  warming: readonly Source[],
  program: Inspection,
): Promise<void> {
  const missing = await installed();
  if (missing !== null) {
    print(`  eslint was not measured: ${missing}`);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  try {
    const list = join(folder, 'files.json');
    await writeFile(
      list,
      JSON.stringify({ warming: warming.filter(({ path }) => /\.[cm]?js$/.test(path)).slice(0, 10), files }),
    );
    const linted = await lint(list);
    if (typeof linted === 'string') {
      print(`  eslint was not measured: ${linted}`);
      return;
    }
    const { milliseconds } = await scanned(files, program, warming);
    print(
      `  eslint with security, sonarjs and no-unsanitized over ${files.length} of the files ${seconds(linted.milliseconds)} (${linted.messages} messages), whole scan ${seconds(milliseconds)}: ${(linted.milliseconds / milliseconds).toFixed(1)} times faster (target 10)`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Linted = { readonly milliseconds: number; readonly messages: number };

/** Or why it did not end. */
async function lint(list: string): Promise<Linted | string> {
  try {
    const { stdout } = await run1(process.execPath, [join(import.meta.dirname, 'support/eslint.ts'), list], {
      maxBuffer: 1e7,
      timeout: LINTER_LIMIT_MS,
    });
    const linted: Linted = JSON.parse(stdout);
    return linted;
  } catch (error) {
    return `it failed, or took longer than ${LINTER_LIMIT_MS / 1000} s (${messageOf(error).split('\n')[0]})`;
  }
}

/** Installs what is compared with, into `bench/` alone. Null, or why it is not there. */
async function installed(): Promise<string | null> {
  if (existsSync(join(import.meta.dirname, 'node_modules/eslint'))) return null;
  try {
    await run1('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: import.meta.dirname,
      timeout: LINTER_LIMIT_MS,
    });
    return null;
  } catch (error) {
    return `npm ci in bench/ failed (${messageOf(error).split('\n')[0]})`;
  }
}

async function memory(print: (line: string) => void, files: readonly Source[], program: Inspection): Promise<void> {
  const inspector = program.createInspector({ ...program.DEFAULT_INSPECTOR_OPTIONS, processes: 1 });
  const seen: string[] = [];
  for (let done = 0; done < MANY; ) {
    const part = Array.from({ length: 500 }, (_, index) => {
      const file = files[(done + index) % files.length];
      return { path: `${done + index}/${file?.path ?? 'a.js'}`, text: file?.text ?? '' };
    });
    await inspector.inspect(wholeFiles(part), signal);
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

function sources(): readonly Source[] {
  const all = PACKAGES.flatMap((name) => filesUnder(join(MODULES, name)));
  const every = Math.max(1, Math.ceil(all.length / MAX_FILES));
  return all
    .filter((_, index) => index % every === 0)
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
