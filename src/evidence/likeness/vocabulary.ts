import { tokensOf } from './text.ts';

/**
 * The words that package names are made of, learned from the popular names themselves. A slip of the finger makes a
 * text that is no word (`lodahs`); a text whose every part is a word was chosen (`get-proxy` beside `get-proto`).
 */
export interface Vocabulary {
  /** Whether the token stands in enough popular names to be a word, is a number, or a letter by itself. */
  isWord(token: string): boolean;
  /** Whether the text is such a word, or several written together (`htmlescape`). */
  isWords(text: string): boolean;
  /** How many popular names carry the token. */
  uses(token: string): number;
}

/** One name may be misspelt itself; in this many a token is a word. */
const WORD_USES = 2;
/** Inside a text the parts must be surer than by themselves: some pair of rare tokens fits almost anything. */
const PART_USES = 4;
const PART_LENGTH = 3;
/** Longer texts are not taken apart: no word of a package name is that long. */
const LONGEST = 40;

/** A word that so many names carry is a common one: `npm-config` imitates nobody. */
export const COMMON_USES = 8;

/** Learns from every list: a word of one ecosystem is a word in another. */
export function vocabularyOf(lists: readonly (readonly string[])[]): Vocabulary {
  const counts = new Map<string, number>();
  for (const list of lists) {
    for (const name of list) {
      for (const token of new Set(tokensOf(name))) counts.set(token, (counts.get(token) ?? 0) + 1);
    }
  }
  const uses = (token: string) => counts.get(token) ?? 0;
  const isWord = (token: string) => token.length === 1 || /^v?\d+$/.test(token) || uses(token) >= WORD_USES;

  function areParts(text: string): boolean {
    if (text.length > LONGEST) return false;
    const reached = [true];
    for (let end = PART_LENGTH; end <= text.length; end += 1) {
      for (let start = end - PART_LENGTH; start >= 0 && reached[end] !== true; start -= 1) {
        if (reached[start] === true && uses(text.slice(start, end)) >= PART_USES) reached[end] = true;
      }
    }
    return reached[text.length] === true;
  }

  return { uses, isWord, isWords: (text) => isWord(text) || areParts(text) };
}

/**
 * Whether the name has a part that its target has not and that nobody would have chosen: what a slip leaves behind. A
 * name that has every part of its target and one more was made by adding, not by slipping. With `plurals`, one of the
 * target's words in its plural or singular counts as a slip too.
 */
export function isCoined(name: string, target: string, vocabulary: Vocabulary, plurals: boolean): boolean {
  const given = tokensOf(name);
  const wanted = tokensOf(target);
  if (wanted.every((token) => given.includes(token))) return false;
  return given.some((token) => {
    if (wanted.includes(token)) return false;
    if (
      plurals &&
      given.length === wanted.length &&
      wanted.some((each) => `${each}s` === token || `${token}s` === each)
    )
      return true;
    return !vocabulary.isWords(token);
  });
}

/** Whether every part of the name is a common word: such a name says what a package does, and many may say it. */
export function isDescription(name: string, vocabulary: Vocabulary): boolean {
  return tokensOf(name).every((token) => vocabulary.uses(token) >= COMMON_USES);
}
