import { z } from 'zod';
import type { HttpClient, PackageDocument, Registry, RegistryAnswer, VersionRecord } from '../../core/lookup.ts';
import { instantOf, isShortNotFound, lying, type Read, readJson, readText } from '../registry-answer.ts';
import { highest } from '../registry-ranges.ts';
import { compareGo, type Retraction, retracted, retractionsIn } from './retract.ts';

/** Go module proxy protocol (Go modules reference, "GOPROXY protocol"): `.info` of one version. */
const infoSchema = z.object({ Version: z.string(), Time: z.string().optional() });

const CONCEPTS: Registry['concepts'] = new Set(['versions', 'firstPublishedAt', 'publishedAt', 'yanked']);

/**
 * A Go module proxy: the list of versions, the dates of the ones asked for and of the first, and what the newest version's
 * go.mod retracts. Dates are those of the commits and so their authors' word: a commit can be dated back, never found
 * before it was pushed.
 */
export function createGolangRegistry(settings: { readonly base: string; readonly http: HttpClient }): Registry {
  /** Withdrawals stand in the go.mod of the newest version, withdrawn itself or not (Go Modules Reference, "retract directive"). */
  async function retractionsOf(
    base: string,
    latest: string | null,
    signal: AbortSignal,
  ): Promise<Read<readonly Retraction[]>> {
    if (latest === null) return { state: 'read', value: [] };
    const url = `${base}/@v/${escaped(latest)}.mod`;
    const answer = await settings.http({ url, headers: { accept: 'text/plain' }, signal });
    return readText(answer, retractionsIn, isShortNotFound);
  }

  return {
    type: 'golang',
    concepts: CONCEPTS,
    byVersion: true,
    normalizeName: (name) => name,
    sameVersion: (a, b) => a === b || a.replace(/\+incompatible$/, '') === b.replace(/\+incompatible$/, ''),
    resolve: (range, document) =>
      range.trim() === '' || range === 'latest'
        ? newest(document.versions.filter((each) => typeof document.records[each]?.yanked !== 'string'))
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
      const [infos, withdrawn] = await Promise.all([
        Promise.all(
          asked.map(async (version) => {
            const url = `${base}/@v/${escaped(version)}.info`;
            return [version, readJson(await settings.http({ url, signal }), infoSchema, isShortNotFound)] as const;
          }),
        ),
        retractionsOf(base, newest(listed), signal),
      ]);
      if (withdrawn.state === 'unavailable' || withdrawn.state === 'notModified') return withdrawn;
      const records: Record<string, VersionRecord> = {};
      for (const [version, info] of infos) {
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
      if (withdrawn.state === 'read') {
        for (const version of all)
          records[version] = { ...records[version], yanked: retracted(version, withdrawn.value) };
      }
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
  return [...lines].sort(compareGo);
}

/** The highest release, or the highest prerelease where there is no other (Go Modules Reference, "Version queries"). */
function newest(versions: readonly string[]): string | null {
  const sorted = [...versions].sort(compareGo);
  return sorted.findLast((version) => !version.replace(/\+.*$/, '').includes('-')) ?? sorted.at(-1) ?? null;
}
