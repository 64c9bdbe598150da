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
  const lines = compare(before?.text ?? '', after.text);
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
    starts.push(match.index === 0 ? 0 : text.lastIndexOf('\n', match.index - 1) + 1);
    // A match may go over the line's end, and what the next line has by itself begins before that match ends.
    everywhere.lastIndex = lineEnd(text, match.index) + 1;
  }
  return starts;
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

function compare(before: string, after: string): readonly AddedLine[] {
  if (before === after) return [];
  const left = new Map<string, number>();
  if (before !== '') for (const line of before.split('\n')) left.set(line, (left.get(line) ?? 0) + 1);
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
