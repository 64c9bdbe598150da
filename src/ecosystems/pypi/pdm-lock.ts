import { unreadable } from '../json.ts';
import { baseName, finishNames, namesAsk, noteUnread, type Reading, startNames, startReading } from '../reading.ts';
import { at, itemsAt, type Tree, textAt, textsAt } from '../tree.ts';
import { parseTomlTree } from '../tree-toml.ts';
import type { DependencyFormat } from '../types.ts';
import { type Artefact, addLocked, fileNameOf } from './artefacts.ts';
import { parseRequirement } from './requirement.ts';
import { originOf } from './sources.ts';

/** pdm.lock, lock versions 3 and 4. */
export const pdmLock: DependencyFormat = {
  id: 'pdm-lock',
  entry: 'lockfile',
  matches: (path) => /^pdm(?:\.[\w-]+)?\.lock$/.test(baseName(path)),
  parse: (text, path) => {
    const reading = startReading(path, 'pypi', 'lockfile');
    const root = parseTomlTree(text, path);
    const metadata = at(root, 'metadata');
    const version = textAt(metadata, 'lock_version');
    if (version === undefined || !/^[34](?:\.|$)/.test(version)) {
      const line = metadata?.location.startLine ?? root.location.endLine;
      throw unreadable(path, line, `lock version ${version?.slice(0, 20) ?? '(none)'} is not known`);
    }
    const files = at(metadata, 'files');
    const graph = startNames();
    for (const item of itemsAt(reading, root, 'package')) {
      readPackage(reading, item, files);
      namesAsk(graph, reading, textsAt(item, 'dependencies').flatMap(askOf), []);
    }
    return finishNames(reading, graph);
  },
};

/** A specifier of PEP 508; one with a marker asks for a range only where the marker holds. */
function askOf(text: string): string[] {
  const requirement = parseRequirement(text);
  if (requirement === null) return [];
  return [requirement.name, requirement.marker === undefined ? (requirement.range ?? '') : ''];
}

function readPackage(reading: Reading, item: Tree, files: Tree | undefined): void {
  const name = textAt(item, 'name');
  if (name === undefined) {
    noteUnread(reading, item.location, 'a package without a name');
    return;
  }
  const version = textAt(item, 'version');
  const origin = originOf(item, new Map());
  const groups = textsAt(item, 'groups');
  addLocked(
    reading,
    {
      name,
      version,
      location: item.location,
      scope: 'package',
      group: groups.length > 0 ? groups.join(',') : undefined,
      extras: textsAt(item, 'extras'),
      marker: textAt(item, 'marker'),
      relationship: 'unknown',
      source: origin.source,
      resolvedUrl: origin.url,
    },
    artefactsOf(reading, at(item, 'files') ?? at(files, `${name} ${version ?? ''}`)),
  );
}

function artefactsOf(reading: Reading, list: Tree | undefined): Artefact[] {
  if (list?.kind !== 'list') return [];
  return list.items.flatMap((item) => {
    const url = textAt(item, 'url');
    const file = textAt(item, 'file') ?? url;
    const hash = textAt(item, 'hash');
    if (file !== undefined && hash !== undefined) {
      return [{ file: fileNameOf(file), hashes: [hash], url, location: item.location }];
    }
    noteUnread(reading, item.location, 'a file without name or hash');
    return [];
  });
}
