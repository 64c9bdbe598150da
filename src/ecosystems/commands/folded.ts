/** A mapping's key or a list item with what stands behind it on the line. Group 1: the indentation, 2: the value. */
const OPENING = /^(\s*(?:-\s+)*)(?:"[^"]*"|'[^']*'|[\w.$-]+)\s*:(?:\s+(.*))?$/;
const ITEM = /^(\s*)-\s+(\S.*)$/;

/**
 * The lines of a YAML text as its reader hands them to a shell (YAML 1.2, "Line Folding"): a plain, quoted or folded
 * scalar that goes on below is one line, which stands at its first place; the lines it took are empty. Literal blocks
 * (`|`) keep their lines.
 */
export function foldedLines(text: string): string {
  const lines = text.split('\n');
  const out = [...lines];
  for (let index = 0; index < lines.length; index += 1) {
    const opening = OPENING.exec(lines[index] ?? '') ?? ITEM.exec(lines[index] ?? '');
    const value = opening?.[2]?.trim() ?? '';
    if (opening === null || value === '' || value.startsWith('#')) continue;
    const indent = (opening[1] ?? '').length;
    const isLiteral = /^[|][-+\d]*(?:\s+#.*)?$/.test(value);
    const isFolded = /^>[-+\d]*(?:\s+#.*)?$/.test(value);
    let end = index + 1;
    while (end < lines.length && isInside(lines[end] ?? '', indent)) end += 1;
    if (isLiteral) index = end - 1;
    else if (isFolded) index = fold(out, index + 1, end);
    else if (end > index + 1 && !/^[[{&*!]/.test(value)) index = fold(out, index, end);
  }
  return out.join('\n');
}

function isInside(line: string, indent: number): boolean {
  return line.trim() === '' || line.length - line.trimStart().length > indent;
}

/** Joins the lines of each paragraph into its first; answers the last line it looked at. */
function fold(out: string[], from: number, to: number): number {
  let first = from;
  for (let index = from + 1; index < to; index += 1) {
    const line = out[index] ?? '';
    if (line.trim() === '' || (out[first] ?? '').trim() === '') {
      first = index;
      continue;
    }
    out[first] = `${(out[first] ?? '').trimEnd()} ${line.trim()}`;
    out[index] = '';
  }
  return to - 1;
}
