import type { Detection } from '../core/detection.ts';
import type { Location } from '../core/location.ts';
import type { Confidence, Level, Rule } from '../core/rule.ts';
import type { Program, Syntax } from './syntax.ts';

export type { Program, Syntax } from './syntax.ts';

/**
 * Where a value comes from, strongest first.
 * - `remote`: somebody outside decides it (request, message from another window or socket, page address)
 * - `local`: the person at the machine decides it (arguments, environment, files, form fields)
 * - `parameter`: the caller of an exported function decides it
 * - `unknown`: not a constant, and not followed further
 */
export type Strength = 'remote' | 'local' | 'parameter' | 'unknown';

/** What a value is used for: decides which sanitizers and guards count. */
export type SinkKind =
  | 'shell'
  | 'code'
  | 'sql'
  | 'nosql'
  | 'path'
  | 'html'
  | 'url'
  | 'redirect'
  | 'regex'
  | 'key'
  | 'log'
  | 'format'
  | 'template'
  | 'data'
  | 'header';

export interface FlowStep {
  readonly node: Syntax;
  /** The sentence of the step. */
  readonly message: string;
}

/** How a value reaches a place: the source first. */
export interface Flow {
  readonly strength: Strength;
  /** The source, for a message: "the request's query". */
  readonly source: string;
  readonly steps: readonly FlowStep[];
  /** Places in other files on the way here, and the tokens of what stands there. */
  readonly before?: readonly Location[];
  readonly through?: readonly string[];
  /** Where the source is a parameter of an exported function: its name outside and the position. */
  readonly parameter?: { readonly exportedAs: string; readonly index: number };
}

/** What comes out of a function where its result is used in one way. */
export interface Returned {
  readonly flow: Flow | null;
  /** Positions of parameters whose value comes out. */
  readonly passes: readonly number[];
  /** Positions of parameters that give an input where a whole request is handed in. */
  readonly opens: readonly number[];
}

/** A call or `new` expression. */
export interface Call {
  readonly node: Syntax;
  /** The callee's expression. */
  readonly callee: Syntax;
  /** Origin of the callee: `child_process.exec`, `~eval`, `pg.Pool().query`; null where unknown. */
  readonly origin: string | null;
  /** The callee's last name as written: `query` of `db.query`. */
  readonly name: string | null;
  /** The object a method is called on. */
  readonly receiver: Syntax | null;
  /** Positional arguments; Python's keyword arguments are in `keywords`. */
  readonly arguments: readonly Syntax[];
  readonly keywords: ReadonlyMap<string, Syntax>;
  readonly isNew: boolean;
}

/** `target = value`, also as a declaration (`const target = value`). */
export interface Assignment {
  readonly node: Syntax;
  readonly target: Syntax;
  readonly value: Syntax;
}

/** `left === right`, and with the other equality operators. */
export interface Comparison {
  readonly node: Syntax;
  readonly left: Syntax;
  readonly right: Syntax;
}

/** A value known without running the program. */
export type Constant = string | number | boolean | null;

/** A function that answers requests, and how it was registered. */
export interface Handler {
  /** The function. */
  readonly node: Syntax;
  readonly framework: string;
  /** `get`, `post` … in lower case, `any` where unknown. */
  readonly method: string;
  /** The route's pattern, where it is a constant. */
  readonly route: string | null;
  /** What stands between the route and the handler, and on the application before it: guards, parsers. */
  readonly middleware: readonly Syntax[];
  /** The registering call or the exported declaration. */
  readonly registration: Syntax;
}

export interface FindingSpec {
  readonly rule: Rule;
  readonly at: Syntax;
  readonly message: string;
  readonly remediation?: string;
  readonly level?: Level;
  readonly confidence?: Confidence;
  readonly flow?: Flow | null;
  /** Further places, each with its sentence. */
  readonly related?: readonly FlowStep[];
}

/**
 * Which calls are asked for: those from one of these origins, and those of one of these names. A rule that learns to look
 * at another call names it here as well, or never sees it.
 */
export interface WantedCalls {
  readonly from?: (origin: string) => boolean;
  readonly named?: (name: string) => boolean;
}

/** What is known of one file, computed once and on demand, and shared by all detectors. */
export interface FileFacts {
  readonly path: string;
  readonly program: Program;
  calls(): readonly Call[];
  /** In the order of the text. */
  callsLike(wanted: WantedCalls): readonly Call[];
  assignments(): readonly Assignment[];
  comparisons(): readonly Comparison[];
  handlers(): readonly Handler[];
  /** Path says test, fixture, example or benchmark: evidence for tone, never an exemption. */
  readonly isTest: boolean;
  text(node: Syntax): string;
  /** Where a name comes from; null where the file does not say. */
  origin(node: Syntax): string | null;
  /** Undefined where the value is not known without running the program. */
  constant(node: Syntax): Constant | undefined;
  /** The value with unknown parts as `\u0000`, or null where nothing of it is known. */
  shape(node: Syntax): string | null;
  /** How something that is not constant reaches this place unsanitised; null where nothing does. */
  flow(node: Syntax, kind: SinkKind): Flow | null;
  /** The function that other files know under a name; null where there is none. */
  exported(name: string): Syntax | null;
  /** What a function gives back: by itself, of its parameters, and of a request handed to it. */
  returned(fn: Syntax, kind: SinkKind): Returned;
  /** The object literal an expression stands for, followed through one constant. */
  object(node: Syntax): Syntax | null;
  /** The value of a property of an object literal (or Python keyword-like pair), by name. */
  property(object: Syntax, name: string): Syntax | null;
  /** The function an expression stands for in this file. */
  functionOf(node: Syntax): Syntax | null;
  /** What the name was given at its declaration, where it is given once. */
  definition(node: Syntax): Syntax | null;
  /** Where else in the file the name at a declaration is used. */
  uses(name: Syntax): readonly Syntax[];
  nodes(type: string): readonly Syntax[];
  finding(spec: FindingSpec): Detection;
}
