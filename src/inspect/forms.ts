import type { SinkKind } from './facts.ts';

/**
 * What a declared type, schema or rule leaves of a text that it lets through:
 * - `text`: any characters; length, presence and being a URL say nothing of where it leads
 * - `escaped`: any characters, with those that mean something in markup replaced
 * - `address`: an e-mail address
 * - `nothing`: a number, one of a list, or a form that holds nothing that could break out of its place
 * - `unknown`: the file does not say
 */
export type Leaves = 'text' | 'escaped' | 'address' | 'nothing' | 'unknown';

/** Uses in which any text does harm: that a value is a text at all helps against operators, not here. */
export const HARMED_BY_TEXT: ReadonlySet<SinkKind> = new Set([
  'shell',
  'code',
  'sql',
  'path',
  'html',
  'url',
  'redirect',
  'regex',
  'template',
]);

/**
 * Whether what is left does no harm in a use. An address has no `<`, no blank and no line end, and leads nowhere; quotes,
 * `$`, `|`, braces and slashes stand in its local part (RFC 5322, section 3.2.3).
 */
export function isHarmless(leaves: Leaves, kind: SinkKind): boolean {
  if (leaves === 'escaped') return kind === 'html';
  return leaves === 'nothing' || (leaves === 'address' && /^(?:html|redirect|log|header)$/.test(kind));
}

/** Every way through the expression goes from one end of the text to the other, and none takes whatever is there. */
export function coversAll(source: string): boolean {
  if (/\[\^\]|\[(?:\\s\\S|\\S\\s|\\d\\D|\\D\\d|\\w\\W|\\W\\w)\]/.test(source)) return false;
  // A dot in a class, or behind a backslash, is that sign alone.
  if (/\.[*+]/.test(source.replace(/\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]/g, 'x'))) return false;
  return alternativesOf(source).every((each) => /^\^.*\$$/s.test(each));
}

/** The alternatives of an expression that are in no group and no class. */
export function alternativesOf(source: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let inClass = false;
  let start = 0;
  for (let at = 0; at < source.length; at += 1) {
    const sign = source[at];
    if (sign === '\\') at += 1;
    else if (inClass) inClass = sign !== ']';
    else if (sign === '[') inClass = true;
    else if (sign === '(') depth += 1;
    else if (sign === ')') depth -= 1;
    else if (sign === '|' && depth === 0) {
      found.push(source.slice(start, at));
      start = at + 1;
    }
  }
  return [...found, source.slice(start)];
}
