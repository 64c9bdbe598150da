import type { DependencyEntry } from '../../core/dependency.ts';
import type { Location } from '../../core/location.ts';
import { type JsonMember, member, membersOf, parseJson, STRICT_JSON, textOf, unreadable } from '../json.ts';
import { openText } from '../opening.ts';
import type { DependencyFormat, ParsedDependencies } from '../types.ts';
import { LARGEST_LOCK } from './shared.ts';
import { readSpecifier } from './specifier.ts';

/** Fields whose value maps names to specifiers (npm docs, "package.json"). */
const FIELDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;

interface Collected {
  readonly path: string;
  readonly entries: DependencyEntry[];
  readonly unread: { line: number; reason: string }[];
}

/** `package.json`: every field that makes a package manager fetch something, with the place of each key. */
export const packageJson: DependencyFormat = {
  id: 'package-json',
  entry: 'manifest',
  matches: (path) => /(^|\/)package\.json$/.test(path),
  parse,
};

function parse(text: string, path: string): ParsedDependencies {
  const root = parseJson(openText(text, path, LARGEST_LOCK), path, STRICT_JSON);
  if (root.kind !== 'object') throw unreadable(path, 1, 'not a JSON object');
  const found: Collected = { path, entries: [], unread: [] };
  for (const field of FIELDS) mapping(found, member(root, field), field);
  bundled(found, root);
  overrides(found, member(root, 'overrides'), 'overrides');
  resolutions(found, member(root, 'resolutions'), 'resolutions');
  const pnpm = member(root, 'pnpm');
  resolutions(found, member(pnpm, 'overrides'), 'pnpm.overrides');
  extensions(found, member(pnpm, 'packageExtensions'), 'pnpm.packageExtensions');
  const workspaces = member(root, 'workspaces');
  mapping(found, member(workspaces, 'catalog'), 'catalog');
  for (const catalog of membersOf(member(workspaces, 'catalogs')))
    mapping(found, catalog.value, 'catalog', catalog.key);
  mapping(found, member(root, 'catalog'), 'catalog');
  for (const catalog of membersOf(member(root, 'catalogs'))) mapping(found, catalog.value, 'catalog', catalog.key);
  packageManager(found, root);
  return { entries: found.entries, unread: found.unread };
}

type Node = Parameters<typeof membersOf>[0];

function mapping(found: Collected, node: Node, scope: string, group?: string): void {
  if (node !== undefined && node.kind !== 'object') {
    if (node.kind === 'other' && node.value === null) return;
    // npm reads an empty array as an empty object: old tools wrote one.
    if (node.kind === 'array' && node.items.length === 0) return;
    found.unread.push({ line: node.location.startLine, reason: `${scope} is no object` });
    return;
  }
  for (const item of membersOf(node)) add(found, item.key, item, scope, group);
}

function add(found: Collected, name: string, item: JsonMember, scope: string, group?: string): void {
  const value = textOf(item.value);
  if (value === undefined) {
    found.unread.push({ line: item.location.startLine, reason: `${scope}: the value of ${item.key} is no string` });
    return;
  }
  entry(found, name, value, { scope, location: spanOf(item), group });
}

/** The place from the key to the end of a value on the same line. */
function spanOf(item: JsonMember): Location {
  const { location, value } = item;
  if (value.location.endLine !== location.endLine || value.location.endColumn === undefined) return location;
  return { ...location, endColumn: value.location.endColumn };
}

/** Adds the entry a specifier makes, or the line that cannot be read. */
function entry(
  found: Collected,
  key: string,
  value: string,
  where: { readonly scope: string; readonly location: Location; readonly group: string | undefined },
): void {
  const asked = readSpecifier(key, value);
  if ('unreadable' in asked) {
    found.unread.push({ line: where.location.startLine, reason: asked.unreadable });
    return;
  }
  found.entries.push({
    entry: 'manifest',
    type: 'npm',
    name: asked.name,
    ...(asked.name === key ? {} : { alias: key }),
    ...(asked.version === undefined ? {} : { version: asked.version }),
    ...(asked.range === undefined ? {} : { range: asked.range }),
    location: where.location,
    scope: where.scope,
    ...(where.group === undefined ? {} : { group: where.group }),
    relationship: 'direct',
    source: asked.source,
    ...(asked.resolvedUrl === undefined ? {} : { resolvedUrl: asked.resolvedUrl }),
  });
}

/** Names that are shipped inside the package; a name that stands in no other field is an entry of its own. */
function bundled(found: Collected, root: Node): void {
  const named = new Set(found.entries.map((item) => item.alias ?? item.name));
  for (const field of ['bundleDependencies', 'bundledDependencies']) {
    const node = member(root, field);
    if (node?.kind !== 'array') continue;
    for (const item of node.items) {
      const name = textOf(item);
      if (name === undefined || named.has(name)) continue;
      entry(found, name, '', { scope: field, location: item.location, group: undefined });
    }
  }
}

/** npm `overrides`: nested by parent, the key may carry a range, the value may be `$name` (a direct dependency's). */
function overrides(found: Collected, node: Node, scope: string, parent?: string): void {
  for (const item of membersOf(node)) {
    const name = item.key === '.' ? parent : withoutRange(item.key);
    if (name === undefined) continue;
    if (item.value.kind === 'object') {
      overrides(found, item.value, scope, name);
      continue;
    }
    override(found, name, item, scope, parent);
  }
}

function override(found: Collected, name: string, item: JsonMember, scope: string, parent?: string): void {
  const value = textOf(item.value);
  if (value === '-') return;
  if (value?.startsWith('$') !== true) {
    add(found, name, item, scope, parent);
    return;
  }
  const direct = found.entries.find((other) => (other.alias ?? other.name) === value.slice(1));
  if (direct === undefined) {
    found.unread.push({
      line: item.location.startLine,
      reason: `${scope}: ${value} names no dependency of this file`,
    });
    return;
  }
  found.entries.push({
    ...direct,
    ...(direct.name === name ? {} : { alias: name }),
    location: spanOf(item),
    scope,
    ...(parent === undefined ? {} : { group: parent }),
  });
}

/** yarn's `resolutions` (`a/**\/b`, `b@npm:^1`) and pnpm's `overrides` (`a@1>b@2`): the last name is the one replaced. */
function resolutions(found: Collected, node: Node, scope: string): void {
  for (const item of membersOf(node)) {
    const last = lastName(item.key);
    if (last === undefined) {
      found.unread.push({ line: item.location.startLine, reason: `${scope}: no package is named by ${item.key}` });
      continue;
    }
    override(found, last, item, scope);
  }
}

function lastName(pattern: string): string | undefined {
  const tail = pattern.split('>').at(-1) ?? pattern;
  const match = /(?:^|\/)((?:@[^/@\s]+\/)?[^/@\s*]+)(?:@.*)?$/.exec(withoutRange(tail));
  return match?.[1];
}

function withoutRange(key: string): string {
  // The last `@` that begins a range: one at the start or behind a slash opens a scope.
  const match = /^(.*?(?:^|\/)@?[^/@]+)@.*$/.exec(key);
  return match?.[1] ?? key;
}

/** pnpm `packageExtensions`: dependencies given to other packages. */
function extensions(found: Collected, node: Node, scope: string): void {
  for (const extended of membersOf(node)) {
    for (const field of FIELDS) mapping(found, member(extended.value, field), scope, extended.key);
  }
}

/** `packageManager: "pnpm@9.0.0+sha512.…"`: corepack downloads and runs it. */
function packageManager(found: Collected, root: Node): void {
  const node = member(root, 'packageManager');
  const value = textOf(node);
  if (node === undefined || value === undefined) return;
  const match = /^([^@\s]+)@([^+\s]+)(?:\+([a-z0-9]+)\.([0-9a-f]+))?$/i.exec(value);
  if (match === null) return;
  const [, name = '', version = '', algorithm, hex] = match;
  const before = found.entries.length;
  entry(found, name, version, { scope: 'packageManager', location: node.location, group: undefined });
  const added = found.entries[before];
  if (added !== undefined && algorithm !== undefined && hex !== undefined) {
    found.entries[before] = { ...added, integrity: `${algorithm.toLowerCase()}:${hex.toLowerCase()}` };
  }
}
