import type { FileSide } from '../../../src/core/detector.ts';
import { expressionsIn, flowingReferences, namesPullRequestHead } from '../support/expression.ts';
import { type Judged, NOTHING_JUDGED, type Weakness } from '../support/judge.ts';
import { quote } from '../support/quote.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import { entriesOf, get, type Node, text } from '../support/tree.ts';
import {
  actionName,
  gated,
  type Job,
  mayBeWorkflow,
  privilegedTriggers,
  type Step,
  scopesOf,
  trustedOnly,
  type Workflow,
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
const FETCHES_HEAD =
  /\bgh\s+pr\s+checkout\b|\bhub\s+pr\s+checkout\b|git\s+fetch\b[^\n]*(?:pull\/|refs\/pull\/|head\.(?:ref|sha)|head_ref)|refs\/pull\/[^\n]*\/(?:merge|head)/;
const CHECKS_OUT = /\bgit\s+(?:checkout|switch|pull|clone|reset|merge)\b/;

/** Names of the environment variables and matrix values of a job that hold the head. */
function carriers(workflow: Workflow, job: Job): ReadonlySet<string> {
  const names = new Set<string>();
  for (const env of [workflow.env, job.env, ...job.steps.map((step) => step.env)]) {
    for (const { key, value } of entriesOf(env)) {
      if (expressionsIn(text(value) ?? '').some(({ content }) => namesPullRequestHead(content)))
        names.add(`env.${key}`);
    }
  }
  for (const { key, value } of entriesOf(get(job.node, 'strategy', 'matrix'))) {
    const values = value.kind === 'list' ? value.items : [value];
    if (values.some((one) => expressionsIn(text(one) ?? '').some(({ content }) => namesPullRequestHead(content))))
      names.add(`matrix.${key}`);
  }
  return names;
}

/** Whether a value leads to the head: by the event's payload, a variable that carries it, or an earlier step's answer. */
function leadsToHead(value: string, names: ReadonlySet<string>): 'yes' | 'perhaps' | 'no' {
  if (/refs\/pull\//.test(value)) return 'yes';
  let perhaps = false;
  for (const { content } of expressionsIn(value)) {
    if (namesPullRequestHead(content)) return 'yes';
    const references = flowingReferences(content);
    if (references.some((reference) => names.has(reference))) return 'yes';
    if (references.some((reference) => /^(?:steps|needs)\..*(?:sha|ref|head|branch|pr|number)/i.test(reference)))
      perhaps = true;
  }
  return perhaps ? 'perhaps' : 'no';
}

interface Checkout {
  readonly at: Node;
  readonly shown: string;
  readonly sure: boolean;
}

function checkoutOf(step: Step, names: ReadonlySet<string>): Checkout | null {
  if (/(?:^|\/)checkout$/.test(actionName(step))) {
    for (const key of ['ref', 'repository']) {
      const node = get(step.with, key);
      const value = text(node) ?? '';
      const answer = leadsToHead(value, names);
      if (node !== undefined && answer !== 'no') return { at: node, shown: `${key}: ${value}`, sure: answer === 'yes' };
    }
    return null;
  }
  const run = text(step.run);
  if (step.run === undefined || run === undefined) return null;
  const fetched = FETCHES_HEAD.exec(run);
  if (fetched !== null) return { at: step.run, shown: fetched[0], sure: true };
  const line = run
    .split('\n')
    .find((candidate) => CHECKS_OUT.test(candidate) && leadsToHead(withVariables(candidate), names) !== 'no');
  return line === undefined ? null : { at: step.run, shown: line.trim(), sure: true };
}

/** `$NAME` and `${NAME}` in a shell line as the expression that the variable stands for. */
function withVariables(line: string): string {
  return line.replace(/\$\{?([A-Za-z_]\w*)\}?/g, (whole, name: string) =>
    whole.startsWith('${{') ? whole : `\${{ env.${name} }}`,
  );
}

/** Actions that only read what was checked out, and execute nothing of it. */
const READS_ONLY = /^actions\/(?:checkout|labeler|upload-artifact|download-artifact|cache|github-script|stale)$/;

function runsIt(job: Job, from: Step): boolean {
  const later = job.steps.slice(job.steps.indexOf(from) + (from.run === undefined ? 1 : 0));
  return later.some(
    (step) => step.run !== undefined || (step.uses !== undefined && !READS_ONLY.test(actionName(step))),
  );
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
