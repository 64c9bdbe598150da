/** Whether the character of that UTF-16 code unit is of a kind; false for NaN, which stands beyond a text's end. */
export type Kind = (code: number) => boolean;

/** Letters, digits and `+/-_`: the signs of both alphabets of base64 (RFC 4648, sections 4 and 5). */
export function isEncoding(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 47 && code <= 57) ||
    code === 43 ||
    code === 45 ||
    code === 95
  );
}

export function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** Whatever is no line's end. */
export function isOfLine(code: number): boolean {
  return code !== 10;
}

/**
 * Where the first run of at least so many characters of a kind begins, from `from` on, before which no such character
 * stands; -1 where there is none. Looks at one place in so many, and back from there.
 */
export function runFrom(text: string, from: number, length: number, isOfKind: Kind): number {
  let outside = from - 1;
  for (let last = outside + length; last < text.length; last = outside + length) {
    let at = last;
    while (at > outside && isOfKind(text.charCodeAt(at))) at -= 1;
    if (at === outside) return outside + 1;
    outside = at;
  }
  return -1;
}

/** Whether so many characters of a kind stand in a row. */
export function hasRun(text: string, length: number, isOfKind: Kind): boolean {
  return runFrom(text, 0, length, isOfKind) !== -1;
}

const NOT_ENCODING = /[^A-Za-z0-9+/_-]/g;

/** Where a run of the signs of base64 ends that is known up to `known`. Runs of megabytes are left to the pattern. */
export function encodingEnd(text: string, known: number): number {
  NOT_ENCODING.lastIndex = known;
  return NOT_ENCODING.exec(text)?.index ?? text.length;
}
