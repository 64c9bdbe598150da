import { addEntry, baseName, finish, noteUnread, type Reading, startReading } from '../reading.ts';
import { at, membersAt, type Tree, type TreeMember, textAt, textsAt } from '../tree.ts';
import { parseTomlTree } from '../tree-toml.ts';
import type { DependencyFormat } from '../types.ts';
import { exactVersion } from './pom.ts';

/** Gradle version catalogs (Gradle, "Version Catalogs", "The version catalog TOML file format"). */
export const versionCatalog: DependencyFormat = {
  id: 'version-catalog',
  entry: 'manifest',
  matches: (path) => baseName(path).endsWith('.versions.toml'),
  parse: (text, path) => {
    const reading = startReading(path, 'maven', 'manifest');
    const root = parseTomlTree(text, path);
    const versions = at(root, 'versions');
    for (const member of membersAt(reading, root, 'libraries')) readLibrary(reading, member, versions);
    for (const member of membersAt(reading, root, 'plugins')) readPlugin(reading, member, versions);
    return finish(reading);
  },
};

function readLibrary(reading: Reading, member: TreeMember, versions: Tree | undefined): void {
  const { value } = member;
  const parts = value.kind === 'text' ? value.value.split(':') : [];
  const module = textAt(value, 'module') ?? `${textAt(value, 'group') ?? ''}:${textAt(value, 'name') ?? ''}`;
  const name = value.kind === 'text' ? parts.slice(0, 2).join(':') : module;
  add(reading, member, name, parts[2] ?? versionOf(value, versions), 'libraries');
}

/** A plugin's id is found through its marker artifact (Gradle, "Using Gradle Plugins", "Plugin markers"). */
function readPlugin(reading: Reading, member: TreeMember, versions: Tree | undefined): void {
  const { value } = member;
  const parts = value.kind === 'text' ? value.value.split(':') : [];
  const id = (value.kind === 'text' ? parts[0] : textAt(value, 'id')) ?? '';
  add(reading, member, pluginMarker(id), parts[1] ?? versionOf(value, versions), 'plugins');
}

export function pluginMarker(id: string): string {
  return `${id}:${id}.gradle.plugin`;
}

function add(reading: Reading, member: TreeMember, name: string, range: string | undefined, scope: string): void {
  if (!/^[\w.-]+:[\w.-]+$/.test(name)) {
    noteUnread(reading, member.location, `${member.key} names no group and artifact`);
    return;
  }
  addEntry(reading, {
    name,
    range,
    version: range === undefined ? undefined : exactVersion(range),
    location: member.location,
    scope,
    relationship: 'direct',
    source: 'registry',
  });
}

/** A text, a reference into `[versions]`, or a rich version: `strictly`, `require`, `prefer`. */
function versionOf(value: Tree, versions: Tree | undefined): string | undefined {
  const own = at(value, 'version');
  const reference = textAt(own, 'ref');
  const version = reference === undefined ? own : at(versions, reference);
  if (version?.kind === 'text') return version.value;
  return ['strictly', 'require', 'prefer'].flatMap((key) => textsAt(version, key))[0];
}
