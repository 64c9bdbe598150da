import type { Likeness, LikenessTechnique } from '../../core/evidence.ts';
import { areNeighbours, distance, type Edit, oneEdit, skeleton, strip, tokensOf } from './text.ts';

/** Popular names that a name can be mistaken for, most alike first, at most three. Empty for a popular name. */
export type LikenessIndex = (name: string) => readonly Likeness[];

/** Words that are put before or after a name without saying anything about what the package does. */
const EMPTY_WORDS = new Set([
  'js',
  'javascript',
  'node',
  'nodejs',
  'npm',
  'py',
  'python',
  'python2',
  'python3',
  'pip',
  'rb',
  'ruby',
  'package',
  'pkg',
  'official',
  'original',
  'latest',
  'updated',
  'patched',
  'compat',
  'free',

  'installer',
  'download',
]);

/** Families of names (`eslint-plugin-…`): a first part that as many popular names share says nothing by itself. */
const FAMILY_SIZE = 40;

interface Target {
  readonly name: string;
  readonly rank: number;
  /** Among the best known of its list. */
  readonly top: boolean;
  readonly stripped: string;
  /** Length of the part that is the package's own: without the family's first words. */
  readonly own: number;
  /** Where that part begins in `stripped`. */
  readonly ownFrom: number;
}

/** Prepares the look-up. Start-up is linear in the list; a question costs about as many map look-ups as the name has letters. */
export function createLikenessIndex(popular: readonly string[]): LikenessIndex {
  const families = familiesOf(popular);
  const whole = popular.map((name, rank) => targetOf(name, rank, rank < popular.length * BEST_SHARE, families));
  const targets = [...whole, ...aliasesOf(whole)];
  const known = new Set(popular.map((name) => name.toLowerCase()));
  const scopes = scopesOf(popular);
  const byStripped = firstOf(targets, (target) => target.stripped);
  const bySkeleton = firstOf(targets, (target) => skeleton(target.stripped));
  const byWords = firstOf(targets, (target) => wordsKey(target.name));
  const byDeletion = deletionsOf(targets);
  const byLetters = lettersIndex(targets);
  const affixRank = Math.min(AFFIX_RANK, popular.length * AFFIX_SHARE);
  const byPart = partsOf(targets.filter((target) => target.rank < Math.min(FAR_RANK, popular.length * TOP_SHARE)));
  const scopeByDeletion = scopeDeletions(scopes);

  return (name) => {
    const lower = name.toLowerCase();
    if (known.has(name) || (known.has(lower) && lower === name)) return [];
    const scope = scopeOf(lower);
    // A scope belongs to one owner: what stands under a popular scope imitates nobody.
    if (scope !== null && scopes.has(scope)) return [];
    const found = new Map<string, Likeness>();
    const add = (target: string, technique: LikenessTechnique, score: number) => {
      const before = found.get(target);
      if (target !== name && (before === undefined || before.score < score))
        found.set(target, { name: target, technique, score });
    };

    if (scope !== null) {
      for (const imitated of imitatedScopes(scope, scopeByDeletion)) {
        const bare = lower.slice(scope.length + 1);
        const target = `${imitated}/${bare}`;
        if (known.has(target)) add(target, 'scope-imitated', 0.95);
      }
      return top(found);
    }

    const stripped = strip(lower);
    const same = byStripped.get(stripped);
    if (same !== undefined) {
      const dropped = scopeOf(same.name) !== null;
      if (stripped.length >= 5 && (!dropped || tokensOf(same.name).length >= 2))
        add(same.name, dropped ? 'scope-dropped' : 'separator', 0.95);
    }
    const looks = bySkeleton.get(skeleton(stripped));
    if (looks !== undefined && looks.stripped !== stripped && stripped.length >= 5) {
      if (looksCount(looks.stripped, stripped)) add(looks.name, 'homoglyph', 0.97);
    }
    const words = wordsKey(lower);
    const reordered = words === null ? undefined : byWords.get(words);
    if (reordered !== undefined && reordered.stripped !== stripped) add(reordered.name, 'word-order', 0.9);

    for (const target of neighbours(stripped, byDeletion)) {
      const edit = oneEdit(target.stripped, stripped);
      if (edit === null) continue;
      const score = typoScore(target, edit);
      if (score > 0) add(target.name, isPlural(target.stripped, stripped) ? 'plural' : 'typo', score);
    }

    for (const core of coresOf(lower)) {
      const target = byStripped.get(core);
      if (target !== undefined && target.rank < affixRank && core.length >= 4 && scopeOf(target.name) === null) {
        add(target.name, 'affix', 0.8);
      } else if (core.length >= 5) {
        for (const near of neighbours(core, byDeletion)) {
          const edit = near.rank < affixRank && core.length >= 5 ? oneEdit(near.stripped, core) : null;
          if (edit !== null && typoScore(near, edit) > 0) add(near.name, 'combination', 0.7);
        }
      }
    }
    for (const target of byLetters.get(lettersOf(stripped)) ?? []) {
      if (
        stripped.length >= 5 &&
        target.stripped !== stripped &&
        target.rank < AFFIX_RANK &&
        distance(target.stripped, stripped, 2) <= 2
      )
        add(target.name, 'typo', 0.85);
    }
    for (const target of farNeighbours(stripped, byPart)) {
      if (
        target.stripped !== stripped &&
        target.stripped[0] === stripped[0] &&
        distance(target.stripped, stripped, 2) <= 2
      )
        add(target.name, 'typo', 0.65);
    }
    return top(found);
  };
}

/** Only names this far up the list are worth putting a word before or behind. */
const AFFIX_RANK = 6000;
/** … and of a short list this part. */
const AFFIX_SHARE = 0.35;
/** Only the very best known are sought at two edits: further down, two edits lead to honest neighbours. */
const FAR_RANK = 600;
/** … and of a short list only its very top. */
const TOP_SHARE = 0.1;
/** This part of a list is so well known that a slip in five letters counts. */
const BEST_SHARE = 0.3;
/** Only names this far up the list have their number left out. */
const NEAR_RANK = 2000;

function looksCount(target: string, name: string): boolean {
  // Only digits for letters, foreign letters, and the pairs the eye joins; a plain i for an l is a word of its own too often.
  return /[^a-z]/.test(name) || target.length !== name.length;
}

/** Zero where the edit makes another honest name more often than an imitation. */
function typoScore(target: Target, edit: Edit): number {
  const cutShort = edit.kind === 'omission' && target.own === 3 && target.stripped.length >= 8;
  if (cutShort) return target.rank < AFFIX_RANK && edit.at >= target.ownFrom ? 0.7 : 0;
  if (target.own < 4) return 0;
  const inFamily = edit.at < target.ownFrom;
  if (inFamily && target.own < 5) return 0;
  // `boto` and `boto3`, `p256` and `p384`: numbers tell versions and variants apart.
  const digits = /\d/;
  if (edit.kind === 'replacement' && (digits.test(edit.from) || digits.test(edit.to))) {
    return target.own >= 6 && !(digits.test(edit.from) && digits.test(edit.to)) ? 0.7 : 0;
  }
  if ((edit.kind === 'insertion' || edit.kind === 'omission') && digits.test(edit.character)) return 0;
  const ease =
    edit.kind === 'transposition'
      ? 0.95
      : edit.kind === 'replacement'
        ? areNeighbours(edit.from, edit.to)
          ? 0.85
          : 0.75
        : edit.repeats
          ? 0.95
          : 0.85;
  // The shorter a name, the more honest names lie one letter away; transposed and doubled letters are hardly ever meant.
  const length = Math.min(target.own, 12);
  const needed = target.top ? 5 : 6;
  const eased = edit.kind === 'transposition' ? 4 : ease >= 0.95 ? 5 : ease >= 0.85 ? needed : needed + 1;
  return length >= eased ? ease : 0;
}

function isPlural(target: string, name: string): boolean {
  return name === `${target}s` || target === `${name}s`;
}

function targetOf(name: string, rank: number, top: boolean, families: ReadonlySet<string>): Target {
  const lower = name.toLowerCase();
  const tokens = tokensOf(lower);
  let ownFrom = 0;
  for (let count = 1; count < tokens.length; count += 1) {
    if (families.has(tokens.slice(0, count).join('-'))) ownFrom = tokens.slice(0, count).join('').length;
  }
  const stripped = strip(lower);
  return { name, rank, top, stripped, own: stripped.length - ownFrom, ownFrom };
}

/** `urllib` for `urllib3`: the number at the end is what people leave out. Only where nobody well known has the shorter name. */
function aliasesOf(targets: readonly Target[]): readonly Target[] {
  const taken = new Set(targets.map((target) => target.stripped));
  return targets.flatMap((target) => {
    const bare = target.stripped.replace(/\d$/, '');
    if (bare === target.stripped || taken.has(bare) || /\d$/.test(bare) || target.own < 7 || target.rank >= NEAR_RANK)
      return [];
    return [{ ...target, stripped: bare, own: target.own - 1 }];
  });
}

function familiesOf(popular: readonly string[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const name of popular) {
    const tokens = tokensOf(name);
    for (let count = 1; count < tokens.length; count += 1) {
      const first = tokens.slice(0, count).join('-');
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
  }
  return new Set([...counts].filter(([, count]) => count >= FAMILY_SIZE).map(([first]) => first));
}

function scopeOf(name: string): string | null {
  if (!name.startsWith('@')) return null;
  const slash = name.indexOf('/');
  return slash < 0 ? null : name.slice(0, slash);
}

function scopesOf(popular: readonly string[]): ReadonlyMap<string, readonly string[]> {
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

function firstOf(targets: readonly Target[], key: (target: Target) => string | null): ReadonlyMap<string, Target> {
  const map = new Map<string, Target>();
  for (const target of targets) {
    const at = key(target);
    if (at !== null && !map.has(at)) map.set(at, target);
  }
  return map;
}

/** Two words or more in any order; null for one word, which has no order. */
function wordsKey(name: string): string | null {
  const tokens = tokensOf(name);
  if (tokens.length < 2 || name.startsWith('@')) return null;
  const sorted = [...tokens].sort();
  return sorted.join('').length < 6 ? null : sorted.join('-');
}

function deletionsOf(targets: readonly Target[]): ReadonlyMap<string, readonly Target[]> {
  const map = new Map<string, Target[]>();
  const put = (key: string, target: Target) => {
    const there = map.get(key);
    if (there === undefined) map.set(key, [target]);
    else if (there.at(-1) !== target) there.push(target);
  };
  for (const target of targets) {
    if (target.name.startsWith('@') || target.own < 3 || target.stripped.length > 40) continue;
    put(target.stripped, target);
    for (let at = 0; at < target.stripped.length; at += 1)
      put(target.stripped.slice(0, at) + target.stripped.slice(at + 1), target);
  }
  return map;
}

function lettersOf(stripped: string): string {
  return [...stripped].sort().join('');
}

/** Names by their letters in alphabetical order: two slips that only move letters keep them. */
function lettersIndex(targets: readonly Target[]): ReadonlyMap<string, readonly Target[]> {
  const own = targets.filter(
    (target) => target.own >= 5 && !target.name.startsWith('@') && target.stripped.length <= 40,
  );
  return Map.groupBy(own, (target) => lettersOf(target.stripped));
}

/** Shortest name in which two slips are still a slip. */
const LONG = 8;

/** Thirds of long names, with place: of two edits, at least one third stays whole. */
function partsOf(targets: readonly Target[]): ReadonlyMap<string, readonly Target[]> {
  const map = new Map<string, Target[]>();
  for (const target of targets) {
    if (target.own < LONG || target.stripped.length > 24 || target.name.startsWith('@')) continue;
    for (const [index, part] of thirds(target.stripped).entries()) {
      const key = `${index} ${part}`;
      const there = map.get(key);
      if (there === undefined) map.set(key, [target]);
      else there.push(target);
    }
  }
  return map;
}

function thirds(text: string): readonly [string, string, string] {
  const third = Math.floor(text.length / 3);
  return [text.slice(0, third), text.slice(third, 2 * third), text.slice(2 * third)];
}

/** Candidates at two edits: they share a third, at about the same place. */
function farNeighbours(stripped: string, byPart: ReadonlyMap<string, readonly Target[]>): ReadonlySet<Target> {
  const found = new Set<Target>();
  if (stripped.length < LONG - 1 || stripped.length > 26) return found;
  for (let more = -2; more <= 2; more += 1) {
    const length = stripped.length - more;
    if (length < LONG) continue;
    const third = Math.floor(length / 3);
    const look = (index: number, start: number, end: number) => {
      for (const target of byPart.get(`${index} ${stripped.slice(start, end)}`) ?? []) {
        if (target.stripped.length === length) found.add(target);
      }
    };
    // A whole third stands where it stood, moved by the letters that edits before it added or took.
    look(0, 0, third);
    for (let moved = -1; moved <= 2; moved += 1) {
      const shift = more < 0 ? -moved : moved;
      if (Math.abs(shift) + Math.abs(more - shift) <= 2) look(1, third + shift, 2 * third + shift);
    }
    look(2, 2 * third + more, stripped.length);
  }
  return found;
}

function* neighbours(stripped: string, byDeletion: ReadonlyMap<string, readonly Target[]>): Iterable<Target> {
  if (stripped.length > 41) return;
  const seen = new Set<Target>();
  for (let at = -1; at < stripped.length; at += 1) {
    const key = at < 0 ? stripped : stripped.slice(0, at) + stripped.slice(at + 1);
    for (const target of byDeletion.get(key) ?? []) {
      if (seen.has(target)) continue;
      seen.add(target);
      yield target;
    }
  }
}

function scopeDeletions(scopes: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const scope of scopes.keys()) {
    const stripped = strip(scope);
    if (stripped.length < 5) continue;
    for (let at = -1; at < stripped.length; at += 1) {
      const key = at < 0 ? stripped : stripped.slice(0, at) + stripped.slice(at + 1);
      map.set(key, [...(map.get(key) ?? []), scope]);
    }
  }
  return map;
}

function imitatedScopes(scope: string, byDeletion: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const stripped = strip(scope);
  const candidates = new Set<string>(byDeletion.get(stripped) ?? []);
  for (let at = 0; at < stripped.length; at += 1) {
    for (const each of byDeletion.get(stripped.slice(0, at) + stripped.slice(at + 1)) ?? []) candidates.add(each);
  }
  return [...candidates].filter((each) => strip(each) === stripped || oneEdit(strip(each), stripped) !== null);
}

/** The name without words that say nothing, separated (`node-fabric`) or grown on (`nodemonjs`). */
function* coresOf(name: string): Iterable<string> {
  const tokens = tokensOf(name);
  const kept = tokens.filter((token) => !EMPTY_WORDS.has(token) && !/^v?\d$/.test(token));
  if (kept.length > 0 && kept.length < tokens.length) yield kept.join('');
  const [only] = tokens;
  if (only === undefined || tokens.length > 1) return;
  for (const grown of GROWN_ON) {
    const bare: string = only.replace(grown, '');
    if (bare !== only && bare.length >= 5) yield bare;
  }
}

const GROWN_ON = [/^node/, /^npm/, /^python/, /^py/, /js$/, /py$/, /npm$/];

function top(found: ReadonlyMap<string, Likeness>): readonly Likeness[] {
  return [...found.values()].sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1)).slice(0, 3);
}
