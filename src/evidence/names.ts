import type { PackageType } from '../core/dependency.ts';
import type { Likeness } from '../core/evidence.ts';
import { type Fact, known, unavailable } from '../core/fact.ts';
import { createLikenessIndex, type LikenessIndex } from './likeness/index.ts';
import { vocabularyOf } from './likeness/vocabulary.ts';
import type { PopularList } from './popular.ts';

/** What can be said of a name without asking anyone. Names are normalised. */
export interface NameKnowledge {
  /** The day (ISO 8601 instant) by which a popular name existed for sure; null where the name is not on the list. */
  popularSince(type: PackageType, name: string): string | null;
  looksLike(type: PackageType, name: string): Fact<readonly Likeness[]>;
  /** The form in which lists hold a name: PEP 503 for PyPI, lower case where a registry does not tell cases apart. */
  normalize(type: PackageType, name: string): string;
  /** Other types in which the name is popular. */
  elsewhere(type: PackageType, name: string): readonly PackageType[];
}

/** Builds the knowledge of names from popular lists; each index is made when it is first asked. */
export function createNames(lists: readonly PopularList[]): NameKnowledge {
  const byType = new Map(lists.map((list) => [list.type, list]));
  const members = new Map(lists.map((list) => [list.type, new Set(list.names)]));
  const vocabulary = vocabularyOf(lists.map((list) => list.names));
  const indexes = new Map<PackageType, LikenessIndex>();

  function indexOf(list: PopularList): LikenessIndex {
    const index = indexes.get(list.type) ?? createLikenessIndex({ type: list.type, popular: list.names, words: [], vocabulary });
    indexes.set(list.type, index);
    return index;
  }

  return {
    normalize: normalizeName,
    popularSince: (type, name) => (members.get(type)?.has(name) === true ? (byType.get(type)?.asOf ?? null) : null),
    elsewhere: (type, name) =>
      [...members].filter(([other, names]) => other !== type && names.has(name)).map(([other]) => other),
    looksLike: (type, name) => {
      const list = byType.get(type);
      if (list === undefined) return unavailable('popular lists', `no list of popular ${type} names is at hand`, false);
      const alike = members.get(type)?.has(name) === true ? [] : [...indexOf(list)(name)];
      return known(alike, list.origin, list.asOf);
    },
  };
}

function normalizeName(type: PackageType, name: string): string {
  if (type === 'pypi') return name.toLowerCase().replace(/[-_.]+/g, '-');
  if (type === 'nuget' || type === 'composer' || type === 'githubactions' || type === 'docker')
    return name.toLowerCase();
  return name;
}
