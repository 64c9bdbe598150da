import type { FileSide } from '../../../src/core/detector.ts';
import { carriers, checkoutOf } from '../support/checkout.ts';
import { expressionsIn, flowingReferences } from '../support/expression.ts';
import { type Judged, NOTHING_JUDGED, type Scope, type Weakness } from '../support/judge.ts';
import { quote } from '../support/quote.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import { children, entriesOf, entryOf, get, isFalse, isTrue, type Node, text } from '../support/tree.ts';
import {
  actionName,
  type Job,
  mayBeWorkflow,
  privilegedTriggers,
  type Step,
  scopesOf,
  trustedOnly,
  type Workflow,
  workflowOf,
} from '../support/workflow.ts';

const RULE = guardrailRule('secret-exposed-to-fork', {
  shortDescription: 'A secret can reach code, logs or artifacts that outsiders control or read',
  help: 'A secret is safe only where nobody outside can read the log or run code beside it. Handing every secret to an action, printing one, passing one into a job that builds a fork, or uploading a checkout with its stored token gives it away. Name the one secret that a step needs, on that step, and keep forks in workflows without secrets.',
  level: 'error',
  confidence: 'medium',
  cwe: [200, 522, 532],
  requires: ['file'],
});

const SECRET = /^secrets\.(?!GITHUB_TOKEN$)[\w-]+$/i;

interface Spot {
  readonly key: string;
  readonly shape: string;
  readonly at: { readonly start: number; readonly end: number };
  readonly scope: Scope;
  readonly message: string;
  readonly remediation: string;
  readonly level?: Weakness['level'];
}

function spot({ at, ...rest }: Spot): Weakness {
  const { level, ...others } = rest;
  return { ...others, start: at.start, end: at.end, ...(level === undefined ? {} : { level }) };
}

/** Every scalar under a node, with its text. */
function scalars(node: Node): readonly { readonly node: Node; readonly value: string }[] {
  const value = text(node);
  if (value !== undefined) return [{ node, value }];
  return children(node).flatMap(scalars);
}

/** `toJSON(secrets)`, `secrets.*`, or the bare context: all of them at once. Names of contexts know no case. */
function wholeContext(job: Job): readonly Weakness[] {
  return [...scalars(job.node)].flatMap(({ node, value }) => {
    const whole = expressionsIn(value).find(({ content }) =>
      flowingReferences(content).some((reference) => /^secrets(?:\.\*)?$/i.test(reference)),
    );
    if (whole === undefined) return [];
    return [
      spot({
        key: `${job.id}|${whole.content}`,
        shape: 'all-secrets',
        at: node,
        scope: job.scope,
        message: `${quote(whole.content)} gives this step every secret of the repository at once, or one that is chosen while it runs.`,
        remediation: 'Name the one secret that the step needs: “secrets.NAME”.',
      }),
    ];
  });
}

/** A secret pasted into a command that prints it. */
function printed(job: Job): readonly Weakness[] {
  return job.steps.flatMap((step) => {
    if (step.run === undefined) return [];
    const carriers = new Set(
      [step.env, job.env].flatMap((env) =>
        entriesOf(env)
          .filter(({ value }) =>
            expressionsIn(text(value) ?? '').some(({ content }) =>
              flowingReferences(content).some((reference) => SECRET.test(reference)),
            ),
          )
          .map(({ key }) => key),
      ),
    );
    const line = (text(step.run) ?? '').split('\n').find((candidate) => printsSecret(candidate, carriers));
    if (line === undefined) return [];
    return [
      spot({
        key: `${step.scope.name}|printed`,
        shape: 'printed',
        at: step.run,
        scope: step.scope,
        message: `This command shows or sends a secret: ${quote(line.trim())}. Masking misses any changed or encoded form.`,
        remediation: 'Do not print secrets; hand them to the program through “env:”.',
      }),
    ];
  });
}

/** The whole environment, printed as it is. */
const DUMP =
  /^\s*(?:env|printenv|set|export(?:\s+-p)?|Get-ChildItem\s+env:|gci\s+env:|dir\s+env:)\s*(?:\|\s*(?:sort|cat|less|more)\b.*)?$/i;
/** Data or an address that a client sends out; a header is how a secret is meant to travel. */
const SENT =
  /\b(?:curl|wget|http|Invoke-(?:WebRequest|RestMethod))\b.*(?:\s(?:-d|--data(?:-\w+)?|-F|--form|--post-data|--json|-Body)[= ]?\S*.*|[?&][\w-]+=\S*)\$\{\{\s*secrets\.(?!GITHUB_TOKEN)[\w-]+\s*\}\}/i;

const HEADER = /\s(?:-H|--header)[= ]?(?:"[^"]*"|'[^']*'|[^\s"']+)/g;

function printsSecret(line: string, carriers: ReadonlySet<string>): boolean {
  if (DUMP.test(line)) return carriers.size > 0;
  if (SENT.test(line.replace(HEADER, ''))) return true;
  if (!/^\s*(?:echo|printf|cat\s*<<<|env\b|printenv\b|print\b|Write-(?:Host|Output))/i.test(line)) return false;
  // What goes into a file, a pipe or a masking command is not printed.
  const shown = line.replace(/\|\s*(?:base64|xxd|rev|od|hexdump|sed|tee\s+\/dev\/stderr)\b.*$/, '');
  // Everybody who may read the run reads its summary.
  const summary = /GITHUB_STEP_SUMMARY/.test(shown);
  if (!summary && />>?\s*["']?[\w$./{~-]|\||::add-mask::|<<</.test(shown)) return false;
  if (/\$\{\{\s*secrets\.(?!GITHUB_TOKEN)[\w-]+\s*\}\}/i.test(line)) return true;
  return [...carriers].some((name) => new RegExp(`\\$\\{?${name.replace(/\W/g, '')}\\b`).test(line));
}

function usesSecrets(step: Step): Node | undefined {
  for (const part of [step.with, step.env, step.run]) {
    if (part === undefined) continue;
    const found = scalars(part).find(({ value }) =>
      expressionsIn(value).some(({ content }) =>
        flowingReferences(content).some((reference) => SECRET.test(reference)),
      ),
    );
    if (found !== undefined) return found.node;
  }
  return undefined;
}

/** Secrets in a job that runs a fork's code, or that hands them to a called workflow wholesale. */
function besideForks(workflow: Workflow, job: Job): readonly Weakness[] {
  const privileged = privilegedTriggers(workflow).filter((name) =>
    /^(?:pull_request_target|issue_comment|workflow_run)$/.test(name),
  );
  if (privileged.length === 0 || trustedOnly(job.condition)) return [];
  const inherited = entryOf(job.node, 'secrets');
  if (inherited !== undefined && text(inherited.value) === 'inherit') {
    return [
      spot({
        key: `${job.id}|inherit`,
        shape: 'inherit',
        at: { start: inherited.keyStart, end: inherited.value.end },
        scope: job.scope,
        message: `Under ${quote(privileged.join(', '))} every secret is handed to ${quote(job.uses ?? 'the called workflow')} (“secrets: inherit”).`,
        remediation: 'Pass the secrets that the called workflow needs by name.',
        level: 'warning',
      }),
    ];
  }
  const names = carriers(workflow, job);
  const checkout = job.steps.findIndex((step) => !trustedOnly(step.condition) && checkoutOf(step, names) !== null);
  if (checkout === -1) return [];
  const shared = [job.env, workflow.env]
    .flatMap((env) => (env === undefined ? [] : scalars(env)))
    .find(({ value }) => expressionsIn(value).some(({ content }) => SECRET.test(content)));
  const places =
    shared === undefined ? job.steps.slice(checkout).flatMap((step) => usesSecrets(step) ?? []) : [shared.node];
  return places.slice(0, 1).map((at) =>
    spot({
      key: `${job.id}|beside-fork`,
      shape: 'beside-fork',
      at,
      scope: job.scope,
      message: `Under ${quote(privileged.join(', '))} this job checks out a stranger's code and uses a secret: ${quote(text(at) ?? '')}.`,
      remediation: 'Use the secret in a job of its own that runs nothing from the pull request.',
    }),
  );
}

/** A checkout keeps its token in `.git/config`; an upload of the whole folder publishes it. */
function uploadedToken(side: FileSide, job: Job): readonly Weakness[] {
  const checkout = job.steps.findIndex(
    (step) => actionName(step) === 'actions/checkout' && !isFalse(get(step.with, 'persist-credentials')),
  );
  if (checkout === -1) return [];
  const folder = text(get(job.steps[checkout]?.with, 'path')) ?? '.';
  return job.steps.slice(checkout).flatMap((step) => {
    if (actionName(step) !== 'actions/upload-artifact' || leavesHiddenFilesOut(side, step)) return [];
    const path = get(step.with, 'path');
    const line = (text(path) ?? '').split('\n').find((candidate) => isWhole(candidate.trim(), folder));
    if (path === undefined || line === undefined) return [];
    return [
      spot({
        key: `${step.scope.name}|uploaded-token`,
        shape: 'uploaded-token',
        at: path,
        scope: step.scope,
        message: `The upload of ${quote(line.trim())} takes along .git/config, where the checkout of this job has left its token.`,
        remediation: 'Set “persist-credentials: false” on the checkout, or upload only the folder that is needed.',
        level: 'warning',
      }),
    ];
  });
}

/** Whether a path of an upload takes in the folder of a checkout with all that is in it. */
function isWhole(path: string, folder: string): boolean {
  const plain = (given: string) => given.replace(/^\.\/(?=.)|\/?(?:\*\*(?:\/\*)?)?\/?$/g, '');
  return (
    /^(?:\.|\.\/|\*\*|\.\/\*\*|\$\{\{\s*github\.workspace\s*\}\}\/?|\.git.*)$/.test(path) ||
    plain(path) === plain(folder)
  );
}

/**
 * Hidden files are left out by default since upload-artifact 4.4 (its README, "include-hidden-files"). A commit's version
 * is what the comment behind it says, as tools that update both write it.
 */
function leavesHiddenFilesOut(side: FileSide, step: Step): boolean {
  if (isTrue(get(step.with, 'include-hidden-files'))) return false;
  const end = get(step.node, 'uses')?.end ?? 0;
  const comment = /^[^\n]*?#\s*(v?\d[\w.]*)/.exec(side.text.slice(end, end + 100))?.[1];
  const ref = (step.uses ?? '').split('@')[1] ?? '';
  const version = /^v?(\d+)(?:\.(\d+))?(?:\.\d+)?$/.exec(/^[\da-f]{40}$/.test(ref) ? (comment ?? '') : ref);
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  return major > 4 || (major === 4 && minor >= 4);
}

function judge(side: FileSide): Judged {
  const workflow = workflowOf(side);
  if (workflow === null) return NOTHING_JUDGED;
  const weaknesses = workflow.jobs.flatMap((job) => [
    ...wholeContext(job),
    ...printed(job),
    ...besideForks(workflow, job),
    ...uploadedToken(side, job),
  ]);
  return { weaknesses, scopes: scopesOf(workflow) };
}

/** See README.md of this folder. */
export const secretExposedToFork = looseningDetector(RULE, mayBeWorkflow, judge);
