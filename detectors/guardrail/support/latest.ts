/** Keeps the latest answer: many rules in a row ask the same of one path. */
export function latest<T>(ask: (path: string) => T): (path: string) => T {
  let known: { readonly path: string; readonly answer: T } | null = null;
  return (path) => {
    if (known?.path !== path) known = { path, answer: ask(path) };
    return known.answer;
  };
}
