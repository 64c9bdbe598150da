import { afterEach, describe, expect, it } from 'vitest';
import type { AdvisoryQuestion } from '../../src/core/lookup.ts';
import { NO_PROXIES } from '../../src/core/proxy.ts';
import { createRegistries, DEFAULT_REGISTRY_SETTINGS } from '../../src/ecosystems/registries.ts';
import { SYSTEM_CLOCK } from '../../src/evidence/clock.ts';
import { DEFAULT_LIMITS } from '../../src/evidence/gate.ts';
import { createHttpClient } from '../../src/evidence/http.ts';
import { createEvidence } from '../../src/evidence/index.ts';
import { isInternal } from '../../src/evidence/internal.ts';
import { createNames } from '../../src/evidence/names.ts';
import { routeOf } from '../../src/evidence/routing.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { LOCAL_GUARD } from '../support/evidence.ts';
import { json, type ScriptedServer, startServer } from '../support/registry-server.ts';

const running: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

const NONE = { routes: [], allowedHosts: [] };
const acme = (registry: string) => [{ type: 'npm', names: '@acme', registry }] as const;

describe('a name finds its registry', () => {
  it('the public one where nobody says otherwise', () => {
    expect(routeOf('npm', 'left-pad', NONE, [])).toMatchObject({ state: 'public', destination: { registry: null } });
  });

  it('by the operator’s line, private address or not', () => {
    const routes = acme('http://10.0.0.7:4873/');
    expect(routeOf('npm', '@acme/ui', { routes, allowedHosts: [] }, [])).toMatchObject({ state: 'private' });
    expect(routeOf('npm', '@acmes/ui', { routes, allowedHosts: [] }, [])).toMatchObject({ state: 'public' });
  });

  it('by the base tree’s line only to a host the operator allows', () => {
    const base = acme('https://npm.acme.example/');
    expect(routeOf('npm', '@acme/ui', NONE, base)).toMatchObject({ state: 'refused' });
    expect(routeOf('npm', '@acme/ui', { routes: [], allowedHosts: ['npm.acme.example'] }, base)).toMatchObject({
      state: 'private',
    });
  });

  it.each([
    'http://127.0.0.1:9200/',
    'http://169.254.169.254/latest/',
    'http://[::1]/',
    'http://metadata.internal/',
    'file:///etc/passwd',
    'https://${HOST}/',
  ])('never to %s because a repository says so', (registry) => {
    expect(routeOf('npm', '@acme/ui', NONE, acme(registry))).toMatchObject({ state: 'refused' });
  });

  it('and the operator’s scope is not overruled by the repository', () => {
    const routes = acme('https://npm.acme.example/');
    const settings = { routes, allowedHosts: ['other.example'] };
    expect(routeOf('npm', '@acme/ui', settings, acme('https://other.example/'))).toMatchObject({
      destination: { registry: 'https://npm.acme.example/' },
    });
  });
});

it('tells internal addresses from public ones', () => {
  for (const host of [
    '10.1.2.3',
    '192.168.1.1:8080',
    '172.31.0.1',
    '100.64.0.1',
    '[fd00::1]',
    '[fe80::1]',
    'localhost',
    'build-server',
    '0.0.0.0',
  ]) {
    expect(isInternal(host), host).toBe(true);
  }
  for (const host of ['npm.acme.example', '93.184.216.34', '[2606:2800::1]'])
    expect(isInternal(host), host).toBe(false);
});

it('never sends a private name to a public source', async () => {
  const publicRegistry = await startServer((_request, response) => json(response, 404, { error: 'not found' }));
  const privateRegistry = await startServer((_request, response) =>
    json(response, 200, {
      name: '@acme/ui',
      versions: { '1.0.0': {} },
      time: { created: '2020-01-01T00:00:00.000Z', '1.0.0': '2020-01-01T00:00:00.000Z' },
    }),
  );
  running.push(publicRegistry, privateRegistry);
  const asked: AdvisoryQuestion[] = [];
  const http = createHttpClient({
    timeoutMs: 60_000,
    maxBytes: 1_000_000,
    userAgent: 'test',
    guard: LOCAL_GUARD,
    proxies: NO_PROXIES,
  });
  const npm = {
    ...DEFAULT_REGISTRY_SETTINGS.npm,
    guard: LOCAL_GUARD,
    proxies: NO_PROXIES,
    fetchOptions: { registry: publicRegistry.url },
  };
  const evidence = createEvidence({
    registries: createRegistries(
      { ...DEFAULT_REGISTRY_SETTINGS, npm, imageHosts: [], actionsToken: null },
      http,
      Date.now,
    ),
    routes: acme(privateRegistry.url),
    allowedHosts: [],
    offline: false,
    advisories: {
      source: 'osv',
      covers: () => true,
      look: async (questions) => {
        asked.push(...questions);
        return questions.map(() => ({ state: 'known', advisories: [] }));
      },
    },
    denyList: null,
    downloads: [],
    dates: null,
    prove: null,
    names: createNames([], { now: Date.now, importNames: new Map() }),
    cache: null,
    limits: DEFAULT_LIMITS,
    clock: SYSTEM_CLOCK,
  });
  const [own, refused] = await evidence.gather(
    [changeOf({ name: '@acme/ui', version: '1.0.0' }), changeOf({ name: '@secret/plans', version: '1.0.0' })],
    {
      baseNames: new Set(),
      signal: new AbortController().signal,
      baseRoutes: [{ type: 'npm', names: '@secret', registry: 'http://10.9.8.7/' }],
    },
  );
  expect(own?.registryEntry.state).toBe('known');
  expect(refused?.registryEntry).toMatchObject({ state: 'unavailable', transient: false });
  expect(publicRegistry.requests).toEqual([]);
  expect(asked).toEqual([]);
});

it('sends no name that would climb out of its place in an address', async () => {
  const registry = await startServer((_request, response) => json(response, 200, { name: 'x', versions: {} }));
  running.push(registry);
  const sources = await openSources(
    { ...DEFAULT_SOURCES, osv: null, npm: { registry: registry.url }, addresses: { golang: registry.url } },
    null,
  );
  const hostile = ['..', '../-/whoami', '@scope/..', 'a b', 'a?write=true', `a\u0000b`, 'x'.repeat(1000)];
  const changes = [
    ...hostile.map((name) => changeOf({ name, version: '1.0.0' })),
    changeOf({ type: 'golang', name: 'code.example/../../admin', version: 'v1.0.0' }),
  ];
  const found = await sources.gather(changes, { baseNames: new Set(), signal: new AbortController().signal });
  expect(registry.requests).toEqual([]);
  expect(found.every((each) => each.registryEntry.state === 'absent')).toBe(true);
});
