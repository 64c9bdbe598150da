import { z } from 'zod';
import type { HttpClient, Registry } from '../../core/lookup.ts';
import { byDate, earliest, instantOf, isShortNotFound, lying, readJson } from '../registry-answer.ts';
import { composerRange, highest } from '../registry-ranges.ts';

/** Packagist, `GET /p2/{vendor}/{package}.json` (Composer docs, "Repositories": `metadata-url`), minified form 2.0. */
const metadataSchema = z.object({
  packages: z.record(
    z.string(),
    z.array(
      z.object({
        version: z.string(),
        time: z.string().optional(),
        abandoned: z.union([z.boolean(), z.string()]).optional(),
        source: z.object({ url: z.string().optional() }).nullish(),
        dist: z.object({ shasum: z.string().nullish() }).nullish(),
      }),
    ),
  ),
});

const CONCEPTS: Registry['concepts'] = new Set([
  'versions',
  'firstPublishedAt',
  'publishedAt',
  'repository',
  'projectStatus',
]);

/** Packagist. One request a package. Fields that equal those of the entry before are left out of the minified form. */
export function createComposerRegistry(settings: { readonly base: string; readonly http: HttpClient }): Registry {
  return {
    type: 'composer',
    concepts: CONCEPTS,
    normalizeName: (name) => name.toLowerCase(),
    sameVersion: (a, b) => a.replace(/^v/, '') === b.replace(/^v/, ''),
    resolve: (range, document) => highest(document.versions, composerRange(range.trim() || '*')),
    look: async ({ name, registry, signal, etag }) => {
      if (!/^[a-z0-9_.-]+\/[a-z0-9_.-]+$/.test(name)) return { state: 'absent' };
      const answer = await settings.http({
        url: `${(registry ?? settings.base).replace(/\/+$/, '')}/p2/${name}.json`,
        signal,
        ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
      });
      const read = readJson(answer, metadataSchema, isShortNotFound);
      if (read.state !== 'read') return read;
      const entries = read.value.packages[name];
      if (entries === undefined) return lying('answered for another package');
      const abandoned = entries[0]?.abandoned;
      const repository = entries[0]?.source?.url;
      const versions = byDate(entries.map((each) => ({ version: each.version, publishedAt: instantOf(each.time) })));
      const first = earliest(versions.map((each) => each.publishedAt));
      return {
        state: 'found',
        ...(read.etag === undefined ? {} : { etag: read.etag }),
        document: {
          name,
          versions: versions.map((each) => each.version),
          records: Object.fromEntries(
            versions.map(({ version, publishedAt }) => [version, publishedAt === undefined ? {} : { publishedAt }]),
          ),
          repository: repository ?? null,
          projectStatus: abandoned === undefined || abandoned === false ? null : 'deprecated',
          ...(first === undefined ? {} : { firstPublishedAt: first }),
        },
      };
    },
  };
}
