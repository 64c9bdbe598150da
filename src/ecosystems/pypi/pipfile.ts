import { STRICT_JSON, unreadable } from '../json.ts';
import { addEntry, baseName, finish, joinIntegrity, noteUnread, type Reading, startReading } from '../reading.ts';
import { at, membersIn, type Tree, type TreeMember, textAt, textsAt, wordAt } from '../tree.ts';
import { parseJsonTree } from '../tree-json.ts';
import { parseTomlTree } from '../tree-toml.ts';
import type { DependencyFormat } from '../types.ts';
import { exactVersion } from './requirement.ts';
import { indexesOf, originOf } from './sources.ts';

/** Tables of a Pipfile that are no category of packages (pipenv, "Pipfile & Pipfile.lock"). */
const SETTINGS: ReadonlySet<string> = new Set(['source', 'requires', 'scripts', 'pipenv', 'build-system', 'tool']);

export const pipfile: DependencyFormat = {
  id: 'pipfile',
  entry: 'manifest',
  matches: (path) => baseName(path) === 'Pipfile',
  parse: (text, path) => {
    const reading = startReading(path, 'pypi', 'manifest');
    const root = parseTomlTree(text, path);
    const indexes = indexesOf(reading, at(root, 'source'));
    for (const category of root.members.values()) {
      if (!SETTINGS.has(category.key)) readCategory(reading, category, indexes);
    }
    return finish(reading);
  },
};

/** Pipfile.lock, `pipfile-spec` 6. */
export const pipfileLock: DependencyFormat = {
  id: 'pipfile-lock',
  entry: 'lockfile',
  matches: (path) => baseName(path) === 'Pipfile.lock',
  parse: (text, path) => {
    const reading = startReading(path, 'pypi', 'lockfile');
    const root = parseJsonTree(text, path, STRICT_JSON);
    const meta = at(root, '_meta');
    const spec = wordAt(meta, 'pipfile-spec');
    if (spec !== '6') {
      throw unreadable(
        path,
        meta?.location.startLine ?? 1,
        `pipfile-spec ${spec?.slice(0, 20) ?? '(none)'} is not known`,
      );
    }
    const indexes = indexesOf(reading, at(meta, 'sources'));
    for (const category of root.members.values()) {
      if (category.key !== '_meta') readCategory(reading, category, indexes);
    }
    return finish(reading);
  },
};

function readCategory(reading: Reading, category: TreeMember, indexes: ReadonlyMap<string, string>): void {
  for (const member of membersIn(reading, category.value, category.key)) {
    readPackage(reading, member, category.key, indexes);
  }
}

function readPackage(reading: Reading, member: TreeMember, scope: string, indexes: ReadonlyMap<string, string>): void {
  const { key: name, location, value } = member;
  const relationship = reading.kind === 'manifest' ? 'direct' : 'unknown';
  if (value.kind === 'text') {
    const range = value.value;
    addEntry(reading, { name, location, scope, relationship, source: 'registry', range, ...exactVersion(range) });
    return;
  }
  if (value.kind !== 'table') {
    noteUnread(reading, location, `${name} has neither a version nor a table`);
    return;
  }
  const range = textAt(value, 'version');
  const origin = originOf(value, indexes);
  addEntry(reading, {
    name,
    location,
    scope,
    relationship,
    source: origin.source,
    resolvedUrl: origin.url,
    ...(range === undefined ? {} : exactVersion(range)),
    range: reading.kind === 'manifest' ? range : undefined,
    extras: textsAt(value, 'extras'),
    marker: markerOf(value),
    integrity: joinIntegrity(textsAt(value, 'hashes')),
  });
}

/** `markers`, and the keys that stand for one marker each: `sys_platform = "== 'win32'"`. */
function markerOf(value: Tree): string {
  const short = ['os_name', 'sys_platform', 'platform_machine', 'platform_system', 'python_version'].flatMap((key) => {
    const condition = textAt(value, key);
    return condition === undefined ? [] : [`${key} ${condition}`];
  });
  return [...textsAt(value, 'markers'), ...short].join(' and ');
}
