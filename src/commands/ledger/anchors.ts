import { z } from 'zod';
import { CountersignError, messageOf } from '../../core/errors.ts';
import { CountersignOctokit } from '../../github/octokit.ts';

/** Pull requests whose head's check runs are read: the most recently updated. */
const PULL_REQUESTS = 100;

const Pulls = z.array(z.object({ head: z.object({ sha: z.string() }) }));
const Runs = z.object({
  check_runs: z.array(z.object({ name: z.string(), output: z.object({ summary: z.string().nullish() }).nullish() })),
});

/**
 * The heads of the ledger that check runs print, of the most recently updated pull requests: an anchor that the
 * database's owner cannot reach. Throws `bad-usage` where GitHub does not show them with this token.
 */
export async function printedHeads(
  { owner, name: repo }: { readonly owner: string; readonly name: string },
  { token, apiUrl }: { readonly token: string; readonly apiUrl: string | null },
): Promise<readonly string[]> {
  const octokit = new CountersignOctokit({ auth: { token }, ...(apiUrl === null ? {} : { baseUrl: apiUrl }) });
  const heads = new Set<string>();
  try {
    const asked = { owner, repo, state: 'all', sort: 'updated', direction: 'desc', per_page: PULL_REQUESTS } as const;
    const { data } = await octokit.request('GET /repos/{owner}/{repo}/pulls', asked);
    for (const sha of new Set(Pulls.parse(data).map((pull) => pull.head.sha))) {
      const all = { owner, repo, ref: sha, filter: 'all', per_page: 100 } as const;
      const found = await octokit.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', all);
      for (const { name, output } of Runs.parse(found.data).check_runs) {
        if (!/^countersign(?:$| )/.test(name)) continue;
        const printed = /ledger head `?([1-9][0-9]{0,14}:[0-9a-f]{64})\b/.exec(output?.summary ?? '')?.[1];
        if (printed !== undefined) heads.add(printed);
      }
    }
  } catch (error) {
    throw new CountersignError('bad-usage', `The check runs of ${owner}/${repo} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  return [...heads];
}
