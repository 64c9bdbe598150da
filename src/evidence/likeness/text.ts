/** Parts of a package name as people read them: lower case, split at separators. */
export function tokensOf(name: string): readonly string[] {
  return name
    .toLowerCase()
    .split(/[-_./@:\s]+/)
    .filter((token) => token !== '');
}

/** The name without its separators: `cross-env` and `crossenv` are one. */
export function strip(name: string): string {
  return name.toLowerCase().replace(/[-_./@:\s]/g, '');
}

const BRITISH: Readonly<Record<string, string>> = {
  our: 'or',
  is: 'iz',
  ys: 'yz',
  grey: 'gray',
  centre: 'center',
  licence: 'license',
  catalogue: 'catalog',
};

/** A text in American spelling, roughly: both sides of a comparison are spelt in the same way. */
export function spelt(stripped: string): string {
  return stripped.replace(/our|[iy]s(?=e|ing|ation)|grey|centre|licence|catalogue/g, (each) => BRITISH[each] ?? each);
}

/**
 * Characters that look like Latin letters (Unicode confusables, UTS 39: the Cyrillic and Greek ones a keyboard offers),
 * and the digits that stand for letters.
 */
const LOOKALIKE: Readonly<Record<string, string>> = {
  а: 'a',
  с: 'c',
  е: 'e',
  һ: 'h',
  і: 'i',
  ј: 'j',
  к: 'k',
  ӏ: 'l',
  м: 'm',
  о: 'o',
  р: 'p',
  ѕ: 's',
  т: 't',
  у: 'y',
  х: 'x',
  ԁ: 'd',
  ԛ: 'q',
  ԝ: 'w',
  α: 'a',
  ε: 'e',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  '0': 'o',
  '1': 'l',
  i: 'l',
  '|': 'l',
  '5': 's',
  '3': 'e',
  '4': 'a',
  '8': 'b',
};

/** What the eye sees: lookalikes folded into one letter, `rn` into `m`, `vv` into `w`. Equal skeletons look alike. */
export function skeleton(name: string): string {
  let seen = '';
  for (const character of name.toLowerCase().normalize('NFKC')) seen += LOOKALIKE[character] ?? character;
  return seen.replaceAll('rn', 'm').replaceAll('vv', 'w').replaceAll('cl', 'd');
}

/** What one edit between two texts is; null where they differ by more. Transposition of neighbours counts as one edit. */
export type Edit =
  | {
      readonly kind: 'insertion' | 'omission';
      readonly at: number;
      readonly character: string;
      readonly repeats: boolean;
    }
  | { readonly kind: 'transposition'; readonly at: number }
  | { readonly kind: 'replacement'; readonly at: number; readonly from: string; readonly to: string };

/** The one edit that leads from `target` to `name`. */
export function oneEdit(target: string, name: string): Edit | null {
  if (target === name || Math.abs(target.length - name.length) > 1) return null;
  let start = 0;
  const shorter = Math.min(target.length, name.length);
  while (start < shorter && target.charCodeAt(start) === name.charCodeAt(start)) start += 1;
  let end = 0;
  while (end < shorter - start && target.charCodeAt(target.length - 1 - end) === name.charCodeAt(name.length - 1 - end))
    end += 1;
  const wanted = target.slice(start, target.length - end);
  const given = name.slice(start, name.length - end);
  if (wanted.length === 0 && given.length === 1) return edit('insertion', name, start, given);
  if (wanted.length === 1 && given.length === 0) return edit('omission', target, start, wanted);
  if (wanted.length === 1 && given.length === 1) return { kind: 'replacement', at: start, from: wanted, to: given };
  if (wanted.length === 2 && given.length === 2 && wanted[0] === given[1] && wanted[1] === given[0]) {
    return { kind: 'transposition', at: start };
  }
  return null;
}

function edit(kind: 'insertion' | 'omission', longer: string, at: number, character: string): Edit {
  return { kind, at, character, repeats: longer[at - 1] === character || longer[at + 1] === character };
}

/** Rows of a QWERTY keyboard, to tell a slip of the finger. */
const ROWS = ['1234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/**
 * Letters that are taken for one another though their keys are apart: keys that change places on German (y, z) and French
 * keyboards (a and q, w and z), and letters that differ by a stroke (g and q, u and v).
 */
const TAKEN_FOR: ReadonlySet<string> = new Set(['yz', 'zy', 'aq', 'qa', 'wz', 'zw', 'gq', 'qg', 'uv', 'vu']);

/** Whether two keys lie side by side, or stand for one another. */
export function areNeighbours(a: string, b: string): boolean {
  if (TAKEN_FOR.has(a + b)) return true;
  for (const [row, keys] of ROWS.entries()) {
    const at = keys.indexOf(a);
    if (at < 0) continue;
    for (const other of [row - 1, row, row + 1]) {
      const there = ROWS[other]?.indexOf(b) ?? -1;
      if (there >= 0 && Math.abs(there - at) <= 1) return true;
    }
  }
  return false;
}

/**
 * Edits from one text to another (insertion, omission, replacement, transposition of neighbours: optimal string
 * alignment), or `most + 1` where there are more.
 */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
      if (cost < least) least = cost;
    }
    if (least > most) return most + 1;
    before = row;
    row = next;
  }
  return row[b.length] ?? most + 1;
}

/** Whether only underscores stand where the other name has hyphens, or the other way round. */
export function isUnderscored(name: string, target: string): boolean {
  return name.replaceAll('_', '-') === target.toLowerCase().replaceAll('_', '-');
}
