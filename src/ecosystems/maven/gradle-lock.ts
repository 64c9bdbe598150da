import { unreadable } from '../json.ts';
import { linesOf, openText } from '../opening.ts';
import { addEntry, baseName, finish, lineLocation, startReading } from '../reading.ts';
import type { DependencyFormat } from '../types.ts';

/** Characters. */
const LIMIT = 8_000_000;

/** gradle.lockfile, and the older one file per configuration (Gradle, "Locking Versions", "Lock state format"). */
export const gradleLock: DependencyFormat = {
  id: 'gradle-lock',
  entry: 'lockfile',
  matches: (path) =>
    /(?:^|-)gradle\.lockfile$/.test(baseName(path)) || /(?:^|\/)dependency-locks\/[^/]+\.lockfile$/.test(path),
  parse: (text, path) => {
    const reading = startReading(path, 'maven', 'lockfile');
    let isEmptySaid = false;
    for (const [index, line] of linesOf(openText(text, path, LIMIT)).entries()) {
      const content = line.trim();
      if (content === '' || content.startsWith('#')) continue;
      if (content.startsWith('empty=')) {
        isEmptySaid = true;
        continue;
      }
      const [, name, version, configurations] = /^([^:=\s]+:[^:=\s]+):([^:=\s]+)(?:=(\S*))?$/.exec(content) ?? [];
      if (name === undefined || version === undefined) {
        throw unreadable(path, index + 1, 'a line needs group:artifact:version=configurations');
      }
      addEntry(reading, {
        name,
        version,
        location: lineLocation(path, index + 1, line),
        scope: 'locked',
        group: configurations,
        relationship: 'unknown',
        source: 'registry',
      });
    }
    const isOneFile = baseName(path).endsWith('gradle.lockfile');
    if (isOneFile && !isEmptySaid) {
      throw unreadable(path, Math.max(1, linesOf(text).length), 'the line "empty=", which comes last, is missing');
    }
    return finish(reading);
  },
};
