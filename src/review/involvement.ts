import { digestOf } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
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
    const merge = (commit.parents ?? 1) > 1;
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

/** Pushes that no delivery told us of, from the repository's own record. */
async function unseenPushers(
  { repository, pullRequest }: Ground,
  ports: Ports,
): Promise<{ readonly people: readonly InterestedPerson[]; readonly unknown: boolean }> {
  if (pullRequest.headRepositoryId !== repository.id) return { people: [], unknown: true };
  const pushes = await ports.host.pushes(repository, pullRequest.headRef);
  const last = pushes.find((push) => push.after === pullRequest.headSha);
  if (last === undefined || last.actor === null) return { people: [], unknown: true };
  return { people: [{ ...pick(last.actor), why: 'pushed' }], unknown: false };
}

function pick({ id, login }: { readonly id: number; readonly login: string }): { id: number; login: string } {
  return { id, login };
}

function withoutRepeats(people: readonly InterestedPerson[]): InterestedPerson[] {
  const byId = new Map<number, InterestedPerson>();
  for (const person of people) if (!byId.has(person.id)) byId.set(person.id, person);
  return [...byId.values()];
}
