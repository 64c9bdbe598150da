import { z } from 'zod';
import type { HttpClient, Registry } from '../../core/lookup.ts';
import { byDate, earliest, instantOf, lying, type Read, readJson } from '../registry-answer.ts';
import { highest, highestOfAll, intervalRange, lowest } from '../registry-ranges.ts';

/** NuGet server API, "Package metadata": a registration index, whose pages may be elsewhere. */
const leafSchema = z.object({
  catalogEntry: z.object({
    id: z.string(),
    version: z.string(),
    published: z.string().optional(),
    listed: z.boolean().optional(),
    deprecation: z.object({ message: z.string().optional(), reasons: z.array(z.string()).optional() }).optional(),
    projectUrl: z.string().optional(),
  }),
});
const pageSchema = z.object({ '@id': z.string(), items: z.array(leafSchema).optional() });
const indexSchema = z.object({ items: z.array(pageSchema) });
const loadedPageSchema = z.object({ items: z.array(leafSchema) });
type Leaf = z.infer<typeof leafSchema>;

const CONCEPTS: Registry['concepts'] = new Set([
  'versions',
  'firstPublishedAt',
  'publishedAt',
  'deprecation',
  'yanked',
  'repository',
]);

/** NuGet's blob store says 404 in XML. */
function saysNotFound(body: string): boolean {
  return body.includes('BlobNotFound') || (body.trim().startsWith('{') && /not ?found/i.test(body));
}

/** nuget.org. One request a package; packages with many versions have pages of 64, one request each. */
export function createNugetRegistry(settings: { readonly base: string; readonly http: HttpClient }): Registry {
  const { http } = settings;
  return {
    type: 'nuget',
    concepts: CONCEPTS,
    normalizeName: (name) => name.toLowerCase(),
    sameVersion: (a, b) => normal(a) === normal(b),
    resolve: (range, document) => {
      const wanted = range.trim();
      const interval = intervalRange(wanted);
      if (interval !== null) return lowest(document.versions, interval);
      const floating = floatingRange(wanted);
      if (floating !== null) return highestOfAll(document.versions, floating);
      // A bare version is the least one accepted; `1.*` floats to the highest.
      return wanted === '' || wanted.includes('*')
        ? highest(document.versions, wanted || '*')
        : lowest(document.versions, `>=${wanted}`);
    },
    look: async ({ name, registry, signal, etag }) => {
      const base = (registry ?? settings.base).replace(/\/+$/, '');
      const answer = await http({
        url: `${base}/registration5-gz-semver2/${encodeURIComponent(name)}/index.json`,
        signal,
        ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
      });
      const index = readJson(answer, indexSchema, saysNotFound);
      if (index.state !== 'read') return index;
      const pages = await Promise.all(index.value.items.map((page) => load(page, base, http, signal)));
      const leaves: Leaf[] = [];
      for (const page of pages) {
        if (page.state !== 'read') return page.state === 'absent' ? lying('names a page that is not there') : page;
        leaves.push(...page.value);
      }
      const entries = leaves.map((leaf) => leaf.catalogEntry);
      const stranger = entries.find((entry) => entry.id.toLowerCase() !== name);
      if (stranger !== undefined) return lying(`answered for another package (${stranger.id.slice(0, 80)})`);
      // An unlisted version is dated 1900.
      const versions = byDate(entries.map((entry) => ({ ...entry, publishedAt: listedDate(entry) })));
      const first = earliest(versions.filter((each) => each.listed !== false).map((each) => each.publishedAt));
      return {
        state: 'found',
        ...(index.etag === undefined ? {} : { etag: index.etag }),
        document: {
          name: entries[0]?.id ?? name,
          versions: versions.map((each) => each.version),
          records: Object.fromEntries(
            versions.map((each) => [
              each.version,
              {
                yanked: each.listed === false ? 'unlisted' : null,
                deprecation:
                  each.deprecation === undefined
                    ? null
                    : (each.deprecation.message ?? each.deprecation.reasons?.join(', ') ?? ''),
                ...(each.publishedAt === undefined ? {} : { publishedAt: each.publishedAt }),
              },
            ]),
          ),
          repository: entries.at(-1)?.projectUrl || null,
          ...(first === undefined ? {} : { firstPublishedAt: first }),
        },
      };
    },
  };
}

/** `1.2.0-*`, `1.*-*`, `*-*`: the highest there is, prereleases included (NuGet docs, "Floating versions"). Null where it is none of them. */
function floatingRange(wanted: string): string | null {
  const [, numbers, label = ''] = /^([\d.]*\*|\d[\d.]*)-([\w.-]*)\*$/.exec(wanted) ?? [];
  if (numbers === undefined) return null;
  if (numbers.includes('*')) return numbers;
  const full = [...numbers.split('.'), '0', '0'].slice(0, 3).join('.');
  return `>=${full}-${label === '' ? '0' : label} <=${full}`;
}

function listedDate(entry: Leaf['catalogEntry']): string | undefined {
  const at = instantOf(entry.published);
  return at === undefined || at < '1901' ? undefined : at;
}

async function load(
  page: z.infer<typeof pageSchema>,
  base: string,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Read<readonly Leaf[]>> {
  if (page.items !== undefined) return { state: 'read', value: page.items };
  // A page's address comes from the answer: it stays with the source that was asked.
  if (URL.parse(page['@id'])?.host !== URL.parse(base)?.host) return lying('names a page on another host');
  const loaded = readJson(await http({ url: page['@id'], signal }), loadedPageSchema, saysNotFound);
  return loaded.state === 'read' ? { state: 'read', value: loaded.value.items } : loaded;
}

function normal(version: string): string {
  return version
    .toLowerCase()
    .replace(/\+.*$/, '')
    .replace(/^(\d+\.\d+\.\d+)\.0(?=-|$)/, '$1');
}
