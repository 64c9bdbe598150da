import type { DependencyEntry, DependencySource } from '../../core/dependency.ts';
import { unreadable } from '../json.ts';
import { scanJson } from '../json-scan.ts';
import { openText } from '../opening.ts';
import type { DependencyFormat, ParsedDependencies } from '../types.ts';
import { ask, blank, field, isRead, type Raw, reset } from './package-lock-fields.ts';
import { LARGEST_LOCK, sriOf } from './shared.ts';
import { jsrName, sourceOfAddress } from './specifier.ts';

/** `package-lock.json` and `npm-shrinkwrap.json`, lockfileVersion 1 to 3 (npm docs, "package-lock.json"). */
export const packageLock: DependencyFormat = {
  id: 'package-lock',
  entry: 'lockfile',
  matches: (path) => /(^|\/)(package-lock|npm-shrinkwrap)\.json$/.test(path),
  parse,
};

type Context =
  | { readonly kind: 'root' }
  | { readonly kind: 'packages'; readonly keys: Set<string> }
  | Raw
  | { readonly kind: 'asks'; raw: Raw; peer: boolean }
  | { readonly kind: 'tree'; readonly prefix: string; readonly keys: Set<string> }
  | { readonly kind: 'skip' };

const SKIP: Context = { kind: 'skip' };
const ASKING = new Set(['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies', 'requires']);
const NO_ASKS: readonly string[] = [];
const MARKER = 'node_modules/';

function parse(input: string, path: string): ParsedDependencies {
  const opened = openText(input, path, LARGEST_LOCK);
  const lists: Lists = { entries: [], asks: [], roots: [] };
  const tree: Raw[] = [];
  const stack: Context[] = [];
  const sections = new Set<string>();
  const installPaths = new Set<string>();
  let version: number | undefined;
  // Asks never nest: one context serves them all.
  let asking: Extract<Context, { kind: 'asks' }> | null = null;
  let key = '';
  let keyLine = 0;
  let keyColumn = 0;
  let keyLength = 0;

  // Packages do not nest, so that one scratch serves them all; those of the old tree do.
  const scratch = blank(false);
  const begin = (raw: Raw, installPath: string): Raw => {
    raw.installPath = installPath;
    raw.line = keyLine + 1;
    raw.column = keyColumn + 1;
    raw.length = keyLength;
    return raw;
  };
  const entered = (parent: Context | undefined): Context => {
    if (parent === undefined) return { kind: 'root' };
    switch (parent.kind) {
      case 'root':
        if (key === 'packages') return { kind: 'packages', keys: installPaths };
        return key === 'dependencies' ? { kind: 'tree', prefix: '', keys: new Set() } : SKIP;
      case 'packages':
        return begin(reset(scratch), key);
      case 'tree':
        tree.push(begin(blank(true), `${parent.prefix}${MARKER}${key}`));
        return tree.at(-1) ?? SKIP;
      case 'package':
        if (!ASKING.has(key)) return SKIP;
        if (parent.tree && key === 'dependencies') {
          return { kind: 'tree', prefix: `${parent.installPath}/`, keys: new Set() };
        }
        asking ??= { kind: 'asks', raw: parent, peer: false };
        asking.raw = parent;
        asking.peer = key === 'peerDependencies';
        return asking;
      default:
        return SKIP;
    }
  };

  scanJson(opened, path, {
    onObjectBegin: () => {
      const parent = stack.at(-1);
      if (parent === undefined) sections.add('');
      stack.push(entered(parent));
    },
    onObjectEnd: () => {
      const closed = stack.pop();
      if (closed === scratch) finish(scratch, path, lists);
    },
    onArrayBegin: (line) => {
      const parent = stack.at(-1);
      if (parent === undefined || parent.kind === 'packages' || parent.kind === 'tree') {
        throw unreadable(path, line + 1, 'an object is expected here, not a list');
      }
      if (parent.kind === 'root' && (key === 'packages' || key === 'dependencies')) {
        throw unreadable(path, line + 1, `"${key}" must be an object`);
      }
      stack.push(SKIP);
    },
    onArrayEnd: () => {
      stack.pop();
    },
    onProperty: (property, line, character, length) => {
      key = property;
      keyLine = line;
      keyColumn = character;
      keyLength = length;
      const context = stack.at(-1);
      const keys =
        context?.kind === 'root'
          ? sections
          : context?.kind === 'packages' || context?.kind === 'tree'
            ? context.keys
            : null;
      if (keys === null) return context?.kind === 'asks' || (context?.kind === 'package' && isRead(property));
      if (keys.has(property)) {
        throw unreadable(path, line + 1, `the key ${JSON.stringify(property.slice(0, 80))} stands twice`);
      }
      keys.add(property);
      return true;
    },
    onLiteral: (value, line) => {
      const context = stack.at(-1);
      switch (context?.kind) {
        case 'package':
          field(context, key, value, path, line);
          return;
        case 'asks':
          // Peer ranges are wishes: they lead to an entry and put no version out of range.
          if (typeof value === 'string') ask(context.raw, key, context.peer ? '' : value);
          return;
        case 'root':
          if (key === 'lockfileVersion') version = readVersion(value, path, line);
          if (key === 'packages' || key === 'dependencies')
            throw unreadable(path, line + 1, `"${key}" must be an object`);
          return;
        case 'packages':
        case 'tree':
          throw unreadable(path, line + 1, `the entry ${JSON.stringify(key.slice(0, 80))} is no object`);
        default:
      }
    },
  });
  if (!sections.has('')) throw unreadable(path, 1, 'not a JSON object');
  if (version !== undefined && version >= 2 && !sections.has('packages')) {
    throw unreadable(path, 1, `lockfileVersion ${version} without "packages"`);
  }
  return assemble(path, lists, tree, installPaths);
}

function readVersion(value: unknown, path: string, line: number): number {
  if (value === 1 || value === 2 || value === 3) return value;
  throw unreadable(path, line + 1, `lockfileVersion ${JSON.stringify(value)} is not known (1, 2 and 3 are)`);
}

/** What has been read so far; entries stay open until all folders of the repository are known. */
interface Lists {
  readonly entries: Writable<DependencyEntry>[];
  readonly asks: (readonly string[])[];
  readonly roots: { readonly path: string; readonly asks: readonly string[] }[];
}

function finish(raw: Raw, path: string, lists: Lists): void {
  if (!raw.installPath.includes(MARKER) && raw.resolved === undefined) {
    lists.roots.push({ path: raw.installPath, asks: raw.asks ?? NO_ASKS });
    return;
  }
  lists.entries.push(entryOf(path, raw));
  lists.asks.push(raw.asks ?? NO_ASKS);
}

/** Version 2 says everything twice, for old npm and new; what the two disagree on is an entry each. */
function assemble(
  path: string,
  lists: Lists,
  tree: readonly Raw[],
  installPaths: ReadonlySet<string>,
): ParsedDependencies {
  const { entries, asks, roots } = lists;
  const byPath = new Map(tree.length === 0 ? [] : entries.map((entry) => [entry.installPath, entry]));
  for (const raw of tree) {
    const entry = entryOf(path, raw);
    const twin = byPath.get(raw.installPath);
    if (twin !== undefined && agree(twin, entry)) continue;
    entries.push(entry);
    asks.push(raw.asks ?? NO_ASKS);
  }
  const folders = new Set(roots.map((root) => root.path));
  const direct = directOf(roots, installPaths);
  for (const entry of entries) {
    if (entry.installPath !== undefined && direct.has(entry.installPath)) entry.relationship = 'direct';
    if (entry.source === 'path' && entry.resolvedUrl !== undefined && folders.has(entry.resolvedUrl)) {
      entry.source = 'workspace';
    }
  }
  return { entries, unread: [], graph: { kind: 'paths', roots, asks, keys: [], overridden: [] } };
}

/** Install paths that a root asks for itself. */
function directOf(
  roots: readonly { readonly path: string; readonly asks: readonly string[] }[],
  paths: ReadonlySet<string>,
): ReadonlySet<string> {
  const direct = new Set<string>();
  for (const root of roots) {
    for (let index = 0; index < root.asks.length; index += 2) {
      const found = resolvePath(paths, root.path, root.asks[index] ?? '');
      if (found !== undefined) direct.add(found);
    }
  }
  return direct;
}

/** Node's resolution over install paths: the nearest `node_modules` that has the name, going up. */
export function resolvePath(paths: { has(path: string): boolean }, from: string, name: string): string | undefined {
  let folder = from;
  for (;;) {
    const candidate = folder === '' ? `${MARKER}${name}` : `${folder}/${MARKER}${name}`;
    if (paths.has(candidate)) return candidate;
    if (folder === '') return undefined;
    const inner = folder.lastIndexOf(`/${MARKER}`);
    if (inner !== -1) folder = folder.slice(0, inner);
    else if (folder.startsWith(MARKER)) folder = '';
    else folder = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '';
  }
}

function agree(left: DependencyEntry, right: DependencyEntry): boolean {
  const same = (a: string | undefined, b: string | undefined): boolean => a === undefined || b === undefined || a === b;
  return (
    left.name === right.name &&
    same(left.version, right.version) &&
    same(left.resolvedUrl?.replace(/^file:/, ''), right.resolvedUrl?.replace(/^file:/, '')) &&
    same(left.integrity, right.integrity)
  );
}

function entryOf(path: string, raw: Raw): Writable<DependencyEntry> {
  const marker = raw.installPath.lastIndexOf(MARKER);
  const key = marker === -1 ? raw.installPath : raw.installPath.slice(marker + MARKER.length);
  const read = raw.tree ? readTreeVersion(key, raw.version) : null;
  const name = read?.name ?? raw.name ?? key;
  const version = read === null ? raw.version : read.version;
  const resolvedUrl = raw.resolved ?? read?.address;
  if (name === '') throw unreadable(path, raw.line, 'an entry without a name');
  const entry: Writable<DependencyEntry> = {
    entry: 'lockfile',
    type: 'npm',
    name,
    location: {
      path,
      startLine: raw.line,
      endLine: raw.line,
      startColumn: raw.column,
      endColumn: raw.column + raw.length,
    },
    scope: raw.scope,
    relationship: raw.tree ? 'unknown' : 'transitive',
    source: sourceOf(raw.link, resolvedUrl),
    installPath: raw.installPath,
  };
  if (name !== key) entry.alias = key;
  if (version !== undefined) entry.version = version;
  if (resolvedUrl !== undefined) entry.resolvedUrl = resolvedUrl;
  if (raw.integrity !== undefined) entry.integrity = sriOf(raw.integrity);
  if (raw.hasInstallScript !== undefined) entry.installScript = raw.hasInstallScript;
  return entry;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function sourceOf(link: boolean, address: string | undefined): DependencySource {
  if (link) return 'path';
  if (address === undefined || address === '') return 'registry';
  return sourceOfAddress(address);
}

/** Version 1 writes aliases (`npm:name@1.0.0`) and addresses into `version`. */
function readTreeVersion(
  key: string,
  version: string | undefined,
): { readonly name?: string; readonly version?: string; readonly address?: string } | null {
  if (version === undefined) return {};
  if (version.startsWith('npm:')) {
    const at = version.indexOf('@', 5);
    return at === -1 ? { name: version.slice(4) } : { name: version.slice(4, at), version: version.slice(at + 1) };
  }
  if (version.startsWith('jsr:')) return { name: jsrName(key), version: version.slice(4) };
  return /^[a-z+]+:|^\.{0,2}\//i.test(version) ? { address: version } : { version };
}
