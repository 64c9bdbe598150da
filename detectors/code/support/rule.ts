import type { Confidence, Level, Rule } from '../../../src/core/rule.ts';

interface CodeRule {
  readonly id: string;
  readonly shortDescription: string;
  readonly help: string;
  readonly cwe: readonly number[];
  readonly level: Level;
  readonly confidence: Confidence;
  readonly requires?: Rule['requires'];
}

/** What all code rules have in common: read from the file alone, signable, none critical. */
export function codeRule(rule: CodeRule): Rule {
  return { family: 'code', critical: false, signable: true, requires: ['file'], since: '0.1.0', ...rule };
}
