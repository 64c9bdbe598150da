import { type Alternative, alternativesOf } from './alternatives.ts';
import { createPatternSet, type PatternSet, setMatches, setMayMatch } from './pattern-set.ts';

/**
 * Characters tried without the words of a pattern, after which these are joined to the others for the first time: it takes
 * about as long. Four times as many for each time after that: patterns come one by one, and those that come late are few.
 */
const WORTHWHILE = 1_000_000;
const LATER = 4;

/** Characters of a text in which a pattern is tried sooner than all words are looked for. */
const SHORT = 200;

/** Patterns by the order in which they came: those below `joined` are in the set. */
const numbers = new Map<RegExp, number>();
/** Of those in the set. */
const alternatives: (readonly Alternative[])[] = [];
let set: PatternSet | null = null;
let joined = 0;
let tried = 0;
let worthwhile = WORTHWHILE;

/**
 * Whether a pattern matches somewhere in a long text. Most patterns of the rules match in few files, and trying one that
 * does not match reads the whole text: so the words that all patterns need are looked for first, in one pass, and of a
 * pattern only those alternatives are tried whose words are there.
 * @param pattern a constant of a module, without the flags `g` and `y`: it is remembered as long as the process lives
 */
export function hasMatch(pattern: RegExp, text: string): boolean {
  if (text.length < SHORT) return pattern.test(text);
  const number = numbers.get(pattern) ?? register(pattern);
  const known = setWith(number, text);
  return known === null ? pattern.test(text) : setMatches(known, number, text);
}

/**
 * Whether a pattern may match somewhere in a long text, by its words alone where these are known: for one that is made
 * of many others, each of which is asked by itself where one of them may match.
 * @param pattern as for `hasMatch`
 */
export function mayMatch(pattern: RegExp, text: string): boolean {
  if (text.length < SHORT) return pattern.test(text);
  const number = numbers.get(pattern) ?? register(pattern);
  const known = setWith(number, text);
  return known === null ? pattern.test(text) : setMayMatch(known, number, text);
}

/**
 * The pattern itself, whose words are looked for from the first text on. One that is first asked for late makes the words
 * of all be put together anew.
 * @param pattern as for `hasMatch`
 */
export function expected(pattern: RegExp): RegExp {
  if (!numbers.has(pattern)) register(pattern);
  return pattern;
}

function register(pattern: RegExp): number {
  const number = numbers.size;
  numbers.set(pattern, number);
  return number;
}

/** @returns null where a pattern is not joined to the others yet, and it is not worth it */
function setWith(number: number, text: string): PatternSet | null {
  if (number < joined) return set;
  tried += text.length;
  if (tried < worthwhile) return null;
  tried = 0;
  worthwhile *= LATER;
  alternatives.push(...[...numbers.keys()].slice(joined).map(alternativesOf));
  joined = numbers.size;
  set = createPatternSet(alternatives);
  return set;
}
