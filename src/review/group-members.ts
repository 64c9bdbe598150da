import { z } from 'zod';
import type { CommitFacts } from '../core/attribution.ts';
import type { HistoryCommit, QueueEntry, RepositoryRef } from '../core/host.ts';
import type { MergeGroupJob } from '../core/job.ts';
import type { Store } from '../core/store.ts';

/** What is remembered of a group, by its head: the groups behind it in the queue are built on it. */
export const KnownGroup = z.object({
  pullRequest: z.number().int(),
  baseSha: z.string(),
  baseRef: z.string(),
  headRef: z.string(),
  /** `destroyed`: the queue has no more use for it. */
  state: z.enum(['open', 'answered', 'destroyed']),
  checkRunId: z.number().int().nullable(),
});
export type KnownGroup = z.infer<typeof KnownGroup>;

/** A queue lets go of a group long before; the ones behind it need it no longer than that. */
const REMEMBERED_MS = 14 * 24 * 60 * 60 * 1000;

export async function knownGroup(
  repository: RepositoryRef,
  headSha: string,
  store: Pick<Store, 'cached'>,
): Promise<KnownGroup | null> {
  const stored = await store.cached(keyOf(repository, headSha));
  return stored === null ? null : KnownGroup.parse(stored);
}

export async function rememberGroup(
  repository: RepositoryRef,
  headSha: string,
  group: KnownGroup,
  store: Pick<Store, 'cache'>,
  now: number,
): Promise<void> {
  await store.cache(keyOf(repository, headSha), group, new Date(now + REMEMBERED_MS).toISOString());
}

function keyOf(repository: RepositoryRef, headSha: string): string {
  return `merge-group:${repository.id}:${headSha}`;
}

/** Notes that pull requests are in a group. Of several groups that hold one, the last is kept: one leads to the others. */
export async function rememberMembers(
  repository: RepositoryRef,
  numbers: readonly number[],
  headSha: string,
  store: Pick<Store, 'cache'>,
  now: number,
): Promise<void> {
  const until = new Date(now + REMEMBERED_MS).toISOString();
  for (const number of numbers) await store.cache(memberKey(repository, number), headSha, until);
}

/** Head of the last group that a pull request is known to be in. */
export async function groupOfMember(
  repository: RepositoryRef,
  number: number,
  store: Pick<Store, 'cached'>,
): Promise<string | null> {
  const stored = await store.cached(memberKey(repository, number));
  return typeof stored === 'string' ? stored : null;
}

function memberKey(repository: RepositoryRef, number: number): string {
  return `merge-group-of:${repository.id}:${number}`;
}

/** The branch that a group's ref names for itself, and its last pull request; null for another kind of name. */
export function lastOf(job: Pick<MergeGroupJob, 'headRef' | 'baseRef'>): number | null {
  const branch = branchOf(job.baseRef);
  const start = `refs/heads/gh-readonly-queue/${branch}/pr-`;
  if (!job.headRef.startsWith(start)) return null;
  const [, number] = /^([1-9][0-9]{0,9})-(?:[0-9a-f]{40}|[0-9a-f]{64})$/.exec(job.headRef.slice(start.length)) ?? [];
  return number === undefined ? null : Number(number);
}

export function branchOf(ref: string): string {
  return ref.replace(/^refs\/heads\//, '');
}

/** Which pull requests a group is made of, oldest first; `gap` is a sentence where that cannot be told for certain. */
export interface Chain {
  readonly numbers: readonly number[];
  readonly gap: string | null;
}

/** Groups inside one another at most; GitHub's own limit of a queue's build concurrency is 100. */
const DEEPEST = 100;

/**
 * Follows a group down to the branch: its own pull request by the name of its ref (a convention of GitHub's), earlier
 * ones through the groups that it was built on. The queue's own list fills in a group whose delivery was missed, and
 * contradicts what is not so.
 */
export async function chainOf(
  job: MergeGroupJob,
  /** Where the group's history leaves the branch. */
  root: string,
  entries: readonly QueueEntry[] | null,
  known: (headSha: string) => Promise<Pick<KnownGroup, 'pullRequest' | 'baseSha' | 'baseRef'> | null>,
): Promise<Chain> {
  const last = lastOf(job);
  if (last === null) return { numbers: [], gap: `the name ${job.headRef} does not tell its pull request` };
  const numbers = [last];
  let [at, head] = [job.baseSha, job.headSha];
  for (let depth = 0; at !== root; depth += 1) {
    if (depth >= DEEPEST) return { numbers, gap: 'it is built on too many others' };
    const below = (await known(at)) ?? listed(entries, at);
    if (below === null) return { numbers, gap: `nothing is known of the commit ${at} that it is built on` };
    if ('baseRef' in below && below.baseRef !== job.baseRef) {
      return { numbers, gap: `the group ${at} that it is built on is of another branch` };
    }
    numbers.unshift(below.pullRequest);
    [at, head] = [below.baseSha, at];
    const contradicted = contradiction(entries, head, below.pullRequest);
    if (contradicted !== null) return { numbers, gap: contradicted };
  }
  return { numbers, gap: contradiction(entries, job.headSha, last) };
}

function listed(
  entries: readonly QueueEntry[] | null,
  headSha: string,
): { pullRequest: number; baseSha: string } | null {
  const found = entries?.find((entry) => entry.headSha === headSha);
  return found === undefined || found.baseSha === null
    ? null
    : { pullRequest: found.pullRequest, baseSha: found.baseSha };
}

function contradiction(entries: readonly QueueEntry[] | null, headSha: string, number: number): string | null {
  const other = entries?.find((entry) => entry.headSha === headSha && entry.pullRequest !== number);
  return other === undefined
    ? null
    : `GitHub's queue names pull request ${other.pullRequest} where ${number} was expected`;
}

/** Pull requests that wait before this group's own, in the queue's order: a group may hold several of them. */
export function aheadOf(headSha: string, last: number, entries: readonly QueueEntry[] | null): readonly number[] {
  const own = entries?.findIndex((entry) => entry.headSha === headSha || entry.pullRequest === last) ?? -1;
  return own <= 0 ? [] : (entries ?? []).slice(0, own).map((entry) => entry.pullRequest);
}

/** A pull request with what it brings. */
export interface Contribution {
  readonly number: number;
  readonly headSha: string;
  readonly commits: readonly CommitFacts[];
}

/**
 * The commits of a group's history that no member explains, and the members that explain one. A merge is explained by the
 * heads it brings in, a squashed commit by the number that GitHub writes at the end of its subject, a rebased one by the
 * commit it repeats; everything else only by being a member's own commit.
 */
export function accountFor(
  history: readonly HistoryCommit[],
  headSha: string,
  members: readonly Contribution[],
): { readonly unexplained: readonly string[]; readonly seen: ReadonlySet<number> } {
  const bySha = new Map(history.map((commit) => [commit.sha, commit]));
  const spine = new Set<string>();
  for (let at = bySha.get(headSha); at !== undefined && !spine.has(at.sha); at = bySha.get(at.parents[0] ?? ''))
    spine.add(at.sha);

  const own = new Map(members.flatMap(({ number, commits }) => commits.map(({ sha }) => [sha ?? '', number] as const)));
  const heads = new Map(members.map(({ number, headSha: head }) => [head, number]));
  const squashed = new Set<number>();
  const repeated = new Map<string, number[]>();
  for (const { number, commits } of members)
    for (const commit of commits) {
      const key = repetitionKey(commit.message, commit.authorEmail ?? null);
      repeated.set(key, [...(repeated.get(key) ?? []), number]);
    }

  const seen = new Set<number>();
  const unexplained: string[] = [];
  for (const commit of history) {
    const explaining = explainedBy(commit);
    if (explaining.length === 0) unexplained.push(commit.sha);
    for (const number of explaining) seen.add(number);
  }
  return { unexplained, seen };

  function explainedBy(commit: HistoryCommit): readonly number[] {
    const owner = own.get(commit.sha);
    if (owner !== undefined) return [owner];
    if (!spine.has(commit.sha)) return [];
    const [, ...merged] = commit.parents;
    if (merged.length > 0) {
      const numbers = merged.flatMap((parent) => heads.get(parent) ?? []);
      return numbers.length === merged.length ? numbers : [];
    }
    const number = Number(/ \(#([1-9][0-9]{0,9})\)$/.exec(commit.message.split('\n', 1)[0] ?? '')?.[1] ?? 0);
    // One each: a second commit that names the same pull request is not the queue's.
    if (members.some((member) => member.number === number) && !squashed.has(number)) {
      squashed.add(number);
      return [number];
    }
    const again = repeated.get(repetitionKey(commit.message, commit.authorEmail))?.shift();
    return again === undefined ? [] : [again];
  }
}

function repetitionKey(message: string, authorEmail: string | null): string {
  return JSON.stringify([message, authorEmail]);
}
