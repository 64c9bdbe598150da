import { type Answer, answerOf, CLEAR, type Detection } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailSubject } from '../../../src/core/detector.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import type { Confidence, Level, Rule } from '../../../src/core/rule.ts';
import { picomatch } from './libraries.ts';
import { spanOf } from './lines.ts';
import { linesOf } from './parsed.ts';
import { tell } from './report.ts';

/** One weak spot of one side of a file. */
export interface Weakness {
  /** What it is, without its position: a spot with the same key in the base is not new. */
  readonly key: string;
  /** Its shape without names and values, for grouping. */
  readonly shape: string;
  readonly start: number;
  readonly end: number;
  /** The thing it belongs to (a resource, a job, a step): its exact text before and after is what a signature covers. */
  readonly scope: Scope;
  readonly message: string;
  readonly remediation: string;
  readonly level?: Level;
  readonly confidence?: Confidence;
}

export interface Scope {
  /** Name of the thing, equal on both sides: `resource.aws_s3_bucket.logs`. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface Judged {
  readonly weaknesses: readonly Weakness[];
  /** Every thing of the file by name, so that the state before can be shown. */
  readonly scopes: readonly Scope[];
}

export const NOTHING_JUDGED: Judged = { weaknesses: [], scopes: [] };

/** Most findings of one rule in one file, counted after the comparison: more of the same tell a reader nothing. */
const LIMIT = 100;

const GLOBS = new WeakMap<readonly string[], (path: string) => boolean>();

/** Whether broken content under that path is text by the base policy. */
export function isFixture(path: string, context: GuardrailContext): boolean {
  if (context.fixturePaths.length === 0) return false;
  let matches = GLOBS.get(context.fixturePaths);
  if (matches === undefined) {
    matches = picomatch()([...context.fixturePaths], { dot: true });
    GLOBS.set(context.fixturePaths, matches);
  }
  return matches(path);
}

/** Whether everything is new, so that an addition is no finding by itself. */
export function isBaseline(context: GuardrailContext): boolean {
  return context.firstCommit || context.scope === 'all';
}

export interface Sides {
  readonly before: FileSide | null;
  readonly after: FileSide | null;
}

/** The sides of a file subject that lie where the rule looks: what was renamed in from elsewhere is new there. */
export function sidesOf(subject: GuardrailSubject, concerns: (path: string) => boolean): Sides {
  if (subject.kind !== 'file') return { before: null, after: null };
  const { before, after } = subject;
  return {
    before: before !== null && concerns(before.path) ? before : null,
    after: after !== null && concerns(after.path) ? after : null,
  };
}

/** What `judge` says of a side; a fixture that is broken on purpose says nothing. */
export function judgeSide<T>(side: FileSide, context: GuardrailContext, nothing: T, judge: (side: FileSide) => T): T {
  try {
    return judge(side);
  } catch (error) {
    const broken = error instanceof CountersignError && error.code === 'unreadable-file';
    if (broken && isFixture(side.path, context)) return nothing;
    throw error;
  }
}

/** A base that cannot be read has no known weak spots: everything in the head then counts as new. */
function judgeBase(side: FileSide, context: GuardrailContext, judge: (side: FileSide) => Judged): Judged {
  try {
    return judgeSide(side, context, NOTHING_JUDGED, judge);
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'unreadable-file') return NOTHING_JUDGED;
    throw error;
  }
}

/**
 * The findings of a rule that names weak spots: those of the head that the base does not have. Where the file was added,
 * all of them. Throws CountersignError `unreadable-file` where the head cannot be read.
 */
export function judgeLoosening(
  rule: Rule,
  subject: GuardrailSubject,
  context: GuardrailContext,
  concerns: (path: string) => boolean,
  judge: (side: FileSide) => Judged,
): Answer {
  const { before, after } = sidesOf(subject, concerns);
  if (after === null) return CLEAR;
  const head = judgeSide(after, context, NOTHING_JUDGED, judge);
  if (head.weaknesses.length === 0) return CLEAR;
  const base = before === null ? NOTHING_JUDGED : judgeBase(before, context, judge);
  return answerOf(newSpots(rule, after, before, head, base).slice(0, LIMIT));
}

function newSpots(
  rule: Rule,
  after: FileSide,
  before: FileSide | null,
  head: Judged,
  base: Judged,
): readonly Detection[] {
  const known = new Map<string, number>();
  for (const { key } of base.weaknesses) known.set(key, (known.get(key) ?? 0) + 1);
  const detections: Detection[] = [];
  for (const weakness of head.weaknesses) {
    const left = known.get(weakness.key) ?? 0;
    if (left > 0) {
      known.set(weakness.key, left - 1);
      continue;
    }
    const previous = base.scopes.find(({ name }) => name === weakness.scope.name);
    detections.push(
      tell(rule, {
        path: after.path,
        at: spanOf(linesOf(after), weakness.start, weakness.end),
        message: weakness.message,
        remediation: weakness.remediation,
        ...(weakness.level === undefined ? {} : { level: weakness.level }),
        ...(weakness.confidence === undefined ? {} : { confidence: weakness.confidence }),
        shape: weakness.shape,
        before: before === null || previous === undefined ? null : before.text.slice(previous.start, previous.end),
        after: {
          scope: weakness.scope.name,
          spot: weakness.key,
          text: after.text.slice(weakness.scope.start, weakness.scope.end),
        },
      }),
    );
  }
  return detections;
}
