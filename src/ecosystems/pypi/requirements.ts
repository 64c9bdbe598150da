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
    const lines = linesOf(openText(text, path, LIMIT));
    let logical: string[] = [];
    let start = 0;
    lines.forEach((line, index) => {
      if (logical.length === 0) start = index;
      const isComment = /^\s*#/.test(line);
      const goesOn = line.endsWith('\\') && !isComment && index < lines.length - 1;
      logical.push(goesOn ? line.slice(0, -1) : isComment && logical.length > 0 ? '' : line);
      if (goesOn) return;
      const first = lines[start] ?? '';
      const joined = withoutComment(logical.join(' '));
      logical = [];
      readRequirementLine(reading, joined, lineLocation(path, start + 1, first, index + 1), { scope });
    });
    return finish(reading);
  },
};

/** A comment starts at the line's start or after white space. */
function withoutComment(line: string): string {
  if (line.startsWith('#')) return '';
  const at = line.search(/\s#/);
  return at < 0 ? line : line.slice(0, at);
}
