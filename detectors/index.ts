import type { Rule } from '../src/core/rule.ts';
import { CODE_DETECTORS } from './code/index.ts';
import { DEPENDENCY_DETECTORS } from './dependency/index.ts';
import { rule as notEvaluated } from './engine/not-evaluated/index.ts';
import { GUARDRAIL_DETECTORS } from './guardrail/index.ts';

/** Every rule there is, by id. */
export function rulesById(): ReadonlyMap<string, Rule> {
  const rules = [
    notEvaluated,
    ...DEPENDENCY_DETECTORS.map((each) => each.rule),
    ...CODE_DETECTORS.map((each) => each.rule),
    ...GUARDRAIL_DETECTORS.map((each) => each.rule),
  ];
  return new Map(rules.map((rule) => [rule.id, rule]));
}
