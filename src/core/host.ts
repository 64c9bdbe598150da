import type { Account, CommitFacts } from './attribution.ts';
import type { CommitNode, History } from './history.ts';
import type { CheckConclusion } from './report.ts';
import type { FileContent, Snapshot, Tree } from './snapshot.ts';

/** The port to GitHub. Every failure is a CountersignError: `host-unavailable` (try again) or `host-refused` (do not). */
export interface Host {
  repository(ref: RepositoryRef): Promise<RepositoryState>;
  pullRequest(ref: RepositoryRef, number: number): Promise<PullRequestState>;
  /** Open pull requests of this repository whose head is this commit. */
  openPullRequestsAt(ref: RepositoryRef, headSha: string): Promise<readonly PullRequestState[]>;
  /** All commits of the pull request; `complete` is false past GitHub's cap of 250. */
  commits(
    ref: RepositoryRef,
    number: number,
  ): Promise<{ readonly commits: readonly (CommitFacts & CommitNode)[]; readonly complete: boolean }>;
  mergeBase(ref: RepositoryRef, base: string, head: string): Promise<string>;
  /** The change from one commit to another, found by walking both trees from the root where their SHAs differ. */
  snapshot(ref: RepositoryRef, mergeBase: string, head: string): Promise<Snapshot>;
  /** What each of these commits brings in, compared with its parents by walking their trees. */
  history(ref: RepositoryRef, commits: readonly CommitNode[]): Promise<History>;
  /** One commit's tree, read lazily; blobs are cached by SHA. */
  tree(ref: RepositoryRef, commit: string): Tree;

  /** One file at a commit, in one request (GitHub REST, "Get repository content", raw). For files that are wanted alone. */
  fileAt(ref: RepositoryRef, commit: string, path: string): Promise<FileContent>;

  /** Starts a check run `in_progress`, or returns the one that already carries this external id on this commit. */
  startCheckRun(ref: RepositoryRef, start: CheckRunStart): Promise<CheckRunState>;
  /** Check runs of our own App on a commit, newest first. */
  checkRuns(ref: RepositoryRef, headSha: string): Promise<readonly CheckRunState[]>;
  checkRun(ref: RepositoryRef, id: number): Promise<CheckRunState | null>;
  /** Sends output and annotations (50 a request) and, with the last request, the conclusion. */
  updateCheckRun(ref: RepositoryRef, id: number, update: CheckRunUpdate): Promise<void>;

  /** Null where it does not exist (any more). */
  comment(ref: RepositoryRef, id: number): Promise<CommentState | null>;
  /** Comments written by our own App that carry this marker, oldest first. */
  ownComments(ref: RepositoryRef, number: number, marker: string): Promise<readonly CommentState[]>;
  createComment(ref: RepositoryRef, number: number, body: string): Promise<CommentState>;
  updateComment(ref: RepositoryRef, id: number, body: string): Promise<CommentState>;
  deleteComment(ref: RepositoryRef, id: number): Promise<void>;

  /** Asked live, each time. */
  permission(ref: RepositoryRef, login: string): Promise<PermissionState>;
  /** Whether somebody has a role here, and does not merely read what is public. Asked live. */
  isCollaborator(ref: RepositoryRef, login: string): Promise<boolean>;
  /** People with the given rank or above, for "is anyone else eligible?"; `complete` false where the list was cut. */
  collaborators(
    ref: RepositoryRef,
    rank: Rank,
  ): Promise<{ readonly accounts: readonly Account[]; readonly complete: boolean }>;
  /** Who pushed this ref's states (repository activity); an empty list where GitHub has none. */
  pushes(ref: RepositoryRef, branch: string): Promise<readonly PushState[]>;
}

export interface RepositoryRef {
  readonly installationId: number;
  readonly id: number;
  readonly owner: string;
  readonly name: string;
}

export interface RepositoryState {
  readonly defaultBranch: string;
  /** Tip of the default branch. */
  readonly defaultSha: string;
  readonly owner: Account;
  readonly private: boolean;
  readonly archived: boolean;
  /** Its page in a browser. */
  readonly htmlUrl: string;
}

export interface PullRequestState {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly merged: boolean;
  readonly draft: boolean;
  readonly title: string;
  readonly body: string;
  readonly author: Account;
  readonly labels: readonly string[];
  readonly assignees: readonly Account[];
  readonly headSha: string;
  readonly headRef: string;
  /** Null where the fork is gone. */
  readonly headRepositoryId: number | null;
  readonly baseSha: string;
  readonly baseRef: string;
  readonly commitCount: number;
}

/** What an App asks of teams, where the policy names one. */
export interface TeamHost {
  /** Whether this person is an active member of the owner's team; false for a team that does not exist. Asked live. */
  isTeamMember(ref: RepositoryRef, teamSlug: string, login: string): Promise<boolean>;
}

/** What is asked about a merge queue. */
export interface MergeQueueHost {
  branchTip(ref: RepositoryRef, branch: string): Promise<string>;
  /** Commits of `head` that `base` has not, oldest first; `complete` is false past 1,000. */
  commitsBetween(
    ref: RepositoryRef,
    base: string,
    head: string,
  ): Promise<{ readonly commits: readonly HistoryCommit[]; readonly complete: boolean }>;
  /** The branch's queue in its order (GraphQL `mergeQueue.entries`); null where GitHub does not show it to us. */
  mergeQueue(ref: RepositoryRef, branch: string): Promise<readonly QueueEntry[] | null>;
}

export interface HistoryCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly authorEmail: string | null;
}

export interface QueueEntry {
  readonly pullRequest: number;
  /** Head and base of the group that was made for it; null before it is made. */
  readonly headSha: string | null;
  readonly baseSha: string | null;
}

/** What the sweep over missed deliveries asks. */
export interface SweepHost {
  /** Open pull requests, the most recently updated first. `complete` is false past 1,000. */
  openPullRequests(
    ref: RepositoryRef,
  ): Promise<{ readonly pullRequests: readonly PullRequestState[]; readonly complete: boolean }>;
  /** Repositories that an installation was given. */
  repositoriesOf(installationId: number): Promise<readonly RepositoryRef[]>;
}

/** What else an App writes in a repository. */
export interface IssueHost {
  /** Opens an issue and answers its number. */
  openIssue(ref: RepositoryRef, title: string, body: string): Promise<number>;
  /** Number of the newest open issue that our own App opened with this marker in its text; null where there is none. */
  ownIssue(ref: RepositoryRef, marker: string): Promise<number | null>;
  /** Gives an issue of ours another text; false where it is closed or gone, and nothing was written. */
  updateIssue(ref: RepositoryRef, number: number, body: string): Promise<boolean>;
}

/** What a branch is asked for when something reached it. */
export interface BranchHost {
  /** Commits from `after` down its first parents that `before` has not, newest first; `complete` is false past 250. */
  firstParents(
    ref: RepositoryRef,
    before: string,
    after: string,
  ): Promise<{ readonly commits: readonly BranchCommit[]; readonly complete: boolean }>;
  /** Merged pull requests that brought a commit in (GitHub REST, "List pull requests associated with a commit"). */
  mergedWith(ref: RepositoryRef, commit: string): Promise<readonly PullRequestState[]>;
  /** Whether a merge into this branch needs a check of this name. */
  requiresCheck(ref: RepositoryRef, branch: string, name: string): Promise<'required' | 'not-required' | 'unknown'>;
}

export interface BranchCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  /** Made and signed by GitHub itself, as its merge button does. */
  readonly byGitHub: boolean;
}

export interface CheckRunStart {
  readonly name: string;
  readonly headSha: string;
  /** Ours: names the review, so that a retry finds its own run instead of making a second. */
  readonly externalId: string;
  /** No earlier try can have made a run with this external id, so it need not be looked for: saves a request. */
  readonly first?: boolean;
  readonly startedAt: string;
  readonly detailsUrl?: string;
  readonly output?: CheckOutput;
}

export interface CheckRunState {
  readonly id: number;
  readonly name: string;
  readonly headSha: string;
  readonly externalId: string | null;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: string | null;
  readonly htmlUrl: string | null;
}

export interface CheckOutput {
  readonly title: string;
  /** Markdown, at most 65,535 characters (GitHub REST, "Create a check run"). */
  readonly summary: string;
  readonly text?: string;
}

export interface CheckAnnotation {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly startColumn?: number;
  readonly endColumn?: number;
  readonly level: 'notice' | 'warning' | 'failure';
  readonly title: string;
  readonly message: string;
  readonly rawDetails?: string;
}

/** A button: label at most 20 characters, description 40, identifier 20; at most three (GitHub REST, check-run `actions`). */
export interface CheckAction {
  readonly label: string;
  readonly description: string;
  readonly identifier: string;
}

export interface CheckRunUpdate {
  readonly output: CheckOutput;
  readonly annotations: readonly CheckAnnotation[];
  /** Absent: the run stays in progress. */
  readonly conclusion?: CheckConclusion;
  readonly completedAt?: string;
  readonly detailsUrl?: string;
  readonly actions: readonly CheckAction[];
}

export interface CommentState {
  readonly id: number;
  readonly body: string;
  readonly author: Account;
  /** Through which App it was written, if any (`performed_via_github_app`). */
  readonly viaAppId: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly htmlUrl: string | null;
}

/** Ranks in rising order; `none` and `read` sign nothing. */
export type Rank = 'none' | 'read' | 'triage' | 'write' | 'maintain' | 'admin';

export interface PermissionState {
  readonly account: Account;
  /** From the booleans in `user.permissions`, not from `permission` (where maintain shows as write). */
  readonly rank: Rank;
  /** GitHub's `role_name`; a custom role's own name. */
  readonly roleName: string | null;
}

export interface PushState {
  readonly before: string;
  readonly after: string;
  readonly actor: Account | null;
  readonly at: string;
}
