import type { Location } from '../core/location.ts';
import type { SinkKind, Strength } from './facts.ts';
import { isOfThisRepository } from './own-modules.ts';

/** What an exported function gives back when its result is used in one way. */
export interface ReturnedValue {
  /** The function's name outside its file. */
  readonly name: string;
  readonly kind: SinkKind;
  /** What it brings in by itself; null where that is nothing. */
  readonly flow: {
    readonly strength: Strength;
    readonly source: string;
    /** From the source to the return. */
    readonly locations: readonly Location[];
  } | null;
  /** Positions of parameters whose value comes out again. */
  readonly passes: readonly number[];
  /** Positions of parameters that give an input where a whole request is handed in. */
  readonly opens: readonly number[];
  /** Tokens of the function: a signature on what flows through it covers them. */
  readonly evidence: string;
  /** False where the change leaves the function alone. */
  readonly touched: boolean;
}

/** The same as seen by the importing file, under the origin the call has there (`./lib/host.read`). */
export interface ImportedReturn extends ReturnedValue {
  readonly origin: string;
  /** False where another function may be meant: then this one adds to what is known of the call, and clears nothing. */
  readonly certain: boolean;
}

/** A call of another file's function whose result would matter, and for what use. */
export interface UnfollowedCall {
  readonly origin: string;
  readonly kind: SinkKind;
}

/** What is known of imported functions, and what would be good to know. */
export interface Imports {
  /** Whether an origin can be a function of another changed file. */
  reaches(origin: string, dialect: 'javascript' | 'python'): boolean;
  /** All that the call can be; nothing where nobody knows. */
  find(origin: string, kind: SinkKind): readonly ImportedReturn[];
  miss(origin: string, kind: SinkKind): void;
  missed(): readonly UnfollowedCall[];
}

/** Results that are asked for at most in one file: more come only from code made to ask. */
const MAX_MISSED = 300;

const NONE: readonly ImportedReturn[] = [];
const NOTHING: ReadonlyMap<string, readonly ImportedReturn[]> = new Map();

/** @param aliases beginnings of names under which the repository's settings have its own files */
export function createImports(known: readonly ImportedReturn[], aliases: readonly string[]): Imports {
  const byUse = known.length === 0 ? NOTHING : Map.groupBy(known, (each) => `${each.kind} ${each.origin}`);
  const missed = new Map<string, UnfollowedCall>();
  return {
    reaches: (origin, dialect) => isOfThisRepository(origin, dialect, aliases),
    find: (origin, kind) => (byUse.size === 0 ? NONE : (byUse.get(`${kind} ${origin}`) ?? NONE)),
    miss(origin, kind) {
      if (missed.size < MAX_MISSED) missed.set(`${kind} ${origin}`, { origin, kind });
    },
    missed: () => [...missed.values()],
  };
}
