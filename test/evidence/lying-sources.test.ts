import { afterEach, describe, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import { runDependencyRules } from '../../detectors/engine/run.ts';
import type { PackageType } from '../../src/core/dependency.ts';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import { NO_PROXIES } from '../../src/core/proxy.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import { createRegistries, DEFAULT_REGISTRY_SETTINGS } from '../../src/ecosystems/registries.ts';
import { DEFAULT_LIMITS } from '../../src/evidence/gate.ts';
import { createHttpClient } from '../../src/evidence/http.ts';
import { createEvidence } from '../../src/evidence/index.ts';
import { createNames } from '../../src/evidence/names.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { LOCAL_GUARD } from '../support/evidence.ts';
import { FAULTS, json, patienceUnder, type ScriptedServer, startServer } from '../support/registry-server.ts';

const running: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

const TIME_OUT = 300;
/** Where an honest source stands beside the lying one. */
const ENOUGH = 3_000;

function evidenceFrom(url: string, timeoutMs = TIME_OUT) {
  const http = createHttpClient({
    timeoutMs,
    maxBytes: 2_000_000,
    userAgent: 'test',
    guard: LOCAL_GUARD,
    proxies: NO_PROXIES,
  });
  const addresses = {
    pypi: url,
    cargo: url,
    gem: url,
    golang: url,
    composer: url,
    nuget: url,
    maven: url,
    githubactions: url,
    docker: url,
  };
  const npm = {
    ...DEFAULT_REGISTRY_SETTINGS.npm,
    guard: LOCAL_GUARD,
    proxies: NO_PROXIES,
    fetchOptions: { registry: url },
    timeoutMs,
    maxBytes: 2_000_000,
  };
  return createEvidence({
    registries: createRegistries({ npm, addresses, imageHosts: [], actionsToken: async () => 'token' }, http, Date.now),
    routes: [],
    allowedHosts: [],
    offline: false,
    advisories: null,
    denyList: null,
    downloads: [],
    dates: null,
    prove: null,
    names: createNames([], { now: Date.now, importNames: new Map() }),
    cache: null,
    limits: { ...DEFAULT_LIMITS, backOffMs: 1, longestPauseMs: 50, retries: 1 },
    clock: { now: () => Date.now(), random: () => 0, sleep: async () => {} },
  });
}

const NAMES: readonly (readonly [PackageType, string, string])[] = [
  ['npm', 'some-package', '1.0.0'],
  ['pypi', 'some-package', '1.0.0'],
  ['cargo', 'some-package', '1.0.0'],
  ['gem', 'some-package', '1.0.0'],
  ['golang', 'code.example/some/package', 'v1.0.0'],
  ['composer', 'some/package', '1.0.0'],
  ['nuget', 'some-package', '1.0.0'],
  ['maven', 'org.some:package', '1.0.0'],
  ['githubactions', 'some/action', 'v1'],
  ['docker', 'some/image', '1.0'],
];

describe.each(NAMES)('a source of %s', (type, name, version) => {
  it.concurrent.each(Object.keys(FAULTS))('that answers %s is never taken for an answer', async (fault) => {
    const script = FAULTS[fault];
    if (script === undefined) throw new Error('a fault has its script');
    await using server = await startServer(script);
    const change = changeOf({ type, name, version });
    const [evidence] = await evidenceFrom(server.url).gather([change], {
      baseNames: new Set(),
      signal: new AbortController().signal,
    });
    if (evidence === undefined) throw new Error('every change has its evidence');
    expect(evidence.registryEntry.state).toBe('unavailable');
    expect(evidence.resolvedVersion.state).toBe('unavailable');

    const run = runDependencyRules([{ change, evidence }], DEPENDENCY_DETECTORS, {
      thresholds: DEFAULT_THRESHOLDS,
      now: Date.now(),
      couldBlock: (rule) => rule.level === 'error',
      leaveOutLookUps: false,
      changes: [change],
      registryHosts: [],
      owner: null,
    });
    const held =
      run.unknowns.some((unknown) => !unknown.advisory) ||
      run.detections.some((each) => each.ruleId === 'not-evaluated' && each.level === 'error');
    expect(held).toBe(true);
    expect(run.detections.map((each) => each.ruleId)).not.toContain('package-not-found');
  });
});

describe.each([
  ['deps.dev', { depsDev: true }, 'npm', (found: PackageEvidence) => found.firstPublishedAt],
  ['download counts of npm', { npmDownloads: true }, 'npm', (found: PackageEvidence) => found.weeklyDownloads],
  ['download counts of PyPI', { pypiDownloads: true }, 'pypi', (found: PackageEvidence) => found.weeklyDownloads],
  ['OSV', { osv: true }, 'npm', (found: PackageEvidence) => found.advisories],
  ['a deny-list', { denyList: true }, 'npm', (found: PackageEvidence) => found.advisories],
] as const)('%s', (_source, asked, type, factOf) => {
  it.concurrent.each(Object.keys(FAULTS))(
    'that answers %s leaves its fact unknown, and only its own',
    async (fault) => {
      const script = FAULTS[fault];
      if (script === undefined) throw new Error('a fault has its script');
      await using liar = await startServer(script);
      await using registry = await startServer((request, response) => {
        if (request.url === '/some-package')
          json(response, 200, { name: 'some-package', 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': {} } });
        else if (request.url === '/pypi/some-package/json')
          json(response, 200, { info: { name: 'some-package' }, releases: { '1.0.0': [{}] } });
        else json(response, 404, { error: 'not found' });
      });
      const settings = {
        ...DEFAULT_SOURCES,
        osv: null,
        depsDev: null,
        ...Object.fromEntries(Object.keys(asked).map((key) => [key, liar.url])),
        npm: { registry: registry.url },
        addresses: { pypi: registry.url },
        timeoutMs: patienceUnder(fault, ENOUGH),
        limits: { ...DEFAULT_LIMITS, retries: 0 },
      };
      // The honest source has as long to answer as the other: a machine too busy for that is given another try.
      const others: string[] = [];
      for (let tries = 0; tries < 10 && others.at(-1) !== 'known'; tries += 1) {
        const sources = await openSources(settings, null);
        const [found] = await sources.gather([changeOf({ type, name: 'some-package', version: '1.0.0' })], {
          baseNames: new Set(),
          signal: new AbortController().signal,
        });
        if (found === undefined) throw new Error('every change has its evidence');
        expect(factOf(found).state).toBe('unavailable');
        others.push(found.registryEntry.state);
      }
      expect(others.at(-1)).toBe('known');
    },
  );
});

it('gives a source up for this review when it asks for a long pause, and asks it once', async () => {
  const script = FAULTS['429 with Retry-After'];
  if (script === undefined) throw new Error('a fault has its script');
  const server = await startServer(script);
  running.push(server);
  await evidenceFrom(server.url, 60_000).gather([changeOf({ name: 'some-package' })], {
    baseNames: new Set(),
    signal: new AbortController().signal,
  });
  expect(server.requests).toHaveLength(1);
});

it('stops asking a source that fails again and again', async () => {
  const script = FAULTS['503'];
  if (script === undefined) throw new Error('a fault has its script');
  const server = await startServer(script);
  running.push(server);
  const changes = Array.from({ length: 100 }, (_, index) => changeOf({ name: `some-package-${index}` }));
  const gathered = await evidenceFrom(server.url, 60_000).gather(changes, {
    baseNames: new Set(),
    signal: new AbortController().signal,
  });
  expect(gathered.every((each) => each.registryEntry.state === 'unavailable')).toBe(true);
  expect(server.requests.length).toBeLessThan(60);
});
