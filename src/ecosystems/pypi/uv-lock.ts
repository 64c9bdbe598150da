import type { DependencySource } from '../../core/dependency.ts';
import { unreadable } from '../json.ts';
import {
  baseName,
  finishNames,
  type NamesGraph,
  namesAsk,
  noteUnread,
  type Reading,
  startNames,
  startReading,
} from '../reading.ts';
import { at, itemsAt, itemsIn, membersAt, type Tree, textAt, textsAt, wordAt } from '../tree.ts';
import { parseTomlTree } from '../tree-toml.ts';
import type { DependencyFormat } from '../types.ts';
import { type Artefact, addLocked, fileNameOf } from './artefacts.ts';

/** uv.lock, version 1, and the lockfiles of scripts (`x.py.lock`). */
export const uvLock: DependencyFormat = {
  id: 'uv-lock',
  entry: 'lockfile',
  matches: (path) => baseName(path) === 'uv.lock' || path.endsWith('.py.lock'),
  parse: (text, path) => {
    const reading = startReading(path, 'pypi', 'lockfile');
    const root = parseTomlTree(text, path);
    const version = wordAt(root, 'version');
    if (version !== '1') {
      throw unreadable(
        path,
        at(root, 'version')?.location.startLine ?? 1,
        `lock version ${version ?? '(none)'} is not known`,
      );
    }
    const packages = itemsAt(reading, root, 'package');
    const direct = directNames(reading, root, packages);
    const graph = startNames();
    readScript(graph, reading, at(root, 'manifest'));
    for (const item of packages) {
      readPackage(reading, item, direct);
      const asks = asksOf(reading, item);
      namesAsk(graph, reading, asks, []);
      const source = at(item, 'source');
      const folder = textAt(source, 'virtual') ?? textAt(source, 'editable');
      if (folder !== undefined) graph.roots.push({ path: folder === '.' ? '' : folder, asks });
    }
    return finishNames(reading, graph);
  },
};

/** A script, and the workspace as a whole, ask through the table `[manifest]`. */
function readScript(graph: NamesGraph, reading: Reading, manifest: Tree | undefined): void {
  const asks = ['requirements', 'constraints', 'overrides'].flatMap((key) =>
    itemsAt(reading, manifest, key).flatMap((item) => [textAt(item, 'name') ?? '', '']),
  );
  for (const group of membersAt(reading, manifest, 'dependency-groups')) {
    for (const item of itemsIn(reading, group.value, group.key)) asks.push(textAt(item, 'name') ?? '', '');
  }
  if (asks.length > 0) graph.roots.push({ path: null, name: 'manifest', asks });
}

/** What a package asks for, with all of its extras and groups; uv writes no ranges, and a version where a name has several. */
function asksOf(reading: Reading, item: Tree): string[] {
  const lists = [
    ...itemsAt(reading, item, 'dependencies'),
    ...['optional-dependencies', 'dev-dependencies'].flatMap((key) =>
      membersAt(reading, item, key).flatMap((group) => itemsIn(reading, group.value, group.key)),
    ),
  ];
  return lists.flatMap((dependency) => {
    const name = textAt(dependency, 'name');
    const version = textAt(dependency, 'version');
    return name === undefined ? [] : [version === undefined ? name : `${name} ${version}`, ''];
  });
}

/** What the workspace's own packages, or the script's manifest, ask for. */
function directNames(reading: Reading, root: Tree, packages: readonly Tree[]): ReadonlySet<string> {
  const names = new Set<string>();
  const manifest = at(root, 'manifest');
  for (const key of ['requirements', 'constraints', 'overrides']) {
    for (const item of itemsAt(reading, manifest, key)) addName(names, item);
  }
  for (const item of packages) {
    const source = at(item, 'source');
    if (at(source, 'virtual') === undefined && at(source, 'editable') === undefined) continue;
    for (const dependency of itemsAt(reading, item, 'dependencies')) addName(names, dependency);
    for (const key of ['optional-dependencies', 'dev-dependencies']) {
      for (const group of membersAt(reading, item, key)) {
        for (const dependency of itemsIn(reading, group.value, group.key)) addName(names, dependency);
      }
    }
  }
  return names;
}

function addName(names: Set<string>, item: Tree): void {
  const name = textAt(item, 'name');
  if (name !== undefined) names.add(name);
}

function readPackage(reading: Reading, item: Tree, direct: ReadonlySet<string>): void {
  const name = textAt(item, 'name');
  if (name === undefined) {
    noteUnread(reading, item.location, 'a package without a name');
    return;
  }
  const origin = at(item, 'source');
  const [source, url] = sourceOf(origin);
  if (source === undefined) {
    noteUnread(reading, item.location, `${name} has a source of an unknown kind`);
    return;
  }
  const sdist = at(item, 'sdist');
  const files = [...(sdist === undefined ? [] : [sdist]), ...itemsAt(reading, item, 'wheels')];
  addLocked(
    reading,
    {
      name,
      version: textAt(item, 'version'),
      location: item.location,
      scope: 'package',
      marker: textsAt(item, 'resolution-markers').join(' or '),
      relationship: source === 'workspace' || direct.has(name) ? 'direct' : 'transitive',
      source,
      resolvedUrl: source === 'registry' && files.some((file) => at(file, 'url') !== undefined) ? undefined : url,
    },
    files.flatMap((file) => artefactOf(reading, file)),
  );
}

/** The kinds of source that uv writes (astral-sh/uv, `crates/uv-resolver/src/lock`, "Source"). */
function sourceOf(origin: Tree | undefined): [DependencySource | undefined, string | undefined] {
  for (const key of ['registry', 'git', 'url', 'path'] as const) {
    const value = textAt(origin, key);
    if (value !== undefined) return [key, value];
  }
  for (const key of ['editable', 'virtual']) {
    const value = textAt(origin, key);
    if (value !== undefined) return ['workspace', value];
  }
  const directory = textAt(origin, 'directory');
  return directory === undefined ? [undefined, undefined] : ['path', directory];
}

function artefactOf(reading: Reading, file: Tree): Artefact[] {
  const url = textAt(file, 'url');
  const name = textAt(file, 'filename') ?? textAt(file, 'path') ?? url;
  const hash = textAt(file, 'hash');
  if (name === undefined && hash === undefined) {
    noteUnread(reading, file.location, 'a file without an address or hash');
    return [];
  }
  const hashes = hash === undefined ? [] : [hash];
  return [{ file: fileNameOf(name ?? ''), hashes, url, location: file.location }];
}
