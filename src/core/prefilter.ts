import { createWordFinder, type WordFinder } from './word-finder.ts';
import { wordsNeeded } from './words-needed.ts';

/**
 * Characters tried without the words of a pattern, after which these are joined to the others for the first time: it takes
 * about as long. Twice as many for each time after that, so that patterns which come one by one are not joined one by one.
 */
const WORTHWHILE = 300_000;
/** Texts whose words are remembered: both sides of a file, each as it stands and as its language reads it. */
const MAX_REMEMBERED = 4;

/** Characters of a text in which a pattern is tried sooner than all words are looked for. */
const SHORT = 200;

interface Known {
  /** One of these is in each text that the pattern matches; null where that is not known. */
  readonly words: readonly string[] | null;
  /** Numbers of the words in the finder; null until they are joined. */
  numbers: readonly number[] | null;
}

const patterns = new Map<RegExp, Known>();
let finder: WordFinder | null = null;
let tried = 0;
let worthwhile = WORTHWHILE;
let remembered: readonly { readonly text: string; readonly found: Uint8Array }[] = [];

/**
 * Whether a pattern matches somewhere in a long text. Most patterns of the rules match in few files, and trying one that
 * does not match reads the whole text: so the words that all patterns need are looked for first, in one pass, and a
 * pattern is tried where one of its words is there.
 * @param pattern a constant of a module, without the flags `g` and `y`: it is remembered as long as the process lives
 */
export function hasMatch(pattern: RegExp, text: string): boolean {
  const found = wordsFor(pattern, text);
  return found === null ? pattern.test(text) : found && pattern.test(text);
}

/**
 * Whether a pattern may match somewhere in a long text, by its words alone where these are known: for one that is made
 * of many others, each of which is asked by itself where one of them may match.
 * @param pattern as for `hasMatch`
 */
export function mayMatch(pattern: RegExp, text: string): boolean {
  return wordsFor(pattern, text) ?? pattern.test(text);
}

/** Whether one of a pattern's words is in a text; null where they are not looked for. */
function wordsFor(pattern: RegExp, text: string): boolean | null {
  if (text.length < SHORT) return null;
  const known = patterns.get(pattern) ?? register(pattern);
  if (known.words === null) return null;
  if (known.numbers === null) {
    tried += text.length;
    if (tried < worthwhile) return null;
    join();
  }
  const found = foundIn(text);
  const numbers = known.numbers ?? [];
  for (let at = 0; at < numbers.length; at += 1) if (found[numbers[at] ?? 0] === 1) return true;
  return false;
}

function register(pattern: RegExp): Known {
  const known: Known = { words: wordsNeeded(pattern), numbers: null };
  patterns.set(pattern, known);
  return known;
}

function join(): void {
  const numbers = new Map<string, number>();
  for (const known of patterns.values()) {
    known.numbers = (known.words ?? []).map((word) => {
      const number = numbers.get(word) ?? numbers.size;
      numbers.set(word, number);
      return number;
    });
  }
  finder = createWordFinder([...numbers.keys()]);
  remembered = [];
  tried = 0;
  worthwhile *= 2;
}

function foundIn(text: string): Uint8Array {
  // The same text is asked for many patterns in a row.
  const [latest] = remembered;
  if (latest?.text === text) return latest.found;
  const before = remembered.find((each) => each.text === text);
  if (before !== undefined) return before.found;
  const found = finder?.find(text) ?? new Uint8Array();
  remembered = [{ text, found }, ...remembered.slice(0, MAX_REMEMBERED - 1)];
  return found;
}
