import type { Detection } from '../../../src/core/detection.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { codeRule } from '../support/rule.ts';

/** What this detector says, in each of its parts. */
export const rule = codeRule({
  id: 'information-exposure',
  shortDescription: 'Internals or secrets are shown to whoever asks, or written into the log',
  help: 'Stack traces, database errors, environment variables and password fields tell an attacker where to push next, and logs are read by more people than a database. Answer with a message of your own and an id, log the details, and leave secrets out of both.',
  cwe: [209, 200, 532],
  level: 'warning',
  confidence: 'high',
});

/** What to do about internals in an answer. */
export const REMEDIATION = 'Answer with a fixed message and an id, and write the details to the log.';

/** The last part of a name that says its value is secret, words parted by underscores. */
export const SECRET_NAME =
  /(?:^|\.|_)(?:passw(?:or)?d|passwd|pwd|secret(?:_?key)?|api_?key|private_?key|access_?token|refresh_?token|auth_?token|credit_?card|card_?number|cvv|ssn|client_?secret|jwt)(?:_?hash)?$/i;

/** A finding of this rule; tests get notes, and notes little confidence. */
export function report(
  facts: FileFacts,
  at: Syntax,
  message: string,
  level: 'warning' | 'note',
  remediation: string,
): Detection {
  return facts.finding({
    rule,
    at,
    message,
    remediation,
    level: facts.isTest ? 'note' : level,
    confidence: level === 'note' ? 'low' : 'medium',
  });
}
