import { type ModuleMaps, NO_MAPS } from './module-map.ts';
import { directoriesUp, existing, folderOf, isFileOf, pathFrom } from './module-paths.ts';
import type { Reexport } from './reexports.ts';

/** Changed files, what they hand on of others, and what the repository's settings call them. */
export interface Modules {
  readonly paths: ReadonlySet<string>;
  readonly reexports: ReadonlyMap<string, readonly Reexport[]>;
  readonly maps: ModuleMaps;
}

export function modulesOf(
  paths: Iterable<string>,
  results: readonly { readonly path: string; readonly reexports: readonly Reexport[] }[],
  maps: ModuleMaps,
): Modules {
  return {
    paths: new Set(paths),
    reexports: new Map(results.map(({ path, reexports }) => [path, reexports])),
    maps,
  };
}

/** Changed files alone, without any settings. */
export function plainModules(paths: Iterable<string>): Modules {
  return modulesOf(paths, [], NO_MAPS);
}

export interface Reference {
  readonly path: string;
  readonly name: string;
  /** False where something else may be meant as well: what stands there adds to what is known, and clears nothing. */
  readonly certain: boolean;
}

interface ModuleFile {
  readonly path: string;
  readonly certain: boolean;
}

/**
 * The changed files and exports that an origin can mean: `./user.service.find` is `find` of `user.service.ts`, by Node's
 * and the bundlers' order of extensions; `.util.host` and `app.util.host` are Python's. Where an origin's module ends is
 * not written in it: with a file for each of two endings, either may be meant.
 */
export function resolveReferences(from: string, origin: string, modules: Modules): readonly Reference[] {
  const python = /\.pyw?$/.test(from);
  const found: Reference[] = [];
  for (let at = origin.length; at > 0; at = origin.lastIndexOf('.', at - 1)) {
    const specifier = origin.slice(0, at);
    const name = origin.slice(at + 1);
    // A module of Python is not called: under the name of one stands what its package took from it.
    if ((python && name === '') || !/^[\w$.]*$/.test(name)) continue;
    for (const { path, certain } of filesBehind(from, specifier, modules)) {
      // `./host.js.read` is no name of `./host` as well.
      if (found.some((each) => each.path === path)) continue;
      found.push({ path, name: name === '' ? 'default' : name, certain });
    }
    // The module itself comes before a name of the package that it is in.
    if (python && found.length > 0) return found;
  }
  const [only] = found;
  return only === undefined || found.length === 1 ? found : found.map((each) => ({ ...each, certain: false }));
}

/** Files that hand a name on one after another, and places a name can come from. */
const MAX_HOPS = 8;
const MAX_PLACES = 20;

/**
 * Where a name that an origin means can stand: in the files it can name, or in one that these hand on. Where all names of
 * several files are handed on, each is a place; only the one that has the name says anything of it.
 */
export function placesOf(from: string, origin: string, modules: Modules): readonly Reference[] {
  const found: Reference[] = [];
  const open: (readonly [Reference, number])[] = resolveReferences(from, origin, modules).map((each) => [each, 0]);
  for (const [at, hops] of open) {
    if (found.length >= MAX_PLACES) break;
    if (found.some(({ path, name }) => path === at.path && name === at.name)) continue;
    found.push(at);
    if (hops < MAX_HOPS) for (const next of handedOn(at, modules)) open.push([next, hops + 1]);
  }
  return found;
}

function handedOn({ path, name, certain }: Reference, modules: Modules): readonly Reference[] {
  return (modules.reexports.get(path) ?? []).flatMap((each) => {
    const inner = nameBehind(each, name);
    if (inner === null) return [];
    return filesBehind(path, each.from, modules).map((target) => ({
      path: target.path,
      name: inner,
      certain: certain && target.certain,
    }));
  });
}

function nameBehind({ as, name }: Reexport, wanted: string): string | null {
  if (as === null) return name === '*' ? wanted : wanted === 'default' ? name : null;
  if (wanted !== as && !wanted.startsWith(`${as}.`)) return null;
  const rest = wanted.slice(as.length + 1);
  if (name === '*') return rest === '' ? 'default' : rest;
  return rest === '' ? name : `${name}.${rest}`;
}

/** The changed files that a module's name can mean. */
function filesBehind(from: string, specifier: string, modules: Modules): readonly ModuleFile[] {
  if (/\.pyw?$/.test(from)) return pythonModules(from, specifier, modules.paths);
  if (/^\.{1,2}(?:\/|$)/.test(specifier)) {
    const plain = pathFrom(folderOf(from), specifier);
    const path = plain === null ? null : existing(plain, modules.paths);
    return path === null ? [] : [{ path, certain: true }];
  }
  return namedFiles(from, specifier, modules);
}

/**
 * By the settings of both sides. Only where base and head say the same is it certain: the head's alone may be there to
 * lead elsewhere. Without a word of theirs the usual aliases are guessed.
 */
function namedFiles(from: string, specifier: string, { paths, maps }: Modules): readonly ModuleFile[] {
  const base = maps.base?.candidates(from, specifier) ?? [];
  const head = maps.head?.candidates(from, specifier) ?? [];
  const [before] = base;
  const [now] = head;
  if (before?.path === now?.path && before?.named === true && now?.named === true && base.length + head.length === 2)
    return [{ path: before.path, certain: true }];
  const found = new Set([...base, ...head].map(({ path }) => path));
  const guess = aliased(specifier, paths);
  if (guess !== null) found.add(guess);
  return [...found].map((path) => ({ path, certain: false }));
}

function aliased(specifier: string, paths: ReadonlySet<string>): string | null {
  const alias = /^[@~]\/(.+)$/.exec(specifier)?.[1];
  if (alias === undefined) return null;
  return existing(`src/${alias}`, paths) ?? existing(alias, paths) ?? ending(alias, paths);
}

/** In a monorepo an alias starts at the package's own source folder: the one file that ends so is meant. */
function ending(alias: string, paths: ReadonlySet<string>): string | null {
  const found = [...paths].filter((path) => isFileOf(path, `/src/${alias}`) || isFileOf(path, `/app/${alias}`));
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** A module of Python stands below a folder of the search path: the root, a `src`, or one that the file itself is in. */
function pythonModules(from: string, specifier: string, paths: ReadonlySet<string>): readonly ModuleFile[] {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
  const inner = specifier.slice(dots).replaceAll('.', '/');
  const folder = folderOf(from)
    .split('/')
    .filter((part) => part !== '');
  // `from . import util` and `from .util import x` both start with one dot, which an origin shows as two and one.
  const up = (levels: number): string => folder.slice(0, Math.max(0, folder.length - levels)).join('/');
  const homes =
    dots === 0
      ? directoriesUp(folder.join('/')).flatMap((each) => [each, each === '' ? 'src' : `${each}/src`])
      : dots === 1
        ? [up(0)]
        : [up(dots - 1), up(dots - 2)];
  const found = new Set<string>();
  for (const home of homes) {
    const stem = [home, inner].filter((part) => part !== '').join('/');
    const path = [`${stem}.py`, `${stem}/__init__.py`].find((each) => paths.has(each));
    if (path !== undefined) found.add(path);
  }
  return [...found].map((path) => ({ path, certain: found.size === 1 }));
}
