import { expressionsIn, flowingReferences, namesPullRequestHead } from './expression.ts';
import { entriesOf, get, items, type Node, text } from './tree.ts';
import { actionName, type Job, type Step, type Workflow } from './workflow.ts';

const FETCHES_HEAD =
  /\bgh\s+pr\s+checkout\b|\bhub\s+pr\s+checkout\b|git\s+fetch\b[^\n]*(?:pull\/|refs\/pull\/|head\.(?:ref|sha)|head_ref)|refs\/pull\/[^\n]*\/(?:merge|head)/;
const CHECKS_OUT = /\bgit\s+(?:checkout|switch|pull|clone|reset|merge)\b/;

/** Names of the environment variables and matrix values of a job that hold the head. */
export function carriers(workflow: Workflow, job: Job): ReadonlySet<string> {
  const names = new Set<string>();
  for (const env of [workflow.env, job.env, ...job.steps.map((step) => step.env)]) {
    for (const { key, value } of entriesOf(env)) {
      if (expressionsIn(text(value) ?? '').some(({ content }) => namesPullRequestHead(content)))
        names.add(`env.${key}`);
    }
  }
  for (const { key, value } of entriesOf(get(job.node, 'strategy', 'matrix'))) {
    if (items(value).some((one) => expressionsIn(text(one) ?? '').some(({ content }) => namesPullRequestHead(content))))
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

/** A step that fetches the code of a pull request's head. */
export interface Checkout {
  readonly at: Node;
  readonly shown: string;
  readonly sure: boolean;
}

/** What a step checks out, where that is the head of a pull request; null where it is not. `names` as `carriers` gives them. */
export function checkoutOf(step: Step, names: ReadonlySet<string>): Checkout | null {
  if (/(?:^|\/)checkout$/.test(actionName(step))) {
    for (const key of ['ref', 'repository']) {
      const node = get(step.with, key);
      const value = text(node) ?? '';
      const answer = leadsToHead(value, names);
      if (node !== undefined && answer !== 'no') return { at: node, shown: `${key}: ${value}`, sure: answer === 'yes' };
    }
    return null;
  }
  if (step.run === undefined) return null;
  const run = text(step.run) ?? '';
  const fetched = FETCHES_HEAD.exec(run);
  if (fetched !== null) return { at: step.run, shown: fetched[0], sure: true };
  const line = run
    .split('\n')
    .find((candidate) => CHECKS_OUT.test(candidate) && leadsToHead(withVariables(candidate), names) !== 'no');
  return line === undefined ? null : { at: step.run, shown: line.trim(), sure: true };
}

/** `$NAME` and `${NAME}` in a shell line as the expression that the variable stands for. */
function withVariables(line: string): string {
  return line.replace(/\$\{?([A-Za-z_]\w*)\}?/g, (_whole, name: string) => `\${{ env.${name} }}`);
}
