import { afterEach, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/json.ts';
import type { EvidenceCache } from '../../src/evidence/cache.ts';
import { SYSTEM_CLOCK } from '../../src/evidence/clock.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { json, type ScriptedServer, startServer } from '../support/registry-server.ts';

const running: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

/** A registry that strips dates, a deps.dev and a count of downloads, all on one server. */
async function world(options: {
  readonly depsDev: 'up' | 'down' | 'unknown';
  readonly now?: () => number;
  readonly cache?: EvidenceCache;
}) {
  const server = await startServer((request, response) => {
    const url = request.url ?? '/';
    if (url.startsWith('/v3/systems/NPM/packages/')) {
      if (options.depsDev === 'down') return void response.writeHead(503).end();
      if (options.depsDev === 'unknown') return json(response, 404, { error: 'not found' });
      return json(response, 200, {
        packageKey: { system: 'NPM', name: decodeURIComponent(url.split('/').at(-1) ?? '') },
        versions: [
          { versionKey: { version: '1.0.0' }, publishedAt: '2019-02-03T00:00:00Z' },
          { versionKey: { version: '1.2.0' }, publishedAt: '2021-02-03T00:00:00Z' },
        ],
      });
    }
    if (url.startsWith('/downloads/point/last-week/')) {
      const names = decodeURIComponent(url.split('/').at(-1) ?? '').split(',');
      if (names.length === 1) return json(response, 200, { package: names[0], downloads: 7 });
      return json(
        response,
        200,
        Object.fromEntries(names.map((name) => [name, name === 'unused' ? null : { package: name, downloads: 4242 }])),
      );
    }
    const name = decodeURIComponent(url.slice(1));
    json(response, 200, { name, 'dist-tags': { latest: '1.2.0' }, versions: { '1.0.0': {}, '1.2.0': {} } });
  });
  running.push(server);
  const clock = { ...SYSTEM_CLOCK, now: options.now ?? SYSTEM_CLOCK.now, sleep: async () => {} };
  const settings = {
    ...DEFAULT_SOURCES,
    osv: null,
    npm: { registry: server.url },
    depsDev: server.url,
    npmDownloads: server.url,
  };
  const sources = await openSources(settings, options.cache ?? null, clock);
  return {
    server,
    gather: (...names: string[]) =>
      sources.gather(
        names.map((name) => changeOf({ name, version: '1.2.0' })),
        { baseNames: new Set(['npm:in-base']), signal: new AbortController().signal },
      ),
  };
}

describe('dates that the registry does not give', () => {
  it('come from deps.dev, for the package and the version', async () => {
    const { gather } = await world({ depsDev: 'up' });
    const [found] = await gather('undated');
    expect(found?.firstPublishedAt).toMatchObject({
      state: 'known',
      value: '2019-02-03T00:00:00.000Z',
      source: 'deps.dev',
    });
    expect(found?.resolvedVersion).toMatchObject({ value: { publishedAt: { value: '2021-02-03T00:00:00.000Z' } } });
  });

  it('are not asked for where a lower bound on age is known', async () => {
    const { gather, server } = await world({ depsDev: 'up' });
    await gather('lodash', 'in-base');
    expect(server.requests.filter((each) => each.includes('/v3/systems'))).toEqual([]);
  });

  it('stay unknown for good where deps.dev does not know the package', async () => {
    const { gather } = await world({ depsDev: 'unknown' });
    expect((await gather('undated'))[0]?.firstPublishedAt).toMatchObject({ state: 'unavailable', transient: false });
  });

  it('are waited for while deps.dev is down, for a day', async () => {
    const kept = new Map<string, JsonValue>();
    const cache: EvidenceCache = {
      cached: async (key) => kept.get(key) ?? null,
      cache: async (key, value) => void kept.set(key, value),
    };
    let now = Date.parse('2026-11-01T00:00:00Z');
    const { gather } = await world({ depsDev: 'down', cache, now: () => now });
    expect((await gather('undated'))[0]?.firstPublishedAt).toMatchObject({ state: 'unavailable', transient: true });
    now += 25 * 3_600_000;
    expect((await gather('undated'))[0]?.firstPublishedAt).toMatchObject({ state: 'unavailable', transient: false });
  });
});

it('counts downloads in bulk, scoped names one by one', async () => {
  const { gather, server } = await world({ depsDev: 'up' });
  const found = await gather('used', 'unused', '@scope/used');
  expect(found.map((each) => each.weeklyDownloads)).toMatchObject([{ value: 4242 }, { value: 0 }, { value: 7 }]);
  expect(server.requests.filter((each) => each.includes('/downloads/'))).toHaveLength(2);
});
