import { strip, tokensOf } from './text.ts';

/** Families of names (`eslint-plugin-…`): a first part that as many popular names share says nothing by itself. */
const FAMILY_SIZE = 40;

/** A popular name, prepared for comparison. */
export interface Target {
  readonly name: string;
  readonly rank: number;
  /** Among the best known of its list. */
  readonly top: boolean;
  readonly stripped: string;
  /** Parts between separators. */
  readonly parts: number;
  /** Length of the part that is the package's own: without the family's first words. */
  readonly own: number;
  /** Where that part begins in `stripped`. */
  readonly ownFrom: number;
}

/** This part of a list is so well known that a slip in five letters counts. */
export const BEST_SHARE = 0.3;
/** Only names this far up the list have their number left out. */
const NEAR_RANK = 2000;

/** Prepares one name of the list; `rank` counts from 0. */
export function targetOf(name: string, rank: number, top: boolean, families: ReadonlySet<string>): Target {
  const lower = name.toLowerCase();
  const tokens = tokensOf(lower);
  let ownFrom = 0;
  for (let count = 1; count < tokens.length; count += 1) {
    if (families.has(tokens.slice(0, count).join('-'))) ownFrom = tokens.slice(0, count).join('').length;
  }
  const stripped = strip(lower);
  return { name, rank, top, stripped, parts: tokens.length, own: stripped.length - ownFrom, ownFrom };
}

/** `urllib` for `urllib3`: the number at the end is what people leave out. Only where nobody well known has the shorter name. */
export function aliasesOf(targets: readonly Target[]): readonly Target[] {
  const taken = new Set(targets.map((target) => target.stripped));
  return targets.flatMap((target) => {
    const bare = target.stripped.replace(/\d$/, '');
    if (bare === target.stripped || taken.has(bare) || /\d$/.test(bare) || target.own < 7 || target.rank >= NEAR_RANK)
      return [];
    return [{ ...target, stripped: bare, own: target.own - 1 }];
  });
}

/** First parts that many names of the list share. */
export function familiesOf(popular: readonly string[], least: number = FAMILY_SIZE): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const name of popular) {
    const tokens = tokensOf(name);
    for (let count = 1; count < tokens.length; count += 1) {
      const first = tokens.slice(0, count).join('-');
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
  }
  return new Set([...counts].filter(([, count]) => count >= least).map(([first]) => first));
}

/** npm's scope of a name, `@` included; null where there is none. */
export function scopeOf(name: string): string | null {
  if (!name.startsWith('@')) return null;
  const slash = name.indexOf('/');
  return slash < 0 ? null : name.slice(0, slash);
}

/** The list's scoped names by scope. */
export function scopesOf(popular: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const scopes = new Map<string, string[]>();
  for (const name of popular) {
    const scope = scopeOf(name);
    if (scope === null) continue;
    const names = scopes.get(scope);
    if (names === undefined) scopes.set(scope, [name]);
    else names.push(name);
  }
  return scopes;
}

/** The best known target for each key; a null key leaves a target out. */
export function firstOf(
  targets: readonly Target[],
  key: (target: Target) => string | null,
): ReadonlyMap<string, Target> {
  const map = new Map<string, Target>();
  for (const target of targets) {
    const at = key(target);
    if (at !== null && !map.has(at)) map.set(at, target);
  }
  return map;
}

/** Two words or more in any order; null for one word, which has no order. */
export function wordsKey(name: string): string | null {
  const tokens = tokensOf(name);
  if (tokens.length < 2 || name.startsWith('@')) return null;
  const sorted = [...tokens].sort();
  return sorted.join('').length < 6 ? null : sorted.join('-');
}

/** As many popular names that begin with a scope's word make it a word that anybody begins a name with … */
const SHARED_NAMES = 10;
/** … and as many one that stands for the scope only in front of its best known names. */
const HALF_SHARED_NAMES = 6;

/**
 * How far up the list a name under a scope must stand for its form without the `@` to be an imitation. Nowhere where many
 * unscoped popular names begin with the scope's word (`@babel`, `babel-…`).
 */
export function droppedRanks(popular: readonly string[], wellKnown: number): ReadonlyMap<string, number> {
  const scopes = new Set(popular.flatMap((name) => scopeOf(name) ?? []));
  const firsts = new Map([...scopes].map((scope) => [scope, 0]));
  for (const name of popular) {
    const words = name.split('-');
    for (let count = 1; count < words.length && !name.startsWith('@'); count += 1) {
      const scope = `@${words.slice(0, count).join('-')}`;
      const before = firsts.get(scope);
      if (before !== undefined) firsts.set(scope, before + 1);
    }
  }
  return new Map(
    [...firsts].map(([scope, count]) => [
      scope,
      count >= SHARED_NAMES ? 0 : count >= HALF_SHARED_NAMES ? wellKnown : Number.POSITIVE_INFINITY,
    ]),
  );
}

/** Popular scopes by their owner's name, as `owner` reads it. */
export function scopesByOwner(
  scopes: Iterable<string>,
  owner: (scope: string) => string | null,
): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const scope of scopes) {
    const name = owner(scope);
    if (name !== null) map.set(name, [...(map.get(name) ?? []), scope]);
  }
  return map;
}

/** Popular names that begin a longer one: something is built upon them. */
export function builtUpon(popular: readonly string[]): ReadonlySet<string> {
  return new Set(
    popular.flatMap((name) => {
      const [first, ...more] = tokensOf(name);
      return first === undefined || more.length === 0 || name.startsWith('@') ? [] : [first];
    }),
  );
}

/** As many names on the list make a scope a publisher of its own kind of names … */
const OWN_NAMES = 10;
/** … where at most this part of them exists without the scope too (`@types`, forks and mirrors are full of those). */
const OWN_SHARE = 0.03;
/** Shortest name that still says whose it is without its scope: `core` is anybody's. */
const BARE_LENGTH = 8;

/**
 * Scoped names by what is left where the scope is dropped (`client-s3` for `@aws-sdk/client-s3`): two words or more, of
 * one scope alone, and of a scope whose names are its own.
 */
export function bareNames(targets: readonly Target[]): ReadonlyMap<string, Target> {
  const unscoped = new Set(targets.filter((target) => scopeOf(target.name) === null).map((target) => target.name));
  const bareOf = (target: Target) => target.name.slice((scopeOf(target.name)?.length ?? -1) + 1).toLowerCase();
  const scoped = Map.groupBy(targets, (target) => scopeOf(target.name));
  const map = new Map<string, Target | null>();
  for (const [scope, names] of scoped) {
    const taken = names.filter((target) => unscoped.has(bareOf(target))).length;
    const own = scope !== null && names.length >= OWN_NAMES && taken <= names.length * OWN_SHARE;
    for (const target of scope === null ? [] : names) {
      const bare = bareOf(target);
      if (bare.length < BARE_LENGTH || tokensOf(bare).length < 2) continue;
      map.set(bare, map.has(bare) || !own ? null : target);
    }
  }
  return new Map([...map].flatMap(([bare, target]) => (target === null ? [] : [[bare, target] as const])));
}
