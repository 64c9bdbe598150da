import { CountersignError, messageOf } from '../core/errors.ts';
import type { RepositoryRef } from '../core/host.ts';
import type { MergeGroupJob } from '../core/job.ts';
import type { CheckConclusion } from '../core/report.ts';
import { formatLedgerHead } from '../core/store.ts';
import { checkName } from '../policy/checks.ts';
import type { Ports } from '../ports.ts';
import { type MergeGroupView, renderMergeGroup } from '../report/merge-group.ts';
import { backOffMs } from './back-off.ts';
import { decideGroup, type GroupGround, judgeGroup, recordGroup } from './group-judgement.ts';
import {
  accountFor,
  aheadOf,
  branchOf,
  chainOf,
  type KnownGroup,
  knownGroup,
  lastOf,
  rememberGroup,
  rememberMembers,
} from './group-members.ts';
import { readMember } from './group-standing.ts';
import type { Judgement } from './judge.ts';
import { holdsOrganisationPolicy } from './policy-change.ts';
import { endRun } from './runs.ts';

/** Tries of a group that cannot be evaluated: with the back-off between them, about twenty minutes. */
const TRIES = 8;

/**
 * The story of one merge group: find the pull requests in it, judge the code as it would be merged and each of them by
 * itself, say so. A sign-off counts where its evidence stands unchanged. What cannot be evaluated stays in progress
 * while it is tried again, and then fails; nothing is ever passed over.
 */
export async function mergeGroup(job: MergeGroupJob, ports: Ports, signal: AbortSignal): Promise<void> {
  const known = await knownGroup(job.repository, job.headSha, ports.store);
  if (job.action === 'destroyed') return endGroup(job, known, ports);
  if (known?.state === 'destroyed') return;
  // The delivery came again: what it asked for was answered.
  if (known?.state === 'answered' && job.cause === 'delivery') return;

  const run = await startGroup(job, known, ports);
  try {
    const ground = await readGroup(job, run, ports);
    const numbers = ground.members.map(({ pullRequest }) => pullRequest.number);
    await rememberMembers(job.repository, numbers, job.headSha, ports.store, ports.now());
    const judgement = await judgeGroup(ground, ports, signal);
    await answerGroup(ground, judgement, ports);
  } catch (error) {
    if (signal.aborted) throw error;
    await couldNotEvaluate(job, run, error, ports);
  }
}

/** Starts the run and remembers the group before anything else: the groups behind it in the queue need it. */
async function startGroup(job: MergeGroupJob, known: KnownGroup | null, ports: Ports): Promise<number> {
  const { repository, headSha, headRef, baseSha, baseRef } = job;
  if (known !== null && known.checkRunId !== null) {
    if (known.state === 'answered') await showProgress(repository, known.checkRunId, 'It is looked at again.', ports);
    return known.checkRunId;
  }
  const pullRequest = lastOf(job) ?? 0;
  const group: KnownGroup = { pullRequest, baseSha, baseRef, headRef, state: 'open', checkRunId: null };
  if (known === null) await rememberGroup(repository, headSha, group, ports.store, ports.now());
  const state = await ports.host.repository(repository);
  const policy = await ports.policy(repository, state, { baseRef: branchOf(baseRef), baseSha });
  const name = checkName(branchOf(baseRef), state.defaultBranch, policy.guardedBranches, policy.mode);
  const run = await ports.host.startCheckRun(repository, {
    name,
    headSha,
    externalId: `group-${headSha.slice(0, 40)}`,
    startedAt: new Date(ports.now()).toISOString(),
    output: { title: 'Reviewing', summary: 'Countersign is reading what the merge queue would merge.' },
  });
  await rememberGroup(repository, headSha, { ...group, checkRunId: run.id }, ports.store, ports.now());
  return run.id;
}

async function readGroup(job: MergeGroupJob, checkRunId: number, ports: Ports): Promise<GroupGround> {
  const { repository, headSha, baseRef } = job;
  const branch = branchOf(baseRef);
  const [state, entries] = await Promise.all([
    ports.host.repository(repository),
    ports.host.mergeQueue(repository, branch),
  ]);
  const tip = branch === state.defaultBranch ? state.defaultSha : await ports.host.branchTip(repository, branch);
  const root = await ports.host.mergeBase(repository, tip, headSha);
  const [policy, history, chain] = await Promise.all([
    ports.policy(repository, state, { baseRef: branch, baseSha: root }),
    ports.host.commitsBetween(repository, root, headSha),
    chainOf(job, root, entries, (sha) => knownGroup(repository, sha, ports.store)),
  ]);
  const ahead = aheadOf(headSha, chain.numbers.at(-1) ?? 0, entries).filter((each) => !chain.numbers.includes(each));
  const read = await Promise.all(
    [...ahead, ...chain.numbers].map((number) => readMember(repository, number, branch, ports)),
  );
  const { unexplained, seen } = accountFor(
    history.commits,
    headSha,
    read.map(({ pullRequest, commits }) => ({ number: pullRequest.number, headSha: pullRequest.headSha, commits })),
  );
  // One that waits ahead in the queue belongs to this group only where its commits are in it.
  const members = read.filter(
    ({ pullRequest }) => seen.has(pullRequest.number) || chain.numbers.includes(pullRequest.number),
  );
  const missing = members.find(({ pullRequest }) => !seen.has(pullRequest.number));
  return {
    job,
    branch,
    policy,
    owner: state.owner.login,
    organisationPolicy: holdsOrganisationPolicy(repository, state),
    defaultSha: state.defaultSha,
    root,
    members,
    gap: chain.gap ?? gapOf(history.complete, unexplained, missing?.pullRequest.number),
    checkRunId,
  };
}

function gapOf(complete: boolean, unexplained: readonly string[], missing: number | undefined): string | null {
  if (!complete) return 'the group has more commits than GitHub lists';
  const [first] = unexplained;
  if (first !== undefined) return `the commit ${first} is of no pull request in the group`;
  return missing === undefined ? null : `no commit of pull request ${missing}, as it is now, is in the group`;
}

/** Ledger first, then the run. Before a green everything that may have changed meanwhile is read once more. */
async function answerGroup(ground: GroupGround, judgement: Judgement, ports: Ports): Promise<void> {
  const { job, checkRunId } = ground;
  const { repository } = job;
  const decided = await decideGroup(ground, judgement, ports);
  const verdict =
    decided.verdict.result === 'pass' && (await changedUnderneath(ground, ports)) ? MOVED : decided.verdict;
  const head = await recordGroup(ground, judgement, verdict, ports);
  const waiting = verdict.result === 'inconclusive' && job.attempt + 1 < TRIES;
  const view: MergeGroupView = {
    members: decided.members,
    gap: ground.gap,
    report: {
      findings: judgement.findings,
      headSha: job.headSha,
      mergeBase: ground.root,
      policyDigest: ground.policy.digest,
      notes: ground.policy.notes,
    },
    verdict,
    ledgerHead: formatLedgerHead(head),
    observe: ground.policy.mode === 'observe',
    waiting,
  };
  const output = renderMergeGroup(view);
  if (waiting) {
    await ports.host.updateCheckRun(repository, checkRunId, { output, annotations: [], actions: [] });
    for (const number of decided.unreviewed) await askForReview(repository, number, ports);
    return tryAgain(job, null, ports);
  }
  // Past the last try an unknown is a failure: a queue that waits for ever holds everyone behind it.
  const conclusion = verdict.result === 'inconclusive' ? 'failure' : verdict.conclusion;
  await complete(ground.job, checkRunId, conclusion, output, ports);
}

/** The ground moved while it was judged: that is looked at again, like anything else that is not known yet. */
const MOVED = {
  result: 'inconclusive',
  conclusion: 'action_required',
  open: [],
  signed: [],
  shown: [],
  refusals: [],
  unknowns: [
    {
      fact: 'state',
      subject: 'the pull requests and the policy',
      source: 'GitHub',
      reason: 'changed while the group was reviewed',
      transient: true,
      ruleIds: ['not-evaluated'],
      advisory: false,
    },
  ],
} as const;

async function changedUnderneath({ job, members, policy, branch, root }: GroupGround, ports: Ports): Promise<boolean> {
  const [state, ...pulls] = await Promise.all([
    ports.host.repository(job.repository),
    ...members.map(({ pullRequest }) => ports.host.pullRequest(job.repository, pullRequest.number)),
  ]);
  const moved = members.some(({ pullRequest }, index) => pulls[index]?.headSha !== pullRequest.headSha);
  if (moved) return true;
  const now = await ports.policy(job.repository, state, { baseRef: branch, baseSha: root });
  return now.digest !== policy.digest;
}

async function complete(
  job: MergeGroupJob,
  checkRunId: number,
  conclusion: CheckConclusion,
  output: { readonly title: string; readonly summary: string },
  ports: Ports,
): Promise<void> {
  const { repository, headSha } = job;
  await ports.host.updateCheckRun(repository, checkRunId, {
    output,
    annotations: [],
    actions: [],
    conclusion,
    completedAt: new Date(ports.now()).toISOString(),
  });
  const known = await knownGroup(repository, headSha, ports.store);
  if (known !== null)
    await rememberGroup(repository, headSha, { ...known, state: 'answered', checkRunId }, ports.store, ports.now());
}

async function couldNotEvaluate(job: MergeGroupJob, checkRunId: number, error: unknown, ports: Ports): Promise<void> {
  const expected = error instanceof CountersignError;
  ports.log(expected ? 'warn' : 'error', 'a merge group could not be evaluated', {
    headSha: job.headSha,
    error: expected ? error.message : error instanceof Error ? error.stack : messageOf(error),
  });
  const reason = expected ? error.message : 'an error of Countersign itself; its operator finds it in the log';
  const output = {
    title: 'Could not evaluate this merge group',
    summary: `The review could not be finished: ${reason}`,
  };
  if (job.attempt + 1 >= TRIES) return complete(job, checkRunId, 'failure', output, ports);
  await tryAgain(job, expected ? (error.retryAfterMs ?? null) : null, ports);
}

async function tryAgain(job: MergeGroupJob, askedMs: number | null, ports: Ports): Promise<void> {
  const again: MergeGroupJob = { ...job, attempt: job.attempt + 1 };
  // Named by content: a repeated delivery, or a process that dies and starts again, has the same retry sent once.
  const id = `merge-group:${job.repository.id}:${job.headSha}:${job.cause}:${again.attempt}`;
  await ports.store.queue.send(id, again, { afterMs: backOffMs(job.attempt, askedMs) });
}

async function askForReview(repository: RepositoryRef, pullRequest: number, ports: Ports): Promise<void> {
  await ports.store.queue.send(
    ports.newId(),
    {
      kind: 'review',
      repository,
      pullRequest,
      cause: 'pull_request.queued',
      sender: null,
      headSha: null,
      beforeSha: null,
      attempt: 0,
    },
    { afterMs: 0 },
  );
}

async function showProgress(repository: RepositoryRef, id: number, summary: string, ports: Ports): Promise<void> {
  await ports.host.updateCheckRun(repository, id, {
    output: { title: 'Reviewing', summary },
    annotations: [],
    actions: [],
  });
}

/** The queue let go of the group: a run under way ends, and whatever asks for it later does nothing. */
async function endGroup(job: MergeGroupJob, known: KnownGroup | null, ports: Ports): Promise<void> {
  const { repository, headSha, headRef, baseSha, baseRef } = job;
  const group: KnownGroup = known ?? {
    pullRequest: lastOf(job) ?? 0,
    baseSha,
    baseRef,
    headRef,
    state: 'destroyed',
    checkRunId: null,
  };
  if (known?.state === 'open' && known.checkRunId !== null)
    await endRun(repository, known.checkRunId, 'The merge queue dropped this group.', ports);
  await rememberGroup(repository, headSha, { ...group, state: 'destroyed' }, ports.store, ports.now());
}
