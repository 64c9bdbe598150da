import type { FileSide } from '../../../src/core/detector.ts';
import { sha256 } from '../../../src/core/digest.ts';
import type { JsonValue } from '../../../src/core/json.ts';

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
