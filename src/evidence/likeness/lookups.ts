import type { Target } from './targets.ts';
import { oneEdit, strip } from './text.ts';

/** Targets by themselves and by themselves less one letter: names at one edit share a key with their target. */
export function deletionsOf(targets: readonly Target[]): ReadonlyMap<string, readonly Target[]> {
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

/** A name's letters in alphabetical order. */
export function lettersOf(stripped: string): string {
  return [...stripped].sort().join('');
}

/** Names by their letters in alphabetical order: two slips that only move letters keep them. */
export function lettersIndex(targets: readonly Target[]): ReadonlyMap<string, readonly Target[]> {
  const own = targets.filter(
    (target) => target.own >= 5 && !target.name.startsWith('@') && target.stripped.length <= 40,
  );
  return Map.groupBy(own, (target) => lettersOf(target.stripped));
}

/** Shortest part that is a word and not an ending. */
const TURNED = 3;

/** Whether one text is the other with its end put in front, cut where both parts are long: `libhtml5`, `html5lib`. */
export function isTurned(target: string, name: string): boolean {
  if (target.length !== name.length || target.length < 2 * TURNED) return false;
  const at = (target + target).indexOf(name, TURNED);
  return at >= TURNED && at <= target.length - TURNED;
}

/** Shortest name in which two slips are still a slip. */
const LONG = 8;

/** Thirds of long names, with place: of two edits, at least one third stays whole. */
export function partsOf(targets: readonly Target[]): ReadonlyMap<string, readonly Target[]> {
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
export function farNeighbours(stripped: string, byPart: ReadonlyMap<string, readonly Target[]>): ReadonlySet<Target> {
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

/** Fewest sounds by which a name is known. */
const SOUNDS = 6;

/**
 * A text as it sounds to somebody who never saw it written: vowels in a row are one, so are doubled letters, `z` is `s`,
 * `c` and `q` are `k`, `ph` is `f`. Null for a text with too few sounds.
 */
export function soundKey(stripped: string): string | null {
  if (stripped.length < LONG - 1 || stripped.length > 40) return null;
  const key = stripped
    .replaceAll('ph', 'f')
    .replace(/[aeiouy]+/g, 'a')
    .replaceAll('z', 's')
    .replace(/[cq]/g, 'k')
    .replace(/(.)\1+/g, '$1');
  return key.length < SOUNDS ? null : key;
}

/** Targets by their sound. */
export function soundsOf(targets: readonly Target[]): ReadonlyMap<string, readonly Target[]> {
  const map = new Map<string, Target[]>();
  for (const target of targets) {
    const key = target.own < LONG || target.name.startsWith('@') ? null : soundKey(target.stripped);
    if (key !== null) map.set(key, [...(map.get(key) ?? []), target]);
  }
  return map;
}

/** Candidates at one edit; some are farther, so the edit itself is to be looked at. Few names have more than a handful. */
export function neighbours(stripped: string, byDeletion: ReadonlyMap<string, readonly Target[]>): readonly Target[] {
  const found: Target[] = [];
  if (stripped.length > 41) return found;
  for (let at = -1; at < stripped.length; at += 1) {
    const key = at < 0 ? stripped : stripped.slice(0, at) + stripped.slice(at + 1);
    for (const target of byDeletion.get(key) ?? []) if (!found.includes(target)) found.push(target);
  }
  return found;
}

/** Scopes by themselves and by themselves less one letter. */
export function scopeDeletions(scopes: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
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

/** Popular scopes at most one edit away. */
export function imitatedScopes(scope: string, byDeletion: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const stripped = strip(scope);
  const candidates = new Set<string>(byDeletion.get(stripped) ?? []);
  for (let at = 0; at < stripped.length; at += 1) {
    for (const each of byDeletion.get(stripped.slice(0, at) + stripped.slice(at + 1)) ?? []) candidates.add(each);
  }
  return [...candidates].filter((each) => strip(each) === stripped || oneEdit(strip(each), stripped) !== null);
}
