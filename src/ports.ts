import type { AgentIdentity, Attribution, PullRequestFacts } from './core/attribution.ts';
import type {
  BranchHost,
  Host,
  IssueHost,
  MergeQueueHost,
  PullRequestState,
  RepositoryRef,
  RepositoryState,
  SweepHost,
  TeamHost,
} from './core/host.ts';
import type { Store } from './core/store.ts';
import type { AppliedPolicy } from './policy/applied.ts';
import type { JudgePorts } from './review/judge.ts';

/** Everything a review or a sign-off reaches outside itself. Wired in `app.ts`; tests hand in their own. */
export interface Ports extends JudgePorts {
  readonly host: Host &
    TeamHost &
    MergeQueueHost &
    BranchHost &
    IssueHost &
    Pick<SweepHost, 'openPullRequests' | 'repositoriesOf'>;
  readonly store: Store;
  /** Who wrote it, as far as this moment shows; `added` are the identities that the policy names. */
  readonly attribute: (facts: PullRequestFacts, added: readonly AgentIdentity[]) => Attribution;
  /** Whether a numeric account id is a known coding agent's. */
  readonly isAgent: (accountId: number, added: readonly AgentIdentity[]) => boolean;
  /**
   * The policy for a base branch, read at the tip of the default branch. An invalid file gives the strictest defaults
   * with a note; an unreadable one throws `host-unavailable`.
   */
  readonly policy: (
    repository: RepositoryRef,
    state: RepositoryState,
    pullRequest: Pick<PullRequestState, 'baseRef' | 'baseSha'>,
  ) => Promise<AppliedPolicy>;
  /** A random UUID. */
  readonly newId: () => string;
  /** `length` random characters of `0-9a-z`. */
  readonly word: (length: number) => string;
  /** What the job has found out it is about: stands on every line that it logs from then on. */
  readonly about: (known: {
    readonly headSha: string;
    readonly review?: string;
    readonly pullRequest?: number;
  }) => void;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>) => void;
}
