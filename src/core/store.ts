import type { Attribution } from './attribution.ts';
import type { Job, QueuedJob } from './job.ts';
import type { JsonValue } from './json.ts';
import type { Report, Verdict } from './report.ts';
import type { SignOff } from './signoff.ts';
import type { WatchStore } from './watch.ts';

/** The port to the database: what is remembered, the queue, and the ledger. Failures are CountersignError `store-unavailable`. */
export interface Store extends WatchStore {
  readonly queue: Queue;
  readonly ledger: Ledger;

  pullRequest(repositoryId: number, number: number): Promise<PullRequestRecord | null>;
  savePullRequest(record: PullRequestRecord): Promise<void>;
  /** Numbers of a repository's pull requests that are open as far as we know, rising. */
  openPullRequests(repositoryId: number): Promise<readonly number[]>;
  /** Open pull requests we know with this head. */
  pullRequestsByHead(repositoryId: number, headSha: string): Promise<readonly PullRequestRecord[]>;

  saveReview(review: StoredReview): Promise<void>;
  latestReview(repositoryId: number, pullRequest: number): Promise<StoredReview | null>;
  reviewByCode(repositoryId: number, code: string): Promise<StoredReview | null>;
  /** The review a check run of ours belongs to. */
  reviewByCheckRun(repositoryId: number, checkRunId: number): Promise<StoredReview | null>;

  /**
   * The shapes that agents' pull requests of the repository brought since an instant (ISO 8601), of those asked for: the
   * earliest seen first. Those of the pull requests `besides` are left out: what they bring is counted already.
   */
  shapesElsewhere(asked: {
    readonly repositoryId: number;
    readonly besides: readonly number[];
    readonly fingerprints: readonly string[];
    readonly since: string;
  }): Promise<readonly KnownShape[]>;
  /** What an agent's pull request brings now, in place of what it brought; a shape keeps the time it was first seen. */
  saveShapes(repositoryId: number, pullRequest: number, shapes: readonly Shape[]): Promise<void>;

  signOffs(repositoryId: number, pullRequest: number): Promise<readonly SignOff[]>;
  /** What one person said in a repository, newest first: at most 500. */
  signOffsBy(repositoryId: number, signerId: number): Promise<readonly SignOff[]>;
  /** Inserts or replaces by id. */
  saveSignOff(signOff: SignOff): Promise<void>;

  /**
   * Notes that an effect keyed by content has happened (`comment:123`, `press:456:n-abc`). True for the first caller
   * only, so that a replayed delivery does nothing. A `holder` (the job's id) that claimed a key gets true again: a job
   * that was killed between its claim and its effect goes on where it stopped.
   */
  claimEffect(key: string, holder?: string): Promise<boolean>;

  /** Small cached answers (evidence, replies); null when missing or past `expiresAt`. */
  cached(key: string): Promise<JsonValue | null>;
  /** `expiresAt` is an ISO 8601 instant. */
  cache(key: string, value: JsonValue, expiresAt: string): Promise<void>;

  close(): Promise<void>;
}

interface Queue {
  /** Stores a job under its id before it returns; `duplicate` where the id was used before. `afterMs` delays its start. */
  send(id: string, job: Job, options: { readonly afterMs: number }): Promise<'stored' | 'duplicate'>;
  /**
   * Hands jobs to the handler, jobs of one pull request one after another. A handler that throws has its job tried
   * again with back-off. `stop` waits for running jobs at most `graceMs` and hands the rest back.
   */
  work(
    handler: (queued: QueuedJob, signal: AbortSignal) => Promise<void>,
    options: { readonly concurrency: number },
  ): Promise<{ stop(graceMs: number): Promise<void> }>;
  /** Jobs waiting or running. */
  depth(): Promise<number>;
  /** Whether a review of this pull request is to start within so many milliseconds anyway. */
  awaitsReview(repositoryId: number, pullRequest: number, withinMs: number): Promise<boolean>;
}

/**
 * Why a job's signal was aborted.
 * - `superseded`: a newer review of the same pull request waits; end the check run as cancelled and return
 * - `stopping`: the process ends, the job is handed back and starts again elsewhere
 * - `lost`: the queue no longer counts this run as the job's (the database was away, or it took too long); start nothing more
 */
export type AbortReason = 'superseded' | 'stopping' | 'lost';

/** What metrics say of the queue. Ages in milliseconds. */
export interface QueueBacklog {
  /** Ready to run, and not yet handed out. */
  readonly waiting: number;
  /** To be started later: follow-up work, and tries after a failure. Above 50 as counted within the last minute. */
  readonly delayed: number;
  readonly running: number;
  /** Given up after the last try, as counted within the last minute; kept for a week. */
  readonly failed: number;
  /** Age of the oldest job that is ready to run; null where none waits. */
  readonly oldestWaitingMs: number | null;
}

/** What is kept of a pull request across reviews. */
export interface PullRequestRecord {
  readonly repositoryId: number;
  readonly number: number;
  readonly installationId: number;
  readonly state: 'open' | 'closed';
  readonly headSha: string;
  readonly baseRef: string;
  readonly authorId: number;
  /** The highest attribution seen; it only rises. */
  readonly attribution: Attribution | null;
  /** Evidence digest → handle, of every finding ever shown, so that no handle is used twice. */
  readonly handles: Readonly<Record<string, string>>;
  /** Account ids with a hand in the change (senders, pushers, verified authors). */
  readonly interested: readonly InterestedPerson[];
  /** True where a push has no known pusher: presence for all, relaxed by nothing. */
  readonly unknownPusher: boolean;
  readonly commentId: number | null;
  /** The check run that was started and is not yet completed: a run that was started always ends. */
  readonly openCheckRun: { readonly id: number; readonly headSha: string } | null;
}

export interface InterestedPerson {
  readonly id: number;
  readonly login: string;
  readonly why: 'author' | 'opened' | 'reopened' | 'pushed' | 'committed' | 'requester';
}

/** A mistake by its form: what a fingerprint stands for in one pull request. */
export interface Shape {
  readonly fingerprint: string;
  /** In how many places the pull request has it, and the first of them. */
  readonly places: number;
  readonly path: string;
  readonly line: number;
}

export interface KnownShape extends Shape {
  readonly pullRequest: number;
}

export interface StoredReview {
  readonly repositoryId: number;
  readonly pullRequest: number;
  readonly report: Report;
  readonly verdict: Verdict;
  readonly checkRunId: number | null;
  readonly checkName: string;
  readonly createdAt: string;
}

/** An append-only, hash-chained record; one chain per installation. */
interface Ledger {
  /** Appends and returns the new head. An `effectKey` used before returns the head without a second entry. */
  append(installationId: number, entry: LedgerEntry): Promise<LedgerHead>;
  head(installationId: number): Promise<LedgerHead | null>;
  verify(installationId: number, expectHead: string | null): Promise<LedgerVerification>;
  entries(installationId: number): AsyncIterable<LedgerRow>;
}

export interface LedgerEntry {
  readonly type:
    | 'review'
    | 'verdict'
    | 'command'
    | 'sign-off-pending'
    | 'sign-off'
    | 'sign-off-refused'
    | 'refusal'
    | 'revocation'
    | 'break-glass'
    | 'lapse'
    | 'bypass'
    | 'came-true'
    | 'policy-change'
    | 'transfer'
    | 'tamper';
  /** Names the event by its content; the same key is never appended twice. */
  readonly effectKey: string;
  readonly repositoryId: number;
  readonly pullRequest: number | null;
  readonly headSha: string | null;
  readonly reportCode: string | null;
  readonly agent: string | null;
  /** Numeric ids as salted hashes go into the chain; the names stand in a table that can be deleted. */
  readonly requester: string | null;
  readonly actor: { readonly id: number; readonly login: string } | null;
  readonly evidenceDigests: readonly string[];
  readonly policyDigest: string | null;
  readonly reason: string | null;
  readonly details: { readonly [key: string]: JsonValue };
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface LedgerRow {
  readonly sequence: number;
  readonly hash: string;
  readonly previousHash: string;
  /** Base64 of the Ed25519 signature over this entry as the head of its chain, where a key signs. */
  readonly signature?: string | null;
  readonly body: JsonValue;
}

export interface LedgerHead {
  readonly sequence: number;
  /** 64 hex digits. */
  readonly hash: string;
}

export type LedgerVerification =
  | { readonly state: 'verified'; readonly head: LedgerHead; readonly anchored: boolean }
  | { readonly state: 'empty' }
  | { readonly state: 'broken'; readonly sequence: number; readonly reason: string };

/** The body of an entry, format 1: exactly what the chain covers (docs/ledger.md). People are salted hashes, 64 hex digits. */
export interface LedgerBody {
  readonly format: 1;
  readonly installation: number;
  readonly sequence: number;
  readonly type: string;
  readonly effectKey: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly repository: number;
  readonly pullRequest: number | null;
  readonly headSha: string | null;
  readonly reportCode: string | null;
  readonly agent: string | null;
  readonly requester: string | null;
  readonly actor: { readonly id: string; readonly login: string } | null;
  readonly evidenceDigests: readonly string[];
  readonly policyDigest: string | null;
  readonly reason: string | null;
  readonly details: { readonly [key: string]: JsonValue };
}

/** An entry with its body read, and the names of its people where they are not forgotten. */
export interface LedgerEvent {
  readonly installation: number;
  readonly sequence: number;
  readonly hash: string;
  readonly previousHash: string;
  readonly signature: string | null;
  readonly body: LedgerBody;
  readonly names: LedgerNames;
}

interface LedgerNames {
  readonly requester: string | null;
  readonly actor: { readonly id: string | null; readonly login: string | null } | null;
}

/** The head as check runs print it and `ledger verify --expect-head` takes it: `12:ab34…` (sequence, 64 hex digits). */
export function formatLedgerHead(head: LedgerHead): string {
  return `${head.sequence}:${head.hash}`;
}

/** A chain looked through from its first entry, in every detail that `ledger verify` prints. */
export type LedgerCheck =
  | { readonly state: 'empty' }
  | {
      readonly state: 'broken';
      /** The first entry that is wrong or not there. */
      readonly sequence: number;
      readonly reason: string;
    }
  | {
      readonly state: 'verified';
      readonly head: LedgerHead;
      /** The entry that the given anchor names; null without an anchor. Entries behind it are not covered by it. */
      readonly anchoredAt: number | null;
      /** Entries whose signature was checked against a given public key. */
      readonly signed: number;
    };

/** The ledger as the operator's commands use it. */
export interface OperatedLedger extends Ledger {
  installations(): Promise<readonly number[]>;
  /** `publicKeys`: Ed25519 keys in PEM; where some are given, the newest entry must be signed by one of them. */
  check(installationId: number, expectHeads: readonly string[], publicKeys: readonly string[]): Promise<LedgerCheck>;
  /** Every entry in order. An entry whose body cannot be read ends it: verify first. */
  events(installationId: number): AsyncIterable<LedgerEvent>;
  /** Salted hash → id or login, of everyone not forgotten. Values that do not match their hash are left out. */
  people(installationId: number): Promise<ReadonlyMap<string, string>>;
  /** Deletes a person's id, logins and salts from every chain's people table; entries stay, and name nobody. Returns rows deleted. */
  forget(person: { readonly accountId: number | null; readonly login: string | null }): Promise<number>;
}

/** Ages in days after which rows are deleted. Ledger rows are never among them. */
export interface RetentionLimits {
  /** Reviews that are not the latest of their pull request, and shapes of mistakes. */
  readonly reviewDays: number;
  /** Closed pull requests, with their reviews and sign-offs. */
  readonly closedPullRequestDays: number;
  /** Packages that are looked at again, since they were last asked for. */
  readonly watchedDays: number;
  /** Effect keys: as long as these are kept, a replayed delivery does nothing. */
  readonly effectDays: number;
}

/** Rows deleted by one retention run. */
export interface RetentionCounts {
  readonly reviews: number;
  readonly pullRequests: number;
  readonly signOffs: number;
  readonly watched: number;
  readonly effects: number;
  readonly cached: number;
  readonly shapes: number;
}

/** The store as the process that serves it uses it. */
export interface OperatedStore extends Store {
  readonly queue: OperatedQueue;
  readonly ledger: OperatedLedger;
  readonly engine: 'pglite' | 'postgres';
  /** Answers when the database does; for readiness. */
  ping(): Promise<void>;
  retain(limits: RetentionLimits): Promise<RetentionCounts>;
  /** How many pull requests are open, as far as we know, in each repository that has any. */
  openByRepository(): Promise<readonly { readonly repositoryId: number; readonly pullRequests: number }[]>;
  /** Open pull requests whose latest review holds them for long, the longest first. */
  heldPullRequests(asked: {
    /** ISO 8601: could not be evaluated since before this. */
    readonly unknownBefore: string;
    /** ISO 8601: waits for people since before this. */
    readonly blockedBefore: string;
    readonly limit: number;
  }): Promise<readonly HeldPullRequest[]>;
}

export interface HeldPullRequest {
  readonly repositoryId: number;
  readonly number: number;
  readonly result: 'blocked' | 'inconclusive';
  /** ISO 8601: when the review that holds it was made, or since when a source did not answer for it. */
  readonly since: string;
}

export interface OperatedQueue extends Queue {
  backlog(): Promise<QueueBacklog>;
}
