import { z } from 'zod';
import type { HttpClient, PackageDocument, Registry, RegistryAnswer, VersionRecord } from '../../core/lookup.ts';
import { instantOf, isShortNotFound, lying, readJson, readText } from '../registry-answer.ts';
import { highest } from '../registry-ranges.ts';

/** Go module proxy protocol (Go modules reference, "GOPROXY protocol"): `.info` of one version. */
const infoSchema = z.object({ Version: z.string(), Time: z.string().optional() });

const CONCEPTS: Registry['concepts'] = new Set(['versions', 'firstPublishedAt', 'publishedAt']);

/**
 * A Go module proxy: the list of versions, and the dates of the ones asked for and of the first. Dates are those of the
 * commits and so their authors' word: a commit can be dated back, never found before it was pushed.
 */
export function createGolangRegistry(settings: { readonly base: string; readonly http: HttpClient }): Registry {
  return {
    type: 'golang',
    concepts: CONCEPTS,
    normalizeName: (name) => name,
    sameVersion: (a, b) => a === b || a.replace(/\+incompatible$/, '') === b.replace(/\+incompatible$/, ''),
    resolve: (range, document) =>
      range.trim() === '' || range === 'latest'
        ? (document.versions.at(-1) ?? null)
        : highest(document.versions, range),
    look: async ({ name, registry, versions, signal }): Promise<RegistryAnswer> => {
      const base = `${(registry ?? settings.base).replace(/\/+$/, '')}/${escaped(name)}`;
      const list = readText(
        await settings.http({ url: `${base}/@v/list`, headers: { accept: 'text/plain' }, signal }),
        readList,
        isShortNotFound,
      );
      if (list.state !== 'read') return list;
      const listed = list.value;
      const first = listed[0];
      const asked = [...new Set([...versions, ...(first === undefined ? [] : [first])])];
      const records: Record<string, VersionRecord> = {};
      for (const version of asked) {
        const info = readJson(
          await settings.http({ url: `${base}/@v/${escaped(version)}.info`, signal }),
          infoSchema,
          isShortNotFound,
        );
        if (info.state === 'absent') continue;
        if (info.state !== 'read') return info;
        if (info.value.Version !== version)
          return lying(`answered for another version (${info.value.Version.slice(0, 80)})`);
        const publishedAt = instantOf(info.value.Time);
        records[version] = publishedAt === undefined ? {} : { publishedAt };
      }
      // Pseudo-versions are in no list; the proxy knows them all the same.
      const all = [...new Set([...listed, ...Object.keys(records)])];
      if (all.length === 0) return { state: 'absent' };
      const since = first === undefined ? undefined : records[first]?.publishedAt;
      const document: PackageDocument = {
        name,
        versions: all,
        records,
        ...(since === undefined ? {} : { firstPublishedAt: since }),
      };
      return { state: 'found', document };
    },
  };
}

/** Upper case as `!` and lower case (Go modules reference, "Module proxy": case-encoding). */
function escaped(text: string): string {
  return text
    .replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`)
    .split('/')
    .map(encodeURIComponent)
    .join('/')
    .replaceAll('%21', '!');
}

function readList(body: string): readonly string[] | null {
  const lines = body
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.some((line) => !/^v\d+\.\d+\.\d+/.test(line))) return null;
  return [...lines].sort((a, b) => compare(a, b));
}

function compare(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (const [index, number] of left.entries()) {
    const other = right[index] ?? 0;
    if (number !== other) return number - other;
  }
  return a < b ? -1 : 1;
}

function numbers(version: string): readonly number[] {
  return (/^v(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
}
