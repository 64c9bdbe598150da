import { z } from 'zod';
import type { PackageDocument, VersionRecord } from '../../core/lookup.ts';
import { byDate, earliest, instantOf } from '../registry-answer.ts';
import { normalizePypiName } from './names.ts';

/** Media type of the index in JSON (PEP 691). */
export const INDEX_TYPE = 'application/vnd.pypi.simple.v1+json';

const fileSchema = z.object({
  filename: z.string(),
  hashes: z.record(z.string(), z.string()),
  /** PEP 592: the reason, where one is given. */
  yanked: z.union([z.boolean(), z.string()]).optional(),
  /** PEP 700. */
  'upload-time': z.string().optional(),
  /** PEP 740: where the file's attestations are. */
  provenance: z.string().nullish(),
});
type IndexFile = z.infer<typeof fileSchema>;

/** One project in the index in JSON (PyPA, "Simple repository API", project detail). */
export const indexSchema = z.object({
  meta: z.object({ 'api-version': z.string() }),
  name: z.string(),
  /** PEP 792. */
  'project-status': z.object({ status: z.string() }).optional(),
  versions: z.array(z.string()).optional(),
  files: z.array(fileSchema),
});
export type Index = z.infer<typeof indexSchema>;

/** A project as the index tells it. */
export function indexDocument(index: Index): PackageDocument {
  const name = normalizePypiName(index.name);
  const spelled = new Map((index.versions ?? []).map((version) => [unspelled(version), version]));
  const byVersion = new Map<string, IndexFile[]>();
  const strays: IndexFile[] = [];
  for (const file of index.files) {
    const found = versionOfFile(file.filename, name);
    if (found === null) strays.push(file);
    else {
      const version = spelled.get(unspelled(found)) ?? found;
      byVersion.set(version, [...(byVersion.get(version) ?? []), file]);
    }
  }
  const versions = byDate(
    [...byVersion].map(([version, files]) => ({ version, files, publishedAt: lastUpload(files) })),
  );
  const first = earliest(index.files.map((file) => instantOf(file['upload-time'])));
  const attests = speaks(index, 3);
  return {
    name: index.name,
    versions: versions.map((each) => each.version),
    records: Object.fromEntries(
      versions.map(({ version, files, publishedAt }) => [version, recordOf(files, strays, publishedAt, attests)]),
    ),
    ...(first === undefined ? {} : { firstPublishedAt: first }),
    ...statusOf(index),
  };
}

/** PEP 792 came with version 1.4: before, nothing is said; since then, no status means that all is well. */
function statusOf(index: Index): Pick<PackageDocument, 'projectStatus'> {
  const status = index['project-status']?.status;
  if (status === 'archived' || status === 'deprecated' || status === 'quarantined') return { projectStatus: status };
  return status !== undefined || speaks(index, 4) ? { projectStatus: null } : {};
}

function speaks(index: Index, minor: number): boolean {
  return Number(/^1\.(\d+)$/.exec(index.meta['api-version'])?.[1] ?? 0) >= minor;
}

function recordOf(
  files: readonly IndexFile[],
  strays: readonly IndexFile[],
  publishedAt: string | undefined,
  attests: boolean,
): VersionRecord {
  // pip passes a release over only where every file of it is yanked (PEP 592).
  const yanked = files.every((file) => file.yanked !== undefined && file.yanked !== false);
  const reason = files.map((file) => file.yanked).find((each) => typeof each === 'string' && each !== '');
  // A file whose name tells no version might belong to any: its hash is the project's own all the same.
  const hashes = [...files, ...strays].flatMap(({ hashes: { sha256 } }) =>
    sha256 === undefined ? [] : [`sha256:${sha256}`],
  );
  const attested = files.flatMap((file) =>
    file.provenance && file.hashes['sha256'] !== undefined
      ? [{ file: file.filename, hash: file.hashes['sha256'], at: file.provenance }]
      : [],
  );
  const [attestation] = attested;
  // A release proves where it was built where each of its files does: one added by hand is enough to be installed.
  const isWhole = attested.length === files.length;
  return {
    yanked: yanked ? (typeof reason === 'string' ? reason : '') : null,
    ...(publishedAt === undefined ? {} : { publishedAt }),
    ...(hashes.length === 0 ? {} : { integrity: [...new Set(hashes)].sort().join(' ') }),
    ...(isWhole && attestation !== undefined
      ? { provenance: { state: 'present' }, attestation }
      : attests
        ? { provenance: null }
        : {}),
  };
}

/** The last upload dates a version: a file added later to an old release is new content under an old number. */
function lastUpload(files: readonly IndexFile[]): string | undefined {
  const dates = files.flatMap((file) => instantOf(file['upload-time']) ?? []).sort();
  return dates.length === files.length ? dates.at(-1) : undefined;
}

const ARCHIVE = /\.(?:tar\.(?:gz|bz2|xz|Z)|tgz|zip)$/;

/** The version in a file's name (PyPA, "Binary distribution format" and "Source distribution format"); null where it has none. */
function versionOfFile(filename: string, project: string): string | null {
  const isSource = ARCHIVE.test(filename);
  const stem = filename.replace(ARCHIVE, '').replace(/\.(?:whl|egg|exe|msi|rpm|deb|dmg)$/, '');
  const parts = stem.split('-');
  for (let count = 1; count < parts.length; count += 1) {
    if (normalizePypiName(parts.slice(0, count).join('-')) !== project) continue;
    const rest = isSource ? parts.slice(count).join('-') : parts[count];
    // Old installers carry their platform behind the version: `1.0.win32`.
    const version = rest?.replace(/\.(?:win|linux|macosx|noarch).*$/, '');
    if (version !== undefined && /^v?\d/.test(version)) return version;
  }
  return null;
}

/** File names spell versions with `_` where the version has `-` or `+`. */
function unspelled(version: string): string {
  return version.toLowerCase().replace(/[-_+]/g, '.');
}
