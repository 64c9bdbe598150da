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
  readonly mode: string;
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
      readonly kind: 'pullRequest';
      readonly title: string;
      readonly body: string;
      readonly commits: readonly { readonly sha: string; readonly message: string }[];
    };

export interface GuardrailContext {
  /** Paths of all changed files, old and new names. */
  readonly changedPaths: readonly string[];
  readonly attribution: Attribution;
  /** True where the merge base has no files at all: a first commit is not one large finding. */
  readonly firstCommit: boolean;
  /** Path globs under which broken files are text (base policy). */
  readonly fixturePaths: readonly string[];
}

export interface GuardrailDetector {
  readonly rule: Rule;
  /** Whether the rule looks at this path at all, so that files nobody asks about are never parsed. */
  concerns(path: string): boolean;
  detect(subject: GuardrailSubject, context: GuardrailContext): Answer;
}
