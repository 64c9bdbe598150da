import type { FileSide } from '../core/detector.ts';
import { runByName } from '../core/run-by-name.ts';
import type { MappedName, Surroundings } from './elsewhere.ts';
import type { ModuleMap, ModuleMaps } from './module-map.ts';
import { folderOf } from './module-paths.ts';
import { reexportsOf } from './reexports.ts';
import { type Modules, modulesOf, resolveReferences } from './references.ts';

/** Files that are handed along with one, and their characters: who needs more is not understood by reading on. */
const MAX_FILES = 40;
const MAX_CHARACTERS = 600_000;
/** Of larger changes, and of whole trees, each file is judged by itself. */
const MOST_SIDES = 1_000;
/** Files that use one another. */
const DEPTH = 3;

const JAVASCRIPT = /(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*['"]([^'"\n]{1,200})['"]/g;
const PYTHON = /^[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^()]*\)|[^\n#(]+)/gm;
const PYTHON_MODULE = /^[ \t]*import[ \t]+([\w.]+)/gm;
const LAYOUT = /(?:^|\/)(?:\+layout(?:\.server)?\.[jt]s|(?:_?layout|root)\.[jt]sx?)$/;

/** Which changed files have to do with one another: read from their texts when it is first asked. */
export interface Relations {
  /** Null where no other changed file has to do with this one. */
  around(path: string): Surroundings | null;
}

export function createRelations(sides: readonly FileSide[], maps: ModuleMaps): Relations {
  if (sides.length > MOST_SIDES) return { around: () => null };
  const byPath = new Map(sides.map((side) => [side.path, side]));
  const reexports = sides.map(({ path, text }) => ({ path, reexports: reexportsOf(path, text) }));
  const modules = modulesOf(byPath.keys(), reexports, maps);
  const uses = new Map(sides.map((side) => [side.path, usedBy(side, modules)]));
  const usedFrom = new Map<string, string[]>();
  const named = {
    base: perSide((side) => namesOf(side, maps.base)),
    head: perSide((side) => namesOf(side, maps.head)),
  };
  for (const [from, targets] of uses) for (const to of targets) usedFrom.set(to, [...(usedFrom.get(to) ?? []), from]);

  function reached(starts: readonly string[]): readonly string[] {
    const found = new Set(starts);
    let open = starts;
    for (let depth = 0; depth < DEPTH && open.length > 0; depth += 1) {
      open = [...new Set(open.flatMap((path) => [...(uses.get(path) ?? [])]))].filter((path) => !found.has(path));
      for (const path of open) found.add(path);
    }
    return [...found];
  }

  return {
    around(path) {
      const users = usedFrom.get(path) ?? [];
      const outer = users.flatMap((user) => usedFrom.get(user) ?? []);
      const inFront = sides.map((side) => side.path).filter((other) => other !== path && standsInFront(other, path));
      const files: FileSide[] = [];
      let characters = 0;
      for (const each of reached([path, ...inFront, ...users, ...outer])) {
        const side = byPath.get(each);
        if (each === path || side === undefined || files.length === MAX_FILES) continue;
        characters += side.text.length;
        if (characters > MAX_CHARACTERS) break;
        files.push(side);
      }
      if (files.length === 0) return null;
      const all = [byPath.get(path), ...files].flatMap((side) => side ?? []);
      const kept = new Set(files.map((side) => side.path));
      return {
        files,
        users: [...new Set([...users, ...outer])].filter((each) => kept.has(each)),
        inFront: inFront.filter((each) => kept.has(each)),
        named: { base: all.flatMap(named.base), head: all.flatMap(named.head) },
      };
    },
  };
}

/** A layout of a folder further up, or a file that runs before every request of its application. */
function standsInFront(other: string, path: string): boolean {
  const run = runByName(other);
  if (run !== null) return path.startsWith(run.root);
  if (!LAYOUT.test(other)) return false;
  const folder = folderOf(other);
  return folder === '' || path.startsWith(`${folder}/`);
}

function usedBy(side: FileSide, modules: Modules): ReadonlySet<string> {
  const found = new Set<string>();
  for (const origin of originsIn(side))
    for (const { path } of resolveReferences(side.path, origin, modules)) if (path !== side.path) found.add(path);
  return found;
}

/** Origins that a file's imports give, one for each module or name. */
function originsIn({ path, text }: FileSide): readonly string[] {
  if (!/\.pyw?$/.test(path)) return specifiersIn(text).map((specifier) => `${specifier}.x`);
  const found = [...text.matchAll(PYTHON_MODULE)].map(([, module = '']) => `${module}.x`);
  for (const [, module = '', names = ''] of text.matchAll(PYTHON)) {
    for (const name of names.replace(/[()\s]+/g, ' ').split(',')) {
      const [word = ''] = name.trim().split(' ');
      // A module of a package, or a name of a module.
      if (word !== '') found.push(`${module}.${word}.x`, `${module}.${word}`);
    }
  }
  return found;
}

function specifiersIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(JAVASCRIPT)].map(([, specifier = '']) => specifier))];
}

/** Each file stands around many others, and is read once. */
function perSide<T>(make: (side: FileSide) => T): (side: FileSide) => T {
  const made = new Map<string, T>();
  return (side) => {
    const before = made.get(side.path);
    const value = before ?? make(side);
    if (before === undefined) made.set(side.path, value);
    return value;
  };
}

/** What settings make of the names that are not relative. */
function namesOf({ path, text }: FileSide, map: ModuleMap | null): readonly MappedName[] {
  if (map === null) return [];
  return specifiersIn(text).flatMap((specifier): readonly MappedName[] => {
    const to = specifier.startsWith('.') ? [] : map.candidates(path, specifier);
    return to.length === 0 ? [] : [[path, specifier, to]];
  });
}
