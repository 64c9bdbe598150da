import { linesOf, openText } from '../opening.ts';
import { baseName, finish, lineLocation, startReading } from '../reading.ts';
import type { DependencyFormat } from '../types.ts';
import { isRequirementsFile, readRequirementLine } from './lines.ts';

/** Characters. */
const LIMIT = 8_000_000;

/** pip's requirements and constraints files (pip, "Requirements File Format"). */
export const requirements: DependencyFormat = {
  id: 'requirements',
  entry: 'manifest',
  matches: isRequirementsFile,
  parse: (text, path) => {
    const reading = startReading(path, 'pypi', 'manifest');
    const scope = /constraints?/i.test(baseName(path)) ? 'constraints' : 'requirements';
    const lines = piecesOf(linesOf(openText(text, path, LIMIT)));
    let logical: string[] = [];
    let start = lines[0];
    for (const [index, piece] of lines.entries()) {
      const { line, content } = piece;
      if (logical.length === 0) start = piece;
      const isComment = /^\s*#/.test(content);
      const goesOn = content.endsWith('\\') && !isComment && index < lines.length - 1;
      logical.push(goesOn ? content.slice(0, -1) : isComment && logical.length > 0 ? '' : content);
      if (goesOn || start === undefined) continue;
      const joined = withoutComment(logical.join(' '));
      logical = [];
      readRequirementLine(reading, joined, lineLocation(path, start.line, start.content, line), { scope });
    }
    return finish(reading);
  },
};

/** Where Python's `str.splitlines`, which pip uses, ends a line besides at a line feed. */
const MORE_BREAKS = /[\v\f\x1c-\x1e\x85\u2028\u2029]/;

function piecesOf(lines: readonly string[]): { readonly line: number; readonly content: string }[] {
  return lines.flatMap((line, index) => line.split(MORE_BREAKS).map((content) => ({ line: index + 1, content })));
}

/** A comment starts at the line's start or after white space. */
function withoutComment(line: string): string {
  if (line.startsWith('#')) return '';
  const at = line.search(/\s#/);
  return at < 0 ? line : line.slice(0, at);
}
