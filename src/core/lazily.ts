/** A value that is made when it is first asked for, and kept. What `make` throws is thrown each time. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
