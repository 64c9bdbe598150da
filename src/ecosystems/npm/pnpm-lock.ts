import { isAlias, isMap, isScalar, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { DependencyEntry } from '../../core/dependency.ts';
import type { Location } from '../../core/location.ts';
import { unreadable } from '../json.ts';
import { openText } from '../opening.ts';
import type { DependencyFormat, ParsedDependencies } from '../types.ts';
import { sriOf } from './shared.ts';
import { jsrName, sourceOfAddress } from './specifier.ts';

/** UTF-16 code units; the YAML parser reads about 2 million a second. */
const LARGEST = 32_000_000;
const DEEPEST_LINE = /^(?:[ \t]*(?:[[{?]|- )){40}/m;
const FIELDS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

/** `pnpm-lock.yaml`, lockfileVersion 5 to 9 (pnpm's specification of the lockfile, one file for each major version). */
export const pnpmLock: DependencyFormat = {
  id: 'pnpm-lock',
  entry: 'lockfile',
  matches: (path) => /(^|\/)pnpm-lock\.yaml$/.test(path),
  parse,
};

type Members = readonly { readonly key: string; readonly location: Location; readonly value: Node | null }[];

interface Reader {
  readonly path: string;
  readonly major: number;
  members(node: Node | null | undefined): Members;
}

function parse(text: string, path: string): ParsedDependencies {
  const opened = openText(text, path, LARGEST);
  if (DEEPEST_LINE.test(opened)) throw unreadable(path, 1, 'nested deeper than any lockfile');
  const lines = new LineCounter();
  const document = composed(opened, path, lines);
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw unreadable(
      path,
      lines.linePos(problem.pos[0]).line || 1,
      `not valid YAML: ${problem.message.split('\n')[0]}`,
    );
  }
  const root = document.contents;
  if (!isMap(root)) throw unreadable(path, 1, 'not a YAML mapping');
  const reader = readerOf(path, lines, majorOf(root, path));
  return read(reader, new Map(reader.members(root).map((item) => [item.key, item])));
}

function composed(text: string, path: string, lines: LineCounter): ReturnType<typeof parseDocument> {
  try {
    return parseDocument(text, {
      lineCounter: lines,
      uniqueKeys: false,
      prettyErrors: false,
      merge: false,
      version: '1.2',
    });
  } catch (error) {
    if (error instanceof RangeError) throw unreadable(path, 1, 'not valid YAML: nested too deep');
    throw error;
  }
}

function majorOf(root: YAMLMap, path: string): number {
  const value = root.get('lockfileVersion');
  const major = Number.parseInt(String(value), 10);
  if (major === 5 || major === 6 || major === 7 || major === 9) return major;
  throw unreadable(path, 1, `lockfileVersion ${JSON.stringify(String(value))} is not known (5, 6, 7 and 9 are)`);
}

/** Aliases have no place in a file that pnpm writes: what they stand for could be anywhere. */
function readerOf(path: string, lines: LineCounter, major: number): Reader {
  const place = (node: Node): Location => {
    const [start, end] = node.range ?? [0, 0];
    const from = lines.linePos(start);
    const to = lines.linePos(end);
    return {
      path,
      startLine: from.line,
      endLine: from.line,
      startColumn: from.col,
      ...(to.line === from.line ? { endColumn: to.col } : {}),
    };
  };
  return {
    path,
    major,
    members: (node) => {
      if (node === null || node === undefined) return [];
      if (isAlias(node)) throw unreadable(path, place(node).startLine, 'a YAML alias in a lockfile');
      if (isScalar(node) && (node.value === null || node.value === '')) return [];
      if (!isMap(node)) throw unreadable(path, place(node).startLine, 'a mapping is expected');
      const seen = new Set<string>();
      return node.items.map((pair) => {
        const { key, value } = pair;
        if (!isScalar(key) || typeof key.value === 'object') {
          throw unreadable(path, place(node).startLine, 'a key that is no text');
        }
        const name = String(key.value);
        const location = place(key);
        if (seen.has(name))
          throw unreadable(path, location.startLine, `the key ${JSON.stringify(name.slice(0, 80))} stands twice`);
        seen.add(name);
        if (isAlias(value)) throw unreadable(path, location.startLine, 'a YAML alias in a lockfile');
        return { key: name, location, value: isScalar(value) || isMap(value) || isSeqLike(value) ? value : null };
      });
    },
  };
}

function isSeqLike(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'items' in value && 'range' in value;
}

function scalarText(node: Node | null | undefined): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}

type Top = ReadonlyMap<string, Members[number]>;

function read(reader: Reader, top: Top): ParsedDependencies {
  const entries: DependencyEntry[] = [];
  const keys: string[][] = [];
  const asks: string[][] = [];
  const roots = importersOf(reader, top);
  const direct = new Set(roots.flatMap((root) => root.asks.filter((_ask, index) => index % 2 === 1)));
  const index = new Map<string, number>();
  for (const item of reader.members(top.get('packages')?.value)) {
    const fields = new Map(reader.members(item.value).map((field) => [field.key, field]));
    const key = bareKey(item.key);
    const entry = entryOf(reader, item, fields, direct);
    const known = index.get(key);
    const own = asksOf(reader, fields);
    if (known === undefined) index.set(key, entries.length);
    entries.push(entry);
    keys.push([key]);
    asks.push(own);
  }
  for (const item of reader.members(top.get('snapshots')?.value)) {
    const fields = new Map(reader.members(item.value).map((field) => [field.key, field]));
    const at = index.get(bareKey(item.key));
    if (at === undefined) {
      throw unreadable(
        reader.path,
        item.location.startLine,
        `${item.key.slice(0, 80)} stands in no line of "packages"`,
      );
    }
    asks[at]?.push(...asksOf(reader, fields));
  }
  const overridden = reader.members(top.get('overrides')?.value).map((item) => item.key);
  return { entries, unread: [], graph: { kind: 'exact', roots, asks, keys, overridden } };
}

/** Versions 5 to 7 without workspaces write the one importer at the top level. */
function importersOf(reader: Reader, top: Top): { path: string; asks: string[] }[] {
  const importers = top.get('importers');
  if (importers === undefined) return [{ path: '', asks: rootAsks(reader, top) }];
  return reader.members(importers.value).map((item) => ({
    path: item.key === '.' ? '' : item.key,
    asks: rootAsks(reader, new Map(reader.members(item.value).map((field) => [field.key, field]))),
  }));
}

/** Name, package key, name, package key … */
function rootAsks(reader: Reader, fields: Top): string[] {
  return FIELDS.flatMap((field) =>
    reader.members(fields.get(field)?.value).flatMap((item) => {
      const version = isMap(item.value)
        ? scalarText(reader.members(item.value).find((inner) => inner.key === 'version')?.value)
        : scalarText(item.value);
      return version === undefined || version.startsWith('link:') ? [] : [item.key, keyOf(reader, item.key, version)];
    }),
  );
}

function asksOf(reader: Reader, fields: Top): string[] {
  return ['dependencies', 'optionalDependencies'].flatMap((field) =>
    reader.members(fields.get(field)?.value).flatMap((item) => {
      const version = scalarText(item.value);
      return version === undefined || version.startsWith('link:') ? [] : [keyOf(reader, item.key, version), ''];
    }),
  );
}

/** The key of "packages" that a reference leads to: a bare version, or the key itself (an alias, an address). */
function keyOf(reader: Reader, name: string, reference: string): string {
  const bare = bareKey(reference);
  if (/^\d/.test(bare)) return bareKey(reader.major === 5 ? `/${name}/${reference}` : `/${name}@${bare}`);
  return bare;
}

/** Without the slash of versions 5 to 7, the peers in brackets (6 and later) or behind an underscore (5). */
function bareKey(key: string): string {
  const open = key.indexOf('(');
  const plain = (open === -1 ? key : key.slice(0, open)).replace(/^\//, '');
  const old = /^((?:@[^/]+\/)?[^/@]+)\/(\d[^_/]*)(?:_.*)?$/.exec(plain);
  return old === null ? plain : `${old[1]}@${old[2]}`;
}

function entryOf(reader: Reader, item: Members[number], fields: Top, direct: ReadonlySet<string>): DependencyEntry {
  const key = bareKey(item.key);
  const resolution = new Map(reader.members(fields.get('resolution')?.value).map((field) => [field.key, field.value]));
  const integrity = scalarText(resolution.get('integrity'));
  const where = addressOf(key, resolution);
  const at = key.indexOf('@', 1);
  const name = scalarText(fields.get('name')?.value) ?? (at > 0 ? key.slice(0, at) : key);
  const reference = at > 0 ? key.slice(at + 1) : '';
  const version = scalarText(fields.get('version')?.value) ?? (/^\d/.test(reference) ? reference : undefined);
  if (name === '') throw unreadable(reader.path, item.location.startLine, 'a package without a name');
  const script = fields.get('requiresBuild')?.value;
  const dev = scalarText(fields.get('dev')?.value) === 'true';
  const optional = scalarText(fields.get('optional')?.value) === 'true';
  return {
    entry: 'lockfile',
    type: 'npm',
    name: name.startsWith('jsr:') ? jsrName(name.slice(4)) : name,
    ...(version === undefined ? {} : { version }),
    location: item.location,
    scope: dev ? 'dev' : optional ? 'optional' : 'prod',
    relationship: direct.has(key) ? 'direct' : 'transitive',
    source: where === undefined ? 'registry' : where.source,
    ...(where === undefined ? {} : { resolvedUrl: where.address }),
    ...(integrity === undefined ? {} : { integrity: sriOf(integrity) }),
    ...(isScalar(script) && script.value === true ? { installScript: true } : {}),
  };
}

function addressOf(
  key: string,
  resolution: ReadonlyMap<string, Node | null>,
): { readonly address: string; readonly source: DependencyEntry['source'] } | undefined {
  const repository = scalarText(resolution.get('repo'));
  if (repository !== undefined) {
    return { address: `${repository}#${scalarText(resolution.get('commit')) ?? ''}`, source: 'git' };
  }
  const tarball = scalarText(resolution.get('tarball'));
  const reference = key.slice(key.indexOf('@', 1) + 1);
  if (tarball !== undefined) {
    if (/^(file:|\.{0,2}\/)/.test(tarball)) return { address: tarball, source: 'path' };
    // A version in the key says that a registry was asked, wherever it keeps its files.
    const source = /^\d/.test(reference) ? 'registry' : sourceOfAddress(tarball);
    return { address: tarball, source: source === 'registry' && !/^\d/.test(reference) ? 'url' : source };
  }
  if (resolution.has('directory'))
    return { address: `file:${scalarText(resolution.get('directory'))}`, source: 'path' };
  return undefined;
}
