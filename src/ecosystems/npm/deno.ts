import type { DependencyEntry } from '../../core/dependency.ts';
import type { Location } from '../../core/location.ts';
import {
  type JsonMember,
  type JsonNode,
  member,
  membersOf,
  parseJson,
  RELAXED_JSON,
  STRICT_JSON,
  textOf,
  textsOf,
  unreadable,
} from '../json.ts';
import { openText } from '../opening.ts';
import type { DependencyFormat, ParsedDependencies } from '../types.ts';
import { LARGEST_LOCK, sriOf } from './shared.ts';
import { jsrName, readSpecifier } from './specifier.ts';

/** `deno.json`, `deno.jsonc` and import maps in them: `imports` and `scopes` (Deno docs, "Configuration"). */
export const denoJson: DependencyFormat = {
  id: 'deno-json',
  entry: 'manifest',
  matches: (path) => /(^|\/)(deno\.jsonc?|import_map\.json)$/.test(path),
  parse: parseManifest,
};

/** `deno.lock`, versions 2 to 5. */
export const denoLock: DependencyFormat = {
  id: 'deno-lock',
  entry: 'lockfile',
  matches: (path) => /(^|\/)deno\.lock$/.test(path),
  parse: parseLock,
};

function parseManifest(text: string, path: string): ParsedDependencies {
  const root = parseJson(openText(text, path, LARGEST_LOCK), path, RELAXED_JSON);
  if (root.kind !== 'object') throw unreadable(path, 1, 'not a JSON object');
  const entries: DependencyEntry[] = [];
  const unread: { line: number; reason: string }[] = [];
  const take = (item: JsonMember, scope: string): void => {
    const value = textOf(item.value);
    if (value === undefined) {
      if (item.value.kind !== 'other')
        unread.push({ line: item.location.startLine, reason: `the value of ${item.key} is no string` });
      return;
    }
    const read = readImport(value, item.location, scope);
    if (read === null) return;
    if ('unreadable' in read) unread.push({ line: item.location.startLine, reason: read.unreadable });
    else
      entries.push({ ...read, ...(read.name === item.key || read.source !== 'registry' ? {} : { alias: item.key }) });
  };
  for (const item of membersOf(member(root, 'imports'))) take(item, 'imports');
  for (const scope of membersOf(member(root, 'scopes'))) {
    for (const item of membersOf(scope.value)) take(item, 'scopes');
  }
  return { entries, unread };
}

/** An import's target as an entry: `npm:`, `jsr:` or an address. Null for files of the repository and built-ins. */
function readImport(value: string, location: Location, scope: string): DependencyEntry | { unreadable: string } | null {
  const shared = { entry: 'manifest', type: 'npm', location, scope, relationship: 'direct' } as const;
  const match = /^(npm|jsr):\/?((?:@[^/@]+\/)?[^/@]+)(?:@([^/]+))?/.exec(value);
  if (match !== null) {
    const [, protocol, name = '', range = '*'] = match;
    const asked = readSpecifier(protocol === 'jsr' ? jsrName(name) : name, range);
    if ('unreadable' in asked) return asked;
    return {
      ...shared,
      name: asked.name,
      source: 'registry',
      ...(asked.range === undefined ? {} : { range: asked.range }),
      ...(asked.version === undefined ? {} : { version: asked.version }),
    };
  }
  if (!/^https?:\/\/[^/]/.test(value)) return null;
  return { ...shared, name: remoteName(value), source: 'url', range: value, resolvedUrl: value };
}

function remoteName(address: string): string {
  return address
    .replace(/^https?:\/\//, '')
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '');
}

interface Lists {
  readonly path: string;
  readonly entries: DependencyEntry[];
  readonly asks: string[][];
  readonly keys: string[][];
}

function parseLock(text: string, path: string): ParsedDependencies {
  const root = parseJson(openText(text, path, LARGEST_LOCK), path, STRICT_JSON);
  const version = textOf(member(root, 'version')) ?? '';
  if (!['2', '3', '4', '5'].includes(version)) {
    throw unreadable(path, 1, `version ${JSON.stringify(version)} is not known (2, 3, 4 and 5 are)`);
  }
  const lists: Lists = { path, entries: [], asks: [], keys: [] };
  const packages = version === '3' ? member(root, 'packages') : root;
  const npm = version === '2' ? member(member(root, 'npm'), 'packages') : member(packages, 'npm');
  for (const item of membersOf(npm)) addPackage(lists, item, false);
  for (const item of membersOf(member(packages, 'jsr'))) addPackage(lists, item, true);
  for (const item of membersOf(member(root, 'remote'))) addRemote(lists, item);
  const specifiers = version === '2' ? member(member(root, 'npm'), 'specifiers') : member(packages, 'specifiers');
  const direct = new Set(membersOf(specifiers).flatMap((item) => lockKey(item.key, textOf(item.value) ?? '')));
  const entries = lists.entries.map((entry, index) => ({
    ...entry,
    relationship: (lists.keys[index] ?? []).some((key) => direct.has(key)) ? ('direct' as const) : entry.relationship,
  }));
  return { entries, unread: [] };
}

/** `npm:chalk@5` with `5.3.0` (version 4 on) or `npm:chalk@5.3.0` (3) or `chalk@5.3.0` (2) → the key of its package. */
function lockKey(specifier: string, value: string): string[] {
  const name = /^(?:npm:|jsr:)?((?:@[^/@]+\/)?[^/@]+)/.exec(specifier)?.[1];
  if (name === undefined) return [];
  return /^\d/.test(value) ? [`${name}@${value}`] : [value.replace(/^(npm|jsr):/, '')];
}

function addPackage(lists: Lists, item: JsonMember, isJsr: boolean): void {
  const match = /^((?:@[^/@]+\/)?[^/@_]+[^/@]*)@([^_]+)(?:_.*)?$/.exec(item.key);
  if (match === null || match[1] === undefined || match[2] === undefined) {
    throw unreadable(
      lists.path,
      item.location.startLine,
      `${JSON.stringify(item.key.slice(0, 80))} names no package and version`,
    );
  }
  const integrity = textOf(member(item.value, 'integrity'));
  const tarball = textOf(member(item.value, 'tarball'));
  lists.entries.push({
    entry: 'lockfile',
    type: 'npm',
    name: isJsr ? jsrName(match[1]) : match[1],
    version: match[2],
    location: item.location,
    scope: isJsr ? 'jsr' : 'npm',
    relationship: 'transitive',
    source: 'registry',
    ...(tarball === undefined ? {} : { resolvedUrl: tarball }),
    ...(integrity === undefined ? {} : { integrity: isJsr ? `deno-jsr:${integrity}` : sriOf(integrity) }),
    ...(member(item.value, 'scripts') === undefined ? {} : { installScript: true }),
  });
  lists.asks.push(dependenciesOf(member(item.value, 'dependencies')));
  lists.keys.push([`${match[1]}@${match[2]}`, item.key]);
}

function dependenciesOf(node: JsonNode | undefined): string[] {
  return node?.kind === 'array' ? textsOf(node) : membersOf(node).flatMap((item) => textOf(item.value) ?? []);
}

/** A module loaded from an address, with the SHA-256 of its text. */
function addRemote(lists: Lists, item: JsonMember): void {
  if (!/^https?:\/\/[^/]/.test(item.key)) {
    throw unreadable(lists.path, item.location.startLine, `${JSON.stringify(item.key.slice(0, 80))} is no address`);
  }
  const hash = textOf(item.value);
  lists.entries.push({
    entry: 'lockfile',
    type: 'npm',
    name: remoteName(item.key),
    location: item.location,
    scope: 'remote',
    relationship: 'unknown',
    source: 'url',
    resolvedUrl: item.key,
    ...(hash === undefined ? {} : { integrity: `sha256:${hash}` }),
  });
  lists.asks.push([]);
  lists.keys.push([item.key]);
}
