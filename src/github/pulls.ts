import { z } from 'zod';
import type { CommitFacts } from '../core/attribution.ts';
import { CountersignError } from '../core/errors.ts';
import type { CommitNode } from '../core/history.ts';
import type { BranchHost, Host, PullRequestState, RepositoryRef, SweepHost } from '../core/host.ts';
import { accountOf } from './account.ts';
import { createMemory } from './cache.ts';
import { placeOf, type Requester } from './request.ts';
import { BareSha, Commit, Comparison, MergeBase, PullRequest, Repository, Sha } from './schema.ts';

type Pulls = Pick<Host, 'repository' | 'pullRequest' | 'openPullRequestsAt' | 'commits' | 'mergeBase'> &
  SweepHost &
  Pick<BranchHost, 'mergedWith'>;

/** GitHub lists at most this many commits of a pull request (REST, "List commits on a pull request"). */
const commitCap = 250;
const openPages = 10;
/** Of a comparison, a hundred commits each. */
const comparePages = 10;

export function createPulls(requester: Requester): Pulls {
  const route = 'GET /repos/{owner}/{repo}';

  const mergeBases = createMemory<string>(10_000, () => 1);
  // A pull request's answer names its base repository in full, so both asked for together cost one request less.
  const underWay = new Map<string, Promise<PullRequest>>();

  async function metadata(ref: RepositoryRef): Promise<Repository> {
    // One turn, so that it does not matter which of the two is asked for first.
    await Promise.resolve();
    const alongside = await Promise.allSettled([underWay.get(placeOf(ref))]);
    const [answer] = alongside;
    if (answer.status === 'fulfilled' && answer.value !== undefined) return answer.value.base.repo;
    return await requester.read(ref, route, {}, Repository);
  }

  /** The commits of a comparison, oldest first, at most a thousand. */
  async function compared(ref: RepositoryRef, basehead: string) {
    const commits: Commit[] = [];
    for (let page = 1; page <= comparePages; page += 1) {
      const asked = { basehead, per_page: 100, page };
      const found = await requester.read(ref, `${route}/compare/{basehead}`, asked, Comparison);
      commits.push(...found.commits);
      if (commits.length >= found.total_commits) return { commits, complete: true };
      if (found.commits.length === 0) break;
    }
    return { commits, complete: false };
  }

  async function open(ref: RepositoryRef, order: object): ReturnType<Pulls['openPullRequests']> {
    const asked = { state: 'open', ...order };
    const { items, complete } = await requester.readPages(ref, `${route}/pulls`, asked, PullRequest, openPages);
    return { pullRequests: items.map(pullOf), complete };
  }

  return {
    async repository(ref) {
      const [found, tip] = await Promise.all([
        metadata(ref),
        // HEAD is the default branch, so its name need not be known first; this media type is the bare name.
        requester.read(ref, `${route}/commits/{ref}`, { ref: 'HEAD', mediaType: { format: 'sha' } }, BareSha),
      ]);
      sameRepository(ref, found);
      return {
        defaultBranch: found.default_branch,
        defaultSha: tip,
        owner: accountOf(found.owner),
        private: found.private,
        archived: found.archived,
        htmlUrl: found.html_url,
      };
    },

    async pullRequest(ref, number) {
      const place = placeOf(ref);
      const asked = requester.read(ref, `${route}/pulls/{pull_number}`, { pull_number: number }, PullRequest);
      underWay.set(place, asked);
      try {
        const found = await asked;
        sameRepository(ref, found.base.repo);
        return pullOf(found);
      } finally {
        if (underWay.get(place) === asked) underWay.delete(place);
      }
    },

    async openPullRequestsAt(ref, headSha) {
      // By creation: by update, one could move to a page that was already read while the next are asked for.
      const { pullRequests, complete } = await open(ref, { sort: 'created', direction: 'desc' });
      const byNumber = new Map(pullRequests.map((pull) => [pull.number, pull]));
      const found = [...byNumber.values()].filter((pull) => pull.headSha === headSha);
      if (complete) return found;
      // Beyond the listed ones, GitHub's own index answers for branches of the repository itself.
      const asked = { commit_sha: headSha };
      const more = await requester.readPages(ref, `${route}/commits/{commit_sha}/pulls`, asked, PullRequest, 1);
      const known = new Set(found.map((pull) => pull.number));
      const others = more.items.map(pullOf).filter((pull) => pull.state === 'open' && pull.headSha === headSha);
      return [...found, ...others.filter((pull) => !known.has(pull.number))];
    },

    async commits(ref, number) {
      const asked = { pull_number: number };
      const { items } = await requester.readPages(ref, `${route}/pulls/{pull_number}/commits`, asked, Commit, 3);
      if (items.length < commitCap) return { commits: items.map(commitOf), complete: true };
      // The list ends there without a word; a comparison of the two commits goes on, page by page.
      const pull = await requester.read(ref, `${route}/pulls/{pull_number}`, asked, PullRequest);
      const all = await compared(ref, `${pull.base.sha}...${pull.head.sha}`);
      return { commits: all.commits.map(commitOf), complete: all.complete };
    },

    async mergeBase(ref, base, head) {
      // Names from a pull request are commits, never branches, whose names could hold dots.
      const names = Sha.array().safeParse([base, head]);
      if (!names.success)
        throw new CountersignError('host-refused', `no merge base of ${base} and ${head}: not commits`);
      const basehead = `${base}...${head}`;
      return await mergeBases.get(`${placeOf(ref)} ${basehead}`, async () => {
        const asked = { basehead, per_page: 1 };
        const found = await requester.read(ref, `${route}/compare/{basehead}`, asked, MergeBase);
        return found.merge_base_commit.sha;
      });
    },

    openPullRequests: (ref) => open(ref, { sort: 'updated', direction: 'desc' }),

    async repositoriesOf(installationId) {
      const found = [];
      const nowhere = { installationId, id: 0, owner: '', name: '' };
      for (let page = 1; ; page += 1) {
        const asked = { per_page: 100, page };
        const answer = await requester.read(nowhere, 'GET /installation/repositories', asked, InstallationRepositories);
        found.push(...answer.repositories);
        if (answer.repositories.length === 0 || found.length >= answer.total_count) break;
      }
      return found.map(({ id, name, owner }) => ({ installationId, id, owner: owner.login, name }));
    },

    async mergedWith(ref, commit) {
      const asked = { commit_sha: commit };
      const { items } = await requester.readPages(ref, `${route}/commits/{commit_sha}/pulls`, asked, PullRequest, 1);
      return items.map(pullOf).filter((pull) => pull.merged);
    },
  };
}

const InstallationRepositories = z.object({
  total_count: z.number().int(),
  repositories: z.array(Repository),
});

/**
 * A name can be given to another repository; the id cannot. An id of 0 is one that is not known. GitHub leads from an old
 * name to the new one, also to another owner's: what hangs on the owner (the organisation's policy, its teams) would be
 * asked of the one before.
 */
function sameRepository(ref: RepositoryRef, { id, name, owner }: Pick<Repository, 'id' | 'name' | 'owner'>): void {
  if (ref.id === 0) return;
  const [asked, answered] = [`${ref.owner}/${ref.name}`, `${owner.login}/${name}`];
  if (ref.id !== id) {
    throw new CountersignError(
      'host-refused',
      `${asked} is now another repository (${id}, not ${ref.id}): the one that was meant was renamed or moved.`,
    );
  }
  if (asked.toLowerCase() === answered.toLowerCase()) return;
  throw new CountersignError('host-refused', `${asked} is called ${answered} by now.`);
}

function pullOf(pull: PullRequest): PullRequestState {
  return {
    number: pull.number,
    state: pull.state,
    merged: pull.merged ?? (pull.merged_at ?? null) !== null,
    draft: pull.draft,
    title: pull.title,
    body: pull.body ?? '',
    author: accountOf(pull.user),
    labels: pull.labels.map(({ name }) => name),
    assignees: (pull.assignees ?? []).map(accountOf),
    headSha: pull.head.sha,
    headRef: pull.head.ref,
    headRepositoryId: pull.head.repo?.id ?? null,
    baseSha: pull.base.sha,
    baseRef: pull.base.ref,
    commitCount: pull.commits ?? 0,
  };
}

function commitOf({ sha, commit, author, committer, parents }: Commit): CommitFacts & CommitNode {
  return {
    sha,
    parents: parents.map((parent) => parent.sha),
    message: commit.message,
    authorName: commit.author?.name ?? null,
    authorEmail: commit.author?.email ?? null,
    authorLogin: author?.login ?? null,
    authorId: author?.id ?? null,
    committerEmail: commit.committer?.email ?? null,
    committerId: committer?.id ?? null,
    verified: commit.verification?.verified ?? null,
  };
}
