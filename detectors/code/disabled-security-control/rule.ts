import type { Detection } from '../../../src/core/detection.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { codeRule } from '../support/rule.ts';

/** What this detector says, in each of its parts. */
export const rule = codeRule({
  id: 'disabled-security-control',
  shortDescription: 'A security check or protection is switched off',
  help: 'A comment that silences a security lint, an option that turns a protection off, or --no-verify makes an alarm go away and leaves its cause. Fix the cause; where the alarm is wrong, a person says so in the policy, with a reason and an end date.',
  cwe: [693, 1188],
  level: 'warning',
  confidence: 'high',
});

/** What to do about a protection that is switched off. */
export const KEEP = 'Leave the protection on and adapt what it stops.';

/** A finding of this rule, a note in tests. */
export function report(
  facts: FileFacts,
  at: Syntax,
  message: string,
  remediation: string,
  level: 'warning' | 'note',
): Detection {
  return facts.finding({ rule, at, message, remediation, level: facts.isTest ? 'note' : level });
}
