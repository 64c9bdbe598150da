import { finish, noteUnread, type Reading, startReading } from '../reading.ts';
import { membersAt, type Tree } from '../tree.ts';
import { parseYamlTree } from '../tree-yaml.ts';
import type { DependencyFormat, ParsedDependencies } from '../types.ts';
import { readSpecifier } from './specifier.ts';

/** `pnpm-workspace.yaml` (catalogs, overrides, packageExtensions) and `.yarnrc.yml` (catalogs, packageExtensions). */
export const workspaceSettings: DependencyFormat = {
  id: 'workspace-settings',
  entry: 'manifest',
  matches: (path) => /(^|\/)(pnpm-workspace\.yaml|\.yarnrc\.yml)$/.test(path),
  parse,
};

function parse(text: string, path: string): ParsedDependencies {
  const root = parseYamlTree(text, path);
  const reading = startReading(path, 'npm', 'manifest');
  if (root.kind !== 'table') {
    noteUnread(reading, root.location, 'not a mapping');
    return finish(reading);
  }
  mapping(reading, root, 'catalog', 'catalog');
  for (const item of membersAt(reading, root, 'catalogs')) mappingOf(reading, item.value, 'catalog', item.key);
  for (const item of membersAt(reading, root, 'overrides')) {
    const name = /(?:^|[/>])((?:@[^/@\s>]+\/)?[^/@\s*>]+)(?:@[^>]*)?$/.exec(item.key)?.[1];
    if (name !== undefined) add(reading, name, item.value, 'pnpm-workspace.overrides', undefined);
  }
  for (const item of membersAt(reading, root, 'packageExtensions')) {
    mapping(reading, item.value, 'dependencies', 'packageExtensions', item.key);
  }
  return finish(reading);
}

function mapping(reading: Reading, node: Tree, key: string, scope: string, group?: string): void {
  for (const item of membersAt(reading, node, key)) add(reading, item.key, item.value, scope, group);
}

function mappingOf(reading: Reading, node: Tree, scope: string, group: string): void {
  if (node.kind !== 'table') {
    noteUnread(reading, node.location, `${group} is no mapping`);
    return;
  }
  for (const item of node.members.values()) add(reading, item.key, item.value, scope, group);
}

function add(reading: Reading, key: string, node: Tree, scope: string, group: string | undefined): void {
  if (node.kind !== 'text' && node.kind !== 'scalar') {
    noteUnread(reading, node.location, `${scope}: the value of ${key} is no text`);
    return;
  }
  if (node.value === '-' || node.value.startsWith('$')) return;
  const asked = readSpecifier(key, node.value);
  if ('unreadable' in asked) {
    noteUnread(reading, node.location, asked.unreadable);
    return;
  }
  reading.entries.push({
    entry: 'manifest',
    type: 'npm',
    name: asked.name,
    ...(asked.name === key ? {} : { alias: key }),
    ...(asked.version === undefined ? {} : { version: asked.version }),
    ...(asked.range === undefined ? {} : { range: asked.range }),
    location: node.location,
    scope,
    ...(group === undefined ? {} : { group }),
    relationship: 'direct',
    source: asked.source,
    ...(asked.resolvedUrl === undefined ? {} : { resolvedUrl: asked.resolvedUrl }),
  });
}
