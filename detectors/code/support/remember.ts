/** An expression that only lists words: `^(?:get|set)$|^run$`. */
const LIST = /^\^(?:\w+|\(\?:\w+(?:\|\w+)*\))\$(?:\|\^(?:\w+|\(\?:\w+(?:\|\w+)*\))\$)*$/;

/**
 * Whether a word (an origin, a name that is called) is among those of an anchored expression; where this only lists words,
 * they are looked up. Remembering the answers of others was tried: most words are of one file alone, and looking them up
 * costs more than matching.
 */
export function oneOf(pattern: RegExp): (word: string) => boolean {
  if (pattern.flags !== '' || !LIST.test(pattern.source)) return (word) => pattern.test(word);
  const words = new Set(pattern.source.match(/\w+/g));
  return (word) => words.has(word);
}

/** Works a value out when it is first asked for. */
export function once<T>(work: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => {
    known ??= { value: work() };
    return known.value;
  };
}

/** Work whose result is the same for a key, done once for each. */
export function remembering<K, V>(work: (key: K) => V): (key: K) => V {
  const known = new Map<K, { readonly value: V }>();
  return (key) => {
    const found = known.get(key) ?? { value: work(key) };
    known.set(key, found);
    return found.value;
  };
}
