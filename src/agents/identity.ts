import type { AuthorClass, Tier } from '../core/attribution.ts';

/** One row of the table of known identities. */
export interface KnownIdentity {
  /** What the row stands for, for tests and documentation. */
  readonly row: string;
  /** The slug that is reported; null for a sign that names no agent. */
  readonly agent: string | null;
  readonly class: Exclude<AuthorClass, 'human'>;
  /** Accounts that open pull requests: the only sign, with `apps`, that makes `verified`. */
  readonly accounts?: readonly KnownAccount[];
  /** Slugs of GitHub Apps (`performed_via_github_app`). */
  readonly apps?: readonly string[];
  /** Logins without a known id: suspected only. */
  readonly logins?: readonly string[];
  /** Account ids that GitHub shows for commits, because it maps the author's address to them: as forgeable as the address. */
  readonly commitAccounts?: readonly number[];
  readonly emails?: readonly KnownEmail[];
  /** Ending of a commit author's name, with the space that keeps it from being a name of its own. */
  readonly authorNameSuffixes?: readonly string[];
  readonly trailers?: readonly KnownTrailer[];
  readonly branches?: readonly KnownPattern[];
  readonly bodyMarkers?: readonly KnownPattern[];
  /** Start of a commit's subject. */
  readonly subjectPrefixes?: readonly string[];
  /** Subject that means nothing by itself, and is listed as evidence where the agent is known from another sign. */
  readonly supportingSubjects?: readonly string[];
}

export interface KnownAccount {
  readonly id: number;
  readonly login: string;
}

export interface KnownEmail {
  /** A whole address; or `id+`, the prefix GitHub puts before a login at users.noreply.github.com; or `@domain`. */
  readonly address: string;
  readonly tier: Exclude<Tier, 'verified' | 'none'>;
  /** `anywhere`: author, committer or co-author; `trailer`: as co-author only (people of that domain write commits too). */
  readonly as: 'anywhere' | 'trailer';
}

export interface KnownTrailer {
  /** Compared without case. */
  readonly key: string;
  /** What the value must look like; any value where absent. */
  readonly value?: RegExp;
  readonly tier: Exclude<Tier, 'verified' | 'none'>;
  /** The value may be a person's name and address, as in old histories: then it is no sign. */
  readonly orPerson?: true;
  /** Written by several agents: another sign of equal tier names the agent better. */
  readonly shared?: true;
}

export interface KnownPattern {
  readonly pattern: RegExp;
  readonly tier: Exclude<Tier, 'verified' | 'none'>;
}

/** GitHub's noreply domain: an address there counts only with the numeric id before the `+`. */
export const NOREPLY_DOMAIN = '@users.noreply.github.com';
