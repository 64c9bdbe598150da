import type { DependencySource } from '../../core/dependency.ts';
import { unreadable } from '../json.ts';
import { baseName, finish, noteUnread, type Reading, startReading } from '../reading.ts';
import { at, isTrueAt, itemsAt, membersAt, type Tree, textAt } from '../tree.ts';
import { parseTomlTree } from '../tree-toml.ts';
import type { DependencyFormat } from '../types.ts';
import { type Artefact, addLocked, fileNameOf } from './artefacts.ts';

/** pylock.toml and pylock.<name>.toml, lock version 1 (PEP 751). */
export const pylock: DependencyFormat = {
  id: 'pylock',
  entry: 'lockfile',
  matches: (path) => /^pylock(?:\.[^.]+)?\.toml$/.test(baseName(path)),
  parse: (text, path) => {
    const reading = startReading(path, 'pypi', 'lockfile');
    const root = parseTomlTree(text, path);
    const version = textAt(root, 'lock-version');
    if (version === undefined || !/^1\./.test(version)) {
      const line = at(root, 'lock-version')?.location.startLine ?? 1;
      throw unreadable(path, line, `lock version ${version?.slice(0, 20) ?? '(none)'} is not known`);
    }
    if (at(root, 'packages') === undefined)
      throw unreadable(path, root.location.endLine, 'the list of packages is missing');
    for (const item of itemsAt(reading, root, 'packages')) readPackage(reading, item);
    return finish(reading);
  },
};

function readPackage(reading: Reading, item: Tree): void {
  const name = textAt(item, 'name');
  if (name === undefined) {
    noteUnread(reading, item.location, 'a package without a name');
    return;
  }
  const [source, url] = originOf(item);
  const singles = [at(item, 'archive'), at(item, 'sdist')].filter((file) => file !== undefined);
  const files = [...singles, ...itemsAt(reading, item, 'wheels')].flatMap((file) => artefactOf(reading, file));
  addLocked(
    reading,
    {
      name,
      version: textAt(item, 'version'),
      location: item.location,
      scope: 'packages',
      marker: textAt(item, 'marker'),
      relationship: 'unknown',
      source,
      resolvedUrl: source === 'registry' && files.some((file) => file.url !== undefined) ? undefined : url,
    },
    files,
  );
}

function originOf(item: Tree): [DependencySource, string | undefined] {
  const vcs = at(item, 'vcs');
  if (vcs !== undefined) {
    const address = textAt(vcs, 'url') ?? textAt(vcs, 'path') ?? '';
    return ['git', `${address}#${textAt(vcs, 'commit-id') ?? ''}`];
  }
  const directory = at(item, 'directory');
  if (directory !== undefined) {
    return [isTrueAt(directory, 'editable') ? 'workspace' : 'path', textAt(directory, 'path')];
  }
  const archive = at(item, 'archive');
  if (archive === undefined) return ['registry', textAt(item, 'index')];
  const url = textAt(archive, 'url');
  return url === undefined ? ['path', textAt(archive, 'path')] : ['url', url];
}

function artefactOf(reading: Reading, file: Tree): Artefact[] {
  const url = textAt(file, 'url');
  const name = textAt(file, 'name') ?? url ?? textAt(file, 'path');
  if (name === undefined) {
    noteUnread(reading, file.location, 'a file without a name or address');
    return [];
  }
  const hashes = membersAt(reading, file, 'hashes').flatMap(({ key, value }) =>
    value.kind === 'text' ? [`${key}:${value.value}`] : [],
  );
  return [{ file: fileNameOf(name), hashes, url, location: file.location }];
}
