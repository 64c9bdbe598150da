import type { Detection } from '../../../src/core/detection.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { codeRule } from '../support/rule.ts';

/** What this detector says, in each of its parts. */
export const rule = codeRule({
  id: 'hardcoded-secret',
  shortDescription: 'A secret stands in the source',
  help: 'Whoever can read the repository, now or later, has the secret, and it stays in the history after it is removed here. Read it from the environment or a secret store, fail when it is missing instead of falling back to a constant, and replace what was committed.',
  cwe: [798, 259, 321],
  level: 'error',
  confidence: 'high',
});

const REMEDIATION =
  'Read it from the environment or a secret store, stop when it is missing, and replace the secret that was committed.';

/** A finding of this rule; errors are said with high confidence. */
export function report(facts: FileFacts, at: Syntax, message: string, level: 'error' | 'warning' | 'note'): Detection {
  return facts.finding({
    rule,
    at,
    message,
    remediation: REMEDIATION,
    level,
    confidence: level === 'error' ? 'high' : 'medium',
  });
}

/** One literal is told once, by the part that finds it first: `at` is that literal. */
export interface Found {
  readonly at: Syntax;
  readonly detection: Detection;
}
