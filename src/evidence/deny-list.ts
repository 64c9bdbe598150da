import { readFile, stat } from 'node:fs/promises';
import type { PackageType } from '../core/dependency.ts';
import { CountersignError, messageOf } from '../core/errors.ts';
import type { DenyList } from './advisories.ts';

/** Entries by `type:name`; a version `*` means every version. */
type Entries = ReadonlyMap<string, ReadonlySet<string>>;

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
  docker: 'docker',
};

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
    if (name === '' || /\s/.test(name) || parts.length > (type === 'maven' ? 2 : 1)) {
      throw new CountersignError(
        'bad-configuration',
        `${origin}, line ${index + 1}: write \`ecosystem:package:version\`, not "${line.slice(0, 80)}"`,
        {
          place: { path: origin, line: index + 1 },
        },
      );
    }
    const key = `${type}:${name}`;
    const versions = entries.get(key) ?? new Set();
    versions.add(version === undefined || version === '' ? '*' : version);
    entries.set(key, versions);
  }
  return entries;
}

/** How often a file is looked at for changes. Milliseconds. */
const LOOK_AGAIN_MS = 5_000;

/** A deny-list in a file, read again when the file has changed. It needs no network, so it speaks for private names too. */
export function createDenyList(path: string, now: () => number): DenyList {
  let loaded: { readonly entries: Entries; readonly modified: number; readonly lookedAt: number } | null = null;

  async function entriesNow(): Promise<Entries> {
    if (loaded !== null && now() - loaded.lookedAt < LOOK_AGAIN_MS) return loaded.entries;
    try {
      const { mtimeMs } = await stat(path);
      const entries = loaded?.modified === mtimeMs ? loaded.entries : parseDenyList(await readFile(path, 'utf8'), path);
      loaded = { entries, modified: mtimeMs, lookedAt: now() };
      return entries;
    } catch (error) {
      if (error instanceof CountersignError) throw error;
      throw new CountersignError('bad-configuration', `the deny-list ${path} cannot be read: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  return async (type: PackageType, name: string, version: string | null) => {
    const versions = (await entriesNow()).get(`${type}:${name}`);
    if (versions === undefined) return null;
    // A range may lead to a listed version; which one is not known here, and a listed name is reason enough to stop.
    const listed = versions.has('*') || (version !== null && versions.has(version));
    if (!listed) return null;
    return {
      id: `deny-list:${type}:${name}${version === null ? '' : `@${version}`}`,
      summary: 'it stands on the local deny-list',
      malicious: true,
    };
  };
}
