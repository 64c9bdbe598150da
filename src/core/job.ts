import type { Account } from './attribution.ts';
import type { RepositoryRef } from './host.ts';

/** What a webhook leaves in the queue: the few fields that the work needs, never the payload itself. */
export type Job =
  | {
      readonly kind: 'review';
      readonly repository: RepositoryRef;
      readonly pullRequest: number;
      /** The event and action that asked for it: `pull_request.opened`, `check_run.rerequested`, `retry` … */
      readonly cause: string;
      readonly sender: Account | null;
      /** Head and base as the event saw them; the review reads the live state. */
      readonly headSha: string | null;
      /** Where the event names it: what is asked early in the hope that it still holds. */
      readonly baseSha?: string | null | undefined;
      /** The head before a push (`synchronize.before`). */
      readonly beforeSha: string | null;
      /** 0 for the first try; counted up by the work itself when a source was down. */
      readonly attempt: number;
      /** Where somebody asked for the run again: which run, as it was then. The same wish told twice is one. */
      readonly wish?: string | null | undefined;
    }
  | {
      readonly kind: 'command';
      readonly repository: RepositoryRef;
      readonly pullRequest: number;
      readonly commentId: number;
      readonly sender: Account;
      /** SHA-256 of the comment's body as delivered. */
      readonly bodyDigest: string;
    }
  | {
      readonly kind: 'press';
      readonly repository: RepositoryRef;
      readonly checkRunId: number;
      readonly headSha: string;
      readonly identifier: string;
      readonly sender: Account;
    }
  | {
      /** Our own comment was edited or deleted by someone else. */
      readonly kind: 'comment-touched';
      readonly repository: RepositoryRef;
      readonly pullRequest: number;
      readonly commentId: number;
      readonly action: 'edited' | 'deleted';
      readonly sender: Account;
    }
  | {
      /** Nothing in the change is new; time passed, or another pull request of the same commit changed: decide again. */
      readonly kind: 'republish';
      readonly repository: RepositoryRef;
      readonly pullRequest: number;
      readonly cause: string;
    }
  | {
      readonly kind: 'closed';
      readonly repository: RepositoryRef;
      readonly pullRequest: number;
      readonly headSha: string;
      readonly merged: boolean;
      readonly sender: Account | null;
    }
  | {
      /** Something reached a branch: what came without a pull request that was green is written down. */
      readonly kind: 'pushed';
      readonly repository: RepositoryRef;
      /** Without `refs/heads/`. */
      readonly branch: string;
      /** 40 zeros where the branch was made. */
      readonly before: string;
      readonly after: string;
      readonly forced: boolean;
      readonly sender: Account;
      /** GitHub may name a commit's pull request a moment late: looked at again before anything is said. */
      readonly attempt: number;
    }
  | {
      /** A policy may have changed: where it has, open pull requests are reviewed by the new one. */
      readonly kind: 'policy-check';
      readonly repository: RepositoryRef;
      readonly cause: string;
      readonly sender: Account | null;
    }
  | {
      /** A command where none counts: in a review, or on a line. */
      readonly kind: 'misplaced';
      readonly repository: RepositoryRef;
      readonly pullRequest: number;
      /** `review:12` or `line:34`. */
      readonly place: string;
      readonly sender: Account;
    }
  | {
      /** Something happened to a package that this repository asked for: its issue says so. */
      readonly kind: 'came-true';
      readonly repository: RepositoryRef;
    }
  | RerequestedJob
  | MergeGroupJob;

/** Somebody pressed GitHub's own Re-run where the payload names no single pull request (forks): all open ones of this commit. */
export interface RerequestedJob {
  readonly kind: 'rerequested';
  readonly repository: RepositoryRef;
  readonly headSha: string;
  readonly cause: string;
  readonly sender: Account;
  /** As a review's. */
  readonly wish?: string | null | undefined;
}

/** A merge queue's group of pull requests. Refs are full: `refs/heads/gh-readonly-queue/<base>/pr-<n>-<sha>`. */
export interface MergeGroupJob {
  readonly kind: 'merge-group';
  readonly repository: RepositoryRef;
  readonly action: 'checks-requested' | 'destroyed';
  readonly headSha: string;
  readonly headRef: string;
  /** The commit below the group: the branch's tip, or the head of the group before it in the queue. */
  readonly baseSha: string;
  readonly baseRef: string;
  /** `delivery`, or `again:` and a word of its own, where something had an answered group looked at again; retries keep it. */
  readonly cause: string;
  readonly attempt: number;
}

/** What a webhook asks for a commit, where it names no single pull request. */
export type CommitJob = RerequestedJob | MergeGroupJob;

/** A job as the queue hands it out. */
export interface QueuedJob {
  /** The delivery id, or a UUID of our own for follow-up work. */
  readonly id: string;
  readonly job: Job;
  /** How often the job was started before (a failure, or a process that died). */
  readonly earlierStarts?: number;
}
