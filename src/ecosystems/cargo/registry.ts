import { z } from 'zod';
import type { HttpClient, Registry } from '../../core/lookup.ts';
import { byDate, instantOf, isJsonObject, lying, readJson } from '../registry-answer.ts';
import { cargoRange, highest } from '../registry-ranges.ts';

/** crates.io API, `GET /api/v1/crates/{name}` (its OpenAPI description). Only what rules ask for. */
const crateSchema = z.object({
  crate: z.object({
    id: z.string(),
    created_at: z.string(),
    repository: z.string().nullish(),
    recent_downloads: z.number().nullish(),
  }),
  versions: z.array(
    z.object({
      num: z.string(),
      created_at: z.string(),
      yanked: z.boolean(),
      yank_message: z.string().nullish(),
      checksum: z.string().nullish(),
      crate_size: z.number().nullish(),
      published_by: z.object({ login: z.string() }).nullish(),
    }),
  ),
});

const CONCEPTS: Registry['concepts'] = new Set([
  'versions',
  'firstPublishedAt',
  'repository',
  'weeklyDownloads',
  'publishedAt',
  'integrity',
  'yanked',
]);

/** Recent downloads are of the last 90 days. */
const WEEKS = 90 / 7;

/** crates.io. One request a crate. */
export function createCargoRegistry(settings: { readonly base: string; readonly http: HttpClient }): Registry {
  return {
    type: 'cargo',
    concepts: CONCEPTS,
    normalizeName: (name) => name,
    sameVersion: (a, b) => a === b,
    resolve: (range, document) => {
      const usable = document.versions.filter((version) => document.records[version]?.yanked === null);
      return highest(usable, cargoRange(range.trim() || '*'));
    },
    look: async ({ name, registry, signal, etag }) => {
      const answer = await settings.http({
        url: `${(registry ?? settings.base).replace(/\/+$/, '')}/api/v1/crates/${encodeURIComponent(name)}`,
        signal,
        ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
      });
      const read = readJson(answer, crateSchema, isJsonObject);
      if (read.state !== 'read') return read;
      const { crate, versions } = read.value;
      // crates.io takes `-` and `_` for the same name.
      if (fold(crate.id) !== fold(name)) return lying(`answered for another package (${crate.id.slice(0, 80)})`);
      const created = instantOf(crate.created_at);
      const dated = byDate(
        versions.map((each) => ({ ...each, version: each.num, publishedAt: instantOf(each.created_at) })),
      );
      return {
        state: 'found',
        ...(read.etag === undefined ? {} : { etag: read.etag }),
        document: {
          name: crate.id,
          versions: dated.map((each) => each.version),
          records: Object.fromEntries(
            dated.map((each) => [
              each.version,
              {
                yanked: each.yanked ? (each.yank_message ?? '') : null,
                ...(each.publishedAt === undefined ? {} : { publishedAt: each.publishedAt }),
                ...(each.checksum ? { integrity: `sha256:${each.checksum}` } : {}),
                ...(each.published_by ? { publisher: { name: each.published_by.login } } : {}),
              },
            ]),
          ),
          repository: crate.repository ?? null,
          ...(created === undefined ? {} : { firstPublishedAt: created }),
          ...(crate.recent_downloads === null || crate.recent_downloads === undefined
            ? {}
            : { weeklyDownloads: Math.round(crate.recent_downloads / WEEKS) }),
        },
      };
    },
  };
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}
