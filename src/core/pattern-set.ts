import type { Alternative, Asked, PlainText } from './alternatives.ts';
import { createWordFinder, findWords, type WordFinder } from './word-finder.ts';

/** Many patterns that are asked of the same texts, and what is known of the latest of these. */
export interface PatternSet {
  readonly finder: WordFinder;
  /** One for each pattern, and behind these for what one of them asks for together with others. */
  readonly groups: readonly Group[];
  readonly ways: readonly Way[];
  /** For each word the numbers of the ways with it. */
  readonly waysBy: readonly (readonly number[])[];
  /** Numbers of the ways that need no word. */
  readonly always: readonly number[];
  readonly remembered: Found[];
  latest: Found | null;
  /** Which of those remembered has come last. */
  turn: number;
}

/** The ways in which a pattern can match: those from one number to the one before another. */
interface Group {
  readonly first: number;
  readonly end: number;
  /** Whether one of them needs no word. */
  readonly always: boolean;
}

interface Way {
  readonly group: number;
  readonly asks: Asked;
  /** Numbers of the groups of which each has to match. */
  readonly all: readonly number[];
}

/** Texts whose words are remembered: both sides of a file, each as it stands and as its language reads it. */
const MAX_REMEMBERED = 4;

/** What one pass over a text has told. */
interface Found {
  text: string;
  /** Whether the words found are surely there. */
  certain: boolean;
  /** The text in lower case, once somebody asked. */
  lower: string | null;
  /** 1 for each way to match whose words are there, and for each group that has such a way. */
  readonly ways: Uint8Array;
  readonly groups: Uint8Array;
}

/** @param patterns the alternatives of each */
export function createPatternSet(patterns: readonly (readonly Alternative[])[]): PatternSet {
  const { words, ...laidOut } = layOut(patterns);
  return { finder: createWordFinder(words), ...laidOut, remembered: [], latest: null, turn: -1 };
}

/**
 * Whether the pattern of a number matches somewhere in a text: the words of all patterns are looked for in one pass, and
 * of this one that is tried which they have not decided.
 */
export function setMatches(set: PatternSet, number: number, text: string): boolean {
  return groupMatches(set, number, foundIn(set, text));
}

/** No where none of its words is there; yes where one is, or what it says where it can match without. */
export function setMayMatch(set: PatternSet, number: number, text: string): boolean {
  const found = foundIn(set, text);
  return set.groups[number]?.always === true ? groupMatches(set, number, found) : found.groups[number] === 1;
}

function foundIn(set: PatternSet, text: string): Found {
  // The same text is asked for many patterns in a row.
  if (set.latest?.text === text) return set.latest;
  const found = set.remembered.find((each) => each.text === text) ?? lookThrough(set, text);
  set.latest = found;
  return found;
}

function lookThrough(set: PatternSet, text: string): Found {
  set.turn = (set.turn + 1) % MAX_REMEMBERED;
  const found = set.remembered[set.turn] ?? emptyOf(set);
  set.remembered[set.turn] = found;
  const { words, certain } = findWords(set.finder, text);
  found.text = text;
  found.certain = certain;
  found.lower = null;
  found.ways.fill(0);
  found.groups.fill(0);
  mark(set, found, set.always);
  for (let at = 0; at < words.length; at += 1) mark(set, found, set.waysBy[words[at] ?? 0] ?? []);
  return found;
}

function emptyOf({ ways, groups }: PatternSet): Found {
  return {
    text: '',
    certain: false,
    lower: null,
    ways: new Uint8Array(ways.length),
    groups: new Uint8Array(groups.length),
  };
}

function mark({ ways }: PatternSet, found: Found, numbers: readonly number[]): void {
  for (let at = 0; at < numbers.length; at += 1) {
    const number = numbers[at] ?? 0;
    found.ways[number] = 1;
    found.groups[ways[number]?.group ?? 0] = 1;
  }
}

// Asked for each pattern of each text: loops by number, as they cost the least where code is compiled late.
function groupMatches(set: PatternSet, number: number, found: Found): boolean {
  const group = set.groups[number];
  if (group === undefined || found.groups[number] !== 1) return false;
  for (let at = group.first; at < group.end; at += 1)
    if (found.ways[at] === 1 && wayMatches(set, set.ways[at], found)) return true;
  return false;
}

function wayMatches(set: PatternSet, way: Way | undefined, found: Found): boolean {
  if (way === undefined) return false;
  const { asks } = way;
  if (asks.kind === 'all') return way.all.every((each) => groupMatches(set, each, found));
  if (asks.kind === 'text') return textStands(asks, found);
  return (asks.written === null || holdsOne(asks.written, found.text)) && asks.pattern().test(found.text);
}

function holdsOne(words: readonly string[], text: string): boolean {
  for (let at = 0; at < words.length; at += 1) if (text.includes(words[at] ?? '')) return true;
  return false;
}

/** Numbers for all that is asked for: groups of those patterns first, and then of what is asked for together with others. */
function layOut(patterns: readonly (readonly Alternative[])[]) {
  const waiting = [...patterns];
  const groups: Group[] = [];
  const ways: Way[] = [];
  const byWord = new Map<string, number[]>();
  const always: number[] = [];
  // What is put behind is come to as well.
  for (const alternatives of waiting) {
    const group = groups.length;
    const first = ways.length;
    for (const { words, asks } of alternatives) {
      for (const word of words ?? []) {
        const known = byWord.get(word);
        if (known === undefined) byWord.set(word, [ways.length]);
        else known.push(ways.length);
      }
      if (words === null) always.push(ways.length);
      const all = asks.kind === 'all' ? asks.patterns.map((each) => waiting.push(each) - 1) : [];
      ways.push({ group, asks, all });
    }
    groups.push({ first, end: ways.length, always: alternatives.some(({ words }) => words === null) });
  }
  return { groups, ways, words: [...byWord.keys()], waysBy: [...byWord.values()], always };
}

function textStands(asks: PlainText & { readonly pattern: () => RegExp }, found: Found): boolean {
  const { text, folds, starts, ends, pattern } = asks;
  if (!folds) return stands(text, starts, ends, found.text);
  if (!found.certain) return pattern().test(found.text);
  if (!starts && !ends) return true;
  found.lower ??= found.text.toLowerCase();
  return stands(text, starts, ends, found.lower);
}

/** Whether one text stands in another, with a boundary of words (ECMA-262, "IsWordChar") where it is asked for. */
function stands(sought: string, starts: boolean, ends: boolean, text: string): boolean {
  if (!starts && !ends) return text.includes(sought);
  const first = isWord(sought.charCodeAt(0));
  const last = isWord(sought.charCodeAt(sought.length - 1));
  for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + 1)) {
    if (starts && isWord(text.charCodeAt(at - 1)) === first) continue;
    if (ends && isWord(text.charCodeAt(at + sought.length)) === last) continue;
    return true;
  }
  return false;
}

/** @param code of a character; NaN beyond the ends of a text */
function isWord(code: number): boolean {
  return code < WORD.length && WORD[code] === 1;
}

const WORD = Uint8Array.from({ length: 128 }, (_, code) => (/\w/.test(String.fromCharCode(code)) ? 1 : 0));
