import type { Reexport } from './reexports.ts';

const EXTENSIONS = [
  '',
  '.ts',
  '.tsx',
  '.mts',
  '.cts',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '/index.ts',
  '/index.js',
  '/index.tsx',
  '/index.mjs',
];

/** Whether an origin can be another file of the repository: relative, under the usual aliases, or a Python module. */
export function isOfThisRepository(origin: string, dialect: 'javascript' | 'python'): boolean {
  return dialect === 'python'
    ? /^\.*[A-Za-z_]\w*(?:\.\w+)+$|^\.+\w+$/.test(origin)
    : /^(?:\.{1,2}|[@~])\//.test(origin);
}

/** Changed files, and what they hand on of others. */
export interface Modules {
  readonly paths: ReadonlySet<string>;
  readonly reexports: ReadonlyMap<string, readonly Reexport[]>;
}

export function modulesOf(
  paths: Iterable<string>,
  results: readonly { readonly path: string; readonly reexports: readonly Reexport[] }[],
): Modules {
  return {
    paths: new Set(paths),
    reexports: new Map(results.map(({ path, reexports }) => [path, reexports])),
  };
}

export interface Reference {
  readonly path: string;
  readonly name: string;
}

/**
 * The changed file and the export that an origin means: `./user.service.find` is `find` of `user.service.ts`, by Node's
 * and the bundlers' order of extensions; `.util.host` and `app.util.host` are Python's. Null where no changed file is
 * meant.
 */
export function resolveReference(from: string, origin: string, paths: ReadonlySet<string>): Reference | null {
  const python = /\.pyw?$/.test(from);
  for (let at = origin.length; at > 0; at = origin.lastIndexOf('.', at - 1)) {
    const specifier = origin.slice(0, at);
    const name = origin.slice(at + 1);
    // A module of Python is not called: under the name of one stands what its package took from it.
    if (python && name === '') continue;
    const path = python ? pythonModule(from, specifier, paths) : resolveImport(from, specifier, paths);
    if (path !== null && /^[\w$.]*$/.test(name)) return { path, name: name === '' ? 'default' : name };
  }
  return null;
}

/** Files that hand a name on one after another, and places a name can come from. */
const MAX_HOPS = 8;
const MAX_PLACES = 20;

/**
 * Where a name that an origin means can stand: in the file it names, or in one that this file hands on. Where all names of
 * several files are handed on, each is a place; only the one that has the name says anything of it.
 */
export function placesOf(from: string, origin: string, modules: Modules): readonly Reference[] {
  const start = resolveReference(from, origin, modules.paths);
  if (start === null) return [];
  const found: Reference[] = [];
  const open: (readonly [Reference, number])[] = [[start, 0]];
  for (const [at, hops] of open) {
    if (found.length >= MAX_PLACES) break;
    if (found.some(({ path, name }) => path === at.path && name === at.name)) continue;
    found.push(at);
    if (hops < MAX_HOPS) for (const next of handedOn(at, modules)) open.push([next, hops + 1]);
  }
  return found;
}

function handedOn({ path, name }: Reference, modules: Modules): readonly Reference[] {
  return (modules.reexports.get(path) ?? []).flatMap((each) => {
    const inner = nameBehind(each, name);
    const target = inner === null ? null : moduleBehind(path, each.from, modules.paths);
    return inner === null || target === null ? [] : [{ path: target, name: inner }];
  });
}

function nameBehind({ as, name }: Reexport, wanted: string): string | null {
  if (as === null) return name === '*' ? wanted : wanted === 'default' ? name : null;
  if (wanted !== as && !wanted.startsWith(`${as}.`)) return null;
  const rest = wanted.slice(as.length + 1);
  if (name === '*') return rest === '' ? 'default' : rest;
  return rest === '' ? name : `${name}.${rest}`;
}

function moduleBehind(path: string, specifier: string, paths: ReadonlySet<string>): string | null {
  return /\.pyw?$/.test(path) ? pythonModule(path, specifier, paths) : resolveImport(path, specifier, paths);
}

/** The changed file that an import means. */
export function resolveImport(from: string, specifier: string, paths: ReadonlySet<string>): string | null {
  const alias = /^[@~]\/(.+)$/.exec(specifier)?.[1];
  if (alias !== undefined) return existing(`src/${alias}`, paths) ?? existing(alias, paths) ?? ending(alias, paths);
  if (!/^\.{1,2}(?:\/|$)/.test(specifier)) return null;
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return existing(parts.join('/'), paths);
}

function existing(plain: string, paths: ReadonlySet<string>): string | null {
  const bare = plain.replace(/\.[cm]?[jt]sx?$/, '');
  for (const stem of [plain, bare]) {
    for (const extension of EXTENSIONS) if (paths.has(stem + extension)) return stem + extension;
  }
  return null;
}

/** In a monorepo an alias starts at the package's own source folder: the one file that ends so is meant. */
function ending(alias: string, paths: ReadonlySet<string>): string | null {
  const found = [...paths].filter((path) =>
    EXTENSIONS.some(
      (extension) => path.endsWith(`/src/${alias}${extension}`) || path.endsWith(`/app/${alias}${extension}`),
    ),
  );
  return found.length === 1 ? (found[0] ?? null) : null;
}

function pythonModule(from: string, specifier: string, paths: ReadonlySet<string>): string | null {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
  const inner = specifier.slice(dots).replaceAll('.', '/');
  const folder = from.split('/').slice(0, -1);
  // `from . import util` and `from .util import x` both start with one dot, which an origin shows as two and one.
  const up = (levels: number): readonly string[] => folder.slice(0, Math.max(0, folder.length - levels));
  const homes = dots === 0 ? [[], ['src'], folder] : dots === 1 ? [up(0)] : [up(dots - 1), up(dots - 2)];
  for (const home of homes) {
    const stem = [...home, inner].filter((part) => part !== '').join('/');
    for (const path of [`${stem}.py`, `${stem}/__init__.py`]) if (paths.has(path)) return path;
  }
  return null;
}
