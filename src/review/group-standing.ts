import type { CommitFacts } from '../core/attribution.ts';
import type { PullRequestState, RepositoryRef } from '../core/host.ts';
import type { Verdict } from '../core/report.ts';
import type { SignOff } from '../core/signoff.ts';
import type { PullRequestRecord, StoredReview } from '../core/store.ts';
import type { AppliedPolicy } from '../policy/applied.ts';
import type { Ports } from '../ports.ts';
import { verdictOf } from './publish.ts';

/** A pull request of a merge group, as it stands by itself. */
export interface GroupMember {
  readonly pullRequest: PullRequestState;
  readonly commits: readonly CommitFacts[];
  readonly record: PullRequestRecord | null;
  /** Its review, where that is of the head and the base that are about to be merged. */
  readonly review: StoredReview | null;
}

export async function readMember(
  repository: RepositoryRef,
  number: number,
  branch: string,
  ports: Ports,
): Promise<GroupMember> {
  const [pullRequest, { commits }, record, latest] = await Promise.all([
    ports.host.pullRequest(repository, number),
    ports.host.commits(repository, number),
    ports.store.pullRequest(repository.id, number),
    ports.store.latestReview(repository.id, number),
  ]);
  const ofHead = latest?.report.headSha === pullRequest.headSha && latest.report.baseRef === branch;
  return { pullRequest, commits, record, review: ofHead ? latest : null };
}

/** Its verdict by the policy and the sign-offs of this moment; null where it has no review that counts. */
export function memberVerdict(
  { record, review }: Pick<GroupMember, 'record' | 'review'>,
  signOffs: readonly SignOff[],
  policy: AppliedPolicy,
  now: number,
): Verdict | null {
  if (record === null || review === null) return null;
  return verdictOf({ review, record, policy }, signOffs, now);
}
