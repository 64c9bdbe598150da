import type { FileSide } from '../../../src/core/detector.ts';
import { type Judged, NOTHING_JUDGED, type Weakness } from '../support/judge.ts';
import { quote } from '../support/quote.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import { entryOf } from '../support/tree.ts';
import { mayBeWorkflow, openTriggers, runnerLabels, scopesOf, trustedOnly, workflowOf } from '../support/workflow.ts';

const RULE = guardrailRule('self-hosted-runner-exposed', {
  shortDescription: 'A machine of your own runs jobs that outsiders can set off',
  help: 'A self-hosted runner is not wiped between jobs unless you do it, and stands in your network. Whoever can open a pull request on a public repository can run code on it, leave something behind for the next job, and look around. Use GitHub-hosted or ephemeral runners for events of outsiders, or let the job run for branches of the repository itself only.',
  level: 'error',
  confidence: 'medium',
  cwe: [284, 829],
  requires: ['file'],
});

function judge(side: FileSide): Judged {
  const workflow = workflowOf(side);
  if (workflow === null) return NOTHING_JUDGED;
  const events = openTriggers(workflow);
  if (events.length === 0) return NOTHING_JUDGED;
  const weaknesses: Weakness[] = workflow.jobs.flatMap((job) => {
    const own = runnerLabels(job).find((label) => /\bself-hosted\b/i.test(label));
    const entry = entryOf(job.node, 'runs-on');
    if (own === undefined || entry === undefined || trustedOnly(job.condition)) return [];
    return [
      {
        key: `${job.id}|${events.join(',')}`,
        shape: 'self-hosted',
        start: entry.keyStart,
        end: entry.value.end,
        scope: job.scope,
        message: `The job ${quote(job.id)} runs on a self-hosted machine and is set off by ${quote(events.join(', '))}, which outsiders can cause.`,
        remediation:
          'Use a hosted runner here, or let the job run only where head.repo.full_name equals github.repository.',
      },
    ];
  });
  return { weaknesses, scopes: scopesOf(workflow) };
}

/** See README.md of this folder. */
export const selfHostedRunnerExposed = looseningDetector(RULE, mayBeWorkflow, judge);
