import { addEntry, baseName, finish, noteUnread, type Reading, startReading } from '../reading.ts';
import { at, isTrueAt, membersAt, type Tree, type TreeMember, textAt } from '../tree.ts';
import { parseTomlTree } from '../tree-toml.ts';
import type { DependencyFormat } from '../types.ts';

const TABLES = ['dependencies', 'dev-dependencies', 'build-dependencies'] as const;

/** Where a table of dependencies stands. */
interface Place {
  readonly scope: string;
  readonly group?: string;
  readonly marker?: string;
}

/** Cargo.toml, and the patches of `.cargo/config.toml` (The Cargo Book, "Specifying Dependencies", "Overriding Dependencies"). */
export const cargoToml: DependencyFormat = {
  id: 'cargo-toml',
  entry: 'manifest',
  matches: (path) => baseName(path) === 'Cargo.toml' || /(?:^|\/)\.cargo\/config(?:\.toml)?$/.test(path),
  parse: (text, path) => {
    const reading = startReading(path, 'cargo', 'manifest');
    const root = parseTomlTree(text, path);
    readTables(reading, root, {});
    for (const target of membersAt(reading, root, 'target')) readTables(reading, target.value, { marker: target.key });
    const workspace = at(root, 'workspace');
    readTable(reading, workspace, 'dependencies', { scope: 'workspace.dependencies' });
    for (const registry of membersAt(reading, root, 'patch')) {
      for (const member of membersAt(reading, at(root, 'patch'), registry.key)) {
        readDependency(reading, member, { scope: 'patch', group: registry.key });
      }
    }
    for (const member of membersAt(reading, root, 'replace')) {
      readDependency(reading, { ...member, key: member.key.replace(/^.*#|[:@][^:@]*$/g, '') }, { scope: 'replace' });
    }
    return finish(reading);
  },
};

/** The three kinds of dependency; cargo also reads the old spelling with an underscore. */
function readTables(reading: Reading, table: Tree | undefined, place: Omit<Place, 'scope'>): void {
  for (const scope of TABLES) {
    readTable(reading, table, scope, { ...place, scope });
    if (scope !== 'dependencies') readTable(reading, table, scope.replace('-', '_'), { ...place, scope });
  }
}

function readTable(reading: Reading, table: Tree | undefined, key: string, place: Place): void {
  for (const member of membersAt(reading, table, key)) readDependency(reading, member, place);
}

function readDependency(reading: Reading, member: TreeMember, place: Place): void {
  const { key, value, location } = member;
  const common = { location, relationship: 'direct', ...place } as const;
  if (value.kind === 'text') {
    addEntry(reading, { ...common, name: key, source: 'registry', range: value.value, ...exact(value.value) });
    return;
  }
  if (value.kind !== 'table') {
    noteUnread(reading, location, `${key} has neither a version nor a table`);
    return;
  }
  const range = textAt(value, 'version');
  addEntry(reading, {
    ...common,
    ...originOf(value),
    name: textAt(value, 'package') ?? key,
    alias: key,
    range,
    ...(range === undefined ? {} : exact(range)),
  });
}

function originOf(table: Tree): {
  readonly source: 'registry' | 'git' | 'path' | 'workspace';
  readonly resolvedUrl?: string | undefined;
} {
  if (isTrueAt(table, 'workspace')) return { source: 'workspace' };
  const git = textAt(table, 'git');
  if (git !== undefined) {
    const [key, revision] =
      ['rev', 'tag', 'branch'].map((name) => [name, textAt(table, name)]).find((pair) => pair[1]) ?? [];
    return { source: 'git', resolvedUrl: revision === undefined ? git : `${git}?${key}=${revision}` };
  }
  const folder = textAt(table, 'path');
  if (folder !== undefined) return { source: 'path', resolvedUrl: folder };
  return { source: 'registry', resolvedUrl: textAt(table, 'registry-index') ?? textAt(table, 'registry') };
}

/** `=1.2.3` names one version; a bare `1.2.3` is a caret requirement. */
function exact(range: string): { readonly version?: string } {
  const version = /^=\s*(\d+\.\d+\.\d+[^\s,]*)$/.exec(range.trim())?.[1];
  return version === undefined ? {} : { version };
}
