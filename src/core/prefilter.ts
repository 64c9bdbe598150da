import { createWordFinder, type WordFinder } from './word-finder.ts';
import { wordsNeeded } from './words-needed.ts';

/** Characters tried without the words of a pattern, after which these are joined to the others: it takes about as long. */
const WORTHWHILE = 300_000;
/** Texts whose words are remembered: both sides of a file, each as it stands and as its language reads it. */
const MAX_REMEMBERED = 4;

interface Known {
  /** One of these is in each text that the pattern matches; null where that is not known. */
  readonly words: readonly string[] | null;
  /** Numbers of the words in the finder; null until they are joined. */
  numbers: readonly number[] | null;
}

const patterns = new Map<RegExp, Known>();
let finder: WordFinder | null = null;
let tried = 0;
let remembered: readonly { readonly text: string; readonly found: Uint8Array }[] = [];

/**
 * Whether a pattern matches somewhere in a long text. Most patterns of the rules match in few files, and trying one that
 * does not match reads the whole text: so the words that all patterns need are looked for first, in one pass, and a
 * pattern is tried where one of its words is there.
 * @param pattern a constant of a module, without the flags `g` and `y`: it is remembered as long as the process lives
 */
export function hasMatch(pattern: RegExp, text: string): boolean {
  const known = patterns.get(pattern) ?? register(pattern);
  if (known.words === null) return pattern.test(text);
  if (known.numbers === null) {
    tried += text.length;
    if (tried < WORTHWHILE) return pattern.test(text);
    join();
  }
  const found = foundIn(text);
  return known.numbers?.some((number) => found[number] === 1) !== false && pattern.test(text);
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
}

function foundIn(text: string): Uint8Array {
  const before = remembered.find((each) => each.text === text);
  if (before !== undefined) return before.found;
  const found = finder?.find(text) ?? new Uint8Array();
  remembered = [{ text, found }, ...remembered.slice(0, MAX_REMEMBERED - 1)];
  return found;
}
