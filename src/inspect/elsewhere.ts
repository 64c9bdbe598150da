import type { FileSide } from '../core/detector.ts';
import type { Elsewhere, Meant } from './detector.ts';
import type { FileFacts } from './facts.ts';
import { createFileFacts } from './file-facts.ts';
import type { Parse } from './grammars.ts';
import type { MappedFile, ModuleMap } from './module-map.ts';
import { reexportsOf } from './reexports.ts';
import { modulesOf, placesOf } from './references.ts';

/** What settings make of a module's name in a file, as the parent process found it: `[file, name, files it can mean]`. */
export type MappedName = readonly [from: string, specifier: string, to: readonly MappedFile[]];

/** Changed files that have to do with one that is looked at, in the head. */
export interface Surroundings {
  readonly files: readonly FileSide[];
  /** Those of them that take something from it. */
  readonly users: readonly string[];
  /** Those of them that a framework runs in front of it, because of where they stand. */
  readonly inFront: readonly string[];
  readonly named: { readonly base: readonly MappedName[]; readonly head: readonly MappedName[] };
}

/** Files are parsed when a rule first asks for one. */
export function createElsewhere(
  own: FileFacts,
  { files, users, inFront, named }: Surroundings,
  parse: Parse,
): Elsewhere {
  const sides = new Map(files.map((file) => [file.path, file]));
  const known = new Map<string, FileFacts | null>([[own.path, own]]);
  const reexports = files.map(({ path, text }) => ({ path, reexports: reexportsOf(path, text) }));
  const base = mapOf(named.base);
  const head = mapOf(named.head);
  const modules = modulesOf([own.path, ...sides.keys()], reexports, { base, head, aliases: [] });

  function factsOf(path: string): FileFacts | null {
    const before = known.get(path);
    if (before !== undefined) return before;
    const side = sides.get(path);
    const program = side === undefined ? null : parse(side.path, side.text);
    const facts = program === null ? null : createFileFacts(program);
    known.set(path, facts);
    return facts;
  }

  const all = (paths: readonly string[]): readonly FileFacts[] => paths.flatMap((path) => factsOf(path) ?? []);
  return {
    meant: (from, origin) =>
      placesOf(from.path, origin, modules).flatMap(({ path, name, certain }): readonly Meant[] => {
        const facts = factsOf(path);
        return facts === null ? [] : [{ facts, name, certain }];
      }),
    used: () => all([...sides.keys()].filter((path) => !users.includes(path) && !inFront.includes(path))),
    users: () => all(users),
    inFront: () => all(inFront),
  };
}

function mapOf(named: readonly MappedName[]): ModuleMap {
  const found = new Map(named.map(([from, specifier, to]) => [JSON.stringify([from, specifier]), to]));
  return { candidates: (from, specifier) => found.get(JSON.stringify([from, specifier])) ?? [], aliases: [] };
}
