import type { Attribution } from '../core/attribution.ts';
import { CountersignError } from '../core/errors.ts';
import type { CommentState, RepositoryRef } from '../core/host.ts';
import type { Verdict } from '../core/report.ts';
import type { SignOff } from '../core/signoff.ts';
import { formatLedgerHead, type LedgerHead, type PullRequestRecord } from '../core/store.ts';
import { decide } from '../policy/decide.ts';
import type { Ports } from '../ports.ts';
import { renderCheckRun } from '../report/check-run.ts';
import { renderComment, STICKY_MARKER } from '../report/comment.ts';
import type { ReviewExtra } from '../report/view.ts';
import { textDigestOf } from './ground.ts';
import { checkUrlOf, type Publication } from './publication.ts';
import { type Sibling, siblingsOf, wakeSiblings } from './siblings.ts';
import { recordVerdict } from './verdict-entry.ts';
import { wakeGroups } from './wake-groups.ts';

/**
 * Decides from what is stored and says so: ledger first, then the sticky comment and the check run. Called at the end
 * of a review, after every sign-off, and when time changes the answer. Returns the pull request's own verdict.
 */
export async function publish(publication: Publication, ports: Ports): Promise<Verdict> {
  const { review } = publication;
  const signOffs = await ports.store.signOffs(review.repositoryId, review.pullRequest);
  const verdict = verdictOf(publication, signOffs, ports.now());
  const before = await ports.store.latestReview(review.repositoryId, review.pullRequest);
  const head = await recordVerdict(publication, verdict, before, signOffs, ports);
  await wakeSiblings(publication, verdict, before, ports);
  await wakeGroups(publication, verdict, before, ports);
  await ports.store.saveReview({ ...review, verdict });

  if (verdict.result !== 'pass') {
    await show(publication, verdict, [], signOffs, head, ports);
    return verdict;
  }
  const [stale, siblings] = await Promise.all([changedUnderneath(publication, ports), siblingsOf(publication, ports)]);
  if (stale !== null) {
    await supersede(publication, stale, ports);
    return verdict;
  }
  await show(publication, verdict, siblings.worse, signOffs, head, ports);
  if (siblings.sharing === 0 || siblings.worse.length > 0) return verdict;
  // A sibling may have turned worse while this green was on its way: look again, and take it back if so.
  const later = await siblingsOf(publication, ports);
  if (later.worse.length > 0)
    await show({ ...publication, annotated: true }, verdict, later.worse, signOffs, head, ports);
  return verdict;
}

/** The verdict of a stored report, by the policy and the sign-offs of this moment. */
export function verdictOf(
  {
    review,
    record,
    policy,
  }: {
    readonly review: Pick<Publication['review'], 'report'>;
    readonly record: Publication['record'];
    readonly policy: Publication['policy'];
  },
  signOffs: readonly SignOff[],
  now: number,
): Verdict {
  const { findings, unknowns, attribution } = review.report;
  return decide(findings, unknowns, signOffs, {
    blocks: (finding) => policy.blocks(finding, attribution),
    signersNeeded: policy.signersNeeded,
    interestedIds: new Set([...record.interested.map((person) => person.id), ...requesterIds(attribution, signOffs)]),
    headSha: review.report.headSha,
    now,
  });
}

/** The one person named only by text is known by login; who signed is known by both. */
export function requesterIds({ requester }: Attribution, signOffs: readonly SignOff[]): number[] {
  return signOffs
    .filter(({ signer }) => signer.login.toLowerCase() === requester?.toLowerCase())
    .map(({ signer }) => signer.id);
}

/** Right before a green: head, base and policy are read again. A sentence where something changed, else null. */
async function changedUnderneath(
  { repository, state, pullRequest, review, policy }: Publication,
  ports: Ports,
): Promise<string | null> {
  const [now, stateNow] = await Promise.all([
    ports.host.pullRequest(repository, pullRequest.number),
    ports.host.repository(repository),
  ]);
  if (now.state === 'closed') return 'The pull request was closed.';
  if (now.headSha !== review.report.headSha) return 'A newer commit was pushed.';
  if (now.baseRef !== review.report.baseRef) return 'The pull request was given another base branch.';
  if (review.report.textDigest !== textDigestOf(now, review.report.attribution))
    return 'The title or the description changed.';
  if (stateNow.defaultBranch !== state.defaultBranch) return 'The default branch changed.';
  if (stateNow.defaultSha === state.defaultSha && now.baseSha === pullRequest.baseSha) return null;
  const policyNow = await ports.policy(repository, stateNow, now);
  return policyNow.digest === policy.digest ? null : 'The policy changed.';
}

/** Ends a run whose ground has moved, and has the pull request reviewed as it is now. */
async function supersede({ repository, review, record }: Publication, reason: string, ports: Ports): Promise<void> {
  // First of all: whatever fails below, somebody comes and looks again.
  await ports.store.queue.send(
    ports.newId(),
    {
      kind: 'review',
      repository,
      pullRequest: review.pullRequest,
      cause: 'superseded',
      sender: null,
      headSha: null,
      beforeSha: null,
      attempt: 0,
    },
    { afterMs: 0 },
  );
  await ports.host.updateCheckRun(repository, review.checkRunId, {
    output: { title: 'Superseded', summary: `${reason} A new review answers for what is there now.` },
    annotations: [],
    actions: [],
    conclusion: 'cancelled',
    completedAt: new Date(ports.now()).toISOString(),
  });
  await ports.store.savePullRequest({ ...record, openCheckRun: withoutRun(record, review.checkRunId) });
}

/** Another run that is under way is still to be ended by whoever finds it. */
function withoutRun({ openCheckRun }: PullRequestRecord, id: number): PullRequestRecord['openCheckRun'] {
  return openCheckRun?.id === id ? null : openCheckRun;
}

async function show(
  publication: Publication,
  verdict: Verdict,
  siblings: readonly Sibling[],
  signOffs: readonly SignOff[],
  head: LedgerHead,
  ports: Ports,
): Promise<void> {
  const { repository, review, record } = publication;
  const comment = await upsertComment(publication, verdict, siblings, signOffs, head, ports);
  const rendered = renderCheckRun(review.report, verdict, {
    ...extraOf(publication, siblings, signOffs, head, ports.now()),
    commentUrl: comment?.htmlUrl ?? null,
  });
  await ports.host.updateCheckRun(repository, review.checkRunId, {
    output: rendered.output,
    annotations: publication.annotated ? [] : rendered.annotations,
    actions: rendered.actions,
    conclusion: siblings.length > 0 ? 'action_required' : verdict.conclusion,
    completedAt: new Date(ports.now()).toISOString(),
    ...(typeof comment?.htmlUrl === 'string' ? { detailsUrl: comment.htmlUrl } : {}),
  });
  await ports.store.savePullRequest({
    ...record,
    commentId: comment?.id ?? record.commentId,
    openCheckRun: withoutRun(record, review.checkRunId),
  });
}

function extraOf(
  { review, policy }: Publication,
  siblings: readonly Sibling[],
  signOffs: readonly SignOff[],
  head: LedgerHead,
  now: number,
): ReviewExtra {
  return {
    ledgerHead: formatLedgerHead(head),
    pending: pendingOf(signOffs, now),
    endingSoon: endingSoon(signOffs, now),
    lapsed: lapsedOf(signOffs),
    checkName: review.checkName,
    observe: policy.mode === 'observe',
    policyNotes: policy.notes,
    siblings,
    commentUrl: null,
  };
}

/** Before its end a signature is announced to run out: seven days, in milliseconds. */
export const ANNOUNCED_MS = 7 * 24 * 60 * 60 * 1000;

/** Signatures that run out soon: id → when. */
function endingSoon(signOffs: readonly SignOff[], now: number): ReadonlyMap<string, string> {
  const soon = signOffs.filter(
    ({ kind, state, expiresAt }) =>
      kind === 'sign' && state === 'effective' && Date.parse(expiresAt) <= now + ANNOUNCED_MS,
  );
  return new Map(soon.map(({ id, expiresAt }) => [id, expiresAt]));
}

/** Signatures that a push or time ended, wholly or in part, newest first. */
function lapsedOf(signOffs: readonly SignOff[]): SignOff[] {
  return signOffs
    .filter(({ kind, state, stateReason }) => kind === 'sign' && ENDED.includes(state) && stateReason !== null)
    .filter(({ state, presence }) => state !== 'expired' || presence !== null)
    .sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
}

const ENDED: readonly SignOff['state'][] = ['lapsed', 'expired', 'effective'];

/** Sign-offs that wait for their button, oldest first; GitHub has room for three buttons. */
export function pendingOf(signOffs: readonly SignOff[], now: number): SignOff[] {
  return signOffs
    .filter((each) => each.state === 'pending' && Date.parse(each.expiresAt) > now)
    .sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt))
    .slice(0, 3);
}

/** The one comment, found by its id or by marker and author. A conversation that is locked does not stop the check. */
async function upsertComment(
  publication: Publication,
  verdict: Verdict,
  siblings: readonly Sibling[],
  signOffs: readonly SignOff[],
  head: LedgerHead,
  ports: Ports,
): Promise<CommentState | null> {
  const { repository, review, record, policy } = publication;
  const body = renderComment(review.report, verdict, {
    ...extraOf(publication, siblings, signOffs, head, ports.now()),
    checkUrl: checkUrlOf(publication),
    packages: review.report.packages,
    now: ports.now(),
    verbosity: policy.verbosity,
  });
  try {
    const [known] =
      record.commentId === null && publication.untouched !== true
        ? await ports.host.ownComments(repository, review.pullRequest, STICKY_MARKER)
        : [];
    const id = record.commentId ?? known?.id ?? null;
    if (known !== undefined && known.body === body) return known;
    if (id !== null) return await updateOrCreate(id, body, repository, review.pullRequest, ports);
    return await ports.host.createComment(repository, review.pullRequest, body);
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'host-refused') throw error;
    ports.log('warn', 'the comment could not be written; the check run says the same', { reason: error.message });
    return null;
  }
}

async function updateOrCreate(
  id: number,
  body: string,
  repository: RepositoryRef,
  pullRequest: number,
  ports: Ports,
): Promise<CommentState> {
  try {
    return await ports.host.updateComment(repository, id, body);
  } catch (error) {
    // Deleted by somebody: the effects of that are recorded where the deletion is reported; here it is written anew.
    if (!(error instanceof CountersignError) || error.code !== 'host-refused') throw error;
    return ports.host.createComment(repository, pullRequest, body);
  }
}
