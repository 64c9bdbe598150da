import type { Verdict } from '../core/report.ts';
import type { StoredReview } from '../core/store.ts';
import { checkName } from '../policy/checks.ts';
import type { Ports } from '../ports.ts';
import type { Publication } from './publication.ts';

/** Another open pull request of the same commit and check, which keeps this commit from being green. */
export interface Sibling {
  readonly number: number;
  readonly reason: string;
}

/** A commit that heads several open pull requests under one check name carries the worst of their verdicts. */
export async function siblingsOf(
  publication: Publication,
  ports: Ports,
): Promise<{ readonly sharing: number; readonly worse: readonly Sibling[] }> {
  const { repository, state, review, policy } = publication;
  const open = await ports.host.openPullRequestsAt(repository, review.report.headSha);
  const sharing = open.filter(
    (other) =>
      other.number !== review.pullRequest &&
      checkName(other.baseRef, state.defaultBranch, policy.guardedBranches, policy.mode) === review.checkName,
  );
  const judged = await Promise.all(
    sharing.map(async (other): Promise<Sibling | null> => {
      const stored = await ports.store.latestReview(repository.id, other.number);
      if (
        stored === null ||
        stored.report.headSha !== review.report.headSha ||
        stored.report.baseRef !== other.baseRef
      ) {
        return { number: other.number, reason: 'has the same commit and is not reviewed yet' };
      }
      return stored.verdict.result === 'pass'
        ? null
        : { number: other.number, reason: 'has the same commit and is held' };
    }),
  );
  return { sharing: sharing.length, worse: judged.filter((each) => each !== null) };
}

/** Milliseconds that the others wait, so that they find this verdict stored. */
const AFTER_MS = 1000;

/**
 * Has the others of this commit decide again where this verdict may change theirs: a green of theirs must not outlive
 * it, nor a hold. Sent before the verdict is stored, so that a process that dies in between sends it again.
 */
export async function wakeSiblings(
  { repository, review }: Publication,
  verdict: Verdict,
  before: StoredReview | null,
  ports: Ports,
): Promise<void> {
  const known = before?.report.headSha === review.report.headSha ? before.verdict.result : null;
  if (known !== null && (known === 'pass') === (verdict.result === 'pass')) return;
  for (const { number } of await ports.store.pullRequestsByHead(repository.id, review.report.headSha)) {
    if (number === review.pullRequest) continue;
    await ports.store.queue.send(
      ports.newId(),
      { kind: 'republish', repository, pullRequest: number, cause: 'sibling' },
      { afterMs: AFTER_MS },
    );
  }
}
