import type { DependencyEntry, LockGraph, UnreadFile } from './dependency.ts';
import type { Detection } from './detection.ts';
import type { FileSide, GuardrailContext, GuardrailSubject } from './detector.ts';
import type { FileContent } from './snapshot.ts';

/** A changed file with the text of both sides, as the inspectors get it. */
export interface InspectedFile {
  readonly path: string;
  readonly previousPath?: string;
  readonly before: FileSide | null;
  readonly after: FileSide | null;
}

/** A file as one commit left it, which the net change does not show; see `GuardrailSubject`. */
export type InspectedCommitFile = Omit<Extract<GuardrailSubject, { kind: 'commitFile' }>, 'kind'>;

export interface InspectionRequest {
  readonly files: readonly InspectedFile[];
  /** Oldest commit first: of several findings of one secret the first is told. */
  readonly commitFiles: readonly InspectedCommitFile[];
  readonly pullRequest: Extract<GuardrailSubject, { kind: 'pullRequest' }> | null;
  readonly context: GuardrailContext;
  /** `change`: only what touches changed lines counts. `all`: every file is taken as added. */
  readonly scope: 'change' | 'all';
  /** Reads what else stands in the trees: settings that name modules. Without it such names are not followed. */
  readonly read?: (side: 'base' | 'head', path: string) => Promise<FileContent>;
}

/** What the code and guard-rail detectors found, and what could not be read (over a limit, crashed, malformed). */
export interface InspectionResult {
  readonly detections: readonly Detection[];
  readonly unread: readonly UnreadFile[];
}

/** What a dependency file says, or why it as a whole could not be read. */
export type DependencyParsing =
  | {
      readonly state: 'parsed';
      readonly entries: readonly DependencyEntry[];
      readonly unread: readonly { readonly line: number; readonly reason: string }[];
      /** Which entry leads to which; without it nothing can be said of what an entry of a lockfile is there for. */
      readonly graph?: LockGraph;
    }
  | { readonly state: 'failed'; readonly file: UnreadFile };

/** The port to the child processes that read untrusted text under time and memory limits. */
export interface Inspector {
  inspect(request: InspectionRequest, signal: AbortSignal): Promise<InspectionResult>;
  close(): Promise<void>;
}

/** The same child processes, for dependency files: a hostile lockfile costs itself and nothing else. */
export interface DependencyParser {
  /** `formatId` is a `DependencyFormat` id. A format that does not exist, a crash or a limit is the state `failed`. */
  parseDependencies(formatId: string, text: string, path: string, signal: AbortSignal): Promise<DependencyParsing>;
}
