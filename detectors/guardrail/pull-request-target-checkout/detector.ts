import type { FileSide } from '../../../src/core/detector.ts';
import { carriers, checkoutOf } from '../support/checkout.ts';
import { type Judged, NOTHING_JUDGED, type Weakness } from '../support/judge.ts';
import { quote } from '../support/quote.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import {
  actionName,
  gated,
  type Job,
  mayBeWorkflow,
  privilegedTriggers,
  type Step,
  scopesOf,
  trustedOnly,
  workflowOf,
} from '../support/workflow.ts';

const RULE = guardrailRule('pull-request-target-checkout', {
  shortDescription: "A workflow with the repository's secrets checks out a stranger's code",
  help: 'Events such as `pull_request_target`, `workflow_run` and `issue_comment` run with the secrets and the writing token of the base repository. Checking out the head of the pull request there lets its author run code with them: build scripts, tests, package hooks, local actions. Build forks under `pull_request`, which has no secrets, and act on the result in a second workflow that runs none of it.',
  level: 'error',
  confidence: 'high',
  cwe: [829, 94],
  requires: ['file'],
});

/** Events whose payload can name a pull request's head. */
const FITTING: ReadonlySet<string> = new Set(['pull_request_target', 'workflow_run', 'issue_comment']);
/** Actions that only read what was checked out, and execute nothing of it. */
const READS_ONLY = /^actions\/(?:checkout|labeler|upload-artifact|download-artifact|cache|github-script|stale)$/;

function runsIt(job: Job, from: Step): boolean {
  const later = job.steps.slice(job.steps.indexOf(from) + (from.run === undefined ? 1 : 0));
  return later.some((step) => step.run !== undefined || !READS_ONLY.test(actionName(step)));
}

function judge(side: FileSide): Judged {
  const workflow = workflowOf(side);
  if (workflow === null) return NOTHING_JUDGED;
  const events = privilegedTriggers(workflow).filter((name) => FITTING.has(name));
  if (events.length === 0) return NOTHING_JUDGED;
  const weaknesses: Weakness[] = [];
  for (const job of workflow.jobs) {
    const names = carriers(workflow, job);
    for (const step of job.steps) {
      if (trustedOnly(job.condition, step.condition)) continue;
      const checkout = checkoutOf(step, names);
      if (checkout === null) continue;
      const runs = runsIt(job, step);
      weaknesses.push({
        key: `${job.id}|${checkout.shown}|${events.join(',')}`,
        shape: runs ? 'checkout-and-run' : 'checkout-only',
        start: checkout.at.start,
        end: checkout.at.end,
        scope: step.scope,
        message: `Under ${quote(events.join(', '))} this step takes the pull request's own code (${quote(checkout.shown)})${runs ? ', and later steps run in it' : ''}, with the repository's secrets at hand.`,
        remediation: 'Build the head under “pull_request”, or check out the base and treat the head as data only.',
        level: runs ? 'error' : 'warning',
        confidence: runs && checkout.sure && !gated(job) ? 'high' : 'medium',
      });
    }
  }
  return { weaknesses, scopes: scopesOf(workflow) };
}

/** See README.md of this folder. */
export const pullRequestTargetCheckout = looseningDetector(RULE, mayBeWorkflow, judge);
