import { unreadable } from '../json.ts';
import { baseName, finishNames, namesAsk, noteUnread, type Reading, startNames, startReading } from '../reading.ts';
import { at, itemsAt, membersAt, membersIn, type Tree, textAt, textsAt } from '../tree.ts';
import { parseTomlTree } from '../tree-toml.ts';
import type { DependencyFormat } from '../types.ts';
import { type Artefact, addLocked } from './artefacts.ts';

/** poetry.lock, lock versions 1 and 2; the first ones, before 1.1, carry none. */
export const poetryLock: DependencyFormat = {
  id: 'poetry-lock',
  entry: 'lockfile',
  matches: (path) => baseName(path) === 'poetry.lock',
  parse: (text, path) => {
    const reading = startReading(path, 'pypi', 'lockfile');
    const root = parseTomlTree(text, path);
    const metadata = at(root, 'metadata');
    if (metadata?.kind !== 'table') {
      throw unreadable(path, root.location.endLine, 'the table [metadata], which comes last, is missing');
    }
    const version = textAt(metadata, 'lock-version');
    if (version !== undefined && !/^[12]\./.test(version)) {
      throw unreadable(path, metadata.location.startLine, `lock version ${version.slice(0, 20)} is not known`);
    }
    const files = at(metadata, 'files') ?? at(metadata, 'hashes');
    const graph = startNames();
    for (const item of itemsAt(reading, root, 'package')) {
      readPackage(reading, item, files);
      namesAsk(graph, reading, asksOf(reading, item), []);
    }
    return finishNames(reading, graph);
  },
};

/** `[package.dependencies]`: a range, a table with one, or one such table for each marker, of which any may hold. */
function asksOf(reading: Reading, item: Tree): string[] {
  return membersAt(reading, item, 'dependencies').flatMap(({ key, value }) => {
    const range = value.kind === 'text' ? value.value : (textAt(value, 'version') ?? '');
    return [key, value.kind === 'list' ? '' : range];
  });
}

function readPackage(reading: Reading, item: Tree, files: Tree | undefined): void {
  const name = textAt(item, 'name');
  const version = textAt(item, 'version');
  if (name === undefined || version === undefined) {
    noteUnread(reading, item.location, 'a package without name or version');
    return;
  }
  const groups = textsAt(item, 'groups');
  const source = at(item, 'source');
  const kind = textAt(source, 'type');
  const url = textAt(source, 'url');
  const revision = textAt(source, 'resolved_reference');
  const markers = at(item, 'markers');
  addLocked(
    reading,
    {
      name,
      version,
      location: item.location,
      scope: 'package',
      group: groups.length > 0 ? groups.join(',') : textAt(item, 'category'),
      marker:
        textAt(item, 'markers') ??
        membersIn(reading, markers?.kind === 'table' ? markers : undefined, 'markers')
          .flatMap((member) => (member.value.kind === 'text' ? [`${member.key}: ${member.value.value}`] : []))
          .join('; '),
      relationship: 'unknown',
      source: sourceOf(kind),
      resolvedUrl: revision === undefined ? url : `${url ?? ''}#${revision}`,
    },
    artefactsOf(reading, at(item, 'files') ?? at(files, name)),
  );
}

function sourceOf(kind: string | undefined): 'registry' | 'git' | 'url' | 'path' {
  if (kind === 'git' || kind === 'url') return kind;
  return kind === 'file' || kind === 'directory' ? 'path' : 'registry';
}

/** Tables of file and hash, or in the oldest files bare SHA-256 digests. */
function artefactsOf(reading: Reading, list: Tree | undefined): Artefact[] {
  if (list?.kind !== 'list') return [];
  return list.items.flatMap((item) => {
    if (item.kind === 'text') return [{ file: item.value, hashes: [`sha256:${item.value}`], location: item.location }];
    const file = textAt(item, 'file');
    const hash = textAt(item, 'hash');
    if (file !== undefined && hash !== undefined) return [{ file, hashes: [hash], location: item.location }];
    noteUnread(reading, item.location, 'a file without name or hash');
    return [];
  });
}
