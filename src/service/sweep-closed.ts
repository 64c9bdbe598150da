import { CountersignError } from '../core/errors.ts';
import type { Host, PullRequestState, RepositoryRef } from '../core/host.ts';
import type { Store } from '../core/store.ts';

/** What is needed to find pull requests that were closed while nobody listened. */
export interface ClosedParts {
  readonly host: Pick<Host, 'pullRequest'>;
  readonly store: Pick<Store, 'openPullRequests' | 'cached' | 'cache'> & {
    readonly queue: Pick<Store['queue'], 'send'>;
  };
  readonly now: () => number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Finds pull requests that we hold for open and that GitHub does not list among the open ones, and has them closed here
 * as their lost delivery would have had: the green is withdrawn, a merge without it is written down, and the packages of
 * a merged one are watched from then on. At most `limit` are looked at; returns how many were.
 */
export async function sweepClosed(
  repository: RepositoryRef,
  listed: readonly PullRequestState[],
  limit: number,
  { host, store, now }: ClosedParts,
): Promise<number> {
  const open = new Set(listed.map(({ number }) => number));
  const today = Math.floor(now() / DAY_MS);
  let looked = 0;
  for (const number of await store.openPullRequests(repository.id)) {
    if (open.has(number)) continue;
    if (looked >= limit) break;
    // Open after all (opened a moment ago, or past the end of GitHub's list) or gone: not asked for at every sweep.
    const note = `sweep-open:${repository.id}:${number}`;
    if ((await store.cached(note)) !== null) continue;
    looked += 1;
    const state = await stateOf(number);
    if (state === null || state.state === 'open') {
      await store.cache(note, true, new Date(now() + DAY_MS).toISOString());
      continue;
    }
    await store.queue.send(
      `sweep-closed:${repository.id}:${number}:${state.headSha}:${today}`,
      { kind: 'closed', repository, pullRequest: number, headSha: state.headSha, merged: state.merged, sender: null },
      { afterMs: 0 },
    );
  }
  return looked;

  /** Null for one that GitHub does not show: the others must not wait for it. */
  async function stateOf(number: number): Promise<PullRequestState | null> {
    try {
      return await host.pullRequest(repository, number);
    } catch (error) {
      if (error instanceof CountersignError && error.code === 'host-refused') return null;
      throw error;
    }
  }
}
