import { z } from 'zod';
import { digestOf } from '../core/digest.ts';
import type { RepositoryRef } from '../core/host.ts';
import { formatLedgerHead, type LedgerEntry, type Store } from '../core/store.ts';

/** As long as it is remembered where a repository was: ten years, in milliseconds. */
const REMEMBERED_MS = 10 * 365 * 24 * 60 * 60 * 1000;

const Place = z.object({
  installationId: z.number().int(),
  owner: z.string(),
  name: z.string(),
  /** ISO 8601: since when it is in this installation, as far as we saw. */
  since: z.string(),
});
/** Where a repository was seen last. */
export type Place = z.output<typeof Place>;

/** Null for one that was never reviewed. */
export async function knownPlace(repositoryId: number, store: Pick<Store, 'cached'>): Promise<Place | null> {
  const known = Place.safeParse(await store.cached(keyOf(repositoryId)));
  return known.success ? known.data : null;
}

/**
 * Notes where a repository is; called only where GitHub has just answered for it there. One that came from another
 * installation (its owner gave it away, or installed the App anew) goes on in that installation's chain of the ledger:
 * an entry at the end of the old one and an entry in the new one name each other, and the policy, which may be another
 * organisation's, is read again.
 */
export async function notePlace(
  repository: RepositoryRef,
  { store, now }: { readonly store: Store; readonly now: () => number },
): Promise<void> {
  const { id, installationId, owner, name } = repository;
  const before = await knownPlace(id, store);
  const stays = before?.installationId === installationId;
  if (stays && before.owner === owner && before.name === name) return;
  const at = new Date(now()).toISOString();
  if (before !== null && !stays) await enterTransfer(repository, before, at, store);
  const place = { installationId, owner, name, since: stays ? before.since : at };
  await store.cache(keyOf(id), place, new Date(now() + REMEMBERED_MS).toISOString());
}

/** Has the policy of a repository read that is in another installation than before, however many notice it. */
export async function askAfterTransfer(
  repository: RepositoryRef,
  before: Place,
  queue: Pick<Store['queue'], 'send'>,
): Promise<void> {
  const cause = `transfer:${moveOf(repository, before)}`;
  await queue.send(
    `policy-check:${repository.id}:${cause}`,
    { kind: 'policy-check', repository, cause, sender: null },
    { afterMs: 0 },
  );
}

async function enterTransfer(repository: RepositoryRef, before: Place, at: string, store: Store): Promise<void> {
  const { id, installationId } = repository;
  // First of all, so that a death on the way leaves nothing undone: whoever comes next finds the old place still noted.
  await askAfterTransfer(repository, before, store.queue);
  const entry = {
    type: 'transfer',
    effectKey: `transfer:${id}:${moveOf(repository, before)}`,
    repositoryId: id,
    pullRequest: null,
    headSha: null,
    reportCode: null,
    agent: null,
    requester: null,
    actor: null,
    evidenceDigests: [],
    policyDigest: null,
    at,
  } satisfies Omit<LedgerEntry, 'reason' | 'details'>;
  const left = await store.ledger.append(before.installationId, {
    ...entry,
    reason: 'the repository goes on in the chain of another installation',
    details: { to: installationId },
  });
  await store.ledger.append(installationId, {
    ...entry,
    reason: 'the repository comes from the chain of another installation',
    details: { from: before.installationId, fromHead: formatLedgerHead(left) },
  });
}

/** The same for everyone who notices this move, another one for the same way taken later. */
function moveOf({ installationId }: RepositoryRef, before: Place): string {
  return digestOf({ from: before.installationId, since: before.since, to: installationId }).slice(0, 16);
}

function keyOf(repositoryId: number): string {
  return `place:${repositoryId}`;
}
