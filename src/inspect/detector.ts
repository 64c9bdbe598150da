import type { UnreadFile } from '../core/dependency.ts';
import type { Answer, Detection } from '../core/detection.ts';
import type { Location } from '../core/location.ts';
import type { Rule } from '../core/rule.ts';
import type { FileFacts } from './facts.ts';
import type { UnfollowedCall } from './imports.ts';
import type { Reexport } from './reexports.ts';

export interface CodeContext {
  /** The same file in the merge base; null where it is new there, or where every file counts as added. */
  readonly before: FileFacts | null;
  /** Other changed files; null at the first look, and where none has to do with this one. */
  readonly elsewhere: Elsewhere | null;
  /** Says that other changed files could make the answer another one: where there are such, the rule is asked again. */
  wonder(): void;
}

/** Changed files that have to do with the one that is looked at, as the head has them. */
export interface Elsewhere {
  /** What an origin of a file (`./auth.requireUser`) means among the changed files; nothing where it leads out of them. */
  meant(from: FileFacts, origin: string): readonly Meant[];
  /** Files that it uses, and what these use. */
  used(): readonly FileFacts[];
  /** Files that use it: where its routers are mounted, its views are named. */
  users(): readonly FileFacts[];
  /** Files that a framework runs in front of it because of their place: layouts, middleware. */
  inFront(): readonly FileFacts[];
}

export interface Meant {
  readonly facts: FileFacts;
  /** The name outside: `default`, `requireUser`, `auth.requireUser`. */
  readonly name: string;
  /** False where another file may be meant: then it clears nothing. */
  readonly certain: boolean;
}

/** A file that runs in the place of one that is gone. */
export interface Successor {
  readonly facts: FileFacts;
  /** What ran there before under the same name; null where nothing did. */
  readonly before: FileFacts | null;
}

/** A rule over one file's facts. A list of detections is short for the answer they make. */
export interface CodeDetector {
  readonly rule: Rule;
  /**
   * Words of which at least one stands in every file the rule can find something in. A file with none of any rule's
   * words need not be parsed.
   */
  readonly triggers: RegExp;
  detect(subject: FileFacts, context: CodeContext): readonly Detection[] | Answer;
  /**
   * What is lost with a file that a framework ran by its name and that the head no longer has there (see `runByName`).
   * `successors`: changed files that the framework now runs in its stead. Places are those of the base.
   */
  gone?(before: FileFacts, successors: readonly Successor[]): readonly Detection[];
}

/** A dangerous use of an exported function's parameter, and a call that hands such a parameter something from outside. */
export interface ExportedSink {
  /** Position in the result's detections. */
  readonly detection: number;
  readonly exportedAs: string;
  readonly parameter: number;
}

export interface OutgoingCall {
  /** Module and export as the calling file has them: `./lib/run.exec`. */
  readonly origin: string;
  readonly argument: number;
  readonly strength: 'remote' | 'local';
  readonly source: string;
  readonly locations: readonly Location[];
  /** Evidence of the steps in the calling file. */
  readonly evidence: string;
  readonly touched: boolean;
}

export interface MissedCall extends UnfollowedCall {
  readonly rules: readonly string[];
}

/** What rules said that were asked again; it takes the place of what they said first. */
export interface SecondLook {
  readonly rules: readonly string[];
  readonly detections: readonly Detection[];
  readonly sinks: readonly ExportedSink[];
  readonly outgoing: readonly OutgoingCall[];
}

/** What one file gave. Detections with an exported sink may be raised by calls from other files. */
export interface CodeResult {
  readonly path: string;
  readonly detections: readonly Detection[];
  readonly unread: readonly UnreadFile[];
  readonly sinks: readonly ExportedSink[];
  readonly outgoing: readonly OutgoingCall[];
  /** Functions of other files whose results would say more, and the rules whose answers hang on such results. */
  readonly missed: readonly MissedCall[];
  /** Functions of other files that it calls, as it has them. */
  readonly calls: readonly string[];
  /** Rules whose answers other changed files could make others. */
  readonly wondering: readonly string[];
  /** Names of other files that it hands on. */
  readonly reexports: readonly Reexport[];
}
