import { unreadable } from '../json.ts';
import {
  addEntry,
  baseName,
  finishNames,
  namesAsk,
  noteUnread,
  type Reading,
  startNames,
  startReading,
} from '../reading.ts';
import { at, itemsAt, type Tree, textAt, textsAt, wordAt } from '../tree.ts';
import { parseTomlTree } from '../tree-toml.ts';
import type { DependencyFormat } from '../types.ts';

/** Cargo.lock, versions 1 to 4; 1 and 2 are not written in the file (rust-lang/cargo, `core/resolver/encode.rs`). */
export const cargoLock: DependencyFormat = {
  id: 'cargo-lock',
  entry: 'lockfile',
  matches: (path) => baseName(path) === 'Cargo.lock',
  parse: (text, path) => {
    const reading = startReading(path, 'cargo', 'lockfile');
    const root = parseTomlTree(text, path);
    const version = wordAt(root, 'version');
    if (version !== undefined && !/^[1-4]$/.test(version)) {
      const line = at(root, 'version')?.location.startLine ?? 1;
      throw unreadable(path, line, `lock version ${version.slice(0, 20)} is not known`);
    }
    const packages = itemsAt(reading, root, 'package');
    const oldest = at(root, 'root');
    const all = oldest === undefined ? packages : [oldest, ...packages];
    if (all.length === 0) throw unreadable(path, 1, 'no package, and not even the project itself');
    const direct = directNames(all);
    const graph = startNames();
    for (const item of all) {
      readPackage(reading, item, at(root, 'metadata'), direct, 'package');
      const asks = asksOf(item);
      namesAsk(graph, reading, asks, []);
      const name = textAt(item, 'name');
      // Without a source: a member of the workspace, or a folder that one of them names.
      if (name !== undefined && textAt(item, 'source') === undefined) graph.roots.push({ path: null, name, asks });
    }
    for (const item of itemsAt(reading, at(root, 'patch'), 'unused')) {
      readPackage(reading, item, undefined, direct, 'patch.unused');
      namesAsk(graph, reading, [], []);
      // A patch that nothing uses is locked all the same: the manifest's own line leads to it.
      graph.roots.push({ path: null, name: 'patch.unused', asks: [textAt(item, 'name') ?? '', ''] });
    }
    return finishNames(reading, graph);
  },
};

/** `name`, `name version` or `name version (source)`, each without a range. */
function asksOf(item: Tree): string[] {
  return textsAt(item, 'dependencies').flatMap((text) => [text.replace(/ \(.*$/, ''), '']);
}

/** `name` or `name version` of what the packages without a source, the workspace's own, ask for. */
function directNames(packages: readonly Tree[]): ReadonlySet<string> {
  const own = packages.filter((item) => textAt(item, 'source') === undefined);
  return new Set(own.flatMap((item) => textsAt(item, 'dependencies').map((text) => text.replace(/ \(.*$/, ''))));
}

function readPackage(
  reading: Reading,
  item: Tree,
  metadata: Tree | undefined,
  direct: ReadonlySet<string>,
  scope: string,
): void {
  const name = textAt(item, 'name');
  const version = textAt(item, 'version');
  if (name === undefined || version === undefined) {
    noteUnread(reading, item.location, 'a package without name or version');
    return;
  }
  const source = textAt(item, 'source');
  const checksum = textAt(item, 'checksum') ?? textAt(metadata, `checksum ${name} ${version} (${source ?? ''})`);
  const isDirect = source === undefined || direct.has(name) || direct.has(`${name} ${version}`);
  addEntry(reading, {
    name,
    version,
    location: item.location,
    scope,
    relationship: isDirect ? 'direct' : 'transitive',
    source: source === undefined ? 'path' : source.startsWith('git+') ? 'git' : 'registry',
    resolvedUrl: source,
    integrity: checksum === undefined || checksum === '<none>' ? undefined : `sha256:${checksum}`,
  });
}
