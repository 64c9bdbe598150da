import { digestOf } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import type { PushState } from '../core/host.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { InterestedPerson, PullRequestRecord } from '../core/store.ts';
import type { Ports } from '../ports.ts';
import type { Ground, ReviewJob } from './ground.ts';

/** Digest of what the change itself leaves in its files. An update from the base leaves it as it was. */
export function diffDigestOf(snapshot: Snapshot): string {
  const files = snapshot.files.map(({ path, status, head }) => [path, status, head?.sha ?? null, head?.mode ?? null]);
  return digestOf(files.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)));
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
  const { latest, pullRequest } = ground;
  const atHead = job.headSha === pullRequest.headSha ? diffDigest : null;
  const after = atHead ?? (await diffDigestAt(job.headSha, ground, ports));
  const before =
    latest?.report.headSha === job.beforeSha
      ? latest.report.diffDigest
      : await diffDigestAt(job.beforeSha, ground, ports);
  return before === null || after === null || before !== after;
}

async function diffDigestAt(head: string, { repository, pullRequest }: Ground, ports: Ports): Promise<string | null> {
  try {
    const mergeBase = await ports.host.mergeBase(repository, pullRequest.baseSha, head);
    return diffDigestOf(await ports.host.snapshot(repository, mergeBase, head));
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

async function changesDiff(before: string, after: string, ground: Ground, ports: Ports): Promise<boolean> {
  const [old, next] = await Promise.all([diffDigestAt(before, ground, ports), diffDigestAt(after, ground, ports)]);
  return old === null || next === null || old !== next;
}

function pick({ id, login }: { readonly id: number; readonly login: string }): { id: number; login: string } {
  return { id, login };
}

function withoutRepeats(people: readonly InterestedPerson[]): InterestedPerson[] {
  const byId = new Map<number, InterestedPerson>();
  for (const person of people) if (!byId.has(person.id)) byId.set(person.id, person);
  return [...byId.values()];
}
