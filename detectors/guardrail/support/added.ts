import type { FileSide } from '../../../src/core/detector.ts';
import { sha256 } from '../../../src/core/digest.ts';
import type { JsonValue } from '../../../src/core/json.ts';
import type { Sought } from './sought.ts';

/** A line of the head that the base does not have; `start` is its offset. */
export interface AddedLine {
  readonly line: number;
  readonly text: string;
  readonly start: number;
}

const MEMO = new WeakMap<FileSide, { readonly before: FileSide | null; readonly lines: readonly AddedLine[] }>();

/** The lines that a change adds, moved ones left out: a line of the base counts as often as it stood there. */
export function addedLines(before: FileSide | null, after: FileSide): readonly AddedLine[] {
  const known = MEMO.get(after);
  if (known !== undefined && known.before === before) return known.lines;
  const lines = before === null ? linesOf(after.text) : compare(before.text, after.text);
  MEMO.set(after, { before, lines });
  return lines;
}

/**
 * Those of the lines that a change adds in which something is found. Where the file is new, only the lines are looked at
 * in which it begins: splitting a text takes longer than searching it.
 * @param patterns what they match is the same in a line as in the text around it: none looks at the end of either
 */
export function addedLinesWith(
  before: FileSide | null,
  after: FileSide,
  patterns: readonly Sought[],
): readonly AddedLine[] {
  const found = (text: string) => patterns.some(({ once }) => once.test(text));
  if (before !== null) return addedLines(before, after).filter(({ text }) => found(text));
  const starts = new Set(patterns.flatMap(({ everywhere }) => lineStarts(after.text, everywhere)));
  return linesAt(after.text, [...starts]).filter(({ text }) => found(text));
}

/** Where the lines start in which a match begins; of several in one line, the first. */
function lineStarts(text: string, everywhere: RegExp): readonly number[] {
  const starts: number[] = [];
  everywhere.lastIndex = 0;
  for (let match = everywhere.exec(text); match !== null; match = everywhere.exec(text)) {
    starts.push(lineStart(text, match.index));
    // A match may go over the line's end, and what the next line has by itself begins before that match ends.
    everywhere.lastIndex = lineEnd(text, match.index) + 1;
  }
  return starts;
}

/**
 * The lines of a new file around stretches of it, each from the blank line before to the one behind: what stands together
 * there. In order, empty ones left out.
 * @param stretches in order of their starts
 */
export function linesAround(
  text: string,
  stretches: readonly { readonly start: number; readonly end: number }[],
): readonly AddedLine[] {
  const starts: number[] = [];
  let read = 0;
  for (const { start, end } of stretches) {
    read = blankBefore(text, start, read);
    for (; read < text.length; read = lineEnd(text, read) + 1) {
      if (read >= end && isBlank(text, read)) break;
      if (text[read] !== '\n') starts.push(read);
    }
  }
  return linesAt(text, starts);
}

/** Where the nearest blank line before that of an offset starts, from `from` on; `from` where there is none. */
function blankBefore(text: string, offset: number, from: number): number {
  let start = lineStart(text, Math.max(from, offset));
  while (start > from) {
    start = lineStart(text, start - 1);
    if (isBlank(text, start)) return start;
  }
  return from;
}

/** Whether nothing stands on the line that starts there. */
function isBlank(text: string, start: number): boolean {
  return text.slice(start, lineEnd(text, start)).trim() === '';
}

function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

function linesAt(text: string, starts: readonly number[]): readonly AddedLine[] {
  let line = 1;
  let next = text.indexOf('\n');
  return starts
    .toSorted((a, b) => a - b)
    .map((start) => {
      for (; next !== -1 && next < start; next = text.indexOf('\n', next + 1)) line += 1;
      return { line, text: text.slice(start, lineEnd(text, start)), start };
    });
}

/** The line that starts at an offset. */
export function lineAt(text: string, start: number): AddedLine | undefined {
  return linesAt(text, [start])[0];
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

/** Every line of a text but the empty ones. */
function linesOf(text: string): readonly AddedLine[] {
  const lines: AddedLine[] = [];
  for (let line = 1, start = 0; start < text.length; line += 1) {
    const end = lineEnd(text, start);
    if (end > start) lines.push({ line, text: text.slice(start, end), start });
    start = end + 1;
  }
  return lines;
}

function compare(before: string, after: string): readonly AddedLine[] {
  if (before === after) return [];
  const left = new Map<string, number>();
  for (const line of before.split('\n')) left.set(line, (left.get(line) ?? 0) + 1);
  const added: AddedLine[] = [];
  let start = 0;
  let number = 0;
  for (const line of after.split('\n')) {
    number += 1;
    const count = left.get(line) ?? 0;
    if (count > 0) left.set(line, count - 1);
    else if (line !== '') added.push({ line: number, text: line, start });
    start += line.length + 1;
  }
  return added;
}

const EXACT_LIMIT = 4000;

/** Exactly that text as evidence; a long one by digest and length, which a signature covers as well. */
export function exact(text: string): JsonValue {
  return text.length <= EXACT_LIMIT ? text : { sha256: sha256(text), length: text.length };
}
