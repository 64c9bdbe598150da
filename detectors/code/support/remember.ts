/**
 * Whether a word (an origin, a name that is called) is among those of an anchored expression. Remembering the answers was
 * tried: most words are of one file alone, and looking them up costs more than matching.
 */
export function oneOf(pattern: RegExp): (word: string) => boolean {
  return (word) => pattern.test(word);
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
