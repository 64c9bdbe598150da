import { z } from 'zod';
import type { HttpClient, Registry } from '../../core/lookup.ts';
import { byDate, earliest, instantOf, isShortNotFound, readJson } from '../registry-answer.ts';
import { gemRange, highest } from '../registry-ranges.ts';

/** RubyGems API, `GET /api/v1/versions/{name}.json` (RubyGems guides, "API"). One entry a version and platform. */
const versionsSchema = z.array(
  z.object({
    number: z.string(),
    created_at: z.string(),
    sha: z.string().nullish(),
    authors: z.string().nullish(),
  }),
);

const CONCEPTS: Registry['concepts'] = new Set(['versions', 'firstPublishedAt', 'publishedAt', 'integrity']);

/** RubyGems. One request a gem. A yanked version is gone from the list, so it shows as not found. */
export function createGemRegistry(settings: { readonly base: string; readonly http: HttpClient }): Registry {
  return {
    type: 'gem',
    concepts: CONCEPTS,
    normalizeName: (name) => name,
    sameVersion: (a, b) => a === b || platformless(a) === b || a === platformless(b),
    resolve: (range, document) => {
      const exact = range.trim().replace(/^=\s*/, '');
      if (document.versions.includes(exact)) return exact;
      const unwanted = [...range.matchAll(/!=\s*([\w.]+)/g)].map((match) => match[1]);
      const wanted = range.split(',').filter((part) => !part.trim().startsWith('!='));
      // A version with a letter is a prerelease: Bundler takes one only where the range names one (RubyGems guides).
      const early = /[a-z]/i.test(wanted.join());
      const usable = document.versions.filter(
        (version) => !unwanted.includes(version) && (early || !/[a-z]/i.test(platformless(version))),
      );
      const asked = gemRange(wanted.join(',').trim() || '*');
      return highest(usable, asked) ?? (asked === '*' ? highest(document.versions, asked) : null);
    },
    look: async ({ name, registry, signal, etag }) => {
      const answer = await settings.http({
        url: `${(registry ?? settings.base).replace(/\/+$/, '')}/api/v1/versions/${encodeURIComponent(name)}.json`,
        signal,
        ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
      });
      const read = readJson(answer, versionsSchema, isShortNotFound);
      if (read.state !== 'read') return read;
      const byNumber = Map.groupBy(read.value, (each) => each.number);
      const versions = byDate(
        [...byNumber].map(([version, builds]) => ({
          version,
          builds,
          publishedAt: earliest(builds.map((build) => instantOf(build.created_at))),
        })),
      );
      const first = earliest(versions.map((each) => each.publishedAt));
      return {
        state: 'found',
        ...(read.etag === undefined ? {} : { etag: read.etag }),
        document: {
          name,
          versions: versions.map((each) => each.version),
          records: Object.fromEntries(
            versions.map(({ version, builds, publishedAt }) => {
              const hashes = builds.flatMap(({ sha }) => (sha ? [`sha256:${sha}`] : []));
              return [
                version,
                {
                  ...(publishedAt === undefined ? {} : { publishedAt }),
                  ...(hashes.length === 0 ? {} : { integrity: [...hashes].sort().join(' ') }),
                },
              ];
            }),
          ),
          ...(first === undefined ? {} : { firstPublishedAt: first }),
        },
      };
    },
  };
}

/** `1.16.0-x86_64-linux` of a lockfile is `1.16.0` of the registry. */
function platformless(version: string): string {
  return version.replace(/-(?:x86|x64|arm|aarch|java|universal|mingw|ruby).*$/, '');
}
