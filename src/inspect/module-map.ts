import { isBuiltin } from 'node:module';
import { directoriesUp, existing, folderOf, pathFrom } from './module-paths.ts';
import type { ModulePattern, ModuleSettings } from './module-settings.ts';

/** What the settings of one side of the change make of module names. */
export interface ModuleMap {
  /** The changed files that a name in a file can mean, without relative ones. */
  candidates(from: string, specifier: string): readonly MappedFile[];
  /** Beginnings of the names that can mean a changed file at all. */
  readonly aliases: readonly string[];
}

export interface MappedFile {
  readonly path: string;
  /** False where any name would lead here: a package of that name may be meant as well. */
  readonly named: boolean;
}

/** What both sides of the change make of module names. A side without a tree to read makes nothing of them. */
export interface ModuleMaps {
  readonly base: ModuleMap | null;
  readonly head: ModuleMap | null;
  /** Beginnings of names that can mean a changed file. */
  readonly aliases: readonly string[];
}

export const NO_MAPS: ModuleMaps = { base: null, head: null, aliases: [] };

/** Files that extend one another. */
const LONGEST_CHAIN = 8;
/** Patterns with a star that are tried for one name. */
const MOST_STARS = 200;
const MOST_ALIASES = 500;

interface Pattern {
  readonly before: string;
  readonly after: string;
  /** Folder that targets are relative to. */
  readonly folder: string;
  readonly targets: readonly string[];
}

interface Config {
  readonly exact: ReadonlyMap<string, readonly Pattern[]>;
  readonly stars: readonly Pattern[];
  readonly baseUrl: string | null;
}

interface Package {
  readonly folder: string;
  readonly settings: ModuleSettings;
}

/**
 * @param files settings by their path: tsconfig.json, jsconfig.json and what they extend, package.json
 * @param paths the changed files
 */
export function createModuleMap(files: ReadonlyMap<string, ModuleSettings>, paths: ReadonlySet<string>): ModuleMap {
  const configs = new Map<string, readonly Config[]>();
  const byName = new Map<string, Package[]>();
  const packages = new Map<string, Package>();
  for (const [path, settings] of files) {
    if (!/(?:^|\/)package\.json$/.test(path)) continue;
    const found: Package = { folder: folderOf(path), settings };
    packages.set(found.folder, found);
    if (settings.name !== null) byName.set(settings.name, [...(byName.get(settings.name) ?? []), found]);
  }
  const known = new Map<string, readonly MappedFile[]>();

  /** All that stand in the folders on the way up; TypeScript takes the nearest, bundlers are told otherwise now and then. */
  function configsFor(folder: string): readonly Config[] {
    const had = configs.get(folder);
    if (had !== undefined) return had;
    const own = ['tsconfig.json', 'jsconfig.json'].flatMap((name) => {
      const path = pathFrom(folder, name);
      return path === null ? [] : [path, ...referencesOf(path, files)].flatMap((each) => resolved(each, files) ?? []);
    });
    const above = folder === '' ? [] : configsFor(folderOf(folder));
    const all = [...own, ...above];
    configs.set(folder, all);
    return all;
  }

  function search(from: string, specifier: string): readonly MappedFile[] {
    if (specifier === '' || /^\.{0,2}(?:\/|$)/.test(specifier) || isBuiltin(specifier)) return [];
    const found = new Map<string, boolean>();
    const add = (path: string | null, named: boolean): void => {
      if (path !== null && path !== from) found.set(path, named || found.get(path) === true);
    };
    const folder = folderOf(from);
    for (const { exact, stars, baseUrl } of configsFor(folder)) {
      for (const pattern of exact.get(specifier) ?? [])
        for (const target of pattern.targets) add(fileAt(pattern.folder, target), true);
      for (const pattern of stars) {
        const inner = starIn(pattern, specifier);
        if (inner === null) continue;
        for (const target of pattern.targets) add(fileAt(pattern.folder, filled(target, inner)), pattern.before !== '');
      }
      if (baseUrl !== null) add(fileAt(baseUrl, specifier), false);
    }
    if (specifier.startsWith('#')) for (const path of ownImports(folder, specifier)) add(path, true);
    for (const [name, subpath] of namesWithin(specifier))
      for (const each of byName.get(name) ?? []) for (const path of inPackage(each, subpath)) add(path, true);
    return [...found].map(([path, named]) => ({ path, named }));
  }

  /** Subpath imports: of the nearest package, whose targets are its own files. */
  function ownImports(folder: string, specifier: string): readonly string[] {
    for (const up of directoriesUp(folder)) {
      const own = packages.get(up);
      if (own !== undefined) return own.settings.imports.flatMap((each) => targetFiles(own.folder, each, specifier));
    }
    return [];
  }

  function inPackage({ folder, settings }: Package, subpath: string): readonly string[] {
    const inner = subpath === '.' ? 'index' : subpath.slice(2);
    const customary = ['', 'src/', 'lib/'].flatMap((at) => fileAt(folder, `${at}${inner}`) ?? []);
    return [...settings.exports.flatMap((each) => targetFiles(folder, each, subpath)), ...customary];
  }

  function targetFiles(folder: string, { pattern, targets }: ModulePattern, name: string): readonly string[] {
    const split = splitAt(pattern, folder, targets);
    const inner = pattern.includes('*') ? starIn(split, name) : pattern === name ? '' : null;
    if (inner === null) return [];
    return targets.flatMap((target) =>
      // What is published is built from sources: they are what a change touches.
      sourcesOf(filled(target, inner)).flatMap((each) => fileAt(folder, each) ?? []),
    );
  }

  function fileAt(folder: string, relative: string): string | null {
    const path = pathFrom(folder, relative);
    return path === null ? null : existing(path, paths);
  }

  return {
    candidates(from, specifier) {
      const key = `${folderOf(from)}\n${specifier}`;
      const had = known.get(key);
      if (had !== undefined) return had.filter(({ path }) => path !== from);
      const found = search(from, specifier);
      known.set(key, found);
      return found;
    },
    get aliases() {
      return aliasesOf(new Set([...paths].flatMap((path) => configsFor(folderOf(path)))), packages.values(), paths);
    },
  };
}

/** A solution's own file names those that hold the options, beside it (`tsconfig.app.json`). */
function referencesOf(path: string, files: ReadonlyMap<string, ModuleSettings>): readonly string[] {
  const folder = folderOf(path);
  return (files.get(path)?.references ?? []).flatMap((reference) => {
    const other = referencedFrom(folder, reference);
    return other !== null && other !== path && folderOf(other) === folder && files.has(other) ? [other] : [];
  });
}

/** What a configuration says with all that it extends: of each option the last word. */
function resolved(start: string, files: ReadonlyMap<string, ModuleSettings>): Config | null {
  if (!files.has(start)) return null;
  let paths: { readonly folder: string; readonly patterns: readonly ModulePattern[] } | null = null;
  let baseUrl: string | null = null;
  const open: string[] = [start];
  for (let taken = 0; taken < LONGEST_CHAIN; taken += 1) {
    const path = open.pop();
    const settings = path === undefined ? undefined : files.get(path);
    if (path === undefined || settings === undefined) break;
    const folder = folderOf(path);
    if (settings.baseUrl !== null) baseUrl ??= pathFrom(folder, settings.baseUrl);
    if (settings.paths !== null) paths ??= { folder, patterns: settings.paths };
    // Of several that are extended the last has the last word.
    for (const each of settings.extends) {
      const other = extendedFrom(folder, each).find((one) => files.has(one));
      if (other !== undefined) open.push(other);
    }
  }
  const exact = new Map<string, Pattern[]>();
  const stars: Pattern[] = [];
  for (const { pattern, targets } of paths?.patterns ?? []) {
    const split = splitAt(pattern, baseUrl ?? paths?.folder ?? '', targets);
    if (pattern.includes('*')) stars.push(split);
    else exact.set(pattern, [...(exact.get(pattern) ?? []), split]);
  }
  return { exact, stars: stars.slice(0, MOST_STARS), baseUrl };
}

/** Files that `extends` can mean; a package of its own is not in the repository. */
export function extendedFrom(folder: string, name: string): readonly string[] {
  if (!/^\.{1,2}(?:\/|$)/.test(name)) return [];
  return [name, `${name}.json`, `${name}/tsconfig.json`].flatMap((each) => pathFrom(folder, each) ?? []);
}

/** The file that an entry of `references` means: a folder stands for its tsconfig.json. */
export function referencedFrom(folder: string, name: string): string | null {
  return pathFrom(folder, name.endsWith('.json') ? name : `${name}/tsconfig.json`);
}

function splitAt(pattern: string, folder: string, targets: readonly string[]): Pattern {
  const at = pattern.indexOf('*');
  return at === -1
    ? { before: pattern, after: '', folder, targets }
    : { before: pattern.slice(0, at), after: pattern.slice(at + 1), folder, targets };
}

/** What the star of a pattern stands for in a name; null where the name is not of it. */
function starIn({ before, after }: Pattern, name: string): string | null {
  if (name.length < before.length + after.length || !name.startsWith(before) || !name.endsWith(after)) return null;
  return name.slice(before.length, name.length - after.length);
}

function filled(target: string, inner: string): string {
  return target.replace('*', () => inner);
}

/** `@acme/util/net` as package and subpath: each part of the name may be where the package's own ends. */
function namesWithin(specifier: string): readonly (readonly [string, string])[] {
  const parts = specifier.split('/');
  const own = specifier.startsWith('@') ? 2 : 1;
  if (parts.length < own) return [];
  const rest = parts.slice(own).join('/');
  return [[parts.slice(0, own).join('/'), rest === '' ? '.' : `./${rest}`]];
}

const BUILT = /^(?:\.\/)?(?:dist|build|lib|out|output)\/(?:(?:esm|cjs|es|mjs|types|src)\/)?/;

/** A target, and the sources that it is customarily built from. */
function sourcesOf(target: string): readonly string[] {
  const inner = target.replace(BUILT, '');
  return inner === target ? [target] : [target, `src/${inner}`, inner];
}

/** Beginnings of names that lead to changed files: only calls of those are worth remembering. */
function aliasesOf(
  configs: ReadonlySet<Config>,
  packages: Iterable<Package>,
  paths: ReadonlySet<string>,
): readonly string[] {
  const folders = new Set([...paths].flatMap((path) => directoriesUp(folderOf(path))));
  const found = new Set<string>();
  // Folders into which any name may lead: those names do that start with what stands there.
  const open = new Set<string>();
  const leads = (pattern: Pattern, target: string): boolean => {
    const path = pathFrom(pattern.folder, target.replace(/\*.*$/s, ''));
    return path !== null && (folders.has(path) || folders.has(folderOf(path)));
  };
  for (const { exact, stars, baseUrl } of configs) {
    for (const pattern of [...exact.values()].flat())
      if (pattern.targets.some((target) => leads(pattern, target))) found.add(pattern.before);
    for (const pattern of stars) {
      if (pattern.before !== '') {
        if (pattern.targets.some((target) => leads(pattern, target))) found.add(pattern.before);
        continue;
      }
      for (const target of pattern.targets) {
        const folder = pathFrom(pattern.folder, folderOf(target));
        if (folder !== null) open.add(folder);
      }
    }
    if (baseUrl !== null) open.add(baseUrl);
  }
  for (const path of paths) {
    for (const folder of directoriesUp(folderOf(path))) {
      if (!open.has(folder)) continue;
      const [first = ''] = path.slice(folder === '' ? 0 : folder.length + 1).split('/');
      found.add(first.replace(/\.[cm]?[jt]sx?$/, ''));
    }
  }
  for (const { settings } of packages) {
    if (settings.name !== null) found.add(settings.name);
    for (const { pattern } of settings.imports) found.add(pattern.replace(/\*.*$/s, ''));
  }
  // A module of Node's own is that, and what follows its name is not.
  return [...found]
    .filter((each) => each !== '')
    .map((each) => (isBuiltin(each) ? `${each}/` : each))
    .slice(0, MOST_ALIASES);
}
