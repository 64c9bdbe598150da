/** `verified`: numeric account or App id; `declared`: a trailer, branch or body marker under the author's control; `suspected`: a weak sign. */
export type Tier = 'verified' | 'declared' | 'suspected' | 'none';

export type AuthorClass = 'agent' | 'dependency-bot' | 'review-bot' | 'bot' | 'human';

/** One sign that led to the attribution: where it stood, what it said. */
export interface AttributionSign {
  readonly agent: string | null;
  readonly tier: Tier;
  readonly where:
    | 'author'
    | 'app'
    | 'sender'
    | 'branch'
    | 'body'
    | 'commit-author'
    | 'commit-committer'
    | 'trailer'
    | 'label'
    | 'policy';
  /** What was seen, shortened; plain text under the author's control. */
  readonly value: string;
}

export interface Attribution {
  /** Slug of agents.md, or null. */
  readonly agent: string | null;
  readonly class: AuthorClass;
  readonly tier: Tier;
  /** The human on whose behalf the agent acted: a login, or a name in text, or null. */
  readonly requester: string | null;
  readonly evidence: readonly AttributionSign[];
}

/** Numeric GitHub account. `type` as GitHub says it: User, Bot, Organization, Mannequin. */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: string;
}

export interface CommitFacts {
  readonly sha?: string | null;
  readonly message: string;
  readonly authorName?: string | null;
  readonly authorEmail?: string | null;
  readonly authorLogin?: string | null;
  readonly authorId?: number | null;
  readonly committerEmail?: string | null;
  readonly committerId?: number | null;
  /** Whether GitHub verified the commit's signature. */
  readonly verified?: boolean | null;
}

/** What attribution is told of a pull request: the input lines of `countersign attribute`. Any field may be null. */
export interface PullRequestFacts {
  readonly author: Account | null;
  readonly app?: { readonly slug: string } | null;
  readonly sender?: Account | null;
  readonly assignees?: readonly Account[] | null;
  readonly branch: string | null;
  readonly title: string | null;
  readonly body: string | null;
  readonly labels: readonly string[] | null;
  readonly commits: readonly CommitFacts[] | null;
}

/**
 * An identity that a policy adds to the built-in table: account ids and App slugs make `verified`, everything else
 * `declared`. An added identity raises scrutiny; it never takes an account of the built-in table out of its class.
 */
export interface AgentIdentity {
  /** Slug under which the agent is reported: lower-case letters, digits and `-`. */
  readonly agent: string;
  readonly class: Exclude<AuthorClass, 'human'>;
  /** Numeric GitHub account ids. */
  readonly accounts: readonly number[];
  /** Slugs of GitHub Apps. */
  readonly apps: readonly string[];
  /** Whole addresses, or `@domain`; compared without case. */
  readonly emails: readonly string[];
  /** Names of commit trailers, compared without case: `Acme-Agent`. */
  readonly trailers: readonly string[];
  /** Globs over the head branch's name. */
  readonly branches: readonly string[];
  /** Texts in the pull request's body, compared with case. */
  readonly bodyMarkers: readonly string[];
  /** Labels, compared without case. */
  readonly labels: readonly string[];
}
