import { unreadable } from '../json.ts';
import { addEntry, baseName, finish, lineLocation, noteUnread, type Reading, startReading } from '../reading.ts';
import type { DependencyFormat } from '../types.ts';
import { type Statement, statementsOf } from './lines.ts';

/** Directives that bring in no module of their own: a `tool` is a package of a required module. */
const SILENT: ReadonlySet<string> = new Set([
  'module',
  'go',
  'toolchain',
  'exclude',
  'retract',
  'tool',
  'godebug',
  'ignore',
  'use',
]);

/** go.mod and go.work (Go Modules Reference, "go.mod files", "Workspaces"). */
export const goMod: DependencyFormat = {
  id: 'go-mod',
  entry: 'manifest',
  matches: (path) => baseName(path) === 'go.mod' || baseName(path) === 'go.work' || path.endsWith('.go.mod'),
  parse: (text, path) => {
    const reading = startReading(path, 'golang', 'manifest');
    const statements = statementsOf(text, path);
    const isWork = baseName(path) === 'go.work';
    if (!statements.some((statement) => statement.verb === (isWork ? 'go' : 'module'))) {
      throw unreadable(path, 1, isWork ? 'there is no go directive' : 'there is no module directive');
    }
    for (const statement of statements) {
      if (statement.verb === 'require') readRequire(reading, statement);
      else if (statement.verb === 'replace') readReplace(reading, statement);
      else if (!SILENT.has(statement.verb)) {
        noteUnread(reading, statement.line, `a directive that is not known: ${statement.verb.slice(0, 40)}`);
      }
    }
    return finish(reading);
  },
};

function readRequire(reading: Reading, statement: Statement): void {
  const [name, version, ...more] = statement.words;
  if (name === undefined || version === undefined || more.length > 0) {
    throw unreadable(reading.path, statement.line, 'a require needs a module and a version');
  }
  addEntry(reading, {
    name,
    ...versionOf(version),
    location: lineLocation(reading.path, statement.line, statement.text),
    scope: 'require',
    relationship: /^indirect(?:;|$)/.test(statement.comment) ? 'transitive' : 'direct',
    source: 'registry',
  });
}

/** The module behind `=>` is the one that is built; the name before it is how it is imported. */
function readReplace(reading: Reading, statement: Statement): void {
  const arrow = statement.words.indexOf('=>');
  const [alias, , ...moreBefore] = statement.words.slice(0, Math.max(arrow, 0));
  const [name, version, ...moreAfter] = statement.words.slice(arrow + 1);
  if (arrow < 1 || alias === undefined || name === undefined || moreBefore.length + moreAfter.length > 0) {
    throw unreadable(reading.path, statement.line, 'a replace needs a module on both sides of "=>"');
  }
  const isPath = version === undefined;
  addEntry(reading, {
    name: isPath ? alias : name,
    alias,
    ...(isPath ? {} : versionOf(version)),
    location: lineLocation(reading.path, statement.line, statement.text),
    scope: 'replace',
    relationship: 'direct',
    source: isPath ? 'path' : 'registry',
    resolvedUrl: isPath ? name : undefined,
  });
}

/** Anything but a semantic version (a branch, a commit) is resolved by the next `go mod tidy`. */
function versionOf(word: string): { readonly version?: string; readonly range?: string } {
  return /^v\d/.test(word) ? { version: word } : { range: word };
}
