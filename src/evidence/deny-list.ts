import type { PackageType } from '../core/dependency.ts';
import { CountersignError } from '../core/errors.ts';
import type { Advisory } from '../core/evidence.ts';

/** Entries by `type:name`; a version `*` means every version. */
export type Entries = ReadonlyMap<string, ReadonlySet<string>>;

/** Package types by the names that lists in circulation give them. */
const TYPES: Readonly<Record<string, PackageType>> = {
  npm: 'npm',
  pypi: 'pypi',
  pip: 'pypi',
  cargo: 'cargo',
  crates: 'cargo',
  'crates.io': 'cargo',
  golang: 'golang',
  go: 'golang',
  gem: 'gem',
  rubygems: 'gem',
  composer: 'composer',
  packagist: 'composer',
  nuget: 'nuget',
  maven: 'maven',
  githubactions: 'githubactions',
  actions: 'githubactions',
  docker: 'docker',
};

/** No registry allows other characters in a name; an error page is full of them. */
const NAME = /^@?[\p{L}\p{N}_-][\p{L}\p{N}._~+!'()*/@:-]*$/u;

/**
 * Known malicious versions from text: `ecosystem:package:version` a line, npm where no ecosystem stands, `*` or nothing
 * for every version, `#` starts a comment. A line that cannot be read is an error with its number: a list with holes
 * must not pass for whole.
 */
export function parseDenyList(text: string, origin: string): Entries {
  const entries = new Map<string, Set<string>>();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/(?:^|\s)#.*$/, '').trim();
    if (line === '') continue;
    const parts = line.split(':').map((part) => part.trim());
    // `npm:11.6.3` is a version of the package npm, not a package of that ecosystem.
    const isVersion = parts.length === 2 && /^v?\d+\.\d/.test(parts[1] ?? '');
    const ecosystem = parts.length > 1 && !isVersion ? parts[0]?.toLowerCase() : undefined;
    const named = ecosystem !== undefined && Object.hasOwn(TYPES, ecosystem) ? TYPES[ecosystem] : undefined;
    const type = named ?? 'npm';
    if (named !== undefined) parts.shift();
    // Maven names have a colon of their own.
    const version = parts.length > (type === 'maven' ? 2 : 1) ? parts.pop() : '*';
    const name = parts.join(':');
    if (!NAME.test(name) || parts.length > (type === 'maven' ? 2 : 1)) {
      throw new CountersignError(
        'bad-configuration',
        `${origin}, line ${index + 1}: write \`ecosystem:package:version\`, not "${line.slice(0, 80)}"`,
        {
          place: { path: origin, line: index + 1 },
        },
      );
    }
    const key = keyOf(type, name);
    const versions = entries.get(key) ?? new Set();
    versions.add(version === undefined || version === '' ? '*' : version);
    entries.set(key, versions);
  }
  return entries;
}

/**
 * What a list says of a version. Where the version is not known, only a name that is listed with every version counts:
 * a range may lead to a listed one, and which it leads to is asked of the registry.
 */
export function listedIn(entries: Entries, type: PackageType, name: string, version: string | null): Advisory | null {
  const versions = entries.get(keyOf(type, name));
  if (versions === undefined) return null;
  if (!versions.has('*') && (version === null || !versions.has(version))) return null;
  return {
    id: `deny-list:${type}:${name}${version === null ? '' : `@${version}`}`,
    summary: 'it stands on the local deny-list',
    malicious: true,
  };
}

/** One key for every spelling that a registry takes for the same name. */
function keyOf(type: PackageType, name: string): string {
  if (type === 'pypi') return `${type}:${name.toLowerCase().replace(/[-_.]+/g, '-')}`;
  const folded = type === 'nuget' || type === 'composer' || type === 'githubactions' || type === 'docker';
  return `${type}:${folded ? name.toLowerCase() : name}`;
}
