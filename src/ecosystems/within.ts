import {
  satisfies as satisfiesPep440,
  valid as validPep440,
  validRange as validPep440Range,
} from '@renovatebot/pep440';
import semver from 'semver';
import { cargoRange, composerRange, gemRange } from './registry-ranges.ts';

/**
 * Whether a version lies within a range, both as their ecosystem writes them. Null where that cannot be told: a tag, an
 * address, a version or a range of a form that is not read.
 */
export function isWithin(type: string, version: string, range: string): boolean | null {
  switch (type) {
    case 'npm':
      return bySemver(version, bareRange(range));
    case 'pypi':
      return byPep440(version, range);
    case 'cargo':
      return bySemver(version, cargoRange(range));
    case 'gem':
      return threeNumbers(version) ? bySemver(version, gemRange(range)) : null;
    case 'composer':
      return threeNumbers(version.replace(/^v/, '')) ? bySemver(version.replace(/^v/, ''), composerRange(range)) : null;
    default:
      return null;
  }
}

/** `npm:name@^1` → `^1`, `npm:^1` → `^1`. */
function bareRange(range: string): string {
  if (!range.startsWith('npm:')) return range;
  const at = range.indexOf('@', 5);
  return at === -1 ? range.slice(4) : range.slice(at + 1);
}

/** More numbers than three, and letters between dots, are no semantic version: comparing them would be a guess. */
function threeNumbers(version: string): boolean {
  return /^\d+(?:\.\d+){0,2}$/.test(version);
}

function bySemver(version: string, range: string): boolean | null {
  const parsed = semver.parse(version, true) ?? (threeNumbers(version) ? semver.coerce(version) : null);
  if (parsed === null || semver.validRange(range, { loose: true }) === null) return null;
  return semver.satisfies(parsed, range, { loose: true, includePrerelease: true });
}

/** PEP 440, with poetry's caret, tilde, bare versions and `||` (poetry, "Dependency specification"). */
function byPep440(version: string, range: string): boolean | null {
  if (validPep440(version) === null) return null;
  const answers = range.split('||').map((part): boolean | null => {
    const specifier = part
      .split(/\s*,\s*|\s+(?=[<>=!~^])/)
      .filter((clause) => clause.trim() !== '')
      .map((clause) => ofPoetry(clause.trim()))
      .join(',');
    if (specifier === '') return true;
    // A local label is the builder's (PEP 440, "Local version identifiers"): ranges without one do not look at it.
    const compared = specifier.includes('+') ? version : version.replace(/\+.*$/, '');
    return validPep440Range(specifier) ? satisfiesPep440(compared, specifier, { prereleases: true }) : null;
  });
  if (answers.includes(true)) return true;
  return answers.includes(null) ? null : false;
}

/** `^1.2` → `>=1.2,<2`; `~1.2` → `>=1.2,<1.3`; `1.2` → `==1.2`; `*` → everything. */
function ofPoetry(clause: string): string {
  if (clause === '*') return '';
  const bare = /^\d[\w.*+!-]*$/.test(clause);
  if (bare) return `==${clause}`;
  const match = /^([\^~])\s*(\d+(?:\.\d+)*)$/.exec(clause);
  if (match === null || match[2] === undefined) return clause;
  const numbers = match[2].split('.').map(Number);
  const first = numbers.findIndex((number) => number > 0);
  const at = match[1] === '~' ? Math.min(1, numbers.length - 1) : first === -1 ? numbers.length - 1 : first;
  const next = numbers.slice(0, at + 1).map((number, index) => (index === at ? number + 1 : number));
  return `>=${match[2]},<${next.join('.')}`;
}
