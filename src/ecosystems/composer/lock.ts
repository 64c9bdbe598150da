import { STRICT_JSON, unreadable } from '../json.ts';
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
import { at, itemsAt, membersIn, type Tree, textAt } from '../tree.ts';
import { parseJsonTree } from '../tree-json.ts';
import type { DependencyFormat } from '../types.ts';

/** composer.lock of Composer 1 and 2; the file carries no version of its own. */
export const composerLock: DependencyFormat = {
  id: 'composer-lock',
  entry: 'lockfile',
  matches: (path) => baseName(path) === 'composer.lock',
  parse: (text, path) => {
    const reading = startReading(path, 'composer', 'lockfile');
    const root = parseJsonTree(text, path, STRICT_JSON);
    if (at(root, 'packages')?.kind !== 'list') throw unreadable(path, 1, 'the list of packages is missing');
    const graph = startNames();
    for (const scope of ['packages', 'packages-dev']) {
      for (const item of itemsAt(reading, root, scope)) {
        readPackage(reading, item, scope);
        const provided = ['provide', 'replace'].flatMap((key) => pairsAt(reading, item, key)).filter(isEven);
        namesAsk(graph, reading, pairsAt(reading, item, 'require'), provided);
      }
    }
    return finishNames(reading, graph);
  },
};

/** Name, range, name, range … Composer writes an empty table as a list; platform packages are no packages. */
function pairsAt(reading: Reading, item: Tree, key: string): string[] {
  const table = at(item, key);
  if (table === undefined || table.kind === 'list') return [];
  return membersIn(reading, table, key).flatMap(({ key: name, value }) =>
    name.includes('/') ? [name, value.kind === 'text' ? value.value : ''] : [],
  );
}

function isEven(_text: string, index: number): boolean {
  return index % 2 === 0;
}

function readPackage(reading: Reading, item: Tree, scope: string): void {
  const name = textAt(item, 'name');
  const version = textAt(item, 'version');
  if (name === undefined || version === undefined) {
    noteUnread(reading, item.location, 'a package without name or version');
    return;
  }
  const dist = at(item, 'dist');
  const source = at(item, 'source');
  const common = { name, version, location: item.location, scope, relationship: 'unknown' } as const;
  const distUrl = textAt(dist, 'url');
  const sourceUrl = textAt(source, 'url');
  const reference = textAt(source, 'reference');
  const commit = reference === undefined ? '' : `#${reference}`;
  if (distUrl === undefined) {
    const isGit = sourceUrl !== undefined;
    // A metapackage has neither: it brings nothing but its requirements.
    addEntry(reading, {
      ...common,
      source: isGit ? 'git' : 'registry',
      resolvedUrl: isGit ? `${sourceUrl}${commit}` : undefined,
    });
    return;
  }
  const sum = textAt(dist, 'shasum');
  const isPath = textAt(dist, 'type') === 'path';
  addEntry(reading, {
    ...common,
    source: isPath ? 'path' : 'registry',
    resolvedUrl: distUrl,
    integrity: sum === undefined || sum === '' ? undefined : `sha1:${sum}`,
  });
  if (sourceUrl === undefined || isPath || agree(distUrl, sourceUrl)) return;
  // Composer clones from here under --prefer-source, so an address of its own is an entry of its own.
  addEntry(reading, { ...common, source: 'git', resolvedUrl: `${sourceUrl}${commit}`, installPath: 'source' });
}

/** True where archive and clone come from the same repository: `…/owner/name/…` stands in both. */
function agree(distUrl: string, sourceUrl: string): boolean {
  const repository = /[/:]([^/:]+\/[^/]+?)(?:\.git)?\/?$/.exec(sourceUrl)?.[1];
  return repository !== undefined && `${distUrl}/`.toLowerCase().includes(`/${repository.toLowerCase()}/`);
}
