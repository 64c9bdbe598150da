import { z } from 'zod';
import type { OperatedStore } from '../core/store.ts';
import { knownPlace } from '../review/place.ts';

type ReachStore = Pick<
  OperatedStore,
  'cached' | 'cache' | 'openByRepository' | 'openPullRequests' | 'pullRequest' | 'savePullRequest'
>;

const DAY_MS = 24 * 60 * 60 * 1000;
/** A repository that stayed away for this long was taken from the App on purpose: nobody is told any more. */
const GIVEN_UP_MS = 7 * DAY_MS;
/** As long as the service may be stopped without forgetting since when. */
const KEPT_MS = 30 * DAY_MS;
const KEY = 'out-of-reach';

const OutOfReach = z.array(
  z.object({
    repositoryId: z.number().int(),
    /** `owner/name` where it was seen last; null where that was never noted. */
    name: z.string().nullable(),
    pullRequests: z.number().int(),
    /** Milliseconds since the epoch: the sweep that missed it first, and the latest that did. */
    since: z.number(),
    at: z.number(),
  }),
);
/** Repositories with open pull requests of ours that no installation of the App shows any more. */
export type OutOfReach = z.output<typeof OutOfReach>;

export async function outOfReach(store: Pick<OperatedStore, 'cached'>): Promise<OutOfReach> {
  const known = OutOfReach.safeParse(await store.cached(KEY));
  return known.success ? known.data : [];
}

/**
 * Notes what a whole sweep did not meet: nothing can be judged there, and a check that GitHub shows there says what was
 * true before. After a week its pull requests count as closed here; should it come back, each is reviewed afresh.
 * `suspended`: installations that show nothing for the time being, which is no loss.
 */
export async function noteOutOfReach(
  seen: ReadonlySet<number>,
  suspended: ReadonlySet<number>,
  { store, now }: { readonly store: ReachStore; readonly now: () => number },
): Promise<void> {
  const before = new Map((await outOfReach(store)).map((each) => [each.repositoryId, each]));
  const missed: OutOfReach = [];
  for (const { repositoryId, pullRequests } of await store.openByRepository()) {
    if (seen.has(repositoryId)) continue;
    const place = await knownPlace(repositoryId, store);
    const hidden = place === null ? suspended.size > 0 : suspended.has(place.installationId);
    if (hidden) continue;
    const since = before.get(repositoryId)?.since ?? now();
    if (now() - since >= GIVEN_UP_MS) await closeAll(repositoryId, store);
    else {
      const name = place === null ? null : `${place.owner}/${place.name}`;
      missed.push({ repositoryId, name, pullRequests, since, at: now() });
    }
  }
  if (missed.length > 0 || before.size > 0) {
    await store.cache(KEY, missed, new Date(now() + KEPT_MS).toISOString());
  }
}

async function closeAll(repositoryId: number, store: ReachStore): Promise<void> {
  for (const number of await store.openPullRequests(repositoryId)) {
    const record = await store.pullRequest(repositoryId, number);
    if (record !== null) await store.savePullRequest({ ...record, state: 'closed' });
  }
}
