import type { Call, WantedCalls } from './facts.ts';

/** Calls of one word: an origin, or a name that is called. */
interface Word {
  readonly word: string;
  /** Positions among all calls, in order. */
  readonly at: number[];
}

const NONE: readonly Call[] = [];

/** Finds calls by their origins and names: each rule is asked once for a word, and not for each call that has it. */
export function createCallWords(calls: readonly Call[]): (wanted: WantedCalls) => readonly Call[] {
  const origins = wordsOf(calls, (call) => call.origin);
  const names = wordsOf(calls, (call) => call.name);
  return ({ from, named }) => {
    const found: number[] = [];
    if (from !== undefined) take(origins, from, found);
    if (named !== undefined) take(names, named, found);
    if (found.length === 0) return NONE;
    const like: Call[] = [];
    if (found.length > 1) found.sort((a, b) => a - b);
    for (let index = 0; index < found.length; index += 1) {
      const at = found[index];
      const call = at === undefined || at === found[index - 1] ? undefined : calls[at];
      if (call !== undefined) like.push(call);
    }
    return like;
  };
}

function wordsOf(calls: readonly Call[], wordOf: (call: Call) => string | null): readonly Word[] {
  const known = new Map<string, Word>();
  const words: Word[] = [];
  for (let at = 0; at < calls.length; at += 1) {
    const call = calls[at];
    const word = call === undefined ? null : wordOf(call);
    if (word === null) continue;
    const before = known.get(word);
    if (before !== undefined) {
      before.at.push(at);
      continue;
    }
    const made: Word = { word, at: [at] };
    known.set(word, made);
    words.push(made);
  }
  return words;
}

/** By index: whether a word is wanted is asked for every rule and word of a file. */
function take(words: readonly Word[], isWanted: (word: string) => boolean, found: number[]): void {
  for (let index = 0; index < words.length; index += 1) {
    const each = words[index];
    // Not spread: a file may have more calls of one name than a call has room for arguments.
    if (each === undefined || !isWanted(each.word)) continue;
    for (const at of each.at) found.push(at);
  }
}
