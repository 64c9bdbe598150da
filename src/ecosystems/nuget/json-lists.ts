import { RELAXED_JSON, STRICT_JSON, unreadable } from '../json.ts';
import { addEntry, baseName, finish, noteUnread, type Reading, startReading } from '../reading.ts';
import { at, membersAt, membersIn, type TreeMember, textAt, wordAt } from '../tree.ts';
import { parseJsonTree } from '../tree-json.ts';
import type { DependencyFormat } from '../types.ts';
import { exactVersion } from './versions.ts';

/** packages.lock.json, versions 1 and 2 (NuGet, "Locking dependencies"; version 2 comes with central package management). */
export const packagesLock: DependencyFormat = {
  id: 'packages-lock',
  entry: 'lockfile',
  matches: (path) => /^packages(?:\.[^/]+)?\.lock\.json$/i.test(baseName(path)),
  parse: (text, path) => {
    const reading = startReading(path, 'nuget', 'lockfile');
    const root = parseJsonTree(text, path, STRICT_JSON);
    const version = wordAt(root, 'version');
    if (version !== '1' && version !== '2') {
      const line = at(root, 'version')?.location.startLine ?? 1;
      throw unreadable(path, line, `lock version ${version?.slice(0, 20) ?? '(none)'} is not known`);
    }
    if (at(root, 'dependencies') === undefined) throw unreadable(path, 1, 'the table of dependencies is missing');
    for (const framework of membersAt(reading, root, 'dependencies')) {
      for (const member of membersIn(reading, framework.value, framework.key)) {
        readLocked(reading, member, framework.key);
      }
    }
    return finish(reading);
  },
};

function readLocked(reading: Reading, member: TreeMember, group: string): void {
  const kind = textAt(member.value, 'type');
  if (member.value.kind !== 'table' || kind === undefined) {
    noteUnread(reading, member.location, `${member.key} has no type`);
    return;
  }
  const hash = textAt(member.value, 'contentHash');
  addEntry(reading, {
    name: member.key,
    version: textAt(member.value, 'resolved'),
    range: textAt(member.value, 'requested'),
    location: member.location,
    scope: kind,
    group,
    relationship: kind === 'Transitive' || kind === 'CentralTransitive' ? 'transitive' : 'direct',
    source: kind === 'Project' ? 'workspace' : 'registry',
    // NuGet hashes with SHA-512 and writes base64: the very content of an SRI.
    integrity: hash === undefined ? undefined : `sha512-${hash}`,
  });
}

/** .config/dotnet-tools.json (.NET, "Local tools"). */
export const dotnetTools: DependencyFormat = {
  id: 'dotnet-tools',
  entry: 'manifest',
  matches: (path) => baseName(path) === 'dotnet-tools.json',
  parse: (text, path) => {
    const reading = startReading(path, 'nuget', 'manifest');
    const root = parseJsonTree(text, path, RELAXED_JSON);
    for (const { key, value, location } of membersAt(reading, root, 'tools')) {
      const version = textAt(value, 'version');
      if (version === undefined) noteUnread(reading, location, `the tool ${key} has no version`);
      addEntry(reading, { name: key, version, location, scope: 'tools', relationship: 'direct', source: 'registry' });
    }
    return finish(reading);
  },
};

/** `msbuild-sdks` of global.json (MSBuild, "Project SDKs"). */
export const globalJson: DependencyFormat = {
  id: 'global-json',
  entry: 'manifest',
  matches: (path) => baseName(path) === 'global.json',
  parse: (text, path) => {
    const reading = startReading(path, 'nuget', 'manifest');
    const root = parseJsonTree(text, path, RELAXED_JSON);
    for (const { key, value, location } of membersAt(reading, root, 'msbuild-sdks')) {
      if (value.kind !== 'text') noteUnread(reading, location, `the version of ${key} is no text`);
      else {
        addEntry(reading, {
          name: key,
          range: value.value,
          ...exactVersion(value.value),
          location,
          scope: 'msbuild-sdks',
          relationship: 'direct',
          source: 'registry',
        });
      }
    }
    return finish(reading);
  },
};
