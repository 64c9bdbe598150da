import type { FileSide } from '../../../src/core/detector.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import type { Scope } from './judge.ts';
import { parsed } from './parsed.ts';
import { besidePrograms } from './program.ts';
import { entriesOf, entryOf, get, items, type MapNode, type Node, type ScalarNode, text, texts } from './tree.ts';

/** A GitHub Actions workflow, or a composite action (then `triggers` is empty and its steps are one job's). */
export interface Workflow {
  readonly kind: 'workflow' | 'action';
  readonly root: MapNode;
  /** Events by name, with their settings (GitHub docs, "Workflow syntax", `on`). */
  readonly triggers: ReadonlyMap<string, Node>;
  readonly env: Node | undefined;
  readonly jobs: readonly Job[];
}

export interface Job {
  readonly id: string;
  readonly node: MapNode;
  readonly scope: Scope;
  readonly condition: string;
  readonly env: Node | undefined;
  readonly steps: readonly Step[];
  /** The reusable workflow that it calls. */
  readonly uses: string | undefined;
}

export interface Step {
  readonly node: MapNode;
  readonly scope: Scope;
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** `owner/name@ref`, as written. */
  readonly uses: string | undefined;
  readonly run: ScalarNode | undefined;
  readonly with: Node | undefined;
  readonly env: Node | undefined;
  readonly condition: string;
}

const HOME = /(?:^|\/)(?:\.github|\.gitea|\.forgejo)\/workflows\/[^/]+\.ya?ml$/i;
const ACTION = /(?:^|\/)action\.ya?ml$/i;
const YAML = /\.ya?ml$/i;

/** Where GitHub runs workflows from; a file there that cannot be read is told. */
export const isWorkflowPath = besidePrograms((path) => HOME.test(path));

/** Any YAML file: workflows are also kept as templates and copied into place. */
export const mayBeWorkflow = besidePrograms((path) => YAML.test(path));

const MEMO = new WeakMap<FileSide, Workflow | null>();

/**
 * The workflow or composite action of a file, or null where it is neither. Throws CountersignError `unreadable-file` for
 * a broken file in a place that GitHub runs.
 */
export function workflowOf(side: FileSide): Workflow | null {
  const known = MEMO.get(side);
  if (known !== undefined) return known;
  const fresh = read(side);
  MEMO.set(side, fresh);
  return fresh;
}

function looksLikeOne(side: FileSide): boolean {
  if (HOME.test(side.path) || ACTION.test(side.path)) return true;
  return /^["']?on["']?\s*:/m.test(side.text) && /^jobs\s*:/m.test(side.text);
}

function read(side: FileSide): Workflow | null {
  if (!YAML.test(side.path) || !looksLikeOne(side)) return null;
  try {
    const root = parsed(side).roots[0];
    if (root?.kind !== 'map') return null;
    return ACTION.test(side.path) && entryOf(root, 'jobs') === undefined ? actionOf(root) : fromRoot(root);
  } catch (error) {
    const elsewhere = !HOME.test(side.path) && !ACTION.test(side.path);
    if (elsewhere && error instanceof CountersignError && error.code === 'unreadable-file') return null;
    throw error;
  }
}

function triggersOf(node: Node | undefined): ReadonlyMap<string, Node> {
  const triggers = new Map<string, Node>();
  if (node?.kind === 'map') for (const entry of node.entries) triggers.set(entry.key, entry.value);
  else for (const item of items(node)) triggers.set(text(item) ?? '', item);
  return triggers;
}

function fromRoot(root: MapNode): Workflow | null {
  const jobs = entryOf(root, 'jobs')?.value;
  if (jobs?.kind !== 'map') return null;
  return {
    kind: 'workflow',
    root,
    // YAML 1.1 writers turn the key `on` into `true`.
    triggers: triggersOf(entryOf(root, 'on')?.value ?? entryOf(root, 'true')?.value),
    env: get(root, 'env'),
    jobs: jobs.entries.flatMap(({ key, keyStart, value }) =>
      value.kind === 'map' ? [jobOf(key, keyStart, value)] : [],
    ),
  };
}

function actionOf(root: MapNode): Workflow | null {
  const runs = entryOf(root, 'runs');
  if (runs?.value.kind !== 'map' || text(get(runs.value, 'using')) !== 'composite') return null;
  return {
    kind: 'action',
    root,
    triggers: new Map(),
    env: undefined,
    jobs: [jobOf('runs', runs.keyStart, runs.value)],
  };
}

function jobOf(id: string, keyStart: number, node: MapNode): Job {
  const steps = items(get(node, 'steps')).flatMap((step) => (step.kind === 'map' ? [step] : []));
  const seen = new Map<string, number>();
  return {
    id,
    node,
    scope: { name: `jobs.${id}`, start: keyStart, end: node.end },
    condition: text(get(node, 'if')) ?? '',
    env: get(node, 'env'),
    uses: text(get(node, 'uses')),
    steps: steps.map((step) => stepOf(step, id, seen)),
  };
}

/** Steps are known by what they are, not by their place: moving one is no change. */
function stepOf(node: MapNode, job: string, seen: Map<string, number>): Step {
  const run = get(node, 'run');
  const uses = text(get(node, 'uses'));
  const id = text(get(node, 'id'));
  const name = text(get(node, 'name'));
  const label = id ?? name ?? uses?.split('@')[0] ?? text(run)?.trim().split(/\s+/).slice(0, 2).join(' ') ?? 'step';
  const count = (seen.get(label) ?? 0) + 1;
  seen.set(label, count);
  const suffix = count === 1 ? '' : `#${count}`;
  return {
    node,
    scope: { name: `jobs.${job}.steps.${label}${suffix}`, start: node.start, end: node.end },
    id,
    name,
    uses,
    run: run?.kind === 'scalar' ? run : undefined,
    with: get(node, 'with'),
    env: get(node, 'env'),
    condition: text(get(node, 'if')) ?? '',
  };
}

/** The action of a step, without its version: `actions/checkout`. */
export function actionName(step: Step): string {
  return (step.uses ?? '').split('@')[0]?.toLowerCase() ?? '';
}

export function scopesOf(workflow: Workflow): readonly Scope[] {
  const whole = { name: 'workflow', start: workflow.root.start, end: workflow.root.end };
  return [whole, ...workflow.jobs.flatMap((job) => [job.scope, ...job.steps.map(({ scope }) => scope)])];
}

/**
 * Events that anybody with an account can set off on a public repository and that run with the repository's own secrets
 * and a token that may write (GitHub docs, "Events that trigger workflows").
 */
const PRIVILEGED = [
  'pull_request_target',
  'issue_comment',
  'issues',
  'discussion',
  'discussion_comment',
  'workflow_run',
  'gollum',
  'fork',
  'watch',
];

/** Events that anybody can set off, but that run without secrets for a fork. */
const OPEN = ['pull_request', 'pull_request_review', 'pull_request_review_comment'];

export function privilegedTriggers(workflow: Workflow): readonly string[] {
  return PRIVILEGED.filter((name) => workflow.triggers.has(name));
}

export function openTriggers(workflow: Workflow): readonly string[] {
  return [...PRIVILEGED, ...OPEN].filter((name) => workflow.triggers.has(name));
}

/** A condition that keeps a fork's, or a stranger's, event out. */
const TRUSTED_ONLY = [
  /head\.repo\.full_name\s*==\s*(?:github\.repository|github\.event\.repository\.full_name|github\.event\.pull_request\.base\.repo\.full_name|['"])/,
  /(?:github\.repository|github\.event\.pull_request\.base\.repo\.full_name)\s*==\s*github\.event\.pull_request\.head\.repo\.full_name/,
  /head_repository\.full_name\s*==\s*(?:github\.repository|['"])/,
  /head\.repo\.(?:owner\.login|id)\s*==/,
  /!\s*github\.event\.pull_request\.head\.repo\.fork\b/,
  /head\.repo\.fork\s*(?:==\s*false|!=\s*true)/,
  /author_association\s*==\s*['"](?:OWNER|MEMBER|COLLABORATOR)/,
  /contains\([^)]*(?:OWNER|MEMBER|COLLABORATOR)[^)]*author_association/,
  /github\.event_name\s*==\s*['"](?:push|workflow_dispatch|schedule|release)['"]/,
  /github\.event\.workflow_run\.event\s*==\s*['"](?:push|schedule|release|workflow_dispatch)['"]/,
  /github\.ref\s*==\s*['"]refs\/heads\//,
];

/** Whether the job or the step runs for trusted events only. An `||` beside the test may let others in. */
export function trustedOnly(...conditions: readonly string[]): boolean {
  return conditions.some(
    (condition) => !condition.includes('||') && TRUSTED_ONLY.some((pattern) => pattern.test(condition)),
  );
}

/** Whether a person has to let the run through: a label or an environment with reviewers. */
export function gated(job: Job): boolean {
  return get(job.node, 'environment') !== undefined || /labels?\b/.test(job.condition);
}

/** The labels of the machines a job asks for; `matrix.x` is followed into the job's own matrix. */
export function runnerLabels(job: Job): readonly string[] {
  const runsOn = get(job.node, 'runs-on');
  const labels =
    runsOn?.kind === 'map'
      ? [...texts(get(runsOn, 'labels')), ...texts(get(runsOn, 'group')).map((group) => `group:${group}`)]
      : texts(runsOn);
  return labels.flatMap((label) => {
    const variable = /^\$\{\{\s*matrix\.([\w-]+)(?:\.[\w-]+)*\s*\}\}$/.exec(label.trim())?.[1];
    if (variable === undefined) return [label];
    const matrix = get(job.node, 'strategy', 'matrix');
    const included = items(get(matrix, 'include')).map((item) => get(item, variable));
    return [get(matrix, variable), ...included].flatMap((node) => scalarsIn(node));
  });
}

/** Every scalar text within a node. */
function scalarsIn(node: Node | undefined): readonly string[] {
  if (node === undefined) return [];
  if (node.kind === 'scalar') return texts(node);
  if (node.kind === 'list') return node.items.flatMap(scalarsIn);
  return entriesOf(node).flatMap(({ value }) => scalarsIn(value));
}
