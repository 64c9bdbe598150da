import { answerOf, CLEAR } from '../../../src/core/detection.ts';
import type { GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { isBaseline, judgeSide, sidesOf } from '../support/judge.ts';
import { nowhere } from '../support/prose.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { isWorkflowPath, workflowOf } from '../support/workflow.ts';

const RULE = guardrailRule('workflow-added-by-agent', {
  shortDescription: 'A coding agent adds a workflow of its own',
  help: 'A workflow runs with a token of the repository, on its events, from the moment it is merged, and some events run it from the pull request already. When an agent adds one that nobody asked for, a person should read what sets it off, what it may do and what it runs. A change to a workflow that exists is judged by the other workflow rules.',
  level: 'warning',
  confidence: 'high',
  cwe: [284],
  requires: ['beforeAfter'],
});

function detect(subject: GuardrailSubject, context: GuardrailContext) {
  const { before, after } = sidesOf(subject, isWorkflowPath);
  if (after === null || before !== null || isBaseline(context) || context.attribution.class !== 'agent') return CLEAR;
  const workflow = judgeSide(after, context, null, workflowOf);
  if (workflow === null && after.mode !== '120000') return CLEAR;
  const events = workflow === null ? 'what the link leads to' : [...workflow.triggers.keys()].join(', ');
  return answerOf([
    tell(RULE, {
      path: after.path,
      at: { line: 1, endLine: 1 },
      message: `The base has no workflow of this name; an agent adds one that is set off by ${quote(events)}.`,
      remediation: 'Read its events, permissions and commands, and sign for it if it is wanted.',
      shape: 'added',
      before: null,
      after: { mode: after.mode, text: after.text },
    }),
  ]);
}

/** See README.md of this folder. */
export const workflowAddedByAgent = {
  rule: RULE,
  concerns: isWorkflowPath,
  removals: nowhere,
  detect,
} satisfies GuardrailDetector;
