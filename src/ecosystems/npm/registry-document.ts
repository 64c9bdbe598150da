import semver from 'semver';
import type { Person } from '../../core/evidence.ts';
import type { PackageDocument, VersionRecord } from '../../core/lookup.ts';
import { maintainersSchema, type Packument, type PackumentVersion } from './registry-schema.ts';

/** Scripts that npm runs when a package is installed as a dependency (npm docs, "scripts", life cycle). */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'] as const;

/** A packument cut down to what rules ask for. What the source does not tell stays out; it is never guessed. */
export function documentOf(packument: Packument): PackageDocument {
  const time = instants(packument.time);
  const created = time.get('created');
  // A source with a creation date is a full one: there, a missing deprecation or attestation means that there is none.
  const full = created !== undefined;
  const versions = [...(packument.versions ?? [])];
  const latest = packument['dist-tags']?.['latest'];
  const head = versions.find(([version]) => version === latest)?.[1];
  const maintainers = peopleOf(packument.maintainers);
  const repository = repositoryOf(packument.repository) ?? repositoryOf(head?.repository);

  return {
    name: packument.name,
    versions: ordered(
      versions.map(([version]) => version),
      full ? time : new Map(),
    ),
    records: Object.fromEntries(
      versions.map(([version, entry]) => [version, recordOf(entry, full ? time.get(version) : undefined, full)]),
    ),
    ...(packument['dist-tags'] === undefined ? {} : { distTags: packument['dist-tags'] }),
    ...(created === undefined ? {} : { firstPublishedAt: created }),
    ...(maintainers === undefined ? {} : { maintainers, holders: maintainers.map((each) => each.name) }),
    ...(repository === undefined ? (full ? { repository: null } : {}) : { repository }),
    placeholder: isPlaceholder(packument, latest, head),
    unpublished: versions.length === 0 && packument.time?.['unpublished'] !== undefined,
  };
}

function recordOf(entry: PackumentVersion, publishedAt: string | undefined, full: boolean): VersionRecord {
  const { integrity: sri, shasum } = entry.dist ?? {};
  const hashes = [sri, shasum === undefined ? undefined : `sha1:${shasum}`].filter((each) => each !== undefined);
  const deprecation = deprecationOf(entry.deprecated, full);
  const attested = entry.dist?.attestations !== undefined && entry.dist.attestations !== null;
  return {
    installScripts: installScriptsOf(entry),
    ...(publishedAt === undefined ? {} : { publishedAt }),
    ...(hashes.length === 0 ? {} : { integrity: hashes.join(' ') }),
    ...(sri === undefined ? {} : { signed: sri }),
    ...(entry._npmUser === undefined ? {} : { publisher: personOf(entry._npmUser) }),
    ...(deprecation === undefined ? {} : { deprecation }),
    ...(attested ? { provenance: { state: 'present' } as const } : full ? { provenance: null } : {}),
    ...(entry.dist?.signatures !== undefined && entry.dist.signatures.length > 0
      ? { signatures: entry.dist.signatures }
      : full
        ? { signatures: null }
        : {}),
    ...(entry.dist?.unpackedSize === undefined ? {} : { unpackedSize: entry.dist.unpackedSize }),
  };
}

function deprecationOf(deprecated: string | boolean | undefined, full: boolean): string | null | undefined {
  if (typeof deprecated === 'string' && deprecated !== '') return deprecated;
  if (deprecated === true) return 'deprecated, no reason given';
  return full ? null : undefined;
}

function installScriptsOf(entry: PackumentVersion): readonly string[] {
  const named = INSTALL_SCRIPTS.filter((name) => {
    const script = entry.scripts?.[name];
    return typeof script === 'string' && script.trim() !== '';
  });
  if (named.length > 0) return named;
  if (entry.gypfile === true) return ['install (binding.gyp)'];
  // The abbreviated form has no scripts, only this flag.
  return entry.hasInstallScript === true ? ['install script'] : [];
}

/** Version dates and `created` as ISO 8601 instants in UTC; an unreadable date is left out. */
function instants(time: Packument['time']): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  for (const [key, value] of Object.entries(time ?? {})) {
    if (typeof value !== 'string') continue;
    const at = Date.parse(value);
    if (!Number.isNaN(at)) read.set(key, new Date(at).toISOString());
  }
  return read;
}

function ordered(versions: readonly string[], time: ReadonlyMap<string, string>): readonly string[] {
  const bySemver = (a: string, b: string) => {
    const [left, right] = [semver.parse(a, true), semver.parse(b, true)];
    return left === null || right === null ? (a < b ? -1 : 1) : left.compare(right);
  };
  return [...versions].sort((a, b) => {
    const [left, right] = [time.get(a), time.get(b)];
    if (left === undefined || right === undefined || left === right) return bySemver(a, b);
    return left < right ? -1 : 1;
  });
}

function peopleOf(raw: unknown): readonly Person[] | undefined {
  const people = maintainersSchema.safeParse(raw);
  return people.success ? people.data.map(personOf) : undefined;
}

function personOf(person: { readonly name: string; readonly email?: string | undefined }): Person {
  return person.email === undefined ? { name: person.name } : { name: person.name, email: person.email };
}

function repositoryOf(raw: unknown): string | undefined {
  if (typeof raw === 'string' && raw !== '') return raw;
  if (typeof raw !== 'object' || raw === null || !('url' in raw)) return undefined;
  return typeof raw.url === 'string' && raw.url !== '' ? raw.url : undefined;
}

/** The shape a removed malicious package leaves behind: a `-security` version that says so in words or by its repository. */
function isPlaceholder(packument: Packument, latest: string | undefined, head: PackumentVersion | undefined): boolean {
  if (latest === undefined || !/^0\.0\.\d+-security(?:\.\d+)?$/.test(latest)) return false;
  const described = [packument.description, head?.description].some(
    (text) => typeof text === 'string' && /security holding package/i.test(text),
  );
  const repository = repositoryOf(packument.repository) ?? repositoryOf(head?.repository);
  return described || (repository?.includes('npm/security-holder') ?? false);
}
