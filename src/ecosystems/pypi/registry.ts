import { eq, maxSatisfying, valid, validRange } from '@renovatebot/pep440';
import { z } from 'zod';
import type { Person } from '../../core/evidence.ts';
import type { HttpClient, PackageDocument, Registry, VersionRecord } from '../../core/lookup.ts';
import { byDate, earliest, instantOf, isJsonObject, lying, readJson } from '../registry-answer.ts';
import { normalizePypiName } from './names.ts';

/** PyPI's JSON API, "Get a project": https://docs.pypi.org/api/json/. Only what rules ask for. */
const projectSchema = z.object({
  info: z.object({
    name: z.string(),
    author: z.string().nullish(),
    author_email: z.string().nullish(),
    maintainer: z.string().nullish(),
    maintainer_email: z.string().nullish(),
    home_page: z.string().nullish(),
    project_urls: z.record(z.string(), z.string().nullable()).nullish(),
    classifiers: z.array(z.string()).nullish(),
  }),
  releases: z.record(
    z.string(),
    z.array(
      z.object({
        digests: z.record(z.string(), z.string()).optional(),
        upload_time_iso_8601: z.string().optional(),
        upload_time: z.string().optional(),
        yanked: z.boolean().optional(),
        yanked_reason: z.string().nullish(),
        size: z.number().optional(),
      }),
    ),
  ),
  // PEP 792: status markers of the project.
  'project-status': z.object({ status: z.string(), reason: z.string().nullish() }).optional(),
  project_status: z.object({ status: z.string() }).optional(),
});
type Project = z.infer<typeof projectSchema>;

const CONCEPTS: Registry['concepts'] = new Set([
  'versions',
  'firstPublishedAt',
  'maintainers',
  'repository',
  'publishedAt',
  'integrity',
  'yanked',
]);

/** PyPI and what speaks its JSON API. One request a project. */
export function createPypiRegistry(settings: { readonly base: string; readonly http: HttpClient }): Registry {
  return {
    type: 'pypi',
    concepts: CONCEPTS,
    normalizeName: normalizePypiName,
    sameVersion: (a, b) => a === b || (valid(a) !== null && valid(b) !== null && eq(a, b)),
    resolve: resolveSpecifier,
    look: async ({ name, registry, signal, etag }) => {
      const base = (registry ?? settings.base).replace(/\/(?:simple\/?)?$/, '');
      const answer = await settings.http({
        url: `${base}/pypi/${encodeURIComponent(name)}/json`,
        signal,
        ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
      });
      const read = readJson(answer, projectSchema, isJsonObject);
      if (read.state !== 'read') return read;
      const answered = normalizePypiName(read.value.info.name);
      if (answered !== name) return lying(`answered for another package (${answered.slice(0, 80)})`);
      return {
        state: 'found',
        document: documentOf(read.value),
        ...(read.etag === undefined ? {} : { etag: read.etag }),
      };
    },
  };
}

function documentOf(project: Project): PackageDocument {
  const versions = byDate(
    Object.entries(project.releases)
      // A release without files cannot be installed: pip does not see it.
      .filter(([, files]) => files.length > 0)
      .map(([version, files]) => ({
        version,
        ...uploads(files),
        files,
      })),
  );
  const { info } = project;
  const status = project['project-status']?.status ?? project.project_status?.status;
  return {
    name: info.name,
    versions: versions.map((each) => each.version),
    records: Object.fromEntries(versions.map((each) => [each.version, recordOf(each)])),
    // PyPI tells no creation date of a project. Its releases cannot be re-dated, and a removed first one makes a project
    // look younger, never older: the first upload is the age that can be shown.
    ...firstOf(versions.map((each) => each.firstUpload)),
    maintainers: peopleOf(info),
    repository: repositoryOf(info),
    projectStatus: status === 'archived' || status === 'deprecated' || status === 'quarantined' ? status : null,
  };
}

/**
 * First and last upload of a release. The last one dates the version: a file added later to an old release is new
 * content under an old number.
 */
function uploads(files: Project['releases'][string]): {
  firstUpload: string | undefined;
  publishedAt: string | undefined;
} {
  const dates = files.map((file) => instantOf(file.upload_time_iso_8601 ?? file.upload_time));
  const known = dates.flatMap((date) => date ?? []).sort();
  return { firstUpload: earliest(dates), publishedAt: known.length === dates.length ? known.at(-1) : undefined };
}

function firstOf(dates: readonly (string | undefined)[]): { firstPublishedAt?: string } {
  const first = earliest(dates);
  return first === undefined ? {} : { firstPublishedAt: first };
}

function recordOf({
  files,
  publishedAt,
}: {
  files: Project['releases'][string];
  publishedAt: string | undefined;
}): VersionRecord {
  const hashes = files.flatMap(({ digests }) =>
    digests?.['sha256'] === undefined ? [] : [`sha256:${digests['sha256']}`],
  );
  // pip passes a release over only where every file of it is yanked (PEP 592).
  const yanked = files.every((file) => file.yanked === true);
  return {
    yanked: yanked ? (files.find((file) => file.yanked_reason)?.yanked_reason ?? '') : null,
    ...(publishedAt === undefined ? {} : { publishedAt }),
    ...(hashes.length === 0 ? {} : { integrity: [...hashes].sort().join(' ') }),
  };
}

function peopleOf(info: Project['info']): readonly Person[] {
  return [
    { name: info.author, email: info.author_email },
    { name: info.maintainer, email: info.maintainer_email },
  ].flatMap(({ name, email }) => {
    const shown = name || email;
    return shown ? [{ name: shown, ...(email ? { email } : {}) }] : [];
  });
}

function repositoryOf(info: Project['info']): string | null {
  const urls = Object.entries(info.project_urls ?? {});
  const named = urls.find(([label, url]) => url !== null && /source|repo|code|github|gitlab/i.test(label))?.[1];
  return named ?? urls.find(([, url]) => url !== null)?.[1] ?? (info.home_page || null);
}

/** What pip would take (PEP 440): the highest that fits and is not yanked; prereleases only where there is nothing else. */
function resolveSpecifier(range: string, document: PackageDocument): string | null | undefined {
  const specifier = range.trim();
  const wanted = specifier === '' || specifier === '*' ? '>=0' : specifier;
  const exact = valid(wanted);
  if (exact !== null)
    return (
      document.versions.find((version) => version === wanted || (valid(version) !== null && eq(version, wanted))) ??
      null
    );
  if (!validRange(wanted)) return undefined;
  const readable = document.versions.filter((version) => valid(version) !== null);
  const usable = readable.filter((version) => document.records[version]?.yanked === null);
  return (
    maxSatisfying(usable, wanted) ??
    maxSatisfying(usable, wanted, { prereleases: true }) ??
    maxSatisfying(readable, wanted) ??
    null
  );
}
