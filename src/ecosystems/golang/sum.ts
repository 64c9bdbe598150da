import { unreadable } from '../json.ts';
import { linesOf, openText } from '../opening.ts';
import { addEntry, baseName, finish, lineLocation, startReading } from '../reading.ts';
import type { DependencyFormat } from '../types.ts';

/** Characters; half a microsecond a line. */
const LIMIT = 16_000_000;
const HASH = /^h1:[A-Za-z0-9+/]{43}=$/;
const SUFFIX = '/go.mod';

/**
 * go.sum and go.work.sum (Go Modules Reference, "go.sum files"): one entry a line; the lines that cover only a
 * module's go.mod file have the scope `go.mod`, those of its content `module`. A version here need not be built.
 */
export const goSum: DependencyFormat = {
  id: 'go-sum',
  entry: 'lockfile',
  matches: (path) => baseName(path) === 'go.sum' || baseName(path) === 'go.work.sum' || path.endsWith('.go.sum'),
  parse: (text, path) => {
    const reading = startReading(path, 'golang', 'lockfile');
    for (const [index, line] of linesOf(openText(text, path, LIMIT)).entries()) {
      const words = line.split(/\s+/).filter((word) => word !== '');
      const [name, version, hash] = words;
      if (name === undefined) continue;
      if (version === undefined || hash === undefined || words.length > 3) {
        throw unreadable(path, index + 1, 'a line needs a module, a version and a hash');
      }
      if (hash.startsWith('h1:') && !HASH.test(hash)) throw unreadable(path, index + 1, 'a hash that is cut short');
      const isMod = version.endsWith(SUFFIX);
      addEntry(reading, {
        name,
        version: isMod ? version.slice(0, -SUFFIX.length) : version,
        location: lineLocation(path, index + 1, line),
        scope: isMod ? 'go.mod' : 'module',
        relationship: 'unknown',
        source: 'registry',
        integrity: hash,
      });
    }
    return finish(reading);
  },
};
