import type { PackageType } from '../core/dependency.ts';

/** A list of the most used names of one package type, most used first, and where it came from. */
export interface PopularList {
  readonly type: PackageType;
  /** Normalised. */
  readonly names: readonly string[];
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
  const { npmHighImpact } = await import('npm-high-impact');
  return {
    type: 'npm',
    names: npmHighImpact,
    origin: 'npm-high-impact 1.13.0',
    licence: 'MIT',
    asOf: '2026-09-01T00:00:00.000Z',
  };
}
