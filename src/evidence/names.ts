import type { PackageType } from '../core/dependency.ts';
import type { Likeness } from '../core/evidence.ts';
import type { Fact } from '../core/fact.ts';

/** What can be said of a name without asking anyone. Names are normalised. */
export interface NameKnowledge {
  /** The day (ISO 8601 instant) by which a popular name existed for sure; null where the name is not on the list. */
  popularSince(type: PackageType, name: string): string | null;
  looksLike(type: PackageType, name: string): Fact<readonly Likeness[]>;
  /** Other types in which the name is popular. */
  elsewhere(type: PackageType, name: string): readonly PackageType[];
}
