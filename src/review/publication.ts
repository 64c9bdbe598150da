import type { PullRequestState, RepositoryRef, RepositoryState } from '../core/host.ts';
import type { PullRequestRecord, StoredReview } from '../core/store.ts';
import type { AppliedPolicy } from '../policy/applied.ts';

/** What is needed to say the result of a review aloud. */
export interface Publication {
  readonly repository: RepositoryRef;
  readonly state: RepositoryState;
  readonly pullRequest: PullRequestState;
  readonly record: PullRequestRecord;
  readonly review: Omit<StoredReview, 'verdict'> & { readonly checkRunId: number };
  readonly policy: AppliedPolicy;
  /** No comment of ours can be there yet: it need not be looked for. */
  readonly untouched?: boolean;
  /** The annotations of this report are on the check run already: GitHub appends, so they are sent once. */
  readonly annotated: boolean;
}

/** The page of a check run, where its buttons are (GitHub REST, "Get a check run", `html_url`). */
export function checkUrlOf({
  state,
  review,
}: {
  readonly state: Pick<RepositoryState, 'htmlUrl'>;
  readonly review: Pick<StoredReview, 'checkRunId'>;
}): string {
  return `${state.htmlUrl}/runs/${review.checkRunId}`;
}
