import type { UnreadFile } from '../core/dependency.ts';
import type { Detection } from '../core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailSubject } from '../core/detector.ts';
import type { DependencyParsing } from '../core/inspection.ts';
import type { FileAgain, FileElsewhere, ReturnsOfFile } from './analyse.ts';
import type { CodeResult, SecondLook } from './detector.ts';
import type { GoneFile } from './gone.ts';
import type { ReturnedValue, UnfollowedCall } from './imports.ts';
import type { ModuleSettings } from './module-settings.ts';

/** What a child process is asked. One message is one file, so that a hostile file costs nothing but itself. */
export type Task =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly before: FileSide | null;
      readonly after: FileSide | null;
      readonly scope: 'change' | 'all';
      /** What to run on the file. */
      readonly code: boolean;
      readonly guardrail: boolean;
      /** Beginnings of names under which the repository's settings have its own files. */
      readonly aliases: readonly string[];
    }
  | { readonly kind: 'again'; readonly file: FileAgain }
  | { readonly kind: 'elsewhere'; readonly file: FileElsewhere }
  | { readonly kind: 'moduleSettings'; readonly path: string; readonly text: string }
  | { readonly kind: 'returns'; readonly file: ReturnsOfFile }
  | { readonly kind: 'gone'; readonly file: GoneFile }
  | { readonly kind: 'commitFile'; readonly subject: Extract<GuardrailSubject, { kind: 'commitFile' }> }
  | { readonly kind: 'pullRequest'; readonly subject: Extract<GuardrailSubject, { kind: 'pullRequest' }> }
  | { readonly kind: 'concerns'; readonly paths: readonly string[] }
  | { readonly kind: 'dependencies'; readonly format: string; readonly text: string; readonly path: string };

/** The guard-rail context travels once per child and review, not once per file. */
export interface TaskMessage {
  readonly id: number;
  readonly task: Task;
  /** Whether only the reader that cannot overflow is to be used. */
  readonly careful: boolean;
  readonly context?: GuardrailContext;
}

export type Outcome =
  | {
      readonly kind: 'findings';
      readonly detections: readonly Detection[];
      readonly unread: readonly UnreadFile[];
      readonly code: CodeResult | null;
    }
  | { readonly kind: 'again'; readonly code: SecondLook }
  | { readonly kind: 'elsewhere'; readonly detections: readonly Detection[] }
  | {
      readonly kind: 'returns';
      readonly values: readonly ReturnedValue[];
      readonly missed: readonly UnfollowedCall[];
    }
  | { readonly kind: 'moduleSettings'; readonly settings: ModuleSettings }
  | { readonly kind: 'concerned'; readonly paths: readonly string[] }
  | { readonly kind: 'dependencies'; readonly parsing: DependencyParsing }
  | { readonly kind: 'failed'; readonly reason: string };

/** A fresh process has loaded what its first task needs: from now on the task's own time runs. */
export interface BegunMessage {
  readonly id: number;
  readonly begun: true;
}

export interface OutcomeMessage {
  readonly id: number;
  readonly outcome: Outcome;
  /** The child has grown over its limit and asks to be replaced. */
  readonly retire: boolean;
}
