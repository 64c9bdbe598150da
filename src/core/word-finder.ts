/**
 * The words to look for, as a table of steps. It is no function of its own: V8 forgets the code it has compiled for one
 * when the next is made, and code compiled anew takes as long to become fast as a hundred files do.
 */
export interface WordFinder {
  /** For each state and class of characters the next state. States are told by the places at which their rows start. */
  readonly steps: Int32Array;
  /** Length of a row. */
  readonly width: number;
  /** The class of each character of Latin-1. */
  readonly classes: Uint8Array;
  /** From this row on a word ends in each state. */
  readonly firstEnd: number;
  /** By the number of such a row, the numbers of the words that end there. */
  readonly wordsOf: readonly (readonly number[])[];
  /** By the same number, the text in which it was last come to. */
  readonly seen: Int32Array;
  /** How many texts have been looked through. */
  texts: number;
}

export interface FoundWords {
  /** Numbers of the words that are there, one that ends another maybe more than once. */
  readonly words: readonly number[];
  /** Whether each of them is surely there: characters beyond Latin-1 are taken for others. */
  readonly certain: boolean;
}

/** The characters beyond ASCII that equal an ASCII letter, k or s, where case does not count (Unicode, CaseFolding.txt). */
const SPECIAL = /[\u212a\u017f]/;
const WIDE = /[^\0-\xff]/;
const LATIN_1 = 256;
/** Characters that are made bytes at once: reading them from there takes a third of the time that asking the text does. */
const PIECE = 65_536;
const piece = Buffer.alloc(PIECE);

/** @param words not empty, distinct, each of ASCII characters and in lower case */
export function createWordFinder(words: readonly string[]): WordFinder {
  const classes = classesOf(words);
  const width = Math.max(...classes) + 1;
  const { steps, firstEnd, wordsOf } = link(trieOf(words, classes), width);
  return { steps, width, classes, firstEnd, wordsOf, seen: new Int32Array(wordsOf.length), texts: 0 };
}

/**
 * Which of many words a text holds, whatever their case: one pass over the text, however many words there are (Aho and
 * Corasick, "Efficient string matching: an aid to bibliographic search", 1975).
 */
export function findWords(finder: WordFinder, text: string): FoundWords {
  const wide = WIDE.test(text);
  const read = wide && SPECIAL.test(text) ? folded(text) : text;
  finder.texts += 1;
  const found: number[] = [];
  let state = 0;
  for (let from = 0; from < read.length; from += PIECE)
    state = stepThrough(finder, piece.write(read.slice(from, from + PIECE), 'latin1'), state, found);
  return { words: found, certain: !wide };
}

/**
 * Goes through what stands in `piece`. One loop and nothing beside it: where V8 meets something new in a function it
 * throws the fast code away for all of it. Nothing but sums and look-ups: shifts take its middle compiler twice as long.
 * @param found numbers of words are added
 * @returns the state behind it
 */
function stepThrough(finder: WordFinder, length: number, before: number, found: number[]): number {
  const { steps, classes, firstEnd } = finder;
  let state = before;
  for (let at = 0; at < length; at += 1) {
    state = steps[state + (classes[piece[at] ?? 0] ?? 0)] ?? 0;
    if (state >= firstEnd) addWords(finder, state, found);
  }
  return state;
}

function addWords({ width, firstEnd, wordsOf, seen, texts }: WordFinder, state: number, found: number[]): void {
  const end = (state - firstEnd) / width;
  if (seen[end] === texts) return;
  seen[end] = texts;
  const ending = wordsOf[end] ?? [];
  for (let word = 0; word < ending.length; word += 1) found.push(ending[word] ?? 0);
}

function folded(text: string): string {
  return text.replaceAll('\u212a', 'k').replaceAll('\u017f', 's');
}

/** Characters of the words by number, both cases alike; 0 for those in none. */
function classesOf(words: readonly string[]): Uint8Array {
  const classes = new Uint8Array(LATIN_1);
  let count = 0;
  for (const character of new Set(words.join(''))) {
    count += 1;
    classes[character.charCodeAt(0)] = count;
    classes[character.toUpperCase().charCodeAt(0)] = count;
  }
  return classes;
}

interface State {
  /** Class of the character that leads here. */
  readonly by: number;
  readonly children: State[];
  /** The words that end here, of which each but the first is the end of the one before. */
  words: readonly number[];
  /** Its number, with those first at which no word ends, and the shorter before the longer. */
  number: number;
  /** The longest other state that what was read ends with. */
  suffix: State | null;
}

function stateBy(by: number): State {
  return { by, children: [], words: [], number: 0, suffix: null };
}

function trieOf(words: readonly string[], classes: Uint8Array): State {
  const root = stateBy(0);
  words.forEach((word, number) => {
    let state = root;
    for (let at = 0; at < word.length; at += 1) {
      const by = classes[word.charCodeAt(at)] ?? 0;
      let child = state.children.find((each) => each.by === by);
      if (child === undefined) {
        child = stateBy(by);
        state.children.push(child);
      }
      state = child;
    }
    state.words = [number];
  });
  return root;
}

/** The table of all steps. States as places in it: one multiplication less for each character. */
function link(root: State, width: number) {
  const states = [root];
  for (const state of states) {
    for (const child of state.children) {
      child.suffix = suffixOf(state, child.by, root);
      child.words = [...child.words, ...child.suffix.words];
      states.push(child);
    }
  }
  const ends = states.filter((state) => state.words.length > 0);
  const firstEnd = (states.length - ends.length) * width;
  let next = 0;
  for (const state of states) {
    if (state.words.length > 0) continue;
    state.number = next;
    next += width;
  }
  for (const state of ends) {
    state.number = next;
    next += width;
  }
  const steps = new Int32Array(next);
  for (const state of states) {
    // What leads out of a word goes on as from the longest other state that the text before it ends with.
    if (state.suffix !== null) steps.copyWithin(state.number, state.suffix.number, state.suffix.number + width);
    for (const child of state.children) steps[state.number + child.by] = child.number;
  }
  return { steps, firstEnd, wordsOf: ends.map((state) => state.words) };
}

function suffixOf(parent: State, by: number, root: State): State {
  for (let state = parent.suffix; state !== null; state = state.suffix) {
    const child = state.children.find((each) => each.by === by);
    if (child !== undefined) return child;
  }
  return root;
}
