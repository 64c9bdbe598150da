import type { Syntax } from '../../../../src/inspect/facts.ts';

/** One thing that a schema asks of a value. */
export interface Limit {
  /** As the schema has it. */
  readonly word: string;
  /** The bound, where it is a number that is known. */
  readonly bound: number | null;
  /** Nobody wrote it: the library asks it of itself, and that it goes is an everyday change. */
  readonly silent: boolean;
}

/**
 * `values` (one of a list), `format`, `pattern`, `check…` (code of one's own), `type…` (a type that has a name of its own),
 * `min`, `max`, `integer`, `typed` (anything but "any value"), `required`, `readonly…`, `listed` (the fields are named one by
 * one).
 */
export type Limits = Map<string, Limit>;

/** What a table does with keys that it does not name: lets them in, drops them, refuses them. */
export type Rank = 0 | 1 | 2;

/** A field of a schema, or a schema as a whole, with what it asks. */
export interface Field {
  /** Names on the way to it; the last is its own. */
  readonly path: readonly string[];
  readonly node: Syntax;
  readonly limits: Limits;
  /** Null where it is no table, or where nothing is known of it. */
  rank: Rank | null;
  /** `zod`, `pydantic` …: what a library does by itself is compared within it alone. */
  library: string;
  /** False where a part of it stands elsewhere. */
  known: boolean;
  /** Names of the fields there are, where the schema lists them; null where it does not. */
  listed: ReadonlySet<string> | null;
}

export function emptyField(path: readonly string[], node: Syntax, library: string): Field {
  return { path, node, limits: new Map(), rank: null, library, known: true, listed: null };
}

/** Adds what is asked; of two bounds of a kind the first stands. */
export function ask(limits: Limits, kind: string, word: string, bound: number | null, silent: boolean): void {
  if (isVacuous(kind, bound) || limits.has(kind)) return;
  limits.set(kind, { word, bound, silent });
}

/** Bounds that nothing exceeds. */
function isVacuous(kind: string, bound: number | null): boolean {
  return kind === 'max' && bound !== null && bound >= 1e9;
}

/** A pattern that every text fits. */
export function matchesAll(pattern: string): boolean {
  return /^r?['"/`]?\^?(?:\(\?:)?(?:\.|\[\\s\\S\]|\[\^\])[*+]\)?\$?(?:['"`]|\/\w*)?$/.test(pattern);
}

const CONTENT = /^(?:values|format|pattern|check|type:)/;
/** A bound that many times as wide bounds nothing any more. */
const WIDER = 100;

/** What the first asks and the second does not, nor anything else in its place; null where it is no looser. */
export function lostLimit(was: Field, now: Field): Limit | null {
  if (!now.known) return null;
  const gained = [...now.limits.keys()].filter((kind) => !was.limits.has(kind));
  const content = gained.some((kind) => CONTENT.test(kind));
  for (const [kind, limit] of was.limits) {
    const left = now.limits.get(kind);
    if (left !== undefined) {
      if (isWider(kind, limit, left)) return limit;
      continue;
    }
    if (limit.silent || isReplaced(kind, gained, content) || isUnlisted(kind, now)) continue;
    return limit;
  }
  return isOpened(was, now) ? { word: 'what it does not name', bound: null, silent: false } : null;
}

function isReplaced(kind: string, gained: readonly string[], content: boolean): boolean {
  if (kind === 'required' || kind.startsWith('readonly') || kind === 'listed' || kind === 'typed') return false;
  if (gained.includes('values')) return true;
  if (kind === 'min') return content || gained.includes('max') || gained.includes('integer');
  return content;
}

/** A field that is not there any more needs nobody to say that it is not set. */
function isUnlisted(kind: string, { listed }: Field): boolean {
  const [, name] = kind.split(':');
  return kind.startsWith('readonly:') && listed !== null && name !== undefined && !listed.has(name);
}

function isWider(kind: string, { bound: was }: Limit, { bound: now }: Limit): boolean {
  if (was === null || now === null) return false;
  if (kind === 'max') return was > 0 ? now >= was * WIDER : now > 0;
  if (kind === 'check') return now < was;
  return kind === 'min' && was >= 0 && now < 0;
}

/** Keys that nobody named are let in: another library drops or refuses them by itself, and is only asked whether it lets them in. */
function isOpened(was: Field, now: Field): boolean {
  if (was.rank === null || now.rank === null || now.rank >= was.rank) return false;
  return was.library === now.library || now.rank === 0;
}
