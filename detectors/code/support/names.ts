/** The last part of what an assignment writes to, without quotes: `b` of `a.b`, `a['b']` and `b`. */
export function lastPart(target: string): string {
  const from = Math.max(target.lastIndexOf('.'), target.lastIndexOf('['));
  const last = from < 0 ? target : target.slice(from + 1);
  return /['"\]]/.test(last) ? last.replace(/['"\]]/g, '') : last;
}

/** `api_Key` of `apiKey`: the words of a name stand apart, as expressions over names expect them. */
export function spaced(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
}
