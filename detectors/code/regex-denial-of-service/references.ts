/** A group of one character: a class, an escaped character, a plain one. */
const ONE = /^\((?:\?<[A-Za-z_$][\w$]*>)?(\[(?:\\[\s\S]|[^\]\\])+\]|\\[^\d\sxukbBcpP]|[^\\()[\]{}|*+?.^$])\)(?![*+?{])/;

/**
 * `(['"])[^'"]*\1`: a back-reference to a group of one character, which every match goes through, written as that character
 * or class. It can match no more than before (ECMA-262, "BackreferenceMatcher"), and never nothing.
 */
export function withReferences(source: string): string {
  if (!/\\[1-9]/.test(source)) return source;
  const groups = firmGroups(source);
  return source.replace(/\\[\s\S]/g, (sign, at: number) => {
    const group = /[1-9]/.test(sign) && !/^\d/.test(source.slice(at + 2)) ? groups.get(Number(sign[1])) : undefined;
    return group !== undefined && group.end <= at ? group.body : sign;
  });
}

/** By number: the groups of one character that stand in no other group and beside no alternative. */
function firmGroups(source: string): ReadonlyMap<number, { readonly body: string; readonly end: number }> {
  const found = new Map<number, { readonly body: string; readonly end: number }>();
  let depth = 0;
  let count = 0;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at];
    if (character === '\\') at += 1;
    else if (character === '[') at = endOfClass(source, at);
    else if (character === '|' && depth === 0) return new Map();
    else if (character === ')') depth -= 1;
    else if (character === '(') {
      const captures = !/^\(\?(?!<[A-Za-z_$])/.test(source.slice(at, at + 4));
      const match = captures && depth === 0 ? ONE.exec(source.slice(at)) : null;
      if (captures) count += 1;
      if (match?.[1] !== undefined) found.set(count, { body: match[1], end: at + match[0].length });
      depth += 1;
    }
  }
  return found;
}

function endOfClass(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === ']') return at;
  }
  return source.length;
}
