import { availableParallelism } from 'node:os';
import type { UnreadFile } from '../core/dependency.ts';
import type { Detection } from '../core/detection.ts';
import type { FileSide } from '../core/detector.ts';
import type {
  DependencyParser,
  DependencyParsing,
  InspectedCommitFile,
  InspectedFile,
  InspectionRequest,
  InspectionResult,
  Inspector,
} from '../core/inspection.ts';
import { callsOfSinks, joinAcrossFiles } from './across-files.ts';
import type { CodeResult } from './detector.ts';
import { followImports } from './follow-imports.ts';
import { gatherModuleMaps } from './gather-settings.ts';
import { goneByName } from './gone-by-name.ts';
import { languageOfFile } from './languages.ts';
import { createPool } from './pool.ts';
import type { Outcome, Task } from './protocol.ts';
import { rulesFor, withElsewhere, withSecondLook } from './second-look.ts';
import { createRelations } from './surroundings.ts';

export interface InspectorOptions {
  /** Child processes at most; 0 means one for each core. */
  readonly processes: number;
  /** Milliseconds for one file, all detectors together. */
  readonly timeLimitMs: number;
  /** V8 heap of one child process, MiB. */
  readonly memoryLimitMb: number;
  /** UTF-16 code units of one side of a file; a longer file is not evaluated. */
  readonly maxCharacters: number;
  /** Private folder in which the child processes keep compiled code, so that the next ones start sooner; null for none. */
  readonly codeCache: string | null;
}

export const DEFAULT_INSPECTOR_OPTIONS: InspectorOptions = {
  processes: 0,
  timeLimitMs: 10_000,
  memoryLimitMb: 768,
  maxCharacters: 3_000_000,
  codeCache: null,
};

type ImportsByFile = Awaited<ReturnType<typeof followImports>>;

/** A dependency file may be larger than code: real lockfiles reach 20 MB. */
const MAX_DEPENDENCY_CHARACTERS = 40_000_000;

/** Source in the repository, built JavaScript in the published package: the child has the extension that we have. */
const CHILD = new URL(`../inspect-child${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/**
 * Reads untrusted files in killable child processes. Children start with the first work, stay warm until `close`, and
 * do not keep the process alive. One file is one task: what it breaks is itself, and it is named in `unread`.
 */
export function createInspector(options: InspectorOptions): Inspector & DependencyParser {
  const pool = createPool({
    processes: options.processes === 0 ? availableParallelism() : options.processes,
    timeLimitMs: options.timeLimitMs,
    startLimitMs: 15_000,
    memoryLimitMb: options.memoryLimitMb,
    childModule: CHILD,
    codeCache: options.codeCache,
  });

  async function inspect(request: InspectionRequest, signal: AbortSignal): Promise<InspectionResult> {
    const detections: Detection[] = [];
    const unread: UnreadFile[] = [];
    const codes: CodeResult[] = [];
    const run = (task: Task): Promise<Outcome> => pool.run(task, null, signal);
    const [guarded, maps] = await Promise.all([
      guardedPaths(request, signal),
      gatherModuleMaps(request.files, request.read, run, unread),
    ]);

    function collect(outcome: Outcome, path: string, blob: string | undefined, into: Detection[]): void {
      if (outcome.kind === 'findings') {
        into.push(...outcome.detections);
        unread.push(...outcome.unread);
        if (outcome.code !== null) codes.push(outcome.code);
        return;
      }
      const reason = outcome.kind === 'failed' ? outcome.reason : `an answer of another kind came: ${outcome.kind}`;
      unread.push({ path, reason, transient: false, ...(blob === undefined ? {} : { blob }) });
    }

    function isTooLong(path: string, blob: string | undefined, ...sides: readonly (FileSide | null)[]): boolean {
      const length = Math.max(...sides.map((side) => side?.text.length ?? 0));
      if (length <= options.maxCharacters) return false;
      const reason = `has ${length} characters, more than the limit of ${options.maxCharacters}`;
      unread.push({ path, reason, transient: false, ...(blob === undefined ? {} : { blob }) });
      return true;
    }

    async function inspectCommitFile(file: InspectedCommitFile, into: Detection[]): Promise<void> {
      const { path, before, after } = file;
      if (isTooLong(path, after.blob, ...before, after)) return;
      const outcome = await pool.run(
        { kind: 'commitFile', subject: { kind: 'commitFile', ...file } },
        request.context,
        signal,
      );
      collect(outcome, path, after.blob, into);
    }

    /** Once more for files that call functions of other changed files, with what those give back. */
    async function lookAgain(known: ImportsByFile): Promise<void> {
      const dangerous = callsOfSinks(codes, maps);
      const files = new Map(request.files.map((file) => [file.path, file]));
      await Promise.all(
        codes.map(async (code, index) => {
          const { path } = code;
          const file = files.get(path);
          const imported = known.get(path) ?? [];
          const followed = dangerous.get(path) ?? [];
          if ((imported.length === 0 && followed.length === 0) || file === undefined || file.after === null) return;
          const { before, after } = file;
          const { scope } = request;
          const rules = rulesFor(imported, code);
          const again = { path, before, after, scope, aliases: maps.aliases, rules, imported, followed };
          const outcome = await run({ kind: 'again', file: again });
          if (outcome.kind === 'again') codes[index] = withSecondLook(code, outcome.code);
          else collect(outcome, path, after.blob, detections);
        }),
      );
    }

    /** Once more for files of which a rule would say something else if other changed files said so. */
    async function lookElsewhere(known: ImportsByFile): Promise<void> {
      if (codes.every(({ wondering }) => wondering.length === 0)) return;
      const files = new Map(request.files.map((file) => [file.path, file]));
      const read = new Set(codes.map(({ path }) => path));
      const sides = request.files.flatMap(({ path, after }) => (after === null || !read.has(path) ? [] : [after]));
      const relations = createRelations(sides, maps);
      await Promise.all(
        codes.map(async (code, index) => {
          const { path, wondering: rules } = code;
          const file = files.get(path);
          const surroundings = rules.length === 0 ? null : relations.around(path);
          if (surroundings === null || file === undefined || file.after === null) return;
          const { before, after } = file;
          const { scope } = request;
          const imported = known.get(path) ?? [];
          const asked = { path, before, after, scope, aliases: maps.aliases, rules, imported, surroundings };
          const outcome = await run({ kind: 'elsewhere', file: asked });
          if (outcome.kind === 'elsewhere')
            codes[index] = withElsewhere(codes[index] ?? code, rules, outcome.detections);
          else collect(outcome, path, after.blob, detections);
        }),
      );
    }

    // The longest first: at the end, no process waits for another that has only just begun a long one.
    const work: Promise<void>[] = request.files.toSorted(byLength).map(async (file) => {
      const code = file.after !== null && languageOfFile(file.path, file.after.text) !== null;
      const guardrail = guarded.has(file.path) || (file.before !== null && guarded.has(file.before.path));
      if (!code && !guardrail) return;
      const blob = file.after?.blob ?? file.before?.blob;
      if (isTooLong(file.path, blob, file.before, file.after)) return;
      const outcome = await pool.run(
        {
          kind: 'file',
          path: file.path,
          before: file.before,
          after: file.after,
          scope: request.scope,
          code,
          guardrail,
          aliases: maps.aliases,
        },
        guardrail ? request.context : null,
        signal,
      );
      collect(outcome, file.path, blob, detections);
    });
    for (const file of goneByName(request)) {
      if (isTooLong(file.before.path, file.before.blob, file.before, ...file.successors)) continue;
      work.push(
        run({ kind: 'gone', file }).then((outcome) => collect(outcome, file.before.path, file.before.blob, detections)),
      );
    }
    const history: Detection[][] = request.commitFiles.map(() => []);
    request.commitFiles.forEach((file, index) => {
      work.push(inspectCommitFile(file, history[index] ?? []));
    });
    if (request.pullRequest !== null) {
      const task = { kind: 'pullRequest', subject: request.pullRequest } as const;
      work.push(
        pool
          .run(task, request.context, signal)
          .then((outcome) => collect(outcome, '(pull request text)', undefined, detections)),
      );
    }
    await Promise.all(work);
    const known = await followImports(codes, request.files, request.scope, maps, run);
    await lookAgain(known);
    await lookElsewhere(known);
    detections.push(...joinAcrossFiles(codes, maps));
    detections.push(...notYetTold(history.flat(), detections));
    return { detections: detections.sort(byPlace), unread: unread.sort((a, b) => compare(a.path, b.path)) };
  }

  /** Only the child knows which rule looks at which path; asked once for all, so that nobody's files never travel. */
  async function guardedPaths(request: InspectionRequest, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const paths = [...new Set(request.files.flatMap(namesOf))];
    if (paths.length === 0) return new Set();
    const outcome = await pool.run({ kind: 'concerns', paths }, null, signal);
    if (outcome.kind === 'concerned') return new Set(outcome.paths);
    const why = outcome.kind === 'failed' ? outcome.reason : outcome.kind;
    throw new Error(`the inspecting process did not say which files the guard-rail rules look at: ${why}`);
  }

  async function parseDependencies(
    formatId: string,
    text: string,
    path: string,
    signal: AbortSignal,
  ): Promise<DependencyParsing> {
    if (text.length > MAX_DEPENDENCY_CHARACTERS) {
      const reason = `has ${text.length} characters, more than the limit of ${MAX_DEPENDENCY_CHARACTERS}`;
      return { state: 'failed', file: { path, reason, transient: false } };
    }
    const outcome = await pool.run({ kind: 'dependencies', format: formatId, text, path }, null, signal);
    if (outcome.kind === 'dependencies') return outcome.parsing;
    const reason = outcome.kind === 'failed' ? outcome.reason : `an answer of another kind came: ${outcome.kind}`;
    return { state: 'failed', file: { path, reason, transient: false } };
  }

  return { inspect, parseDependencies, close: pool.close };
}

/** What the history holds beyond the change itself: the first commit's finding of each secret that nothing else tells. */
function notYetTold(history: readonly Detection[], told: readonly Detection[]): readonly Detection[] {
  const known = new Set(told.map(({ literal }) => literal));
  return history.filter(({ literal }) => {
    if (literal === undefined) return true;
    const fresh = !known.has(literal);
    known.add(literal);
    return fresh;
  });
}

function namesOf(file: InspectedFile): readonly string[] {
  return [file.path, file.previousPath, file.before?.path, file.after?.path].filter((path) => path !== undefined);
}

function byLength(a: InspectedFile, b: InspectedFile): number {
  return lengthOf(b) - lengthOf(a);
}

function lengthOf({ before, after }: InspectedFile): number {
  return (before?.text.length ?? 0) + (after?.text.length ?? 0);
}

function byPlace(a: Detection, b: Detection): number {
  const [left] = a.locations;
  const [right] = b.locations;
  return (
    compare(left.path, right.path) ||
    left.startLine - right.startLine ||
    (left.startColumn ?? 0) - (right.startColumn ?? 0) ||
    compare(a.ruleId, b.ruleId)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
