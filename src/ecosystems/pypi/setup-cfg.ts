import { unreadable } from '../json.ts';
import { linesOf, openText } from '../opening.ts';
import { baseName, finish, lineLocation, noteUnread, startReading } from '../reading.ts';
import type { DependencyFormat } from '../types.ts';
import { noteInclude, type Place, readRequirementLine } from './lines.ts';

/** Characters. */
const LIMIT = 1_000_000;
const OPTIONS: ReadonlySet<string> = new Set(['install_requires', 'setup_requires', 'tests_require']);

/** setuptools' declarative file (setuptools, "Configuring setuptools using setup.cfg files"; syntax of Python's configparser). */
export const setupCfg: DependencyFormat = {
  id: 'setup-cfg',
  entry: 'manifest',
  matches: (path) => baseName(path) === 'setup.cfg',
  parse: (text, path) => {
    const reading = startReading(path, 'pypi', 'manifest');
    const seen = new Set<string>();
    let section: string | null = null;
    let place: Place | null = null;
    for (const [index, line] of linesOf(openText(text, path, LIMIT)).entries()) {
      const content = line.trim();
      if (content === '' || /^[#;]/.test(content)) continue;
      const header = /^\[([^\]]*)\]/.exec(line);
      if (header !== null) {
        section = (header[1] ?? '').trim();
        place = null;
        continue;
      }
      if (section === null) throw unreadable(path, index + 1, 'a value before the first section');
      let value = content;
      if (!/^\s/.test(line)) {
        const pair = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(content);
        if (pair === null) throw unreadable(path, index + 1, 'neither a section, nor a key with a value');
        const key = (pair[1] ?? '').toLowerCase();
        if (seen.has(`${section}\n${key}`))
          throw unreadable(path, index + 1, `the key ${key.slice(0, 80)} stands twice`);
        seen.add(`${section}\n${key}`);
        place = placeOf(section, key);
        value = pair[2] ?? '';
      }
      if (place === null || value === '') continue;
      const location = lineLocation(path, index + 1, line);
      const file = /^file:\s*(.+)$/.exec(value)?.[1];
      if (file !== undefined) {
        for (const name of file.split(',')) noteInclude(reading, name.trim(), location);
        continue;
      }
      if (value.startsWith('%(')) noteUnread(reading, location, 'a value taken from elsewhere in the file');
      else for (const part of splitInline(value)) readRequirementLine(reading, part, location, place);
    }
    return finish(reading);
  },
};

function placeOf(section: string, key: string): Place | null {
  const option = key.replaceAll('-', '_');
  if (section === 'options' && OPTIONS.has(option)) return { scope: option };
  if (section === 'options.extras_require') return { scope: 'extras_require', group: key };
  return null;
}

/** `a; b` on one line is a list only where the part behind is no marker (setuptools: "dangling list or semicolon-separated"). */
function splitInline(value: string): string[] {
  const line = value.replace(/\s#.*$/s, '');
  const parts = line.split(';').map((part) => part.trim());
  const isMarker = (part: string): boolean =>
    /^\(*\s*["'\w]+\s*(?:[<>=!~]=?|in\b|not\b)/.test(part) && /["']/.test(part);
  if (parts.slice(1).some((part) => part !== '' && isMarker(part))) return [line];
  return parts.filter((part) => part !== '');
}
