import { type Answer, answerOf, type Detection } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import { judgeSide, type Sides, sidesOf } from '../support/judge.ts';
import { spanOf } from '../support/lines.ts';
import { linesOf } from '../support/parsed.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { isWorkflowPath, mayBeWorkflow, type Workflow, workflowOf } from '../support/workflow.ts';
import { type Guard, guardsOf } from './guards.ts';
import { narrowings } from './triggers.ts';

const RULE = guardrailRule('security-step-removed', {
  shortDescription: 'A step that guards the code no longer does',
  help: 'Tests, scanners, audits, signatures and attestations hold a change back when something is wrong. Deleting such a step, letting its failure pass, switching it off by a condition, or narrowing the events it runs on takes that away without touching the code. Put the step back, or say in a change of its own why it is no longer needed.',
  level: 'error',
  confidence: 'medium',
  cwe: [693, 1127],
  requires: ['beforeAfter'],
});

const REMEDIATION = 'Put the guard back, or remove it in a change of its own with the reason, signed by a person.';

function guardDetection(after: FileSide, base: Guard | undefined, guard: Guard, before: FileSide | null): Detection {
  return tell(RULE, {
    path: after.path,
    at: spanOf(linesOf(after), guard.weak?.start ?? guard.start, guard.weak?.end ?? guard.start + 1),
    message: `The step ${quote(guard.label)} (${guard.category}) can no longer fail the run: ${quote(guard.weak?.shown ?? '')}${base === undefined ? '' : ', which the base does not have'}.`,
    remediation: REMEDIATION,
    // A step that is new and may fail is a smaller matter than one that was made so.
    level: base === undefined ? 'warning' : 'error',
    shape: `${guard.category}:${guard.weak?.shape ?? ''}`,
    before: base === undefined ? null : (before?.text.slice(base.start, base.end) ?? null),
    after: after.text.slice(guard.start, guard.end),
  });
}

function removedDetection(before: FileSide, after: FileSide | null, guard: Guard): Detection {
  return tell(RULE, {
    path: (after ?? before).path,
    at: after === null ? spanOf(linesOf(before), guard.start, guard.start + 1) : { line: 1, endLine: 1 },
    ...(after === null ? { side: 'base' } : {}),
    message: `The base runs ${quote(guard.label)} (${guard.category}); the head ${after === null ? 'has no such workflow' : 'runs neither it nor another of that kind in its place'}.`,
    remediation: REMEDIATION,
    shape: `${guard.category}:removed`,
    before: before.text.slice(guard.start, guard.end),
    after: null,
  });
}

/**
 * Guards of the base whose kind the head no longer has as often: renaming or replacing a tool is no loss, unless what
 * comes in its place cannot fail.
 */
function lost(base: readonly Guard[], head: readonly Guard[]): readonly Guard[] {
  const known = new Set(base.map(({ tool }) => tool));
  const kept = new Set(head.map(({ tool }) => tool));
  const fresh = Map.groupBy(
    head.filter(({ tool, weak }) => weak === null && !known.has(tool)),
    ({ category }) => category,
  );
  return base.filter(
    ({ tool, category, scope }) =>
      !kept.has(tool) &&
      !fresh.has(category) &&
      // Linters of one step overlap: fewer of them is no loss of a guard.
      !(category === 'lint and types' && head.some((guard) => guard.category === category && guard.scope === scope)),
  );
}

/** Moving a guard to another workflow cannot be told from here; a workflow changed or added beside it makes it likely. */
function movedPerhaps(context: GuardrailContext, before: FileSide, after: FileSide | null): boolean {
  return context.changedPaths.some(
    (changed) =>
      changed !== before.path && changed !== after?.path && /\.github\/(?:workflows|actions)\//.test(changed),
  );
}

function baseWorkflow(before: FileSide | null): Workflow | null {
  if (before === null) return null;
  try {
    return workflowOf(before);
  } catch (error) {
    // What cannot be read in the base guarded nothing there: GitHub did not run it either.
    if (error instanceof CountersignError && error.code === 'unreadable-file') return null;
    throw error;
  }
}

/** The sides as GitHub runs them: what is moved out of its folder is gone, whatever it says there. */
function runSides(subject: GuardrailSubject): Sides {
  const { before, after } = sidesOf(subject, mayBeWorkflow);
  const gone = before !== null && after !== null && isWorkflowPath(before.path) && !isWorkflowPath(after.path);
  return { before, after: gone ? null : after };
}

function detect(subject: GuardrailSubject, context: GuardrailContext): Answer {
  const { before, after } = runSides(subject);
  const base = baseWorkflow(before);
  const head = after === null ? null : judgeSide(after, context, null, workflowOf);
  const baseGuards = base === null ? [] : guardsOf(base);
  const headGuards = head === null ? [] : guardsOf(head);
  const detections: Detection[] = [];
  if (after !== null) {
    for (const guard of headGuards.filter(({ weak }) => weak !== null)) {
      const same =
        baseGuards.find(({ tool, scope }) => tool === guard.tool && scope === guard.scope) ??
        baseGuards.find(({ tool }) => tool === guard.tool);
      if (same?.weak?.shape === guard.weak?.shape) continue;
      // A new scanner that only reports, or runs at some events only, is more than there was.
      if (same === undefined && /^(?:input|event)$/.test(guard.weak?.shape ?? '')) continue;
      detections.push(guardDetection(after, same, guard, before));
    }
  }
  if (before !== null && base !== null) {
    const moved = movedPerhaps(context, before, after);
    for (const guard of lost(baseGuards, headGuards)) {
      const found = removedDetection(before, after, guard);
      detections.push(moved ? { ...found, level: 'warning', confidence: 'low' } : found);
    }
    if (after !== null && head !== null && baseGuards.length > 0) {
      for (const narrowing of narrowings(base, head)) {
        detections.push(
          tell(RULE, {
            path: after.path,
            at: spanOf(linesOf(after), narrowing.start, narrowing.end),
            message: `This workflow guards the code (${quote(baseGuards[0]?.label ?? '')}) and now runs less often: ${quote(narrowing.shown)}.`,
            remediation: REMEDIATION,
            level: narrowing.level,
            shape: `trigger:${narrowing.shape}`,
            before: narrowing.before,
            after: narrowing.after,
          }),
        );
      }
    }
  }
  return answerOf(detections);
}

/** See README.md of this folder. */
export const securityStepRemoved = { rule: RULE, concerns: mayBeWorkflow, detect } satisfies GuardrailDetector;
