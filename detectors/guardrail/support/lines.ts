import type { Span } from './report.ts';

/** Where the lines of a text begin, built once; offsets are UTF-16. */
export interface LineIndex {
  readonly starts: readonly number[];
}

export function lineIndex(text: string): LineIndex {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return { starts };
}

/** Line and column from 1. */
export function positionAt(index: LineIndex, offset: number): { readonly line: number; readonly column: number } {
  let low = 0;
  let high = index.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((index.starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (index.starts[low] ?? 0) + 1 };
}

/** The span of a range; a range that ends at the start of a line does not reach into that line. */
export function spanOf(index: LineIndex, start: number, end: number): Span {
  const from = positionAt(index, start);
  const to = positionAt(index, Math.max(start, end - 1));
  return { line: from.line, endLine: to.line, column: from.column, endColumn: to.column + 1 };
}
