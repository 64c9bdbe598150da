import type { Attribution } from './attribution.ts';
import type { DependencyChange } from './dependency.ts';
import type { Answer } from './detection.ts';
import type { PackageEvidence } from './evidence.ts';
import type { Rule } from './rule.ts';
import type { Thresholds } from './thresholds.ts';

/** What a dependency rule is given beside its subject. */
export interface DependencyContext {
  readonly evidence: PackageEvidence;
  /** Every dependency change of the pull request, the subject's own included. */
  readonly changes: readonly DependencyChange[];
  readonly thresholds: Thresholds;
  /** Hosts of registries that operator or base name, lower case, with their port: no lockfile is foreign on them. */
  readonly registryHosts?: readonly string[];
  /** Login of the account that owns the repository, where it is known: its own actions are less of a stranger's. */
  readonly owner?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface DependencyDetector {
  readonly rule: Rule;
  detect(subject: DependencyChange, context: DependencyContext): Answer;
}

/** One side of a changed file, read as text. */
export interface FileSide {
  readonly path: string;
  readonly text: string;
  /** Git object id. */
  readonly blob: string;
  /** Git's mode: 100644, 100755, 120000 (then `text` is the link's target) or 160000 (then `text` is empty, `blob` a commit). */
  readonly mode: string;
  /** Present where the blob is binary; `text` is then empty. See `describeBinary`. */
  readonly binary?: BinaryFacts;
}

/** What can be said of a binary blob without decoding its format. */
export interface BinaryFacts {
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the content, 64 lower-case hex digits. */
  readonly sha256: string;
  /** Short name of what the first bytes say: `png`, `elf`, `zip` …; `unknown` where they say nothing. */
  readonly format: string;
  /** Runs of printable text inside (text chunks, comments, strings of a program), in order, bounded. */
  readonly text: readonly string[];
}

/** A changed file before and after (null where it is not there), or the pull request's own text. */
export type GuardrailSubject =
  | {
      readonly kind: 'file';
      /** The head's name, or the base's where the file was removed. */
      readonly path: string;
      readonly before: FileSide | null;
      readonly after: FileSide | null;
    }
  | {
      /** One file as one commit of the pull request left it, where the net change no longer shows it. Only rules that require `commits` are asked. */
      readonly kind: 'commitFile';
      readonly sha: string;
      readonly path: string;
      /** What the commit's parents had there: several for a merge, none where the file is new. */
      readonly before: readonly FileSide[];
      readonly after: FileSide;
    }
  | {
      readonly kind: 'pullRequest';
      readonly title: string;
      readonly body: string;
      readonly commits: readonly { readonly sha: string; readonly message: string }[];
    };

export interface GuardrailContext {
  /** Paths of all changed files, old and new names. */
  readonly changedPaths: readonly string[];
  /** Those of them that the head no longer has. */
  readonly removedPaths: readonly string[];
  readonly attribution: Attribution;
  /** True where the merge base has no files at all: a first commit is not one large finding. */
  readonly firstCommit: boolean;
  /** `all`: a whole tree is looked at and every file counts as added, so that "this is new" says nothing. Absent means `change`. */
  readonly scope?: 'change' | 'all';
  /** Path globs under which broken files are text (base policy). */
  readonly fixturePaths: readonly string[];
  /** True in an organisation's `.github` repository, whose `countersign.yml` is the policy of all its repositories. */
  readonly organisationPolicy?: boolean;
}

export interface GuardrailDetector {
  readonly rule: Rule;
  /** Whether the rule looks at this path at all, so that files nobody asks about are never parsed. */
  concerns(path: string): boolean;
  /** Whether the removal of that file can be a finding; absent: of any that it concerns. What nobody asks about is not fetched. */
  removals?(path: string): boolean;
  detect(subject: GuardrailSubject, context: GuardrailContext): Answer;
}
