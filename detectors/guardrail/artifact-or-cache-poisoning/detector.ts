import type { FileSide } from '../../../src/core/detector.ts';
import { type Judged, NOTHING_JUDGED, type Weakness } from '../support/judge.ts';
import { quote } from '../support/quote.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import { get, isFalse, type Node, text } from '../support/tree.ts';
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

const RULE = guardrailRule('artifact-or-cache-poisoning', {
  shortDescription: 'A privileged job takes in files that an outsider can have prepared',
  help: 'Artifacts of a pull request are written by its author, and caches can be filled by any job that runs their code. A job with secrets that unpacks such files into its working folder, runs them, reads them into its environment, or publishes a build made from a cache, does what they say. Unpack into an empty folder outside the workspace, check the content as data, and build releases without a cache.',
  level: 'error',
  confidence: 'medium',
  cwe: [349, 829, 494],
  requires: ['file'],
});

const DOWNLOADS =
  /^(?:actions\/download-artifact|dawidd6\/action-download-artifact|aochmann\/actions-download-artifact|bettermarks\/action-artifact-download|legit-labs\/action-download-artifact)$/;
const FETCHES = /\bgh\s+run\s+download\b|\bgh\s+api\b[^\n]*artifacts|downloadArtifact\b/;
const CACHES =
  /^(?:actions\/cache(?:\/restore)?|swatinem\/rust-cache|buildjet\/cache|mozilla-actions\/sccache-action|hendrikmuhs\/ccache-action|gradle\/(?:actions\/setup-gradle|gradle-build-action))$/;
const PUBLISHES =
  /\b(?:npm|pnpm|yarn)\s+(?:npm\s+)?publish\b|\bcargo\s+publish\b|\btwine\s+upload\b|\bgh\s+release\s+(?:create|upload)\b|\bdocker\s+push\b|\bgem\s+push\b|\bgoreleaser\b|\bmvn\b[^\n]*\bdeploy\b/;
const PUBLISHERS =
  /^(?:pypa\/gh-action-pypi-publish|softprops\/action-gh-release|goreleaser\/goreleaser-action|js-devtools\/npm-publish|ncipollo\/release-action|actions\/create-release|docker\/build-push-action|changesets\/action|katyo\/publish-crates|rubygems\/release-gem)$/;

const OUTSIDE = /(?:runner\.temp|RUNNER_TEMP|\/tmp\b|mktemp)/;

function takesArtifact(step: Step): Node | undefined {
  if (DOWNLOADS.test(actionName(step))) {
    // Within one run an artifact is the run's own; only one from another run is foreign.
    const own = actionName(step) === 'actions/download-artifact' && get(step.with, 'run-id') === undefined;
    const into = text(get(step.with, 'path')) ?? '';
    return own || OUTSIDE.test(into) ? undefined : step.node;
  }
  const script = step.run ?? get(step.with, 'script');
  const source = text(script) ?? '';
  return FETCHES.test(source) && !OUTSIDE.test(source) ? script : undefined;
}

/** What a later step does with files it did not make: runs them, or reads them into environment or outputs. */
function usesFiles(step: Step): boolean {
  const source = text(step.run) ?? '';
  if (
    />>\s*["']?\$\{?GITHUB_(?:ENV|PATH|OUTPUT)/.test(source) &&
    /\b(?:cat|jq|head|sed|awk|grep|tail|tr)\b|\$\(</.test(source)
  )
    return true;
  if (
    /(?:^|[;&|]\s*|\n\s*)(?:\.\/|bash\s|sh\s|node\s|python3?\s|npm\s|pnpm\s|yarn\s|make\b|\.\s|source\s|docker\s+load|pip\s+install|unzip\s|tar\s)/.test(
      source,
    )
  )
    return true;
  return step.uses !== undefined && (step.uses.startsWith('./') || PUBLISHERS.test(actionName(step)));
}

function artifacts(workflow: Workflow, job: Job): readonly Weakness[] {
  const events = privilegedTriggers(workflow).filter(
    (name) => name === 'workflow_run' || name === 'pull_request_target' || name === 'issue_comment',
  );
  if (events.length === 0 || trustedOnly(job.condition)) return [];
  for (const [index, step] of job.steps.entries()) {
    const at = takesArtifact(step);
    if (at === undefined || trustedOnly(step.condition)) continue;
    const later = job.steps.slice(step.run === undefined ? index + 1 : index).find(usesFiles);
    if (later === undefined) continue;
    return [
      {
        key: `${job.id}|artifact`,
        shape: 'artifact',
        start: at.start,
        end: at.end,
        scope: job.scope,
        message: `Under ${quote(events.join(', '))} this step unpacks another run's artifact into the workspace, and ${quote(later.name ?? later.uses ?? text(later.run)?.trim() ?? 'a later step')} uses it.`,
        remediation:
          'Unpack into a folder under runner.temp, treat the content as data, and validate each value before using it.',
      },
    ];
  }
  return [];
}

function caches(step: Step): boolean {
  if (CACHES.test(actionName(step))) return true;
  if (actionName(step) === 'docker/build-push-action') return /type=gha/.test(text(get(step.with, 'cache-from')) ?? '');
  const cache = get(step.with, 'cache');
  return (
    /^actions\/setup-/.test(actionName(step)) && cache !== undefined && !isFalse(cache) && (text(cache) ?? '') !== ''
  );
}

function isRelease(workflow: Workflow): boolean {
  return workflow.triggers.has('release') || get(workflow.triggers.get('push'), 'tags') !== undefined;
}

/** A release that is built from a cache which an ordinary job may have filled. */
function cachedRelease(workflow: Workflow, job: Job): readonly Weakness[] {
  if (!isRelease(workflow)) return [];
  const step = job.steps.find(caches);
  const publisher = job.steps.find(
    (candidate) => PUBLISHERS.test(actionName(candidate)) || PUBLISHES.test(text(candidate.run) ?? ''),
  );
  if (step === undefined || publisher === undefined) return [];
  return [
    {
      key: `${job.id}|cached-release`,
      shape: 'cached-release',
      start: step.node.start,
      end: step.node.end,
      scope: job.scope,
      message: `This job restores a cache (${quote(step.uses ?? '')}) and then publishes (${quote(publisher.uses ?? publisher.name ?? text(publisher.run)?.trim() ?? '')}): who fills the cache decides what is released.`,
      remediation: 'Build releases without restoring a cache.',
      level: 'warning',
    },
  ];
}

/** A cache that a stranger's code can fill with the rights of the base branch. */
function filledByForks(workflow: Workflow, job: Job): readonly Weakness[] {
  if (!workflow.triggers.has('pull_request_target') || trustedOnly(job.condition)) return [];
  const head = job.steps.findIndex((step) =>
    /head\.(?:sha|ref)|head_ref|refs\/pull\//.test(
      `${text(get(step.with, 'ref')) ?? ''}${actionName(step) === '' ? (text(step.run) ?? '') : ''}`,
    ),
  );
  const step = head === -1 ? undefined : job.steps.find(caches);
  if (step === undefined) return [];
  return [
    {
      key: `${job.id}|filled-by-fork`,
      shape: 'filled-by-fork',
      start: step.node.start,
      end: step.node.end,
      scope: job.scope,
      message: `Under “pull_request_target” this job runs a stranger's code beside a cache of the base branch (${quote(step.uses ?? '')}), which later jobs trust.`,
      remediation: 'Do not use a cache in a job that checks out a pull request under “pull_request_target”.',
    },
  ];
}

function judge(side: FileSide): Judged {
  const workflow = workflowOf(side);
  if (workflow === null || workflow.kind === 'action') return NOTHING_JUDGED;
  const weaknesses = workflow.jobs.flatMap((job) => [
    ...artifacts(workflow, job),
    ...cachedRelease(workflow, job),
    ...filledByForks(workflow, job),
  ]);
  return { weaknesses, scopes: scopesOf(workflow) };
}

/** See README.md of this folder. */
export const artifactOrCachePoisoning = looseningDetector(RULE, mayBeWorkflow, judge);
