/** Tells of many words at once which of them a text holds, whatever their case. */
export interface WordFinder {
  /** @returns for each word, in the order given, 1 where the text holds it and 0 where it does not */
  find(text: string): Uint8Array;
}

/** The characters beyond ASCII that equal an ASCII letter, k or s, where case does not count (Unicode, CaseFolding.txt). */
const SPECIAL = /[\u212a\u017f]/;
const LATIN_1 = 256;
/** Of those that fit into a byte. */
const LAST_NUMBER = 255;
/** Characters that are made bytes at once: reading them from there takes a third of the time that asking the text does. */
const PIECE = 65_536;
const piece = Buffer.alloc(PIECE);

/**
 * One pass over the text, however many words there are (Aho and Corasick, "Efficient string matching: an aid to
 * bibliographic search", 1975).
 * @param words not empty, each of ASCII characters and in lower case; at most 65,000 characters together
 */
export function createWordFinder(words: readonly string[]): WordFinder {
  const classes = classesOf(words);
  const width = Math.max(...classes) + 1;
  const { next, own, states } = trieOf(words, classes, width);
  const { order, suffix } = link(next, width, states);
  const isEnd = new Uint8Array(states);
  for (const state of own) isEnd[state] = 1;
  /** What was read last in a state, shortened to the longest word that it ends with. */
  const shortened = new Uint16Array(states);
  for (const state of order) {
    const shorter = suffix[state] ?? 0;
    shortened[state] = isEnd[shorter] === 1 ? shorter : (shortened[shorter] ?? 0);
  }
  // The longest first: a shorter word is passed on to a still shorter one.
  const longestFirst = order.filter((state) => shortened[state] !== 0).reverse();
  // States as the places in the table at which they start: one multiplication less for each character.
  const steps = Uint32Array.from(next, (state) => state * width);
  const telling = Uint32Array.from(longestFirst, (state) => state * width);
  const passedOn = Uint32Array.from(longestFirst, (state) => (shortened[state] ?? 0) * width);
  const ends = Uint32Array.from(own, (state) => state * width);
  /** The number of the text in which a state was last come to: to forget all states for each text takes longer than the text. */
  const seen = new Uint8Array(steps.length);
  let number = 0;

  return {
    find(text) {
      const read = SPECIAL.test(text) ? folded(text) : text;
      number = number === LAST_NUMBER ? 1 : number + 1;
      if (number === 1) seen.fill(0);
      let state = 0;
      for (let from = 0; from < read.length; from += PIECE) {
        // Characters beyond Latin-1 become others here. None is part of a word, so that no word is lost.
        const length = piece.write(read.slice(from, from + PIECE), 'latin1');
        for (let at = 0; at < length; at += 1) {
          state = steps[state + (classes[piece[at] ?? 0] ?? 0)] ?? 0;
          seen[state] = number;
        }
      }
      for (let at = 0; at < telling.length; at += 1)
        if (seen[telling[at] ?? 0] === number) seen[passedOn[at] ?? 0] = number;
      const found = new Uint8Array(ends.length);
      for (let word = 0; word < ends.length; word += 1) found[word] = seen[ends[word] ?? 0] === number ? 1 : 0;
      return found;
    },
  };
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

/** @returns `own` is the state in which each word ends */
function trieOf(words: readonly string[], classes: Uint8Array, width: number) {
  const next = new Uint16Array((words.reduce((sum, word) => sum + word.length, 0) + 1) * width);
  let states = 1;
  const own = words.map((word) => {
    let state = 0;
    for (let at = 0; at < word.length; at += 1) {
      const step = state * width + (classes[word.charCodeAt(at)] ?? 0);
      if (next[step] === 0) {
        next[step] = states;
        states += 1;
      }
      state = next[step] ?? 0;
    }
    return state;
  });
  return { next, own, states };
}

/**
 * Fills in where to go on from each state when a character leads out of its word.
 * @returns `order`: the states without the first, the shorter before the longer; `suffix`: the longest other state that
 * what was read ends with
 */
function link(next: Uint16Array, width: number, states: number) {
  const suffix = new Uint16Array(states);
  const order: number[] = [];
  for (let at = -1; at < order.length; at += 1) {
    const state = order[at] ?? 0;
    const shorter = suffix[state] ?? 0;
    for (let character = 0; character < width; character += 1) {
      const step = state * width + character;
      const child = next[step] ?? 0;
      const other = state === 0 ? 0 : (next[shorter * width + character] ?? 0);
      if (child === 0) next[step] = other;
      else {
        suffix[child] = other;
        order.push(child);
      }
    }
  }
  return { order, suffix };
}
