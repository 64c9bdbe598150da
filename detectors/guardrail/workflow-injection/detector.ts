import type { FileSide, GuardrailContext } from '../../../src/core/detector.ts';
import type { Confidence } from '../../../src/core/rule.ts';
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

/** Something that hands an outsider's text on. */
interface Carrier {
  readonly taint: Taint;
  /** Whether a reference, in lower case, reads it. */
  readonly covers: (reference: string) => boolean;
  /** The variable of the environment that holds it, where one does. */
  readonly variable: string | null;
}

function named(name: string, taint: Taint): Carrier {
  return { taint, covers: (reference) => reference === name.toLowerCase(), variable: null };
}

function variableOf(name: string, taint: Taint): Carrier {
  return { ...named(`env.${name}`, taint), variable: name };
}

/** Outputs of a step whose names match. */
function outputsOf(id: string, names: RegExp, reference: string): Carrier {
  const prefix = `steps.${id}.outputs.`.toLowerCase();
  return {
    taint: { reference, sure: false },
    covers: (asked) => asked.startsWith(prefix) && names.test(asked.slice(prefix.length)),
    variable: null,
  };
}

/** Outputs of jobs that hand an outsider's text to the jobs that need them: `needs.x.outputs.y`. */
function passedOn(workflow: Workflow): readonly Carrier[] {
  const passed: Carrier[] = [];
  for (const job of workflow.jobs) {
    const carriers = carriersOf(workflow, job, passed);
    for (const { key, value } of entriesOf(get(job.node, 'outputs'))) {
      const taint = taintIn(text(value) ?? '', carriers);
      if (taint !== null) passed.push(named(`needs.${job.id}.outputs.${key}`, { ...taint, sure: false }));
    }
  }
  return passed;
}

/** Everything in a job that hands an outsider's text on: `env.X` and `steps.y.outputs.z`. */
function carriersOf(workflow: Workflow, job: Job, passed: readonly Carrier[]): readonly Carrier[] {
  const carriers = [...passed];
  for (const env of [workflow.env, job.env]) carriers.push(...variables(env, carriers));
  for (const step of job.steps) {
    const local = [...carriers, ...variables(step.env, carriers)];
    carriers.push(...outputs(step, local), ...exported(step, local));
  }
  return carriers;
}

function variables(env: Step['env'], carriers: readonly Carrier[]): readonly Carrier[] {
  return entriesOf(env).flatMap(({ key, value }) => {
    const taint = taintIn(text(value) ?? '', carriers);
    return taint === null ? [] : [variableOf(key, taint)];
  });
}

/** An outsider's text that a script works upon, by expression or by variable. */
function taintOfScript(script: string, carriers: readonly Carrier[]): Taint | null {
  const read = carriers.find(
    ({ variable }) =>
      variable !== null && new RegExp(`(?:\\$\\{?|process\\.env\\.)${variable.replace(/\W/g, '')}\\b`).test(script),
  );
  return read?.taint ?? taintIn(script, carriers);
}

const PAYLOAD_TEXT = /context\.payload\.(?:pull_request|issue|comment|review)\.(?:title|body|head\.ref)/;

/** Outputs that a step sets from an outsider's text: every output of such a step is taken as one. */
function outputs(step: Step, carriers: readonly Carrier[]): readonly Carrier[] {
  const { id } = step;
  if (id === undefined) return [];
  const untrusted = own(UNTRUSTED_OUTPUTS, actionName(step));
  if (untrusted !== undefined) return [outputsOf(id, untrusted, `${actionName(step)} output`)];
  const script = text(step.run) ?? text(get(step.with, 'script')) ?? '';
  if (!/GITHUB_OUTPUT|set-output|setOutput|\breturn\b/.test(script)) return [];
  const reference = taintOfScript(script, carriers)?.reference ?? PAYLOAD_TEXT.exec(script)?.[0];
  return reference === undefined ? [] : [outputsOf(id, /./, reference)];
}

/** Variables that a step writes to GITHUB_ENV from an outsider's text. */
function exported(step: Step, carriers: readonly Carrier[]): readonly Carrier[] {
  return (text(step.run) ?? '').split('\n').flatMap((line) => {
    const name = /(?:echo|printf)\s+["']?([A-Za-z_]\w*)=.*>>\s*["']?\$\{?GITHUB_ENV/.exec(line)?.[1];
    const taint = name === undefined ? null : taintOfScript(line, carriers);
    return name === undefined || taint === null ? [] : [variableOf(name, { ...taint, sure: false })];
  });
}

/** The first of an outsider's texts that the expressions of a text carry. */
function taintIn(source: string, carriers: readonly Carrier[]): Taint | null {
  for (const { content } of expressionsIn(source)) {
    const taint = taintOf(content, carriers);
    if (taint !== null) return taint;
  }
  return null;
}

function taintOf(content: string, carriers: readonly Carrier[]): Taint | null {
  const direct = untrustedReference(content);
  if (direct !== null) return { reference: direct, sure: true };
  for (const reference of flowingReferences(content)) {
    const carrier = carriers.find(({ covers }) => covers(reference.toLowerCase()));
    if (carrier !== undefined) return carrier.taint;
  }
  return null;
}

/** The programs of a step: what runs in a shell, and inputs that an action interprets. */
function scriptsOf(step: Step): readonly ScalarNode[] {
  const inputs = own(SCRIPT_INPUTS, actionName(step)) ?? [];
  const scripts = [step.run, ...inputs.map((input) => get(step.with, input))];
  return scripts.flatMap((node) => (node?.kind === 'scalar' ? [node] : []));
}

/** The input of a reusable unit that an expression pastes, where that takes free text. */
function textInput(workflow: Workflow, content: string): string | undefined {
  const reusable = workflow.kind === 'action' || workflow.triggers.has('workflow_call');
  return flowingReferences(content).find((reference) => {
    const name = /^inputs\.([\w-]+)$/i.exec(reference)?.[1];
    if (name === undefined || !reusable) return false;
    const type = text(get(workflow.triggers.get('workflow_call'), 'inputs', name, 'type'));
    return type === undefined || type === 'string';
  });
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
    const carriers = carriersOf(workflow, job, passed);
    for (const step of job.steps) {
      const local = [...carriers, ...variables(step.env, carriers)];
      for (const script of scriptsOf(step)) {
        const source = text(script) ?? '';
        for (const found of expressionsIn(source)) {
          const taint = taintOf(found.content, local);
          if (taint === null && textInput(workflow, found.content) === undefined) continue;
          const expression = source.slice(found.start, found.end);
          weaknesses.push({
            key: `${step.scope.name}|${expression}`,
            shape: taint === null ? 'input-in-script' : 'untrusted-in-script',
            ...placeOf(side, script, expression),
            scope: step.scope,
            message: `${quote(expression)} is pasted into the program of this step before it runs, and ${taint === null ? 'its caller' : 'an outsider'} chooses its text.`,
            remediation: REMEDIATION,
            ...(taint === null
              ? { level: context.attribution.class === 'human' ? 'note' : 'warning', confidence: 'low' }
              : { level: 'error', confidence: confidenceOf(taint, privileged, open) }),
          });
        }
      }
    }
  }
  return { weaknesses, scopes: scopesOf(workflow) };
}

function confidenceOf({ sure }: Taint, privileged: boolean, open: boolean): Confidence {
  if (sure && privileged) return 'high';
  return open || sure ? 'medium' : 'low';
}

/** See README.md of this folder. */
export const workflowInjection = looseningDetector(RULE, mayBeWorkflow, judge);
