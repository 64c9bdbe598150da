import type { FileSide, GuardrailContext } from '../../../src/core/detector.ts';
import { expressionsIn, flowingReferences, untrustedReference } from '../support/expression.ts';
import { type Judged, NOTHING_JUDGED, type Weakness } from '../support/judge.ts';
import { own } from '../support/own.ts';
import { quote } from '../support/quote.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import { entriesOf, get, type ScalarNode, text } from '../support/tree.ts';
import {
  actionName,
  type Job,
  mayBeWorkflow,
  openTriggers,
  privilegedTriggers,
  type Step,
  scopesOf,
  type Workflow,
  workflowOf,
} from '../support/workflow.ts';

const RULE = guardrailRule('workflow-injection', {
  shortDescription: "Text that an outsider chooses is pasted into a workflow's script",
  help: 'GitHub replaces `${{ … }}` before the shell or the script interpreter reads the step, so a title, a branch name or a comment becomes part of the program. Pass the value through `env:` and use the quoted variable, which stays data; in github-script read `process.env` or `context.payload`.',
  level: 'error',
  confidence: 'high',
  cwe: [94, 78],
  requires: ['file'],
});

const REMEDIATION =
  'Give the value to the step through “env:” and use the quoted variable ("$NAME", process.env.NAME) in the script.';

/** Inputs of actions that are run as a program (each action's own documentation). */
const SCRIPT_INPUTS: Readonly<Record<string, readonly string[]>> = {
  'actions/github-script': ['script'],
  'azure/powershell': ['inlineScript'],
  'azure/cli': ['inlineScript'],
  'appleboy/ssh-action': ['script'],
  'jannekem/run-python-script-action': ['script'],
  'nick-fields/retry': ['command'],
  'nick-invision/retry': ['command'],
  'addnab/docker-run-action': ['run'],
  'gradle/gradle-build-action': ['arguments'],
  'mikefarah/yq': ['cmd'],
};

/** Actions whose answers carry file names or text of the pull request. */
const UNTRUSTED_OUTPUTS: Readonly<Record<string, RegExp>> = {
  'tj-actions/changed-files': /files$/,
  'dorny/paths-filter': /_files$/,
  'trilom/file-changes-action': /^files/,
  'jitterbit/get-changed-files': /./,
  'xt0rted/pull-request-comment-branch': /ref$/,
  'tj-actions/branch-names': /branch/,
  'khan/pull-request-comment-trigger': /comment_body/,
};

interface Taint {
  readonly reference: string;
  readonly sure: boolean;
}

/** Outputs of jobs that hand an outsider's text to the jobs that need them: `needs.x.outputs.y`. */
function passedOn(workflow: Workflow): ReadonlyMap<string, Taint> {
  const passed = new Map<string, Taint>();
  for (const job of workflow.jobs) {
    const taints = taintsOf(workflow, job, passed);
    for (const { key, value } of entriesOf(get(job.node, 'outputs')))
      for (const { content } of expressionsIn(text(value) ?? '')) {
        const taint = taintOf(content, taints, false);
        if (taint !== null) passed.set(`needs.${job.id}.outputs.${key}`, { ...taint, sure: false });
      }
  }
  return passed;
}

/** Everything in a job that hands an outsider's text on: `env.X` and `steps.y.outputs.z`. */
function taintsOf(workflow: Workflow, job: Job, passed: ReadonlyMap<string, Taint>): ReadonlyMap<string, Taint> {
  const taints = new Map<string, Taint>(passed);
  for (const env of [workflow.env, job.env]) addVariables(env, taints);
  for (const step of job.steps) {
    const local = new Map(taints);
    addVariables(step.env, local);
    if (step.id !== undefined) addOutputs(step, step.id, local, taints);
    exported(step, local, taints);
  }
  return taints;
}

function addVariables(env: Step['env'], taints: Map<string, Taint>): void {
  for (const { key, value } of entriesOf(env)) {
    for (const { content } of expressionsIn(text(value) ?? '')) {
      const reference =
        untrustedReference(content) ?? [...taints.keys()].find((name) => flowingReferences(content).includes(name));
      if (reference !== undefined) taints.set(`env.${key}`, { reference, sure: true });
    }
  }
}

function usesTaint(script: string, taints: ReadonlyMap<string, Taint>): string | undefined {
  for (const [name, taint] of taints) {
    const variable = name.startsWith('env.') ? name.slice(4) : null;
    if (
      variable !== null &&
      new RegExp(`\\$\\{?${variable.replace(/\W/g, '')}\\b|process\\.env\\.${variable.replace(/\W/g, '')}\\b`).test(
        script,
      )
    )
      return taint.reference;
  }
  return (
    expressionsIn(script)
      .map(({ content }) => untrustedReference(content))
      .find((reference) => reference !== null) ?? undefined
  );
}

const PAYLOAD_TEXT = /context\.payload\.(?:pull_request|issue|comment|review)\.(?:title|body|head\.ref)/;

/** Outputs that a step sets from an outsider's text: every output of such a step is taken as one. */
function addOutputs(step: Step, id: string, local: ReadonlyMap<string, Taint>, taints: Map<string, Taint>): void {
  const untrusted = own(UNTRUSTED_OUTPUTS, actionName(step));
  if (untrusted !== undefined)
    taints.set(`steps.${id}.outputs./${untrusted.source}/`, { reference: `${actionName(step)} output`, sure: false });
  const script = text(step.run) ?? text(get(step.with, 'script'));
  if (script === undefined || !/GITHUB_OUTPUT|set-output|setOutput|\breturn\b/.test(script)) return;
  const reference = usesTaint(script, local) ?? PAYLOAD_TEXT.exec(script)?.[0];
  if (reference !== undefined) taints.set(`steps.${id}.outputs././`, { reference, sure: false });
}

/** Variables that a step writes to GITHUB_ENV from an outsider's text. */
function exported(step: Step, local: ReadonlyMap<string, Taint>, taints: Map<string, Taint>): void {
  for (const line of (text(step.run) ?? '').split('\n')) {
    const name = /(?:echo|printf)\s+["']?([A-Za-z_]\w*)=.*>>\s*["']?\$\{?GITHUB_ENV/.exec(line)?.[1];
    const reference = name === undefined ? undefined : usesTaint(line, local);
    if (name !== undefined && reference !== undefined) taints.set(`env.${name}`, { reference, sure: false });
  }
}

function taintOf(content: string, taints: ReadonlyMap<string, Taint>, inputs: boolean): Taint | null {
  const direct = untrustedReference(content);
  if (direct !== null) return { reference: direct, sure: true };
  for (const reference of flowingReferences(content)) {
    const known = taints.get(reference);
    if (known !== undefined) return known;
    for (const [name, taint] of taints) {
      const pattern = /^(steps\..+\.outputs)\.\/(.*)\/$/.exec(name);
      if (
        pattern !== null &&
        reference.startsWith(`${pattern[1]}.`) &&
        new RegExp(pattern[2] ?? '').test(reference.slice((pattern[1]?.length ?? 0) + 1))
      )
        return taint;
    }
    if (inputs && /^inputs\.[\w-]+$/.test(reference)) return { reference, sure: false };
  }
  return null;
}

/** The programs of a step: what runs in a shell, and inputs that an action interprets. */
function scriptsOf(step: Step): readonly ScalarNode[] {
  const inputs = own(SCRIPT_INPUTS, actionName(step)) ?? [];
  const scripts = [step.run, ...inputs.map((input) => get(step.with, input))];
  return scripts.flatMap((node) => (node?.kind === 'scalar' ? [node] : []));
}

/** Names of the inputs of a reusable unit that take free text. */
function hasTextInputs(workflow: Workflow): boolean {
  return workflow.kind === 'action' || workflow.triggers.has('workflow_call');
}

function isTextInput(workflow: Workflow, reference: string): boolean {
  const name = reference.slice('inputs.'.length);
  const declared = get(
    workflow.kind === 'action' ? get(workflow.root, 'inputs') : get(workflow.triggers.get('workflow_call'), 'inputs'),
    name,
  );
  const type = text(get(declared, 'type'));
  return type === undefined || type === 'string';
}

/** Offset in the file of an expression in a scalar: where its own text stands, else where the scalar begins. */
function placeOf(
  side: FileSide,
  node: ScalarNode,
  expression: string,
): { readonly start: number; readonly end: number } {
  const at = side.text.indexOf(expression, node.start);
  return at === -1 || at > node.end ? { start: node.start, end: node.end } : { start: at, end: at + expression.length };
}

function judge(side: FileSide, context: GuardrailContext): Judged {
  const workflow = workflowOf(side);
  if (workflow === null) return NOTHING_JUDGED;
  const privileged = privilegedTriggers(workflow).length > 0;
  const open = openTriggers(workflow).length > 0;
  const weaknesses: Weakness[] = [];
  const passed = passedOn(workflow);
  for (const job of workflow.jobs) {
    const taints = taintsOf(workflow, job, passed);
    for (const step of job.steps) {
      const local = new Map(taints);
      addVariables(step.env, local);
      for (const script of scriptsOf(step)) {
        const source = text(script) ?? '';
        for (const found of expressionsIn(source)) {
          const taint = taintOf(found.content, local, hasTextInputs(workflow));
          if (taint === null) continue;
          const input = taint.reference.startsWith('inputs.');
          if (input && !isTextInput(workflow, taint.reference)) continue;
          const expression = source.slice(found.start, found.end);
          weaknesses.push({
            key: `${step.scope.name}|${expression}`,
            shape: input ? 'input-in-script' : 'untrusted-in-script',
            ...placeOf(side, script, expression),
            scope: step.scope,
            message: `${quote(expression)} is pasted into the program of this step before it runs, and ${input ? 'its caller' : 'an outsider'} chooses its text.`,
            remediation: REMEDIATION,
            level: input ? (context.attribution.class === 'human' ? 'note' : 'warning') : 'error',
            confidence: input ? 'low' : taint.sure && privileged ? 'high' : open || taint.sure ? 'medium' : 'low',
          });
        }
      }
    }
  }
  return { weaknesses, scopes: scopesOf(workflow) };
}

/** See README.md of this folder. */
export const workflowInjection = looseningDetector(RULE, mayBeWorkflow, judge);
