import { answerOf, type Detection } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import { addedLines, exact } from '../support/added.ts';
import { isBaseline, judgeSide, sidesOf } from '../support/judge.ts';
import { spanOf } from '../support/lines.ts';
import { linesOf } from '../support/parsed.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { plainText } from '../support/sides.ts';
import { type Grant, grantsOf } from './grants.ts';
import { judgeLoosenings } from './loosening.ts';
import { isAgentFile, isInstructions } from './paths.ts';

const RULE = guardrailRule('agent-instructions-changed', {
  shortDescription: 'What coding agents are told, or may do without asking, changes',
  help: 'Instruction files, server lists and permission files steer every agent that works on the repository, on the machines of everybody who opens it. A new server runs a command there; auto-approval removes the question before one. A person reads such a change line by line; an agent does not loosen its own rules.',
  level: 'error',
  confidence: 'high',
  cwe: [284, 829],
  requires: ['beforeAfter'],
});

const REMEDIATION = 'Take the grant out, or have a person who answers for the agents sign for it.';

function grantDetection(after: FileSide, grant: Grant, base: readonly Grant[], context: GuardrailContext): Detection {
  const previous = base.find(({ name }) => name === grant.name);
  return tell(RULE, {
    path: after.path,
    at: spanOf(linesOf(after), grant.start, grant.end),
    message: `${grant.what}, ${previous === undefined ? 'which the base does not have' : 'other than in the base'}: ${quote(grant.shown)}.`,
    remediation: REMEDIATION,
    level: grant.severe || context.attribution.class === 'agent' ? 'error' : 'warning',
    confidence: grant.severe ? 'high' : 'medium',
    shape: grant.shape,
    before: previous?.value ?? null,
    after: grant.value,
  });
}

function grants(side: FileSide | null, context: GuardrailContext): readonly Grant[] {
  return side === null ? [] : judgeSide(side, context, [], grantsOf);
}

/** A base that cannot be read granted nothing that is known. */
function baseGrants(side: FileSide | null, context: GuardrailContext): readonly Grant[] {
  try {
    return grants(side, context);
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'unreadable-file') return [];
    throw error;
  }
}

/** What instructions take away of people's control is told whoever writes it, and in a first commit too. */
function looseningDetection(before: FileSide | null, after: FileSide | null, context: GuardrailContext) {
  if (after === null) return null;
  const judgement = judgeLoosenings(plainText(before), plainText(after));
  if (judgement === null) return null;
  return tell(RULE, {
    path: after.path,
    at: spanOf(linesOf(after), judgement.start, judgement.end),
    message: `The instructions loosen the control over agents (${judgement.signs.join(', ')}; ${judgement.score} points): ${quote(judgement.piece)}.`,
    remediation: 'Take the sentence out: agents ask before they act, and hide nothing from people.',
    level: context.attribution.class === 'agent' ? 'error' : 'warning',
    confidence: 'medium',
    shape: 'loosened',
    before: before === null ? null : exact(before.text),
    after: exact(after.text),
  });
}

function instructionsDetection(
  before: FileSide | null,
  after: FileSide | null,
  context: GuardrailContext,
): Detection | null {
  const side = after ?? before;
  if (side === null || before?.text === after?.text || isBaseline(context)) return null;
  // People write their agents' instructions all the time; what these say is judged by the other text rules.
  if (context.attribution.class !== 'agent') return null;
  const added = after === null ? [] : addedLines(before, after);
  const [first] = added;
  const removed = before === null || after === null ? [] : addedLines(after, before);
  const shown = first?.text ?? removed[0]?.text ?? '';
  const line = first?.line ?? 1;
  return tell(RULE, {
    path: side.path,
    at: { line, endLine: line },
    ...(after === null ? { side: 'base' } : {}),
    message: `An agent ${after === null ? 'removes' : before === null ? 'adds' : 'changes'} what agents are told (${added.length} lines more, ${removed.length} less than in the base): ${quote(shown)}.`,
    remediation: 'A person reads the difference and signs for it.',
    level: 'warning',
    confidence: 'high',
    shape: after === null ? 'removed' : before === null ? 'added' : 'changed',
    before: before === null ? null : exact(before.text),
    after: after === null ? null : exact(after.text),
  });
}

function detect(subject: GuardrailSubject, context: GuardrailContext) {
  const { before, after } = sidesOf(subject, isAgentFile);
  const instructions = isInstructions((after ?? before)?.path ?? '')
    ? (looseningDetection(before, after, context) ?? instructionsDetection(before, after, context))
    : null;
  const detections: Detection[] = instructions === null ? [] : [instructions];
  const place = after ?? before;
  if (place !== null && before?.text !== after?.text) {
    const base = baseGrants(before, context);
    const head = grants(after, context);
    const known = new Set(base.map(({ name, value }) => `${name}\n${value}`));
    for (const grant of head) {
      if (!grant.denial && !known.has(`${grant.name}\n${grant.value}`))
        detections.push(grantDetection(place, grant, base, context));
    }
    for (const lost of base.filter(({ denial }) => denial)) {
      if (head.some(({ name }) => name === lost.name)) continue;
      detections.push(
        tell(RULE, {
          path: place.path,
          at: { line: 1, endLine: 1 },
          ...(after === null ? { side: 'base' } : {}),
          message: `The base forbids agents something that the head does not: ${quote(lost.shown)}.`,
          remediation: 'Put the prohibition back.',
          shape: 'denial-removed',
          before: lost.value,
          after: null,
        }),
      );
    }
  }
  return answerOf(detections);
}

/** See README.md of this folder. */
export const agentInstructionsChanged = { rule: RULE, concerns: isAgentFile, detect } satisfies GuardrailDetector;
