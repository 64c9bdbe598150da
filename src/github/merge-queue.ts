import { z } from 'zod';
import type { HistoryCommit, MergeQueueHost } from '../core/host.ts';
import { isGone, statusOf } from './failure.ts';
import type { Requester } from './request.ts';
import { BareSha, Commit, Sha } from './schema.ts';

/** A hundred commits each. */
const MOST_PAGES = 10;

const CommitPage = z.object({
  total_commits: z.number().int(),
  commits: z.array(Commit),
});

const Oid = z.object({ oid: Sha }).nullable();
/** GraphQL, object `MergeQueueEntry`. Errors come with status 200, beside or in place of the data. */
const Queue = z.object({
  errors: z.array(z.object({ message: z.string() })).optional(),
  data: z
    .object({
      repository: z
        .object({
          mergeQueue: z
            .object({
              entries: z.object({
                nodes: z.array(
                  z.object({
                    position: z.number().int(),
                    headCommit: Oid,
                    baseCommit: Oid,
                    pullRequest: z.object({ number: z.number().int() }).nullable(),
                  }),
                ),
              }),
            })
            .nullable(),
        })
        .nullable(),
    })
    .nullish(),
});

const QUERY = `query ($owner: String!, $name: String!, $branch: String!) {
  repository(owner: $owner, name: $name) {
    mergeQueue(branch: $branch) {
      entries(first: 100) { nodes { position headCommit { oid } baseCommit { oid } pullRequest { number } } }
    }
  }
}`;

/** What a merge queue is told by. `graphqlUrl`: where GraphQL is asked. */
export function createMergeQueue(requester: Requester, graphqlUrl: string): MergeQueueHost {
  return {
    branchTip(ref, branch) {
      const asked = { ref: `heads/${branch}`, mediaType: { format: 'sha' } };
      return requester.read(ref, 'GET /repos/{owner}/{repo}/commits/{ref}', asked, BareSha);
    },

    async commitsBetween(ref, base, head) {
      const commits: HistoryCommit[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const asked = { basehead: `${base}...${head}`, per_page: 100, page };
        const found = await requester.read(ref, 'GET /repos/{owner}/{repo}/compare/{basehead}', asked, CommitPage);
        commits.push(
          ...found.commits.map(({ sha, parents, commit }) => ({
            sha,
            parents: parents.map((parent) => parent.sha),
            message: commit.message,
            authorEmail: commit.author?.email ?? null,
          })),
        );
        if (commits.length >= found.total_commits) return { commits, complete: true };
        if (found.commits.length === 0) break;
      }
      return { commits, complete: false };
    },

    async mergeQueue(ref, branch) {
      const variables = { owner: ref.owner, name: ref.name, branch };
      try {
        const { data } = await requester.read(ref, `POST ${graphqlUrl}`, { query: QUERY, variables }, Queue);
        const entries = data?.repository?.mergeQueue?.entries.nodes ?? null;
        if (entries === null) return null;
        return entries
          .sort((a, b) => a.position - b.position)
          .flatMap(({ headCommit, baseCommit, pullRequest }) =>
            pullRequest === null
              ? []
              : [
                  {
                    pullRequest: pullRequest.number,
                    headSha: headCommit?.oid ?? null,
                    baseSha: baseCommit?.oid ?? null,
                  },
                ],
          );
      } catch (error) {
        // An App without the permission, or a server without merge queues: there is only the convention then.
        if (isGone(error) || statusOf(error) === 403) return null;
        throw error;
      }
    },
  };
}

/** Where GraphQL is asked, for the API's address as the operator gave it; Enterprise Server has it beside `/api/v3`. */
export function graphqlUrlOf(apiUrl: string | null): string {
  if (apiUrl === null) return '/graphql';
  const base = apiUrl.replace(/\/+$/, '');
  return base.endsWith('/api/v3') ? `${base.slice(0, -'/v3'.length)}/graphql` : `${base}/graphql`;
}
