import { afterEach, describe, expect, it } from 'vitest';
import type { EvidenceCache } from '../../src/evidence/cache.ts';
import { SYSTEM_CLOCK } from '../../src/evidence/clock.ts';
import { DEFAULT_SOURCES, openSources, type SourceSettings } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { memoryCache } from '../support/evidence.ts';
import { json, type Script, type ScriptedServer, startServer } from '../support/registry-server.ts';

const running: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

const MINUTE = 60_000;

/** One registry, a clock of its own, and sources that can be opened again as after a restart. */
async function world(script: Script, settings: Partial<SourceSettings> = {}) {
  const server = await startServer(script);
  running.push(server);
  let now = Date.parse('2026-11-01T00:00:00Z');
  const cache: EvidenceCache = memoryCache();
  const clock = { ...SYSTEM_CLOCK, now: () => now, sleep: async () => {} };
  const open = () =>
    openSources(
      { ...DEFAULT_SOURCES, osv: null, depsDev: null, npm: { registry: server.url }, ...settings },
      cache,
      clock,
    );
  let sources = await open();
  return {
    server,
    pass: (ms: number) => {
      now += ms;
    },
    restart: async () => {
      sources = await open();
    },
    gather: (...names: string[]) =>
      sources.gather(
        names.map((name) => changeOf({ name, version: '1.0.0' })),
        { baseNames: new Set(), signal: new AbortController().signal },
      ),
  };
}

const packument = (name: string) => ({
  name,
  'dist-tags': { latest: '1.0.0' },
  time: { created: '2020-01-01T00:00:00.000Z', '1.0.0': '2020-01-01T00:00:00.000Z' },
  versions: { '1.0.0': { dist: { integrity: 'sha512-AAAA' } } },
});

describe('what a registry answered', () => {
  it('is no answer about a version that came out since', async () => {
    const versions: Record<string, unknown> = { '0.9.0': { dist: {} } };
    const { gather, server } = await world((_, response) =>
      json(response, 200, { ...packument('moving'), versions: { ...versions } }),
    );
    const [early] = await gather('moving');
    expect(early?.resolvedVersion.state).toBe('absent');
    versions['1.0.0'] = { dist: {} };
    const [later] = await gather('moving');
    expect(later?.resolvedVersion).toMatchObject({ state: 'known', value: { version: '1.0.0' } });
    await gather('moving');
    expect(server.requests).toHaveLength(2);
  });

  it('is fresh for minutes, and then asked for by its ETag', async () => {
    const sent: (string | undefined)[] = [];
    const { gather, pass, restart } = await world((request, response) => {
      sent.push(request.headers['if-none-match']);
      if (request.headers['if-none-match'] === '"v1"') return void response.writeHead(304).end();
      response.setHeader('etag', '"v1"');
      json(response, 200, packument('kept'));
    });
    await gather('kept');
    pass(9 * MINUTE);
    await gather('kept');
    expect(sent).toEqual([undefined]);
    pass(2 * MINUTE);
    const [again] = await gather('kept');
    expect(sent).toEqual([undefined, '"v1"']);
    expect(again?.firstPublishedAt).toMatchObject({ state: 'known', value: '2020-01-01T00:00:00.000Z' });
    // What was not modified is fresh again, over a restart too.
    await restart();
    const [later] = await gather('kept');
    expect(sent).toHaveLength(2);
    expect(later?.resolvedVersion).toMatchObject({ state: 'known', value: { version: '1.0.0' } });
  });

  it('with "there is no such thing" is believed for two minutes only', async () => {
    let registered = false;
    const { gather, pass, server } = await world((_request, response) =>
      registered ? json(response, 200, packument('soon')) : json(response, 404, { error: 'not found' }),
    );
    expect((await gather('soon'))[0]?.registryEntry.state).toBe('absent');
    registered = true;
    pass(MINUTE);
    expect((await gather('soon'))[0]?.registryEntry.state).toBe('absent');
    expect(server.requests).toHaveLength(1);
    pass(2 * MINUTE);
    expect((await gather('soon'))[0]?.registryEntry.state).toBe('known');
  });

  it('with a failure is never kept', async () => {
    let up = false;
    const { gather } = await world((_request, response) =>
      up ? json(response, 200, packument('back')) : void response.writeHead(503).end(),
    );
    expect((await gather('back'))[0]?.registryEntry.state).toBe('unavailable');
    up = true;
    expect((await gather('back'))[0]?.registryEntry.state).toBe('known');
  });

  it('with 304 to a first request is no answer', async () => {
    const { gather } = await world((_request, response) => void response.writeHead(304).end());
    expect((await gather('never-seen'))[0]?.registryEntry).toMatchObject({ state: 'unavailable', transient: true });
  });

  it('is lost with a store that gives back something else', async () => {
    const { gather, restart, server } = await world((_request, response) => json(response, 200, packument('kept')), {});
    await gather('kept');
    expect(server.requests).toHaveLength(1);
    const broken: EvidenceCache = { cached: async () => ({ state: 'found', document: 7 }), cache: async () => {} };
    const sources = await openSources(
      { ...DEFAULT_SOURCES, osv: null, depsDev: null, npm: { registry: server.url } },
      broken,
    );
    const [found] = await sources.gather([changeOf({ name: 'kept', version: '1.0.0' })], {
      baseNames: new Set(),
      signal: new AbortController().signal,
    });
    expect(found?.registryEntry.state).toBe('known');
    await restart();
  });
});

it('a source that is down does not take the others along', async () => {
  const up = await startServer((_request, response) => json(response, 200, packument('@acme/ui')));
  running.push(up);
  const { gather } = await world((_request, response) => void response.writeHead(503).end(), {
    routes: [{ type: 'npm', names: '@acme', registry: up.url }],
  });
  const names = Array.from({ length: 40 }, (_, index) => `down-${index}`);
  const found = await gather(...names, '@acme/ui');
  expect(found.at(-1)?.registryEntry.state).toBe('known');
  expect(found.slice(0, -1).every((each) => each.registryEntry.state === 'unavailable')).toBe(true);
});

it('a packument of many megabytes is read in pieces, and given up where it is too large', async () => {
  const versions = Object.fromEntries(
    Array.from({ length: 4_000 }, (_, index) => [`1.${index}.0`, { description: 'x'.repeat(2_500) }]),
  );
  const body = JSON.stringify({ ...packument('huge'), versions: { ...versions, '1.0.0': {} } });
  expect(body.length).toBeGreaterThan(10_000_000);
  const { gather } = await world((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(body);
  });
  const [found] = await gather('huge');
  expect(found?.versions).toMatchObject({ state: 'known' });
  expect(JSON.stringify(found).length).toBeLessThan(100_000);
});
