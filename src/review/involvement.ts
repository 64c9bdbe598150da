import { digestOf } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import type { PushState } from '../core/host.ts';
import type { BlobRef, Snapshot } from '../core/snapshot.ts';
import type { InterestedPerson, PullRequestRecord } from '../core/store.ts';
import type { Ports } from '../ports.ts';
import type { Ground, ReviewJob } from './ground.ts';
import { isSamePatch } from './own-patch.ts';

/**
 * Digest of what the change itself does to its files, base and all: what an update from the base leaves as it was, where
 * the base did not touch those files. A change that could not be listed in full equals nothing.
 */
export function diffDigestOf({ files, unread, headSha }: Snapshot): string {
  const changes = files.map(({ path, status, base, head }) => [path, status, ...contentOf(base), ...contentOf(head)]);
  changes.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
  return digestOf(unread.length === 0 ? changes : { changes, headSha });
}

function contentOf(blob: BlobRef | null): readonly (string | null)[] {
  return [blob?.sha ?? null, blob?.mode ?? null];
}

/**
 * Who has a hand in the change, by id: its author, who opened or reopened it, who pushed to its own diff, and the
 * authors of commits whose signature GitHub verified. Nobody is ever taken off the list. `diffDigest` is the live
 * head's, or null where it was not computed.
 */
export async function involve(
  job: ReviewJob,
  ground: Ground,
  diffDigest: string | null,
  ports: Ports,
): Promise<Pick<PullRequestRecord, 'interested' | 'unknownPusher'>> {
  const { pullRequest, record, commits } = ground;
  const people: InterestedPerson[] = [...record.interested, { ...pick(pullRequest.author), why: 'author' }];

  if (job.sender !== null && job.cause === 'pull_request.opened') people.push({ ...pick(job.sender), why: 'opened' });
  if (job.sender !== null && job.cause === 'pull_request.reopened')
    people.push({ ...pick(job.sender), why: 'reopened' });
  for (const commit of commits) {
    // A merge says who brought the base in; if it also changed the diff, whoever pushed it is on the list for that.
    const merge = commit.parents.length > 1;
    if (commit.verified !== true || merge || typeof commit.authorId !== 'number') continue;
    people.push({ id: commit.authorId, login: commit.authorLogin ?? '', why: 'committed' });
  }

  const pushed = job.sender !== null && job.cause === 'pull_request.synchronize';
  if (pushed && job.sender !== null && (await changedOwnDiff(job, ground, diffDigest, ports))) {
    people.push({ ...pick(job.sender), why: 'pushed' });
  }
  const explained = job.headSha === pullRequest.headSha || record.headSha === pullRequest.headSha;
  const gap = explained ? { people: [], unknown: false } : await unseenPushers(ground, ports);
  return {
    interested: withoutRepeats([...people, ...gap.people]),
    unknownPusher: record.unknownPusher || gap.unknown,
  };
}

/** Whether a push changed what the pull request itself changes. Where that cannot be told, it did. */
async function changedOwnDiff(
  job: ReviewJob,
  ground: Ground,
  diffDigest: string | null,
  ports: Ports,
): Promise<boolean> {
  if (job.beforeSha === null || job.headSha === null) return true;
  const { latest, pullRequest, mergeBase } = ground;
  if (diffDigest !== null && latest?.report.headSha === job.beforeSha && job.headSha === pullRequest.headSha) {
    if (latest.report.diffDigest === diffDigest) return false;
    // The base stayed where it was: what differs is the pusher's own.
    if (latest.report.mergeBase === mergeBase) return true;
  }
  return changesDiff(job.beforeSha, job.headSha, ground, ports);
}

async function changesDiff(before: string, after: string, ground: Ground, ports: Ports): Promise<boolean> {
  const [old, next] = await Promise.all([changeAt(before, ground, ports), changeAt(after, ground, ports)]);
  if (old === null || next === null) return true;
  return diffDigestOf(old) !== diffDigestOf(next) && !(await isSamePatch(old, next));
}

async function changeAt(head: string, { repository, pullRequest }: Ground, ports: Ports): Promise<Snapshot | null> {
  try {
    const mergeBase = await ports.host.mergeBase(repository, pullRequest.baseSha, head);
    return await ports.host.snapshot(repository, mergeBase, head);
  } catch (error) {
    // A commit that was pushed away may be gone for good: then nobody can show that the push changed nothing.
    if (error instanceof CountersignError && error.code === 'host-refused') return null;
    throw error;
  }
}

/** So many unseen pushes are looked at one by one; of more, every sender has a hand in the change. */
const LOOKED_AT = 10;

/** Pushes that no delivery told us of, from the repository's own record: back to the head that was known. */
async function unseenPushers(
  ground: Ground,
  ports: Ports,
): Promise<{ readonly people: readonly InterestedPerson[]; readonly unknown: boolean }> {
  const { repository, pullRequest, record } = ground;
  if (pullRequest.headRepositoryId !== repository.id) return { people: [], unknown: true };
  const pushes = await ports.host.pushes(repository, pullRequest.headRef);
  const { chain, complete } = chainOf(pushes, record.headSha, pullRequest.headSha);
  const people: InterestedPerson[] = [];
  let unknown = !complete;
  for (const { before, after, actor } of chain) {
    const changed = chain.length > LOOKED_AT || (await changesDiff(before, after, ground, ports));
    if (!changed) continue;
    if (actor === null) unknown = true;
    else people.push({ ...pick(actor), why: 'pushed' });
  }
  return { people, unknown };
}

/** The pushes that led from one head to another, newest first; `complete` where none is missing between them. */
export function chainOf(
  pushes: readonly PushState[],
  from: string,
  to: string,
): { readonly chain: readonly PushState[]; readonly complete: boolean } {
  const chain: PushState[] = [];
  let at = to;
  while (at !== from) {
    const push = pushes.find((each) => each.after === at && !chain.includes(each));
    if (push === undefined) return { chain, complete: false };
    chain.push(push);
    at = push.before;
  }
  return { chain, complete: true };
}

function pick({ id, login }: { readonly id: number; readonly login: string }): { id: number; login: string } {
  return { id, login };
}

function withoutRepeats(people: readonly InterestedPerson[]): InterestedPerson[] {
  const byId = new Map<number, InterestedPerson>();
  for (const person of people) if (!byId.has(person.id)) byId.set(person.id, person);
  return [...byId.values()];
}
