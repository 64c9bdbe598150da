import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import type { Level } from '../../../src/core/rule.ts';
import { type Judged, judgeLoosening, NOTHING_JUDGED, type Scope, sidesOf, type Weakness } from '../support/judge.ts';
import { nowhere } from '../support/prose.ts';
import { quote } from '../support/quote.ts';
import { guardrailRule } from '../support/rule.ts';
import { entriesOf, entryOf, type MapNode, text } from '../support/tree.ts';
import { mayBeWorkflow, scopesOf, type Workflow, workflowOf } from '../support/workflow.ts';

const RULE = guardrailRule('workflow-permissions-widened', {
  shortDescription: 'A workflow gets wider permissions for its token',
  help: 'The token of a workflow can do what its `permissions` say, and whatever runs in the job holds that token: every action, every script of every dependency. Give each job the scopes it uses and no more; `contents: read` for the workflow as a whole, a write scope only on the one job that needs it.',
  level: 'error',
  confidence: 'medium',
  cwe: [250, 732],
  requires: ['beforeAfter'],
});

/** Scopes with which a token can change code, releases, packages, other runs, or act outside GitHub. */
const POWERFUL: ReadonlySet<string> = new Set([
  'contents',
  'packages',
  'id-token',
  'actions',
  'deployments',
  'attestations',
  'security-events',
  'pages',
  'administration',
]);

const REMEDIATION =
  'Name only the scopes that the job uses, on the job that uses them, and leave the rest at read or none.';

interface Grant {
  readonly scope: Scope;
  readonly name: string;
  readonly access: string;
  readonly start: number;
  readonly end: number;
  readonly shared: boolean;
}

/** The grants written on a node: `write-all` and its like are one grant named `*`. */
function grantsOn(node: MapNode, scope: Scope, shared: boolean): readonly Grant[] {
  const entry = entryOf(node, 'permissions');
  if (entry === undefined) return [];
  const whole = text(entry.value);
  if (whole !== undefined) {
    if (whole !== 'write-all') return [];
    return [{ scope, name: '*', access: 'write', start: entry.keyStart, end: entry.value.end, shared }];
  }
  return entriesOf(entry.value).flatMap((grant) =>
    text(grant.value) === 'write'
      ? [{ scope, name: grant.key, access: 'write', start: grant.keyStart, end: grant.value.end, shared }]
      : [],
  );
}

function grantsOf(workflow: Workflow): readonly Grant[] {
  const whole = { name: 'workflow', start: workflow.root.start, end: workflow.root.end };
  return [
    ...grantsOn(workflow.root, whole, workflow.jobs.length > 1),
    ...workflow.jobs.flatMap((job) => grantsOn(job.node, job.scope, false)),
  ];
}

/** Whether the token is limited at all: without a `permissions` key it gets the repository's default, which may write. */
function limits(workflow: Workflow): readonly string[] {
  const jobs = workflow.jobs.filter((job) => entryOf(job.node, 'permissions') !== undefined).map((job) => job.id);
  return entryOf(workflow.root, 'permissions') === undefined ? jobs : ['workflow', ...jobs];
}

function levelOf(grant: Grant, isNew: boolean, context: GuardrailContext, unlimited: boolean): Level | null {
  if (grant.name === '*') return 'error';
  // Where the base named no permissions at all, naming a lesser one is at worst what the token had already.
  if (unlimited && !POWERFUL.has(grant.name)) return null;
  if (isNew) return grant.shared && POWERFUL.has(grant.name) ? 'warning' : null;
  if (context.attribution.class === 'human') return 'note';
  return POWERFUL.has(grant.name) ? 'error' : 'warning';
}

function spotOf(grant: Grant, level: Level): Weakness {
  const shown = grant.name === '*' ? 'write-all' : `${grant.name}: write`;
  const where = grant.scope.name === 'workflow' ? 'every job of the workflow' : grant.scope.name;
  return {
    key: `${grant.scope.name}|${grant.name}`,
    shape: grant.name === '*' ? 'write-all' : POWERFUL.has(grant.name) ? 'powerful-scope' : 'scope',
    start: grant.start,
    end: grant.end,
    scope: grant.scope,
    message: `The token's permissions were compared with the base: ${quote(shown)} is now granted to ${quote(where)}.`,
    remediation: REMEDIATION,
    level,
  };
}

function judge(side: FileSide, context: GuardrailContext, base: Workflow | null): Judged {
  const workflow = workflowOf(side);
  if (workflow === null) return NOTHING_JUDGED;
  const spots = grantsOf(workflow).flatMap((grant) => {
    const level = levelOf(grant, base === null, context, base !== null && limits(base).length === 0);
    return level === null ? [] : [spotOf(grant, level)];
  });
  const kept = new Set(limits(workflow));
  for (const lost of base === null ? [] : limits(base)) {
    const job = workflow.jobs.find(({ id }) => id === lost);
    if (kept.has(lost) || (lost !== 'workflow' && (job === undefined || kept.has('workflow')))) continue;
    const scope = job?.scope ?? { name: 'workflow', start: workflow.root.start, end: workflow.root.end };
    spots.push({
      key: `${scope.name}|unlimited`,
      shape: 'limit-removed',
      start: scope.start,
      end: Math.min(scope.end, scope.start + 1),
      scope,
      message: `The base limits the token by “permissions” on ${quote(scope.name)}; the head does not, so the repository's default applies, which may write.`,
      remediation: 'Put the “permissions” block back.',
    });
  }
  return { weaknesses: spots, scopes: scopesOf(workflow) };
}

function detect(subject: GuardrailSubject, context: GuardrailContext) {
  const { before } = sidesOf(subject, mayBeWorkflow);
  const base = before === null ? null : baseOf(before);
  return judgeLoosening(RULE, subject, context, mayBeWorkflow, (side) => judge(side, context, base));
}

/** The base's workflow; null where the base cannot be read, so that every grant counts. */
function baseOf(before: FileSide): Workflow | null {
  try {
    return workflowOf(before);
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'unreadable-file') return null;
    throw error;
  }
}

/** See README.md of this folder. */
export const workflowPermissionsWidened = {
  rule: RULE,
  concerns: mayBeWorkflow,
  removals: nowhere,
  detect,
} satisfies GuardrailDetector;
