/** One expression for what any of several matches, each with its own case: asking it takes a fraction of asking them all. */
export function anyOf(patterns: readonly RegExp[]): RegExp {
  return new RegExp(
    patterns.map(({ source, ignoreCase }) => (ignoreCase ? `(?i:${source})` : `(?:${source})`)).join('|'),
  );
}
