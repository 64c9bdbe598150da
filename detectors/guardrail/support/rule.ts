import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { type Judged, judgeLoosening } from './judge.ts';
import { nowhere } from './prose.ts';

/** A rule of this family that anybody with the rank may sign for, and that policy may set. */
export function guardrailRule(
  id: string,
  parts: Pick<Rule, 'shortDescription' | 'help' | 'level' | 'confidence' | 'highest' | 'cwe' | 'requires'>,
): Rule {
  return { id, family: 'guardrail', ...parts, critical: false, signable: true, since: '0.1.0' };
}

/** A detector that names the weak spots of one side; the spots that the base does not have are its findings. */
export function looseningDetector(
  rule: Rule,
  concerns: (path: string) => boolean,
  judge: (side: FileSide, context: GuardrailContext) => Judged,
): GuardrailDetector {
  return {
    rule,
    concerns,
    removals: nowhere,
    detect: (subject: GuardrailSubject, context: GuardrailContext) =>
      judgeLoosening(rule, subject, context, concerns, (side) => judge(side, context)),
  };
}
