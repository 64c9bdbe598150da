import { z } from 'zod';
import { type Fact, known, unavailable } from '../core/fact.ts';
import type { HttpClient } from '../core/lookup.ts';
import type { Gate, GateClock } from './gate.ts';
import type { DownloadSource } from './index.ts';

/** npm's download counts API, `GET /downloads/point/last-week/{names}`: one object, or one a name where several are asked. */
const pointSchema = z.object({ package: z.string(), downloads: z.number() });
const bulkSchema = z.record(z.string(), pointSchema.nullable());

/** The API takes at most 128 names at once, and scoped ones only singly. */
const BULK = 128;

/** Weekly downloads of npm packages from an API of that form. Names it does not know have none. */
export function createNpmDownloads(settings: {
  readonly base: string;
  readonly http: HttpClient;
  readonly gate: Gate;
  readonly clock: GateClock;
}): DownloadSource {
  const base = settings.base.replace(/\/+$/, '');

  async function ask(names: readonly string[], signal: AbortSignal): Promise<readonly [string, Fact<number>][]> {
    const answer = await settings.gate.ask(
      () =>
        settings.http({ url: `${base}/downloads/point/last-week/${names.map(encodeURIComponent).join(',')}`, signal }),
      signal,
    );
    const all = (fact: Fact<number>) => names.map((name): [string, Fact<number>] => [name, fact]);
    if (answer.state === 'unavailable') return all(unavailable('downloads', answer.reason, answer.transient));
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

function countsOf(body: string, names: readonly string[]): ReadonlyMap<string, number> | null {
  const json = parse(body);
  const single = pointSchema.safeParse(json);
  if (single.success) return names.length === 1 ? new Map([[single.data.package, single.data.downloads]]) : null;
  // "package not found" is this API's 404 for a single name without any download.
  if (names.length === 1 && typeof json === 'object' && json !== null && 'error' in json) return new Map();
  const bulk = bulkSchema.safeParse(json);
  if (!bulk.success) return null;
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
