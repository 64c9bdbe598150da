import { expected, hasMatch } from '../core/prefilter.ts';
import { unescaped } from './literals.ts';

/** Modules and globals that are looked up under a name which the text need not hold in one piece. */
const LOOKED_UP = [
  /\b(?:require|import|createRequire)\s*\(\s*(?!['"][^'"\n\\]*['"]\s*[),])[^)\s]/,
  /\b(?:getBuiltinModule|import_module|__import__)\s*\(\s*(?!['"][^'"\n\\]*['"]\s*[),])[^)\s]/,
  /\b(?:globalThis|global|window|self|Reflect\s*\.\s*get|getattr|globals|vars)\s*(?:\?\.)?\s*(?:\(\s*\)\s*)?[[(](?!\s*['"][\w$]*['"]\s*\]|\s*\))/,
].map(expected);
const JOINT = /(['"`])\s*\+\s*(['"`])/g;

/**
 * Whether a file can hold a word of a rule. Words are looked for as the language reads them: escapes decoded, adjacent
 * pieces of text joined. Where a module or a global is looked up by a name that is put together elsewhere, every rule
 * counts as met.
 */
export function triggered(text: string): (triggers: RegExp) => boolean {
  let whole: boolean | null = null;
  let plain: string | null = null;
  return (triggers) => {
    // First, as hardly a file holds words of all rules.
    whole ??= LOOKED_UP.some((pattern) => hasMatch(pattern, text));
    if (whole || hasMatch(triggers, text)) return true;
    plain ??= plainOf(text);
    return plain !== '' && hasMatch(triggers, plain);
  };
}

/**
 * The lines that the language reads in another way than they are written, read so, with the lines around them: every
 * other line is as it stands in the text, where it has been looked at before.
 */
function plainOf(text: string): string {
  const read: (readonly [start: number, end: number])[] = [];
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', lineEnd(text, at))) read.push([at, at]);
  for (let at = text.indexOf('+'); at >= 0; at = text.indexOf('+', at + 1)) {
    const before = nearest(text, at, -1);
    if (!isQuote(text, before)) continue;
    const after = nearest(text, at, 1);
    if (isQuote(text, after)) read.push([before, after + 1]);
  }
  if (read.length === 0) return '';
  const pieces: string[] = [];
  let from = 0;
  let to = -1;
  for (const [start, end] of read.sort((a, b) => a[0] - b[0])) {
    // Within what is taken already: a long line with many of them is gone through once.
    if (end <= to) continue;
    const first = start <= to ? from : linesBefore(text, start);
    if (first > to) {
      if (to >= 0) pieces.push(text.slice(from, to));
      from = first;
    }
    to = linesAfter(text, end);
  }
  if (to >= 0) pieces.push(text.slice(from, to));
  return unescaped(pieces.join('\n')).replace(JOINT, '');
}

/** The next place before or behind an offset that is no white space. */
function nearest(text: string, from: number, step: 1 | -1): number {
  let at = from + step;
  while (at >= 0 && at < text.length && isWhite(text.charCodeAt(at))) at += step;
  return at;
}

function isWhite(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13);
  return WHITE.test(String.fromCharCode(code));
}

const WHITE = /\s/;

function isQuote(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 34 || code === 39 || code === 96;
}

/** Lines with something on them that a rule's word and what belongs to it can be spread over. */
const AROUND = 3;

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function isBlank(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (!isWhite(text.charCodeAt(at))) return false;
  return true;
}

function linesBefore(text: string, at: number): number {
  let start = at;
  for (let lines = 0; lines <= AROUND && start > 0; ) {
    const before = text.lastIndexOf('\n', start - 1);
    if (!isBlank(text, before + 1, start)) lines += 1;
    start = Math.max(0, before);
  }
  return start;
}

function linesAfter(text: string, at: number): number {
  let end = at;
  for (let lines = 0; lines <= AROUND && end < text.length; ) {
    const after = lineEnd(text, end + 1);
    if (!isBlank(text, end, after)) lines += 1;
    end = after;
  }
  return end;
}
