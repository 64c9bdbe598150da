import type { PackageType } from '../core/dependency.ts';

/** The form in which lists hold a name: PEP 503 for PyPI, lower case where a registry does not tell cases apart. */
export function normalizeName(type: PackageType, name: string): string {
  if (type === 'pypi') return name.toLowerCase().replace(/[-_.]+/g, '-');
  if (type === 'nuget' || type === 'composer' || type === 'githubactions' || type === 'docker')
    return name.toLowerCase();
  return name;
}
