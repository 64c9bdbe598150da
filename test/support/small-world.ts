import { rulesById } from '../../detectors/index.ts';
import type { Account, Attribution } from '../../src/core/attribution.ts';
import { sha256 } from '../../src/core/digest.ts';
import { CountersignError } from '../../src/core/errors.ts';
import type { CheckRunState, CheckRunUpdate, CommentState, Host, Rank, RepositoryRef } from '../../src/core/host.ts';
import type { Inspector } from '../../src/core/inspection.ts';
import type { Job } from '../../src/core/job.ts';
import type { SignOff } from '../../src/core/signoff.ts';
import type { LedgerEntry, PullRequestRecord, Store, StoredReview } from '../../src/core/store.ts';
import { appliedPolicy } from '../../src/policy/resolve.ts';
import type { Ports } from '../../src/ports.ts';
import { createPorts } from '../../src/service/ports.ts';
import { work } from '../../src/work.ts';
import { snapshotOf } from './memory-snapshot.ts';

/** Small fakes of GitHub, the store and the detectors around the real stories: for tests of thousands of cases. */

export const REPOSITORY: RepositoryRef = { installationId: 1, id: 10, owner: 'acme', name: 'shop' };
export const NUMBER = 7;
export const START = Date.parse('2026-06-01T12:00:00Z');

export interface Person extends Account {
  readonly rank: Rank;
  readonly roleName?: string;
  /** False for somebody who only reads what is public. */
  readonly collaborator?: boolean;
  readonly teams?: readonly string[];
}

export function person(id: number, login: string, rank: Rank, more: Partial<Person> = {}): Person {
  return { id, login, type: 'User', rank, ...more };
}

interface Run extends CheckRunState {
  readonly update: CheckRunUpdate | null;
}

export interface SmallWorldOptions {
  readonly people: readonly Person[];
  readonly author: Person;
  readonly attribution: Attribution;
  readonly policy?: string;
  /** The real store, whose queue is driven by the test all the same. */
  readonly store?: Store;
  readonly repository?: RepositoryRef;
  readonly ownedByPerson?: Person;
}

/** A line `flaw <rule> <token>` in a file is a finding of that rule, whose evidence is the token and the path. */
const inspector: Inspector = {
  async inspect({ files }) {
    const detections = files.flatMap(({ path, before, after }) => {
      const old = new Set((before?.text ?? '').split('\n'));
      return (after?.text ?? '').split('\n').flatMap((line, index) => {
        const [, ruleId = '', token = ''] = /^flaw (\S+) (.+)$/.exec(line) ?? [];
        if (ruleId === '' || old.has(line)) return [];
        const place = { path, startLine: index + 1, endLine: index + 1 };
        const evidence = { path, token };
        return [
          {
            ruleId,
            message: `${ruleId} here`,
            locations: [place] as [typeof place],
            fingerprint: `${ruleId} ${token}`,
            evidence,
          },
        ];
      });
    });
    return { detections, unread: [] };
  },
  async close() {},
};

/** What every call says after `crashAfter`, until the restart. */
class Killed extends Error {}

export function createSmallWorld(options: SmallWorldOptions) {
  const repository = options.repository ?? REPOSITORY;
  /** Calls left before the process dies; null while nobody kills it. */
  let fuse: number | null = null;
  let clock = START;
  let words = 0;
  let ids = 0;
  let heads = 1;
  let policyText = options.policy ?? '';
  let sha = shaOf(heads);
  const files = new Map<string, Readonly<Record<string, string>>>([[sha, {}]]);
  const comments = new Map<number, CommentState>();
  const runs = new Map<number, Run>();
  const queue: Queued[] = [];
  let commits: { readonly authorId: number; readonly login: string }[] = [];
  const pull = { state: 'open' as 'open' | 'closed', merged: false, title: 'A change', baseRef: 'main' };
  const roles = new Map(options.people.map((each) => [each.login, each]));
  const owner: Account = options.ownedByPerson ?? { id: 1, login: 'acme', type: 'Organization' };

  const pullRequest = () => ({
    number: NUMBER,
    state: pull.state,
    merged: pull.merged,
    draft: false,
    title: pull.title,
    body: '',
    author: account(options.author),
    labels: [],
    assignees: [],
    headSha: sha,
    headRef: 'feature',
    headRepositoryId: repository.id,
    baseSha: 'b'.repeat(40),
    baseRef: pull.baseRef,
    commitCount: commits.length,
  });

  const host: Partial<Host & Ports['host']> = {
    repository: async () => ({
      defaultBranch: 'main',
      defaultSha: 'b'.repeat(40),
      owner,
      private: false,
      archived: false,
      htmlUrl: 'https://github.example/acme/shop',
    }),
    pullRequest: async () => pullRequest(),
    openPullRequestsAt: async () => (pull.state === 'open' ? [pullRequest()] : []),
    commits: async () => ({
      complete: true,
      commits: commits.map(({ authorId, login }, index) => ({
        sha: shaOf(900 + index),
        parents: [shaOf(899 + index)],
        message: 'work\n\nCo-authored-by: Cora <cora@users.noreply.github.com>',
        authorName: login,
        authorEmail: null,
        authorLogin: login,
        authorId,
        verified: true,
      })),
    }),
    mergeBase: async () => 'b'.repeat(40),
    snapshot: async (_ref, _base, head) => {
      const change = snapshotOf({}, files.get(head) ?? {});
      return { ...change, headSha: head };
    },
    history: async () =>
      ({ files: [], unread: [], maxBlobs: 0, read: async () => ({ state: 'missing' as const }) }) as never,
    tree: () => snapshotOf({}, {}).base,
    startCheckRun: async (_ref, start) => {
      const known = [...runs.values()].find(
        (run) => run.externalId === start.externalId && run.headSha === start.headSha,
      );
      if (known !== undefined) return known;
      ids += 1;
      const run: Run = {
        id: ids,
        name: start.name,
        headSha: start.headSha,
        externalId: start.externalId,
        status: 'in_progress',
        conclusion: null,
        htmlUrl: null,
        update: null,
      };
      runs.set(run.id, run);
      return run;
    },
    checkRun: async (_ref, id) => runs.get(id) ?? null,
    checkRuns: async (_ref, head) => [...runs.values()].filter((run) => run.headSha === head).reverse(),
    updateCheckRun: async (_ref, id, update) => {
      const run = runs.get(id);
      if (run === undefined) throw new Error(`no run ${id}`);
      const done = update.conclusion !== undefined;
      runs.set(id, {
        ...run,
        update,
        status: done ? 'completed' : 'in_progress',
        conclusion: update.conclusion ?? null,
      });
    },
    comment: async (_ref, id) => comments.get(id) ?? null,
    ownComments: async (_ref, _number, marker) =>
      [...comments.values()].filter((each) => each.viaAppId === 99 && each.body.includes(marker)),
    createComment: async (_ref, _number, body) =>
      addComment({ id: 9000, login: 'countersign[bot]', type: 'Bot' }, body, 99),
    updateComment: async (_ref, id, body) => {
      const known = comments.get(id);
      if (known === undefined) throw new CountersignError('host-refused', 'no such comment');
      const next = { ...known, body };
      comments.set(id, next);
      return next;
    },
    permission: async (_ref, login) => {
      const found = roles.get(login);
      if (found === undefined) throw new CountersignError('host-refused', `no ${login}`);
      return { account: account(found), rank: found.rank, roleName: found.roleName ?? found.rank };
    },
    isCollaborator: async (_ref, login) => roles.get(login)?.collaborator !== false,
    collaborators: async (_ref, rank) => ({
      complete: true,
      accounts: [...roles.values()].filter((each) => RANKS.indexOf(each.rank) >= RANKS.indexOf(rank)).map(account),
    }),
    pushes: async () => [],
    isTeamMember: async (_ref, team, login) => roles.get(login)?.teams?.includes(team) === true,
    mergeQueue: async () => null,
    requiresCheck: async () => 'not-required' as const,
  };

  const memory = memoryStore(queue, () => clock);
  const stored = { ...memory, ...options.store, queue: memory.queue } as unknown as Store;
  const store: Store = { ...mortal(stored), ledger: mortal(stored.ledger), queue: mortal(stored.queue) };
  const parts = {
    host: mortal(host),
    store,
    policy: async () =>
      appliedPolicy({ organisation: null, repository: { text: policyText, label: 'policy' }, base: null }, clock),
    log: (level: string, message: string, fields: unknown) => {
      if (level === 'error' && fuse === null) throw new Error(`${message}: ${JSON.stringify(fields)}`);
    },
    changes: async () => ({ changes: [], unread: [], baseNames: new Set<string>() }),
    evidence: { registryHosts: [], gather: async () => [] },
    baseRoutes: async () => [],
    inspector,
    concerns: () => true,
    isText: () => true,
    dependencyDetectors: [],
    rules: rulesById(),
    now: () => clock,
  } as unknown as Parameters<typeof createPorts>[0];
  const ports: Ports = {
    ...createPorts(parts),
    attribute: () => options.attribution,
    word: (length: number) => {
      words += 1;
      return words.toString(36).padStart(length, '0');
    },
  };

  /** The same functions, each of which may be the last that the process calls. */
  function mortal<T extends object>(part: T): T {
    return new Proxy(part, {
      get(target, key, receiver) {
        const found: unknown = Reflect.get(target, key, receiver);
        if (typeof found !== 'function') return found;
        return (...given: unknown[]) => {
          if (fuse !== null && fuse <= 0) throw new Killed();
          if (fuse !== null) fuse -= 1;
          return Reflect.apply(found, target, given) as unknown;
        };
      },
    });
  }

  function addComment(author: Account, body: string, viaAppId: number | null): CommentState {
    ids += 1;
    const at = new Date(clock).toISOString();
    const comment = { id: ids, body, author: account(author), viaAppId, createdAt: at, updatedAt: at, htmlUrl: null };
    comments.set(comment.id, comment);
    return comment;
  }

  async function run(job: Job, id: string = crypto.randomUUID()): Promise<void> {
    for (let earlierStarts = 0; ; earlierStarts += 1) {
      try {
        await work({ id, job, earlierStarts }, ports, new AbortController().signal);
        fuse = null;
        return;
      } catch (error) {
        // The process died: another one starts, and the queue hands it the same job.
        if (!(error instanceof Killed) || fuse === null) throw error;
        fuse = null;
      }
    }
  }

  async function review(cause: string, sender: Person | null, beforeSha: string | null): Promise<void> {
    await run({
      kind: 'review',
      repository,
      pullRequest: NUMBER,
      cause,
      sender,
      headSha: sha,
      beforeSha,
      attempt: 0,
    });
  }

  const world = {
    ports,
    queue,
    comments,
    head: () => sha,
    /** Somebody's rank becomes another, as an admin of the repository would change it. */
    rank(of: Person, rank: Rank) {
      roles.set(of.login, { ...of, rank });
    },
    policy: (text: string) => {
      policyText = text;
    },
    commit: (by: Person) => {
      commits = [...commits, { authorId: by.id, login: by.login }];
    },
    write(content: Readonly<Record<string, string>>) {
      heads += 1;
      sha = shaOf(heads);
      files.set(sha, content);
    },
    open: (by: Person) => review('pull_request.opened', by, null),
    recheck: () => review('recheck', null, null),
    async push(content: Readonly<Record<string, string>>, by: Person) {
      const before = sha;
      world.write(content);
      await review('pull_request.synchronize', by, before);
    },
    async edit(title: string, by: Person) {
      pull.title = title;
      await review('pull_request.edited', by, null);
    },
    async merge(by: Person) {
      pull.state = 'closed';
      pull.merged = true;
      await run({
        kind: 'closed',
        repository,
        pullRequest: NUMBER,
        headSha: sha,
        merged: true,
        sender: account(by),
      });
    },
    /** Writes a comment, and the job of its delivery. */
    say(body: string, by: Person, viaAppId: number | null = null): { readonly id: number; readonly job: Job } {
      const comment = addComment(by, body, viaAppId);
      return {
        id: comment.id,
        job: {
          kind: 'command',
          repository,
          pullRequest: NUMBER,
          commentId: comment.id,
          sender: account(by),
          bodyDigest: sha256(body),
        },
      };
    },
    change(id: number, body: string) {
      const known = comments.get(id);
      if (known !== undefined) comments.set(id, { ...known, body, updatedAt: new Date(clock + 1000).toISOString() });
    },
    remove: (id: number) => comments.delete(id),
    run,
    press: (identifier: string, by: Person, checkRunId = world.newest().id) =>
      run({ kind: 'press', repository, checkRunId, headSha: sha, identifier, sender: account(by) }),
    /** The process dies after so many calls to GitHub or the store, and is started again. */
    crashAfter(calls: number) {
      fuse = calls;
    },
    /** Runs what the queue has for now, and what that asks for. */
    async settle() {
      for (let jobs = 0; jobs < 200; jobs += 1) {
        const index = queue.findIndex((each) => each.at <= clock);
        const [due] = index < 0 ? [] : queue.splice(index, 1);
        if (due === undefined) return;
        await run(due.job, due.id);
      }
      throw new Error('the queue does not come to rest');
    },
    later(ms: number) {
      clock += ms;
    },
    setTitle(title: string) {
      pull.title = title;
    },
    republish: () => run({ kind: 'republish', repository, pullRequest: NUMBER, cause: 'expired' }),
    /** What GitHub would show and go by: the newest run of the head. */
    newest(): Run {
      const found = [...runs.values()].findLast((each) => each.headSha === sha);
      if (found === undefined) throw new Error('no run on the head');
      return found;
    },
    runs: () => [...runs.values()],
    buttons: () => world.newest().update?.actions ?? [],
    latest: async (): Promise<StoredReview> => {
      const found = await stored.latestReview(repository.id, NUMBER);
      if (found === null) throw new Error('no review');
      return found;
    },
    signOffs: () => stored.signOffs(repository.id, NUMBER),
    replies: () =>
      [...comments.values()].filter((each) => each.viaAppId === 99 && !each.body.includes('countersign:sticky')),
    /** The part of the store that is remembered here; shared by worlds that are "restarted". */
    memory,
  };
  return world;
}

const RANKS: readonly Rank[] = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];

function account({ id, login, type }: Account): Account {
  return { id, login, type };
}

function shaOf(number: number): string {
  return number.toString(16).padStart(40, '0');
}

/** The store in memory; entries of the ledger are kept as they came, the chain is the real store's business. */
interface Queued {
  readonly id: string;
  readonly job: Job;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

function memoryStore(queue: Queued[], now: () => number) {
  const known = new Set<string>();
  const pulls = new Map<number, PullRequestRecord>();
  const reviews: StoredReview[] = [];
  const signOffs = new Map<string, SignOff>();
  const effects = new Map<string, string | null>();
  const cache = new Map<string, unknown>();
  const entries: LedgerEntry[] = [];
  const ledgerHead = () => ({ sequence: entries.length, hash: sha256(String(entries.length)) });
  return {
    entries,
    reviews,
    queue: {
      send: async (id: string, job: Job, { afterMs }: { readonly afterMs: number }) => {
        if (known.has(id)) return 'duplicate' as const;
        known.add(id);
        queue.push({ id, job, at: now() + afterMs });
        return 'stored' as const;
      },
      awaitsReview: async () => false,
    },
    ledger: {
      append: async (_installation: number, entry: LedgerEntry) => {
        if (!entries.some((each) => each.effectKey === entry.effectKey)) entries.push(structuredClone(entry));
        return ledgerHead();
      },
      head: async () => (entries.length === 0 ? null : ledgerHead()),
    },
    pullRequest: async (_id: number, number: number) => pulls.get(number) ?? null,
    savePullRequest: async (record: PullRequestRecord) => void pulls.set(record.number, structuredClone(record)),
    pullRequestsByHead: async (_id: number, head: string) =>
      [...pulls.values()].filter((each) => each.headSha === head),
    saveReview: async (review: StoredReview) => void reviews.push(structuredClone(review)),
    latestReview: async (_id: number, number: number) =>
      reviews.findLast((each) => each.pullRequest === number) ?? null,
    reviewByCode: async (_id: number, code: string) => reviews.findLast((each) => each.report.code === code) ?? null,
    reviewByCheckRun: async (_id: number, run: number) => reviews.findLast((each) => each.checkRunId === run) ?? null,
    signOffs: async (_id: number, number: number) =>
      [...signOffs.values()].filter((each) => each.pullRequest === number),
    signOffsBy: async (_id: number, signer: number) =>
      [...signOffs.values()].filter((each) => each.signer.id === signer),
    saveSignOff: async (signOff: SignOff) => void signOffs.set(signOff.id, structuredClone(signOff)),
    claimEffect: async (key: string, holder?: string) => {
      if (effects.has(key)) return holder !== undefined && effects.get(key) === holder;
      effects.set(key, holder ?? null);
      return true;
    },
    cached: async (key: string) => cache.get(key) ?? null,
    cache: async (key: string, value: unknown) => void cache.set(key, value),
    // What outlives a pull request is not part of these tests: nothing stood elsewhere, and nothing is remembered.
    shapesElsewhere: async () => [],
    saveShapes: async () => {},
    remember: async () => {},
    forgetNames: async () => {},
  };
}
