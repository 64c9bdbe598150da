import type { Attribution } from './attribution.ts';
import type { DependencyChange, UnreadFile } from './dependency.ts';
import type { PackageEvidence } from './evidence.ts';
import type { Finding, Unknown } from './finding.ts';

/** The result of one review. Equal findings, head and policy keep the code; signatures make no new report. */
export interface Report {
  /** `r-` and eight characters, random, stored with the report. */
  readonly code: string;
  readonly headSha: string;
  readonly baseRef: string;
  readonly mergeBase: string;
  readonly policyDigest: string;
  /** Digest of title, body and attribution. */
  readonly textDigest: string;
  /** Digest of what the change itself does to its files: equal before and after an update from a base that left them alone. */
  readonly diffDigest: string;
  readonly attribution: Attribution;
  readonly findings: readonly Finding[];
  readonly unknowns: readonly Unknown[];
  readonly changes: readonly DependencyChange[];
  /** What is known of the packages that the change adds, for the reviewer's table; lists of versions left out. */
  readonly packages: readonly { readonly change: DependencyChange; readonly evidence: PackageEvidence }[];
  readonly unread: readonly UnreadFile[];
  /** Sentences about the review itself: a policy that could not be read, rules left out. Plain text. */
  readonly notes: readonly string[];
  /** ISO 8601 instant since when some source has not answered for this head; null where all did. */
  readonly unknownSince: string | null;
}

export type CheckConclusion = 'success' | 'failure' | 'action_required' | 'cancelled';

/** What the review comes to. `conclusion` is the check run's. */
export interface Verdict {
  readonly result: 'pass' | 'blocked' | 'inconclusive';
  readonly conclusion: Exclude<CheckConclusion, 'cancelled'>;
  /** Handles of findings that hold the merge. */
  readonly open: readonly string[];
  /** Findings that would hold the merge and were signed for. */
  readonly signed: readonly {
    readonly handle: string;
    readonly signOffId: string;
    readonly signer: string;
    readonly reason: string;
  }[];
  /** Handles of findings that are shown and hold nothing. */
  readonly shown: readonly string[];
  readonly refusals: readonly { readonly signOffId: string; readonly signer: string; readonly reason: string }[];
  readonly unknowns: readonly Unknown[];
  /** Two admins let this commit through for a time, whatever is open. Absent in verdicts of before it existed. */
  readonly brokenGlass?: BrokenGlass | undefined;
}

/** Two admins, one hour, one commit. */
export interface BrokenGlass {
  readonly by: readonly { readonly signOffId: string; readonly signer: string; readonly reason: string }[];
  /** ISO 8601: the check closes by itself then. */
  readonly until: string;
}
