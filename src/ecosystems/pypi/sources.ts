import type { DependencySource } from '../../core/dependency.ts';
import { addEntry, type Reading } from '../reading.ts';
import { at, isTrueAt, itemsIn, membersAt, membersIn, type Tree, textAt } from '../tree.ts';
import { normalizePypiName } from './names.ts';

/** Where a table of poetry, pdm, pipenv or uv says that a package comes from. */
export interface Origin {
  readonly source: DependencySource;
  readonly url?: string | undefined;
  readonly marker?: string | undefined;
}

/** Named package indexes of a project: `[[tool.poetry.source]]`, `[[tool.uv.index]]`, `[[source]]` of a Pipfile. */
export function indexesOf(reading: Reading, list: Tree | undefined): ReadonlyMap<string, string> {
  const indexes = new Map<string, string>();
  for (const item of itemsIn(reading, list, 'the list of indexes')) {
    const name = textAt(item, 'name');
    const url = textAt(item, 'url');
    if (name !== undefined && url !== undefined) indexes.set(name, url);
  }
  return indexes;
}

/** Reads `git`, `url`, `path`, `file`, `workspace`, `index` and `source` of one table. */
export function originOf(table: Tree | undefined, indexes: ReadonlyMap<string, string>): Origin {
  const git = textAt(table, 'git') ?? textAt(table, 'hg') ?? textAt(table, 'svn');
  if (git !== undefined) {
    const revision = ['rev', 'revision', 'ref', 'tag', 'branch'].map((key) => textAt(table, key)).find(isGiven);
    return { source: 'git', url: revision === undefined ? git : `${git}@${revision}` };
  }
  const url = textAt(table, 'url');
  if (url !== undefined) return { source: 'url', url };
  const file = textAt(table, 'path') ?? textAt(table, 'file');
  if (file !== undefined) return { source: /^https?:/i.test(file) ? 'url' : 'path', url: file };
  if (isTrueAt(table, 'workspace')) return { source: 'workspace' };
  const index = textAt(table, 'index') ?? textAt(table, 'source');
  if (index !== undefined) return { source: 'registry', url: indexes.get(index) ?? index };
  const inline = textAt(at(table, 'index'), 'url');
  return inline === undefined ? { source: 'registry' } : { source: 'registry', url: inline };
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined;
}

/**
 * Applies `[tool.uv.sources]` to the entries read so far: each takes the origin of its name, one entry per origin. A
 * source that no entry of this file names becomes an entry of its own, as a workspace member may use it.
 */
export function applyUvSources(reading: Reading, uv: Tree | undefined): void {
  const indexes = indexesOf(reading, at(uv, 'index'));
  const unused = new Set<string>();
  const origins = new Map<string, readonly Origin[]>();
  const members = membersAt(reading, uv, 'sources');
  for (const { key, value } of members) {
    const tables = value.kind === 'list' ? value.items : [value];
    for (const table of tables) membersIn(reading, table, `the source of ${key}`);
    unused.add(normalizePypiName(key));
    origins.set(
      normalizePypiName(key),
      tables.map((table) => ({ ...originOf(table, indexes), marker: textAt(table, 'marker') })),
    );
  }
  if (origins.size === 0) return;
  const before = reading.entries.splice(0);
  for (const entry of before) {
    const name = normalizePypiName(entry.name);
    unused.delete(name);
    const found = entry.scope === 'build-system' ? undefined : origins.get(name);
    if (found === undefined) reading.entries.push(entry);
    for (const origin of found ?? []) {
      addEntry(reading, {
        ...entry,
        source: origin.source,
        resolvedUrl: origin.url,
        marker: [...new Set([entry.marker, origin.marker].filter(isGiven))].join(' and '),
      });
    }
  }
  for (const member of members) {
    if (!unused.has(normalizePypiName(member.key))) continue;
    for (const origin of origins.get(normalizePypiName(member.key)) ?? []) {
      addEntry(reading, {
        name: member.key,
        location: member.location,
        scope: 'uv.sources',
        relationship: 'direct',
        source: origin.source,
        resolvedUrl: origin.url,
        marker: origin.marker,
      });
    }
  }
}
