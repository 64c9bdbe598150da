/** Words remembered of one expression: names that files use are few, and made-up ones must not fill the memory. */
const MAX_WORDS = 4_000;
const MAX_LENGTH = 100;

/**
 * Whether a word (an origin, a name that is called) is among those of an anchored expression; each word is matched once
 * for the process, because every file has the same ones.
 */
export function oneOf(pattern: RegExp): (word: string) => boolean {
  const known = new Map<string, boolean>();
  return (word) => {
    if (word.length > MAX_LENGTH) return pattern.test(word);
    const found = known.get(word);
    if (found !== undefined) return found;
    if (known.size >= MAX_WORDS) known.clear();
    const is = pattern.test(word);
    known.set(word, is);
    return is;
  };
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
