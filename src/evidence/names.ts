import type { PackageType } from '../core/dependency.ts';
import type { Likeness } from '../core/evidence.ts';
import { type Fact, known, unavailable } from '../core/fact.ts';
import { createLikenessIndex, type LikenessIndex } from './likeness/index.ts';
import { familiesOf } from './likeness/targets.ts';
import { tokensOf } from './likeness/text.ts';
import { vocabularyOf } from './likeness/vocabulary.ts';
import { normalizeName } from './normal.ts';
import type { PopularList } from './popular.ts';

/** What can be said of a name without asking anyone. Names are normalised. */
export interface NameKnowledge {
  /** The day (ISO 8601 instant) by which a popular name existed for sure; null where the name is not on the list. */
  popularSince(type: PackageType, name: string): string | null;
  /** A popular name that stands in the scope (`@acme`); null where none does. */
  popularScope(type: PackageType, scope: string): string | null;
  looksLike(type: PackageType, name: string): Fact<readonly Likeness[]>;
  /** The form in which lists hold a name: PEP 503 for PyPI, lower case where a registry does not tell cases apart. */
  normalize(type: PackageType, name: string): string;
  /** Other types in which the name is popular. */
  elsewhere(type: PackageType, name: string): readonly PackageType[];
}

/** What a language's code calls a package, where that is not the name one installs: `yaml` is brought by `pyyaml`. */
export type ImportNames = ReadonlyMap<PackageType, ReadonlyMap<string, readonly string[]>>;

const DAY_MS = 86_400_000;

/**
 * A list older than this says nothing of what is well known now. Our own measure: among the most used names few change
 * in a year, and a release of ours with fresh lists comes out more often.
 */
export const LIST_STALE_DAYS = 730;

/** Import names count for packages this far up the list. */
const IMPORT_RANK = 150;

/** Builds the knowledge of names from popular lists; each index is made when it is first asked. `now`: milliseconds since the epoch. */
export function createNames(
  lists: readonly PopularList[],
  options: { readonly now: () => number; readonly importNames: ImportNames },
): NameKnowledge {
  const byType = new Map(lists.map((list) => [list.type, list]));
  const members = new Map(lists.map((list) => [list.type, new Set(list.names)]));
  const scopes = new Map(lists.map((list) => [list.type, scopesOf(list.names)]));
  const vocabulary = vocabularyOf(lists.map((list) => list.names));
  const foreign = foreignFamilies(lists);
  const imported = importedNames(options.importNames);
  const indexes = new Map<PackageType, LikenessIndex>();

  function indexOf(list: PopularList): LikenessIndex {
    const { type, names: popular, famous, words } = list;
    const index = indexes.get(type) ?? createLikenessIndex({ type, popular, famous, words, vocabulary });
    indexes.set(type, index);
    return index;
  }

  /** An import name sends to the wrong package often enough only where everybody writes it. */
  const isFamous = (type: PackageType, name: string) =>
    byType.get(type)?.names.slice(0, IMPORT_RANK).includes(name) === true;

  const elsewhere = (type: PackageType, name: string) =>
    [...members].filter(([other, names]) => other !== type && names.has(name)).map(([other]) => other);

  function byItsPlace(type: PackageType, name: string): readonly Likeness[] {
    const brought = imported.get(type)?.get(name);
    if (brought !== undefined && isFamous(type, brought))
      return [{ name: brought, technique: 'import-name', score: 0.75 }];
    const isForeign = elsewhere(type, name).some((other) => foreign.get(other)?.has(firstWord(name)) === true);
    const here = members.get(type) ?? new Set();
    return isForeign && !here.has(name) ? [{ name, technique: 'other-ecosystem', score: 0.6 }] : [];
  }

  return {
    normalize: normalizeName,
    popularSince: (type, name) => (members.get(type)?.has(name) === true ? (byType.get(type)?.asOf ?? null) : null),
    popularScope: (type, scope) => scopes.get(type)?.get(scope) ?? null,
    elsewhere,
    looksLike: (type, name) => {
      const list = byType.get(type);
      if (list === undefined)
        return unavailable(
          'popular lists',
          `no list of popular ${type} names is at hand (COUNTERSIGN_POPULAR_${type.toUpperCase()} names one)`,
          false,
        );
      if (options.now() - Date.parse(list.asOf) > LIST_STALE_DAYS * DAY_MS) {
        const day = list.asOf.slice(0, 10);
        return unavailable(
          'popular lists',
          `the list of popular ${type} names (${list.origin}) is of ${day}: too old`,
          false,
        );
      }
      if (members.get(type)?.has(name) === true) return known([], list.origin, list.asOf);
      const alike = indexOf(list)(name);
      return known(alike.length > 0 ? alike : byItsPlace(type, name), list.origin, list.asOf);
    },
  };
}

/** Each scope with the name under it that stands highest. */
function scopesOf(names: readonly string[]): ReadonlyMap<string, string> {
  const scoped = names.filter((name) => name.startsWith('@') && name.includes('/'));
  return new Map(scoped.toReversed().map((name) => [name.slice(0, name.indexOf('/')), name]));
}

/** Names of this part of a list that begin with one word make that word its ecosystem's own, in a list of any length. */
const FOREIGN_SHARE = 0.004;
/** … and in another list it is hardly ever a first word. */
const FOREIGN_ELSEWHERE = 1;

/**
 * First words that say which ecosystem a name is of (`eslint-…`, `django-…`): many names of one list begin with them and
 * next to none of any other. A name of such a family is out of place elsewhere; a word like `json` is at home everywhere.
 */
function foreignFamilies(lists: readonly PopularList[]): ReadonlyMap<PackageType, ReadonlySet<string>> {
  const firsts = lists.map((list) => {
    const counts = new Map<string, number>();
    for (const word of list.names.map(firstWord)) counts.set(word, (counts.get(word) ?? 0) + 1);
    return { list, counts };
  });
  return new Map(
    firsts.map(({ list }) => {
      const own = [...familiesOf(list.names, Math.max(5, Math.ceil(list.names.length * FOREIGN_SHARE)))].filter(
        (word) =>
          !word.includes('-') &&
          firsts.every((other) => other.list === list || (other.counts.get(word) ?? 0) <= FOREIGN_ELSEWHERE),
      );
      return [list.type, new Set(own)];
    }),
  );
}

/** The first of two words or more; empty for a single one, which is anybody's. */
function firstWord(name: string): string {
  const words = name.startsWith('@') ? [] : tokensOf(name);
  return words.length < 2 ? '' : (words[0] ?? '');
}

/** Import names in the lists' form, each with the one package that brings it first. Names that are a package's own are left out. */
function importedNames(given: ImportNames): ReadonlyMap<PackageType, ReadonlyMap<string, string>> {
  return new Map(
    [...given].map(([type, names]) => {
      const all = [...names].flatMap(([name, packages]) => {
        const [first] = packages;
        const form = normalizeName(type, name);
        return first === undefined || packages.includes(form) || name.includes('.') ? [] : [[form, first] as const];
      });
      return [type, new Map(all)] as const;
    }),
  );
}
