import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createCompiler } from './compiles.ts';
import { instrument, type Mutant } from './instrument.ts';

const ROOT = join(import.meta.dirname, '../..');
export const FAMILIES = ['code', 'dependency', 'guardrail'] as const;
export type MutatedFamily = (typeof FAMILIES)[number];

/**
 * No mutant's exams take that much of the processor's time unless it runs in circles, which a test would notice by its
 * time limit. On a busy machine the clock on the wall says nothing about that.
 */
const STUCK_SECONDS = 30;
const LOOK_MS = 2_000;
/** Of `/proc/<pid>/stat` (Linux, proc_pid_stat(5)): fields 14 and 15, in hundredths of a second. */
const TICKS = 100;

/** The facts of every file of the corpus are kept for all mutants: some megabytes each. */
const HEAP_MB = 8_192;

export interface Outcome {
  readonly mutant: Mutant;
  /** Noticed by an exam, or by the type checker alone. */
  readonly killed: 'exam' | 'compiler' | null;
  /** Exams that run through the mutated place. */
  readonly covered: number;
}

export interface MutationResult {
  readonly outcomes: readonly Outcome[];
  /** Exams that fail without any mutant; there must be none. */
  readonly broken: readonly string[];
}

/**
 * Mutates the rules of a family and asks of each mutant what the contract tests ask.
 * @param wanted paths from the repository's root that hold one of these words; empty for all
 * @param every take every n-th mutant only
 */
export async function mutate(family: MutatedFamily, wanted: readonly string[], every: number): Promise<MutationResult> {
  const workspace = mkdtempSync(join(tmpdir(), 'countersign-mutation-'));
  try {
    const mutants = prepare(workspace, family).filter(
      ({ path, id }) => id % every === 0 && (wanted.length === 0 || wanted.some((word) => path.includes(word))),
    );
    const { outcomes, broken } = await examine(workspace, family, mutants);
    const compiles = createCompiler(ROOT);
    const settled = outcomes.map((each) =>
      each.killed === null && !compiles(each.mutant) ? { ...each, killed: 'compiler' as const } : each,
    );
    return { outcomes: settled, broken };
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

/** A copy of the rules with all mutants in it; everything else is linked. */
function prepare(workspace: string, family: MutatedFamily): readonly Mutant[] {
  for (const name of ['src', 'node_modules', 'fixtures']) symlinkSync(join(ROOT, name), join(workspace, name));
  writeFileSync(join(workspace, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(workspace, 'detectors'));
  cpSync(join(ROOT, 'detectors'), join(workspace, 'detectors'), { recursive: true });
  const mutants: Mutant[] = [];
  for (const path of globSync(`detectors/${family}/**/*.ts`, { cwd: ROOT }).sort()) {
    const instrumented = instrument(path, readFileSync(join(ROOT, path), 'utf8'), mutants.length);
    mutants.push(...instrumented.mutants);
    writeFileSync(join(workspace, path), instrumented.text);
  }
  return mutants;
}

async function examine(workspace: string, family: MutatedFamily, mutants: readonly Mutant[]): Promise<MutationResult> {
  const byId = new Map(mutants.map((mutant) => [mutant.id, mutant]));
  const outcomes: Outcome[] = [];
  const broken = new Set<string>();
  let left = mutants.map((mutant) => mutant.id);
  while (left.length > 0) {
    const { done, stuck } = await examineIn(workspace, family, left, broken, (id, killed, covered) => {
      const mutant = byId.get(id);
      if (mutant !== undefined) outcomes.push({ mutant, killed: killed ? 'exam' : null, covered });
    });
    const over = new Set(done);
    const mutant = stuck === null ? undefined : byId.get(stuck);
    if (stuck !== null && mutant !== undefined) {
      outcomes.push({ mutant, killed: 'exam', covered: 1 });
      over.add(stuck);
    }
    const before = left.length;
    left = left.filter((id) => !over.has(id));
    if (left.length === before) throw new Error(`the mutated ${family} rules do not run: see the error above`);
  }
  return { outcomes, broken: [...broken] };
}

/** One process, until it is through or stuck. */
function examineIn(
  workspace: string,
  family: MutatedFamily,
  ids: readonly number[],
  broken: Set<string>,
  report: (id: number, killed: boolean, covered: number) => void,
): Promise<{ readonly done: readonly number[]; readonly stuck: number | null }> {
  writeFileSync(join(workspace, 'ids.json'), JSON.stringify(ids));
  const script = join(import.meta.dirname, 'child.ts');
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, script, workspace, family, 'ids.json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve) => {
    const done: number[] = [];
    let current: number | null = null;
    let spentBefore = 0;
    const watch = setInterval(() => {
      if (current !== null && secondsOf(child.pid) - spentBefore > STUCK_SECONDS) child.kill('SIGKILL');
    }, LOOK_MS);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said: { broken?: string; begins?: number; id?: number; killed?: boolean; covered?: number } =
        JSON.parse(line);
      if (said.broken !== undefined) broken.add(said.broken);
      if (said.begins !== undefined) {
        current = said.begins;
        spentBefore = secondsOf(child.pid);
      }
      if (said.id !== undefined) {
        done.push(said.id);
        current = null;
        report(said.id, said.killed === true, said.covered ?? 0);
      }
    });
    child.on('close', () => {
      clearInterval(watch);
      resolve({ done, stuck: current });
    });
  });
}

/** Time of the processor that a process has used so far; 0 where it is gone. */
function secondsOf(pid: number | undefined): number {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return 0;
  const fields = readFileSync(path, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
