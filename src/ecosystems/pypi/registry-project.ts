import { z } from 'zod';
import type { Person } from '../../core/evidence.ts';
import type { PackageDocument, VersionRecord } from '../../core/lookup.ts';
import { byDate, earliest, instantOf } from '../registry-answer.ts';

/** PyPI's JSON API, "Get a project": https://docs.pypi.org/api/json/. Only what rules ask for. */
export const projectSchema = z.object({
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
  // Who holds the project on PyPI itself; the other people are the author's own word.
  ownership: z
    .object({
      organization: z.string().nullish(),
      roles: z.array(z.object({ user: z.string() })).optional(),
    })
    .nullish()
    .catch(undefined),
});
export type Project = z.infer<typeof projectSchema>;

/** A project as the JSON API tells it. The API has no status and no attestations. */
export function documentOf(project: Project): PackageDocument {
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
  return {
    name: info.name,
    versions: versions.map((each) => each.version),
    records: Object.fromEntries(versions.map((each) => [each.version, recordOf(each)])),
    // PyPI tells no creation date of a project. Its releases cannot be re-dated, and a removed first one makes a project
    // look younger, never older: the first upload is the age that can be shown.
    ...firstOf(versions.map((each) => each.firstUpload)),
    ...detailsOf(project),
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

/** What only this API tells: who holds the project, and where its source is. */
export function detailsOf(
  project: Project,
): Pick<PackageDocument, 'maintainers' | 'holders' | 'organisation' | 'repository'> {
  const holders = holdersOf(project);
  return {
    maintainers: holders.length > 0 ? holders.map((name) => ({ name })) : authorsOf(project),
    ...(holders.length > 0 ? { holders } : {}),
    ...(project.ownership?.organization ? { organisation: project.ownership.organization } : {}),
    repository: repositoryOf(project.info),
  };
}

function holdersOf({ ownership }: Project): readonly string[] {
  const holders = [ownership?.organization, ...(ownership?.roles ?? []).map((each) => each.user)];
  return [...new Set(holders)].flatMap((name) => name || []);
}

function authorsOf({ info }: Project): readonly Person[] {
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
