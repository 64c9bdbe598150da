import { collectHistory, type HistoryLimits } from '../core/history.ts';
import type { BranchHost, Host, IssueHost, MergeQueueHost, SweepHost, TeamHost } from '../core/host.ts';
import { createBranches } from './branches.ts';
import type { BlobCache } from './cache.ts';
import { createChecks } from './checks.ts';
import { createComments } from './comments.ts';
import { createMergeQueue } from './merge-queue.ts';
import { createObjects, type ObjectLimits } from './objects.ts';
import { createPeople } from './people.ts';
import { createPulls } from './pulls.ts';
import { createRequester, type ObservedRequest, type OctokitLike, type RequestLimits } from './request.ts';
import { type WalkLimits, walk } from './walk.ts';

export interface HostOptions {
  /** Our App: only its check runs and comments are ours. */
  readonly appId: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly requests: RequestLimits;
  readonly objects: ObjectLimits;
  readonly walk: WalkLimits;
  /** Where GraphQL is asked: an address, or a path of the API's own. */
  readonly graphqlUrl: string;
  readonly history: HistoryLimits;
  /** Told of every request. */
  readonly observe?: (request: ObservedRequest) => void;
  /** Keeps blobs beyond this process. */
  readonly blobs?: BlobCache;
}

/**
 * A branch of ten commits costs about thirty requests beyond the change itself; these caps keep the largest history
 * within two fifths of the 5,000 requests that an installation has in an hour (GitHub REST, "Rate limits").
 */
export const defaultHistoryLimits: HistoryLimits = { maxListings: 1_000, maxBlobs: 1_000, maxDepth: 60 };

export type GitHubHost = Host & TeamHost & SweepHost & IssueHost & BranchHost & MergeQueueHost;

/** The port to GitHub, over Octokits that are authenticated per installation (Probot's `app.auth`). */
export function createHost(
  octokitForInstallation: (installationId: number) => Promise<OctokitLike>,
  options: HostOptions,
): GitHubHost {
  const { now, wait, observe } = options;
  const requester = createRequester({
    octokit: octokitForInstallation,
    limits: options.requests,
    now,
    wait,
    ...(observe === undefined ? {} : { observe }),
  });
  const objects = createObjects(requester, options.objects, options.blobs);
  return {
    ...createPulls(requester),
    ...createBranches(requester, octokitForInstallation, options.appId),
    ...createChecks(requester, options.appId),
    ...createComments(requester, options.appId),
    ...createPeople(requester),
    ...createMergeQueue(requester, options.graphqlUrl),
    snapshot: (ref, mergeBase, head) => walk(objects, ref, mergeBase, head, options.walk),
    history: async (ref, commits) => ({
      ...(await collectHistory(commits, (sha) => objects.listing(ref, sha), options.history)),
      maxBlobs: options.history.maxBlobs,
      read: (blob) => objects.blob(ref, blob),
    }),
    tree: (ref, commit) => objects.tree(ref, commit),
    fileAt: (ref, commit, path) => objects.fileAt(ref, commit, path),
  };
}
