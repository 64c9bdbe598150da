import { enableCompileCache, flushCompileCache } from 'node:module';
import type { UnreadFile } from './core/dependency.ts';
import type { Detection } from './core/detection.ts';
import type { GuardrailContext, GuardrailDetector, GuardrailSubject } from './core/detector.ts';
import { CountersignError, messageOf } from './core/errors.ts';
import type { DependencyParsing } from './core/inspection.ts';
import { lazily } from './core/lazily.ts';
import type { CodeResult } from './inspect/detector.ts';
import type { GoneFile } from './inspect/gone.ts';
import type { BegunMessage, Outcome, OutcomeMessage, Task, TaskMessage } from './inspect/protocol.ts';

/**
 * The child process that reads untrusted text: the one place where inspection, detectors and dependency formats are
 * wired together outside the main process. Each part is loaded when first needed, so that start-up stays short.
 */

/** Resident bytes over which the process asks to be replaced: native parse memory does not count towards V8's limit. */
const RETIRE_ABOVE_BYTES = 900 * 1024 * 1024;
const ANSWERS_PER_LOOK = 8;

/**
 * Answered tasks after which code compiled so far is kept for the next process: the first file's, and what only other
 * kinds of files need. The process is killed in the end, so that Node's own moment for it never comes.
 */
const KEEP_AFTER: ReadonlySet<number> = new Set([2, 16, 128]);

// Before anything else is loaded: what was loaded before is not kept.
const [codeCache] = process.argv.slice(2);
if (codeCache !== undefined) enableCompileCache(codeCache);

/** Loaded once: asking for a module that is there already takes a tenth of the time that a short file takes. */
const guardrails = lazily(() => import('../detectors/guardrail/index.ts'));
const codeRules = lazily(async () => ({
  ...(await import('./inspect/analyse.ts')),
  ...(await import('../detectors/code/index.ts')),
}));

let answered = 0;
let context: GuardrailContext | null = null;
let careful = false;

// One task after another, in the order they came: the pool counts time for the first alone, and takes an answer only
// from it. Loading a part of this process is asynchronous, so without the chain a later task could answer first.
let turn: Promise<void> = Promise.resolve();

process.on('message', (message: TaskMessage) => {
  turn = turn.then(() => take(message));
});
process.on('disconnect', () => process.exit(0));

async function take(message: TaskMessage): Promise<void> {
  if (message.context !== undefined) context = message.context;
  try {
    if (message.careful !== careful) {
      const { readCarefully } = await import('./inspect/grammars.ts');
      careful = message.careful;
      readCarefully(careful);
    }
    if (answered === 0) await begin(message);
    reply(message.id, await answer(message.task));
  } catch (error) {
    reply(message.id, { kind: 'failed', reason: failureOf(error) });
  }
}

async function begin({ id, task }: TaskMessage): Promise<void> {
  if (task.kind === 'dependencies') await import('./ecosystems/index.ts');
  else if (['file', 'again', 'returns', 'gone'].includes(task.kind)) await codeRules();
  const begun: BegunMessage = { id, begun: true };
  process.send?.(begun);
}

function reply(id: number, outcome: Outcome): void {
  // The system is asked now and then only: it takes as long as reading a short file.
  const retire = answered % ANSWERS_PER_LOOK === 0 && process.memoryUsage.rss() > RETIRE_ABOVE_BYTES;
  const message: OutcomeMessage = { id, outcome, retire };
  process.send?.(message);
  answered += 1;
  if (codeCache !== undefined && KEEP_AFTER.has(answered)) flushCompileCache();
}

async function answer(task: Task): Promise<Outcome> {
  switch (task.kind) {
    case 'file':
      return inspectFile(task);
    case 'again': {
      const { analyseAgain, CODE_DETECTORS } = await codeRules();
      return { kind: 'again', code: analyseAgain(task.file, CODE_DETECTORS) };
    }
    case 'elsewhere': {
      const { analyseElsewhere, CODE_DETECTORS } = await codeRules();
      return { kind: 'elsewhere', detections: analyseElsewhere(task.file, CODE_DETECTORS) };
    }
    case 'returns': {
      const { analyseReturns } = await codeRules();
      return { kind: 'returns', ...analyseReturns(task.file) };
    }
    case 'gone':
      return inspectGone(task.file);
    case 'moduleSettings': {
      const { readModuleSettings } = await import('./inspect/module-settings.ts');
      return { kind: 'moduleSettings', settings: readModuleSettings(task.path, task.text) };
    }
    case 'commitFile':
      return inspectCommitFile(task.subject);
    case 'pullRequest':
      return inspectPullRequest(task.subject);
    case 'concerns':
      return concerned(task.paths);
    case 'dependencies':
      return parse(task);
  }
}

async function inspectFile(task: Extract<Task, { kind: 'file' }>): Promise<Outcome> {
  const detections: Detection[] = [];
  const unread: UnreadFile[] = [];
  let code: CodeResult | null = null;
  if (task.guardrail) {
    const subject: GuardrailSubject = { kind: 'file', path: task.path, before: task.before, after: task.after };
    const { GUARDRAIL_DETECTORS } = await guardrails();
    for (const detector of GUARDRAIL_DETECTORS) {
      if (!detector.concerns(task.path) && !(task.before !== null && detector.concerns(task.before.path))) continue;
      judge(detector, subject, task.path, task.after?.blob ?? task.before?.blob, detections, unread);
    }
  }
  if (task.code && task.after !== null) {
    const { analyse, CODE_DETECTORS } = await codeRules();
    try {
      const { path, before, after, scope, aliases } = task;
      code = analyse({ path, before, after, scope, aliases }, CODE_DETECTORS);
      unread.push(...code.unread);
    } catch (error) {
      unread.push(unreadOf(error, task.path, task.after.blob));
    }
  }
  return { kind: 'findings', detections, unread, code };
}

async function inspectGone(file: GoneFile): Promise<Outcome> {
  const { analyseGone } = await import('./inspect/gone.ts');
  const { CODE_DETECTORS } = await import('../detectors/code/index.ts');
  try {
    return { kind: 'findings', detections: analyseGone(file, CODE_DETECTORS), unread: [], code: null };
  } catch (error) {
    const { path, blob } = file.before;
    return { kind: 'findings', detections: [], unread: [unreadOf(error, path, blob)], code: null };
  }
}

/** Most rules judge what a merge would bring; a commit by itself is asked of those that require it. */
async function inspectCommitFile(subject: Extract<GuardrailSubject, { kind: 'commitFile' }>): Promise<Outcome> {
  const detections: Detection[] = [];
  const unread: UnreadFile[] = [];
  const { guardrailDetectorsFor } = await guardrails();
  for (const detector of guardrailDetectorsFor(subject))
    judge(detector, subject, subject.path, subject.after.blob, detections, unread);
  return { kind: 'findings', detections, unread, code: null };
}

async function inspectPullRequest(subject: Extract<GuardrailSubject, { kind: 'pullRequest' }>): Promise<Outcome> {
  const detections: Detection[] = [];
  const unread: UnreadFile[] = [];
  const { GUARDRAIL_DETECTORS } = await guardrails();
  for (const detector of GUARDRAIL_DETECTORS)
    judge(detector, subject, '(pull request text)', undefined, detections, unread);
  return { kind: 'findings', detections, unread, code: null };
}

/** One rule's failure on one subject is said, and the other rules still answer. */
function judge(
  detector: GuardrailDetector,
  subject: GuardrailSubject,
  path: string,
  blob: string | undefined,
  detections: Detection[],
  unread: UnreadFile[],
): void {
  if (context === null) throw new Error('a guard-rail task came before its context');
  try {
    const verdict = detector.detect(subject, context);
    if (verdict.state === 'findings') detections.push(...verdict.detections);
    if (verdict.state === 'needs') {
      for (const fact of verdict.facts) {
        const reason = `${detector.rule.id}: ${fact.fact} is missing, ${fact.reason}`;
        unread.push({ path, reason, transient: fact.transient, ...(blob === undefined ? {} : { blob }) });
      }
    }
  } catch (error) {
    const said = unreadOf(error, path, blob);
    unread.push({ ...said, reason: `${detector.rule.id}: ${said.reason}` });
  }
}

async function concerned(paths: readonly string[]): Promise<Outcome> {
  const { GUARDRAIL_DETECTORS } = await guardrails();
  return {
    kind: 'concerned',
    paths: paths.filter((path) => GUARDRAIL_DETECTORS.some((detector) => detector.concerns(path))),
  };
}

async function parse(task: Extract<Task, { kind: 'dependencies' }>): Promise<Outcome> {
  const { ECOSYSTEMS } = await import('./ecosystems/index.ts');
  for (const ecosystem of Object.values(ECOSYSTEMS)) {
    const format = ecosystem.formats.find((candidate) => candidate.id === task.format);
    if (format === undefined) continue;
    try {
      return { kind: 'dependencies', parsing: { state: 'parsed', ...format.parse(task.text, task.path) } };
    } catch (error) {
      const parsing: DependencyParsing = { state: 'failed', file: unreadOf(error, task.path, undefined) };
      return { kind: 'dependencies', parsing };
    }
  }
  return { kind: 'failed', reason: `there is no dependency format named ${task.format}` };
}

function unreadOf(error: unknown, path: string, blob: string | undefined): UnreadFile {
  const line = error instanceof CountersignError ? error.place?.line : undefined;
  return {
    path,
    reason: failureOf(error),
    transient: false,
    ...(line === undefined ? {} : { line }),
    ...(blob === undefined ? {} : { blob }),
  };
}

function failureOf(error: unknown): string {
  if (error instanceof RangeError && /call stack/.test(error.message)) return 'is nested too deeply to be read';
  return messageOf(error).slice(0, 300);
}
