/** Signs of a kind, 1 at the UTF-16 code unit of each: ASCII alone. A table is asked in a third of the time of a function. */
export type Signs = Uint8Array;

const ASCII = 128;

function signs(kind: RegExp): Signs {
  return Uint8Array.from({ length: ASCII }, (_, code) => Number(kind.test(String.fromCharCode(code))));
}

/** Letters, digits and `+/-_`: the signs of both alphabets of base64 (RFC 4648, sections 4 and 5). */
export const ENCODING = signs(/[A-Za-z0-9+/_-]/);
export const BLANK = signs(/[ \t]/);

/**
 * Where the first run of at least so many signs of a kind begins, from `from` on, before which no such sign stands; -1
 * where there is none. Looks at one place in so many, and back from there.
 */
export function runFrom(text: string, from: number, length: number, kind: Signs): number {
  let outside = from - 1;
  for (let last = outside + length; last < text.length; last = outside + length) {
    let at = last;
    while (at > outside && kind[text.charCodeAt(at)] === 1) at -= 1;
    if (at === outside) return outside + 1;
    outside = at;
  }
  return -1;
}

/** Whether so many signs of a kind stand in a row. */
export function hasRun(text: string, length: number, kind: Signs): boolean {
  return runFrom(text, 0, length, kind) !== -1;
}

/** As `runFrom`, of whatever is no line's end: where the first line of at least so many characters begins. */
export function longLineFrom(text: string, from: number, length: number): number {
  let outside = from - 1;
  for (let last = outside + length; last < text.length; last = outside + length) {
    const end = text.lastIndexOf('\n', last);
    if (end <= outside) return outside + 1;
    outside = end;
  }
  return -1;
}

const NOT_ENCODING = /[^A-Za-z0-9+/_-]/g;

/** Where a run of the signs of base64 ends that is known up to `known`. Runs of megabytes are left to the pattern. */
export function encodingEnd(text: string, known: number): number {
  NOT_ENCODING.lastIndex = known;
  return NOT_ENCODING.exec(text)?.index ?? text.length;
}
