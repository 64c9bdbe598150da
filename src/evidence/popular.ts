import { readFile, stat } from 'node:fs/promises';
import { type PackageType, REGISTRY_TYPES } from '../core/dependency.ts';
import { CountersignError, messageOf } from '../core/errors.ts';
import { parseListFile } from './list-file.ts';
import { NPM_WORDS } from './lists/npm.ts';
import { PYPI_FAMOUS, PYPI_NAMES, PYPI_WORDS } from './lists/pypi.ts';

/** A list of the most used names of one package type, most used first, and where it came from. */
export interface PopularList {
  readonly type: PackageType;
  /** Normalised. */
  readonly names: readonly string[];
  /** So many of the first names are famous enough to be imitated; the others are only known to be honest. */
  readonly famous: number;
  /** Well-known words that are no packages of this type, and are imitated all the same. */
  readonly words: readonly string[];
  /** What the list is and where it is from: package and version, or file. */
  readonly origin: string;
  readonly licence: string;
  /** ISO 8601 instant by which every name on the list existed. */
  readonly asOf: string;
}

/**
 * The npm list: names with a million downloads a week or 500 dependents (npm-high-impact 1.13.0, MIT). Its own date is
 * not recorded in the package; a name on it had been in wide use for years before, so the day it was taken in here stands.
 */
export async function npmPopularList(): Promise<PopularList> {
  const { npmTopDependents, npmTopDownloads } = await import('npm-high-impact');
  return {
    type: 'npm',
    names: interleaved(npmTopDependents, npmTopDownloads),
    famous: Number.POSITIVE_INFINITY,
    words: NPM_WORDS,
    origin: 'npm-high-impact 1.13.0',
    licence: 'MIT',
    asOf: '2026-09-01T00:00:00.000Z',
  };
}

/** One order from two: what people name in their manifests counts as much as what is downloaded most. */
function interleaved(first: readonly string[], second: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (let index = 0; index < Math.max(first.length, second.length); index += 1) {
    for (const name of [first[index], second[index]]) if (name !== undefined) names.add(name);
  }
  return [...names];
}

const PYPI_LIST: PopularList = {
  type: 'pypi',
  names: PYPI_NAMES,
  famous: PYPI_FAMOUS,
  words: PYPI_WORDS,
  origin: 'own compilation',
  licence: 'Apache-2.0',
  asOf: '2026-06-16T00:00:00.000Z',
};

/** The shipped lists; a file named for a type takes its place. A file that cannot be read is the operator's mistake. */
export async function popularLists(
  files: Readonly<Partial<Record<PackageType, string>>>,
): Promise<readonly PopularList[]> {
  const shipped = [await npmPopularList(), PYPI_LIST];
  const own = await Promise.all(
    Object.entries(files).map(([type, path]) => {
      if (!isListedType(type))
        throw new CountersignError('bad-configuration', `there is no package type "${type}" to list names of`);
      return readList(type, path);
    }),
  );
  const replaced = new Set(own.map((list) => list.type));
  return [...shipped.filter((list) => !replaced.has(list.type)), ...own];
}

/** Whether names of the type can be listed: it has a registry. */
export function isListedType(type: string): type is PackageType {
  return REGISTRY_TYPES.some((each) => each === type);
}

/** The operator's file. One that does not say its day is as old as the file's last change: whoever put it there vouches for it. */
async function readList(type: PackageType, path: string): Promise<PopularList> {
  const [text, changed] = await read(path);
  const { names, source, licence, date } = parseListFile(text, type, path);
  return {
    type,
    names,
    famous: Number.POSITIVE_INFINITY,
    words: [],
    origin: source === null ? path : `${path}, from ${source}`,
    licence: licence ?? "the operator's",
    asOf: date ?? changed,
  };
}

async function read(path: string): Promise<readonly [text: string, changed: string]> {
  try {
    const [text, { mtime }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    return [text, mtime.toISOString()];
  } catch (error) {
    throw new CountersignError(
      'bad-configuration',
      `the list of popular names ${path} cannot be read: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
