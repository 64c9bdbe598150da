import type { RepositoryRef } from '../../../src/core/host.ts';

/** An account of the emulated GitHub. Without `id` one is made up (stable for the login). */
export interface UserSeed {
  readonly login: string;
  readonly id?: number;
  readonly type?: 'User' | 'Bot' | 'Organization';
  readonly name?: string;
  readonly email?: string;
}

export type Role = 'none' | 'read' | 'triage' | 'write' | 'maintain' | 'admin';

export interface RepositorySeed {
  readonly owner: string;
  readonly name: string;
  readonly private?: boolean;
  readonly defaultBranch?: string;
  /** Rank per login; with `roleName` a custom role on top of that rank. The owner is always admin. */
  readonly collaborators?: Readonly<Record<string, Role | { readonly rank: Role; readonly roleName: string }>>;
  /** Files of the first commit on the default branch (a README is always there). */
  readonly files?: Files;
}

interface OrganisationSeed {
  readonly login: string;
  readonly id?: number;
  readonly members?: readonly string[];
  readonly teams?: readonly { readonly slug: string; readonly members: readonly string[] }[];
}

/** Path to content; null deletes; an entry gives another mode (symlink 120000, executable 100755) or a submodule's commit. */
export type Files = Readonly<Record<string, string | Uint8Array | null | FileEntry>>;
interface FileEntry {
  readonly mode: '100644' | '100755' | '120000' | '160000';
  readonly content?: string;
  /** For a submodule: the commit. */
  readonly sha?: string;
}

export interface AppSeed {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly installationId: number;
  readonly permissions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
}

export interface GitHubOptions {
  readonly users: readonly UserSeed[];
  readonly repositories: readonly RepositorySeed[];
  readonly organisations?: readonly OrganisationSeed[];
  readonly app?: Partial<AppSeed>;
  /** Where deliveries go; may be set later with `setWebhookUrl`. */
  readonly webhookUrl?: string;
  readonly webhookSecret: string;
  /** Where people see it; absent: below the API's own address. */
  readonly webUrl?: string;
  /** Every answer of the API waits this long. */
  readonly latencyMs?: number;
  /** Of the proxy; 0 or absent picks a free one. */
  readonly port?: number;
}

/** One request as the log keeps it. */
export interface RequestRecord {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** `app` (JWT), `installation`, a login, or `anonymous`. */
  readonly caller: string;
  readonly status: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly body: Json | null;
}

/** One delivery to the App. */
export interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly action: string | null;
  readonly body: string;
  /** HTTP status of the answer; null where nothing answered. */
  readonly status: number | null;
  /** When it was sent: GitHub's clock, ISO 8601. Null where the App has no address: GitHub then sends nothing. */
  readonly at: string | null;
  readonly ms: number;
}

/** Makes matching requests fail. The first matching fault with uses left applies. */
export interface Fault {
  readonly method?: string;
  /** Tested against path and query. */
  readonly path?: RegExp;
  /** Asked of the body: which of several requests of one shape it is. */
  readonly saying?: (body: Json | null) => boolean;
  /** Only requests of the App (default) or of everyone. */
  readonly anyone?: boolean;
  /**
   * Default 1. Whoever else asks for the same uses them up too: where a test waits for what a fault does, it holds until
   * that was seen (`'always'`), and is removed then.
   */
  readonly times?: number | 'always';
  readonly delayMs?: number;
  /** Keeps the request waiting until it is let go. */
  readonly held?: boolean;
  /** Answers this instead of forwarding. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Closes the socket without an answer, before or after the request took effect. */
  readonly reset?: 'before' | 'after';
  /** Changes a JSON answer. */
  readonly change?: (json: unknown) => unknown;
}

/** A fault that is in force. */
export interface SetFault {
  readonly hits: () => number;
  /** Requests that it holds right now. */
  readonly waiting: () => number;
  /** Lets go what it holds; what comes later is held as before. */
  readonly release: () => void;
  /** Ends it, and lets go what it holds. */
  readonly remove: () => void;
}

export type Json = Record<string, unknown>;

export interface StoredAnnotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly start_column: number | null;
  readonly end_column: number | null;
  readonly annotation_level: string;
  readonly message: string;
  readonly title: string | null;
  readonly raw_details: string | null;
}

/** A check run as a test reads it. */
export interface StoredCheckRun {
  readonly id: number;
  readonly repository: string;
  name: string;
  readonly headSha: string;
  externalId: string | null;
  status: string;
  conclusion: string | null;
  startedAt: string | null;
  completedAt: string | null;
  detailsUrl: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  annotations: StoredAnnotation[];
  actions: { readonly label: string; readonly description: string; readonly identifier: string }[];
  readonly appId: number;
}

export interface StoredComment {
  readonly id: number;
  readonly repository: string;
  readonly number: number;
  body: string;
  readonly author: string;
  readonly viaAppId: number | null;
  readonly createdAt: string;
  updatedAt: string;
}

export interface StoredPull {
  readonly repository: string;
  readonly number: number;
  readonly id: number;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  merged: boolean;
  draft: boolean;
  readonly author: string;
  readonly headRef: string;
  headSha: string;
  /** Login of the fork's owner; null for a branch of the repository itself. */
  readonly fork: string | null;
  baseRef: string;
  baseSha: string;
  labels: string[];
  assignees: string[];
  readonly createdAt: string;
  updatedAt: string;
}

export interface StoredPush {
  readonly id: number;
  readonly repository: string;
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly actor: string;
  readonly at: string;
  readonly forced: boolean;
}

export interface StoredCommit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string; readonly date: string };
  readonly committer: { readonly name: string; readonly email: string; readonly date: string };
}

export interface CommitOptions {
  /** Who pushes; default the repository's owner. */
  readonly as?: string;
  readonly message?: string;
  readonly author?: { readonly name: string; readonly email: string };
  readonly committer?: { readonly name: string; readonly email: string };
  /** Replaces the branch's history: the new commit's parent (a SHA). */
  readonly onto?: string;
  /** Further parents, for a merge commit. */
  readonly mergeOf?: readonly string[];
  /** GitHub shows the signature as verified. */
  readonly verified?: boolean;
  /** The branch lives in this person's fork. */
  readonly fork?: string;
}

export interface OpenOptions {
  readonly branch: string;
  readonly title: string;
  readonly body?: string;
  readonly as: string;
  readonly base?: string;
  readonly draft?: boolean;
  readonly labels?: readonly string[];
  readonly assignees?: readonly string[];
  readonly fork?: string;
}

/** What tests and the demo do in one repository. Every act sends the webhooks that GitHub would send. */
export interface Repository {
  readonly ref: RepositoryRef;
  readonly fullName: string;
  readonly defaultBranch: string;
  tip(branch: string, fork?: string): Promise<string>;
  /** One commit that creates, changes and deletes files on a branch (made from the default branch where it is new); answers its SHA. */
  push(branch: string, files: Files, options?: CommitOptions): Promise<string>;
  open(options: OpenOptions): Promise<number>;
  pull(number: number): StoredPull;
  edit(
    number: number,
    change: { readonly title?: string; readonly body?: string; readonly base?: string },
    as: string,
  ): Promise<void>;
  label(number: number, label: string, as: string): Promise<void>;
  unlabel(number: number, label: string, as: string): Promise<void>;
  ready(number: number, as: string): Promise<void>;
  toDraft(number: number, as: string): Promise<void>;
  close(number: number, as: string): Promise<void>;
  reopen(number: number, as: string): Promise<void>;
  /** Merges whatever the checks say, as an admin could. Answers the merge commit. */
  merge(number: number, as: string, how?: 'merge' | 'squash' | 'rebase'): Promise<string>;
  /**
   * Puts pull requests into one merge group and asks for checks. Answers the group's head. `onto`: the head of the group
   * before it in the queue; `silent`: no delivery comes.
   */
  queue(
    numbers: readonly number[],
    as: string,
    options?: { readonly onto?: string; readonly silent?: boolean },
  ): Promise<{ readonly headSha: string; readonly headRef: string }>;
  destroyGroup(headRef: string, reason: 'merged' | 'invalidated' | 'dequeued'): Promise<void>;
  comment(
    number: number,
    body: string,
    as: string,
    viaApp?: { readonly id: number; readonly slug: string },
  ): Promise<number>;
  editComment(id: number, body: string, as: string): Promise<void>;
  deleteComment(id: number, as: string): Promise<void>;
  comments(number: number): readonly StoredComment[];
  checkRuns(headSha: string): readonly StoredCheckRun[];
  checkRun(id: number): StoredCheckRun;
  /** A person presses one of the run's buttons in the browser. Refuses an identifier that the run does not show, unless `forged`. */
  press(checkRunId: number, identifier: string, as: string, forged?: boolean): Promise<string>;
  rerequest(checkRunId: number, as: string): Promise<void>;
  rerequestSuite(headSha: string, as: string): Promise<void>;
  /**
   * Resolves when a run of this name on this commit is completed and, where asked, fulfils the condition: the newest of
   * those, which may have been there before. Patient: only a test that fails waits so long.
   */
  completed(
    headSha: string,
    options?: { readonly name?: string; readonly timeoutMs?: number; readonly when?: (run: StoredCheckRun) => boolean },
  ): Promise<StoredCheckRun>;
  /** The same of a review that came to a verdict: one that could not be evaluated is tried again by itself. */
  judged(headSha: string): Promise<StoredCheckRun>;
  setRole(login: string, role: Role | { readonly rank: Role; readonly roleName: string }): void;
  setArchived(archived: boolean): void;
  /** Gives the repository another name; the old one leads to it until another repository takes it. */
  rename(name: string): void;
  /**
   * Gives the repository to another owner: only an installation of theirs may act there from then on. Its names of before
   * lead to it until another repository takes them.
   */
  transfer(owner: string): void;
  /** Rules of rulesets on the default branch, as GitHub's "Get rules for a branch" lists them. */
  setRules(rules: readonly Json[]): void;
}

export interface GitHub {
  /** Of the API: what the App gets as `baseUrl`. */
  readonly url: string;
  readonly app: AppSeed;
  readonly privateKey: string;
  readonly webhookSecret: string;
  repository(fullName: string): Repository;
  /** Calls the API with a person's own token, as someone who holds that token could. */
  asUser(
    login: string,
    method: string,
    path: string,
    body?: Json,
  ): Promise<{ readonly status: number; readonly json: unknown }>;
  /** An installation token (default: of the first owner's installation), for an Octokit without App credentials. */
  installationToken(installationId?: number): Promise<string>;
  /** All tokens handed out so far stop working. */
  expireTokens(): void;
  /** An owner suspends the App, lets it in again, or sends it away. */
  setInstallation(id: number, state: 'active' | 'suspended' | 'removed'): void;
  /** An owner sends the App away and installs it again: under another number, which is answered. */
  reinstall(owner: string): number;
  setWebhookUrl(url: string | null): void;
  webhookUrl(): string | null;
  /** Sends a signed delivery; answers the HTTP status. */
  deliver(
    event: string,
    payload: Json,
    options?: { readonly id?: string; readonly secret?: string },
  ): Promise<number | null>;
  /** Sends an earlier delivery again, under its old id unless another is given. */
  redeliver(delivery: Delivery, id?: string): Promise<number | null>;
  readonly deliveries: readonly Delivery[];
  /** Waits until every webhook sent so far was answered. */
  settled(): Promise<void>;
  /** Requests of everyone, oldest first. */
  readonly log: readonly RequestRecord[];
  /** Requests of our App since the last `clearLog`. */
  appRequests(): readonly RequestRecord[];
  clearLog(): void;
  fault(fault: Fault): SetFault;
  setLatency(ms: number): void;
  /** What the referee objected to. A test or the demo that ends with any has failed. */
  readonly violations: readonly string[];
  close(): Promise<void>;
}
