import { z } from 'zod';
import type { BranchCommit, BranchHost, IssueHost } from '../core/host.ts';
import { isGone } from './failure.ts';
import type { OctokitLike, Requester } from './request.ts';
import { requirementOf } from './required-check.ts';
import { Comparison, Sha } from './schema.ts';

/** GitHub REST, "Compare two commits": 250 commits at most in an answer that is not paged. */
const COMPARED = 250;

/**
 * The committer of what GitHub makes itself, on its web pages and behind the merge button; it alone signs for this
 * address (GitHub docs, "About commit signature verification").
 */
const GITHUB = 'noreply@github.com';

const Issue = z.object({
  number: z.number().int(),
  state: z.string(),
  body: z.string().nullish(),
  performed_via_github_app: z.object({ id: z.number().int() }).nullish(),
});

const issues = '/repos/{owner}/{repo}/issues';

/** What a guarded branch is asked for when something reached it, and the one issue that tells of it. */
export function createBranches(
  requester: Requester,
  octokit: (installationId: number) => Promise<OctokitLike>,
  appId: number,
): Omit<BranchHost, 'mergedWith'> & IssueHost {
  return {
    async firstParents(ref, before, after) {
      const names = Sha.array().safeParse([before, after]);
      if (!names.success) return { commits: [], complete: false };
      const asked = { basehead: `${before}...${after}`, per_page: COMPARED };
      const route = 'GET /repos/{owner}/{repo}/compare/{basehead}';
      const { commits, total_commits } = await requester.read(ref, route, asked, Comparison);
      const bySha = new Map(commits.map((commit) => [commit.sha, commit]));
      const line: BranchCommit[] = [];
      for (let at = bySha.get(after); at !== undefined; at = bySha.get(at.parents[0]?.sha ?? '')) {
        const { verification, committer } = at.commit;
        line.push({
          sha: at.sha,
          parents: at.parents.map(({ sha }) => sha),
          byGitHub: verification?.verified === true && committer?.email === GITHUB,
        });
        bySha.delete(at.sha);
      }
      return { commits: line, complete: total_commits <= commits.length };
    },

    async requiresCheck(ref, branch, name) {
      const place = { owner: ref.owner, repo: ref.name, branch };
      const found = await requirementOf(await octokit(ref.installationId), place, { name, appId });
      if (found.state === 'unreadable') return 'unknown';
      return found.state === 'not-required' ? 'not-required' : 'required';
    },

    async openIssue(ref, title, body) {
      return (await requester.write(ref, `POST ${issues}`, { title, body }, Issue)).number;
    },

    async ownIssue(ref, marker) {
      const asked = { state: 'open', sort: 'created', direction: 'desc' };
      const { items } = await requester.readPages(ref, `GET ${issues}`, asked, Issue, 3);
      // Anyone can write the marker; only we write through our App.
      const own = items.find((each) => each.performed_via_github_app?.id === appId && each.body?.includes(marker));
      return own?.number ?? null;
    },

    async updateIssue(ref, number, body) {
      const one = `${issues}/{issue_number}`;
      try {
        const found = await requester.read(ref, `GET ${one}`, { issue_number: number }, Issue);
        if (found.state !== 'open' || found.performed_via_github_app?.id !== appId) return false;
        if (found.body !== body) await requester.write(ref, `PATCH ${one}`, { issue_number: number, body }, Issue);
        return true;
      } catch (error) {
        if (isGone(error)) return false;
        throw error;
      }
    },
  };
}
