/** The last part of what an assignment writes to, without quotes: `b` of `a.b`, `a['b']` and `b`. */
export function lastPart(target: string): string {
  const from = Math.max(target.lastIndexOf('.'), target.lastIndexOf('['));
  return target.slice(from + 1).replace(/['"\]]/g, '');
}
