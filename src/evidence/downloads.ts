import { z } from 'zod';
import { type Fact, known, unavailable } from '../core/fact.ts';
import type { HttpClient } from '../core/lookup.ts';
import type { EvidenceCache } from './cache.ts';
import type { Gate, GateClock } from './gate.ts';
import type { DownloadSource } from './index.ts';
import { createSilence } from './silence.ts';

export interface DownloadSettings {
  readonly base: string;
  readonly http: HttpClient;
  readonly gate: Gate;
  readonly clock: GateClock;
  readonly cache: EvidenceCache | null;
}

/** npm's download counts API, `GET /downloads/point/last-week/{names}`: one object, or one a name where several are asked. */
const pointSchema = z.object({ package: z.string(), downloads: z.number() });
const notFoundSchema = z.object({ error: z.string().regex(/not found/i) });
const bulkSchema = z.record(z.string(), pointSchema.nullable());

/** The API takes at most 128 names at once, and scoped ones only singly. */
const BULK = 128;

/** Weekly downloads of npm packages from an API of that form. Names it does not know have none. */
export function createNpmDownloads(settings: DownloadSettings): DownloadSource {
  const base = settings.base.replace(/\/+$/, '');
  const silence = createSilence('npm downloads', settings.cache, settings.clock.now);

  async function ask(names: readonly string[], signal: AbortSignal): Promise<readonly [string, Fact<number>][]> {
    const answer = await settings.gate.ask(
      () =>
        settings.http({ url: `${base}/downloads/point/last-week/${names.map(encodeURIComponent).join(',')}`, signal }),
      signal,
    );
    const all = (fact: Fact<number>) => names.map((name): [string, Fact<number>] => [name, fact]);
    if (answer.state === 'unavailable') {
      const transient = answer.transient && !(await silence.failed());
      return all(unavailable('downloads', answer.reason, transient));
    }
    await silence.answered();
    const counts = countsOf(answer.body, names);
    if (counts === null) return all(unavailable('downloads', 'answered with something that is no count', true));
    const at = new Date(settings.clock.now()).toISOString();
    return names.map((name) => [name, known(counts.get(name) ?? 0, 'downloads', at)]);
  }

  return {
    type: 'npm',
    look: async (names, signal) => {
      const plain = names.filter((name) => !name.startsWith('@'));
      const lots = Array.from({ length: Math.ceil(plain.length / BULK) }, (_, index) =>
        plain.slice(index * BULK, (index + 1) * BULK),
      );
      const scoped = names.filter((name) => name.startsWith('@')).map((name) => [name]);
      const answers = await Promise.all([...lots, ...scoped].map((lot) => ask(lot, signal)));
      return new Map(answers.flat());
    },
  };
}

/** pypistats' API, `GET /api/packages/{name}/recent`. */
const recentSchema = z.object({ package: z.string(), data: z.object({ last_week: z.number() }) });

/** Weekly downloads of PyPI projects from an API of pypistats' form: one request a project, none for projects it does not know. */
export function createPypiDownloads(settings: DownloadSettings): DownloadSource {
  const base = settings.base.replace(/\/+$/, '');
  const silence = createSilence('pypi downloads', settings.cache, settings.clock.now);

  async function ask(name: string, signal: AbortSignal): Promise<Fact<number>> {
    const url = `${base}/api/packages/${encodeURIComponent(name)}/recent`;
    const answer = await settings.gate.ask(() => settings.http({ url, signal }), signal);
    if (answer.state === 'unavailable')
      return unavailable('downloads', answer.reason, answer.transient && !(await silence.failed()));
    await silence.answered();
    if (answer.status !== 200) return unavailable('downloads', 'has no count of the project', false);
    const parsed = recentSchema.safeParse(parse(answer.body));
    if (!parsed.success || parsed.data.package.toLowerCase() !== name)
      return unavailable('downloads', 'answered with something that is no count', true);
    return known(parsed.data.data.last_week, 'downloads', new Date(settings.clock.now()).toISOString());
  }

  return {
    type: 'pypi',
    look: async (names, signal) =>
      new Map(await Promise.all(names.map(async (name) => [name, await ask(name, signal)] as const))),
  };
}

function countsOf(body: string, names: readonly string[]): ReadonlyMap<string, number> | null {
  const json = parse(body);
  const single = pointSchema.safeParse(json);
  if (single.success) {
    const { package: name, downloads } = single.data;
    return names.length === 1 && names[0] === name ? new Map([[name, downloads]]) : null;
  }
  // "package not found" is this API's 404 for a single name without any download.
  if (names.length === 1 && notFoundSchema.safeParse(json).success) return new Map();
  const bulk = bulkSchema.safeParse(json);
  if (!bulk.success) return null;
  // A name left out is not a name without downloads: those are given as null.
  if (names.some((name) => !Object.hasOwn(bulk.data, name))) return null;
  if (Object.entries(bulk.data).some(([name, point]) => point !== null && point.package !== name)) return null;
  return new Map(
    Object.entries(bulk.data).flatMap(([name, point]) => (point === null ? [] : [[name, point.downloads]])),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schemas refuse undefined, and the caller says what was wrong.
    return undefined;
  }
}
