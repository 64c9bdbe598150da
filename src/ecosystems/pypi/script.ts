import { unreadable } from '../json.ts';
import { linesOf, openText } from '../opening.ts';
import { baseName, finish, startReading } from '../reading.ts';
import { at } from '../tree.ts';
import { parseTomlTree } from '../tree-toml.ts';
import type { DependencyFormat } from '../types.ts';
import { readSpecifiers, readUv } from './pyproject.ts';
import { applyUvSources } from './sources.ts';

/** Characters; a longer file with such a header is refused, one without is not looked at. */
const LIMIT = 8_000_000;

/** The header of a Python script that names its dependencies (PEP 723). */
export const script: DependencyFormat = {
  id: 'script',
  entry: 'manifest',
  matches: (path) => path.endsWith('.py') && baseName(path) !== 'setup.py',
  parse: (text, path) => {
    const reading = startReading(path, 'pypi', 'manifest');
    if (!text.includes('# /// script')) return finish(reading);
    const lines = linesOf(openText(text, path, LIMIT));
    const starts = lines.flatMap((line, index) => (line === '# /// script' ? [index] : []));
    const [start, second] = starts;
    if (start === undefined) return finish(reading);
    if (second !== undefined) throw unreadable(path, second + 1, 'a second script header (PEP 723 allows one)');
    const end = endOf(lines, start);
    if (end === null) throw unreadable(path, start + 1, 'a script header that does not end');
    const toml = lines.map((line, index) => (index > start && index < end ? `  ${line.slice(2)}` : ''));
    const root = parseTomlTree(toml.slice(0, end).join('\n'), path);
    readSpecifiers(reading, at(root, 'dependencies'), { scope: 'script' });
    const uv = at(at(root, 'tool'), 'uv');
    readUv(reading, uv);
    applyUvSources(reading, uv);
    return finish(reading);
  },
};

/** The header ends at the last `# ///` of the comment block it stands in. */
function endOf(lines: readonly string[], start: number): number | null {
  let end: number | null = null;
  for (let index = start + 1; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '# ///') end = index;
    if (line !== '#' && !line.startsWith('# ')) break;
  }
  return end;
}
