import { unreadable } from './json.ts';

/** Markers that git writes around a conflict (git-merge, "How conflicts are presented"); seven signs at the start of a line. */
const CONFLICT = /^(?:<{7}|\|{7}|>{7})(?:[ \r]|$)/m;
/** Looked for first: a search for a fixed text costs large files a tenth of what a regular expression does. */
const CONFLICT_SIGNS = ['<<<<<<<', '|||||||', '>>>>>>>'];

/** A line end to some tools and none to others, so that one of them reads as a comment what another one runs. */
const LONE_RETURN = /\r(?!\n)/;

/**
 * The text of a file that may be parsed: without a byte order mark, and refused with CountersignError
 * `unreadable-file` where it is longer than `limit` (UTF-16 code units), holds a NUL, a lone carriage return or an unresolved merge conflict.
 */
export function openText(text: string, path: string, limit: number): string {
  if (text.length > limit) {
    throw unreadable(path, 1, `longer than ${limit.toLocaleString('en-US')} characters, the limit for this format`);
  }
  const opened = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const nul = opened.indexOf('\0');
  if (nul >= 0) throw unreadable(path, lineAt(opened, nul), 'a NUL character, so this is no text file');
  const lone = opened.includes('\r') ? LONE_RETURN.exec(opened) : null;
  if (lone !== null) {
    throw unreadable(
      path,
      lineAt(opened, lone.index),
      'a carriage return without a line feed: tools disagree on the lines',
    );
  }
  const conflict = CONFLICT_SIGNS.some((sign) => opened.includes(sign)) ? CONFLICT.exec(opened) : null;
  if (conflict !== null) throw unreadable(path, lineAt(opened, conflict.index), 'an unresolved merge conflict');
  return opened;
}

/** The line, counted from 1, of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** The lines of a text without their ends; a last empty line is none. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
