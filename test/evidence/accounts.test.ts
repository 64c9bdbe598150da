import type { IncomingMessage, ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshSquat } from '../../detectors/dependency/fresh-squat/detector.ts';
import type { DependencyContext } from '../../src/core/detector.ts';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import type { Route } from '../../src/core/lookup.ts';
import { NO_PROXIES } from '../../src/core/proxy.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import { createRegistries, DEFAULT_REGISTRY_SETTINGS } from '../../src/ecosystems/registries.ts';
import type { EvidenceCache } from '../../src/evidence/cache.ts';
import { DEFAULT_LIMITS } from '../../src/evidence/gate.ts';
import { createHttpClient } from '../../src/evidence/http.ts';
import { createEvidence } from '../../src/evidence/index.ts';
import { createNames } from '../../src/evidence/names.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { LOCAL_GUARD, memoryCache } from '../support/evidence.ts';
import { CASE_NOW, evidencePair } from '../support/evidence-pairs.ts';
import { FAULTS, json, patienceUnder, type ScriptedServer, startServer } from '../support/registry-server.ts';
import { type LocalRegistry, startVerdaccio } from '../support/verdaccio.ts';

const NOW = Date.parse('2026-11-01T12:00:00.000Z');
const DAY = 86_400_000;
const ago = (days: number) => new Date(NOW - days * DAY).toISOString();

type Publication = readonly [version: string, days: number, publisher: string | null];
interface Served {
  readonly [name: string]: readonly Publication[];
}

/** An npm registry of a test's own: packuments with publishers, and the search beside them. */
function registryOf(
  served: Served,
  search: (account: string, response: ServerResponse, request: IncomingMessage) => void,
  maintainers: readonly string[] = [],
): Promise<ScriptedServer> {
  return startServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://registry.example');
    if (url.pathname === '/-/v1/search')
      return search((url.searchParams.get('text') ?? '').replace(/^maintainer:/, ''), response, request);
    const name = decodeURIComponent(url.pathname.slice(1));
    const versions = served[name];
    if (versions === undefined) return json(response, 404, { error: 'Not found' });
    const [oldest] = versions;
    json(response, 200, {
      name,
      'dist-tags': { latest: versions.at(-1)?.[0] },
      time: {
        created: ago(oldest?.[1] ?? 0),
        ...Object.fromEntries(versions.map(([version, days]) => [version, ago(days)])),
      },
      maintainers: maintainers.map((each) => ({ name: each })),
      repository: 'https://code.example/x',
      versions: Object.fromEntries(
        versions.map(([version, , publisher]) => [
          version,
          { name, version, dist: {}, ...(publisher === null ? {} : { _npmUser: { name: publisher } }) },
        ]),
      ),
    });
  });
}

const found = (packages: readonly (readonly [name: string, days: number, publisher: string])[]) => ({
  objects: packages.map(([name, days, username]) => ({ package: { name, date: ago(days), publisher: { username } } })),
});
const finds =
  (...packages: readonly (readonly [name: string, days: number, publisher: string])[]) =>
  (_: string, response: ServerResponse) =>
    json(response, 200, found(packages));
const offersNone = (_: string, response: ServerResponse) => json(response, 404, { error: 'Not found' });

interface Asked {
  readonly cache?: EvidenceCache;
  readonly baseNames?: readonly string[];
  readonly now?: number;
  readonly routes?: readonly Route[];
  /** Milliseconds for one request. */
  readonly timeoutMs?: number;
}

const listed = { famous: 10, words: [], origin: 'a list of this test', licence: 'MIT' } as const;
/** Small lists, made once: the shipped ones take longer to read than all that is asked here. */
const LISTS = [
  {
    ...listed,
    type: 'npm',
    names: ['lodash', '@babel/core', '@babel/parser', 'react'],
    asOf: '2026-09-01T00:00:00.000Z',
  },
  { ...listed, type: 'pypi', names: ['requests', 'numpy'], asOf: '2026-09-01T00:00:00.000Z' },
] as const;
const NAMES = createNames(LISTS, { now: () => NOW, importNames: new Map() });

function sourcesAt(url: string, asked: Asked = {}) {
  const now = asked.now ?? NOW;
  const timeoutMs = asked.timeoutMs ?? 10_000;
  const http = createHttpClient({
    timeoutMs,
    maxBytes: 2_000_000,
    userAgent: 'test',
    guard: LOCAL_GUARD,
    proxies: NO_PROXIES,
  });
  const npm = {
    ...DEFAULT_REGISTRY_SETTINGS.npm,
    guard: LOCAL_GUARD,
    proxies: NO_PROXIES,
    fetchOptions: { registry: url },
    timeoutMs,
  };
  const addresses = { ...DEFAULT_REGISTRY_SETTINGS.addresses, pypi: url };
  return createEvidence({
    registries: createRegistries({ npm, addresses, imageHosts: [], actionsToken: null }, http, () => now),
    routes: asked.routes ?? [],
    allowedHosts: [],
    offline: false,
    advisories: null,
    denyList: null,
    downloads: [],
    dates: null,
    prove: null,
    names: NAMES,
    cache: asked.cache ?? null,
    limits: { ...DEFAULT_LIMITS, retries: 0 },
    clock: { now: () => now, sleep: async () => {}, random: () => 0 },
  });
}

async function evidenceFor(server: { readonly url: string }, names: readonly string[], asked: Asked = {}) {
  const now = asked.now ?? NOW;
  const sources = sourcesAt(server.url, asked);
  const changes = names.map((name) => changeOf({ name, entry: 'manifest', range: '*' }));
  const gathered = await sources.gather(changes, {
    baseNames: new Set(asked.baseNames ?? []),
    signal: new AbortController().signal,
  });
  return changes.map((change, index) => {
    const evidence = gathered[index];
    if (evidence === undefined) throw new Error('every change has its evidence');
    return { change, evidence, answer: freshSquat.detect(change, contextOf(evidence, now)) };
  });
}

function contextOf(evidence: PackageEvidence, now: number): DependencyContext {
  return { evidence, changes: [], thresholds: DEFAULT_THRESHOLDS, now };
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new Error(`nothing stands at ${index}`);
  return value;
}

const YOUNG: Served = { 'young-one': [['1.0.0', 20, 'mallory']] };

describe('who stands behind a young npm package', () => {
  it('is new where nothing older is known of the account, and that tips the balance', async () => {
    await using server = await registryOf(YOUNG, finds(['young-one', 20, 'mallory']));
    const { evidence, answer } = at(await evidenceFor(server, ['young-one']), 0);
    expect(evidence.publisherStanding).toMatchObject({
      state: 'known',
      value: { accounts: ['mallory'], known: null, vouchedBy: null },
    });
    expect(answer.state).toBe('findings');
    expect(server.requests).toEqual([
      'GET /young-one',
      expect.stringContaining('/-/v1/search?text=maintainer%3Amallory'),
    ]);
  });

  it('is known by what the registry says the account published long ago', async () => {
    await using server = await registryOf(YOUNG, finds(['young-one', 20, 'mallory'], ['old-one', 900, 'Mallory']));
    const { evidence, answer } = at(await evidenceFor(server, ['young-one']), 0);
    expect(evidence.publisherStanding).toMatchObject({ value: { known: { name: 'old-one', since: ago(900) } } });
    expect(answer.state).toBe('clear');
  });

  it('is not known by a package that it maintains and somebody else published', async () => {
    await using server = await registryOf(YOUNG, finds(['old-one', 900, 'alice']));
    const { evidence } = at(await evidenceFor(server, ['young-one']), 0);
    expect(evidence.publisherStanding).toMatchObject({ value: { known: null } });
  });

  it('is not who is listed as a maintainer without having published', async () => {
    await using server = await registryOf(
      { ...YOUNG, 'old-one': [['1.0.0', 900, 'alice']] },
      offersNone,
      // An owner adds whom he likes, asked or not.
      ['alice'],
    );
    const [young] = await evidenceFor(server, ['young-one', 'old-one']);
    expect(young?.evidence.publisherStanding).toMatchObject({ value: { accounts: ['mallory'], known: null } });
    expect(young?.answer.state).toBe('findings');
  });

  it('is known by another package of the same change, and by one that an earlier review looked at', async () => {
    await using server = await registryOf(
      { ...YOUNG, 'old-one': [['1.0.0', 900, 'mallory']], 'young-too': [['1.0.0', 20, 'mallory']] },
      offersNone,
    );
    const cache = memoryCache();
    const [young] = await evidenceFor(server, ['young-one', 'old-one'], { cache });
    expect(young?.evidence.publisherStanding).toMatchObject({ value: { known: { name: 'old-one', since: ago(900) } } });
    const later = at(await evidenceFor(server, ['young-too'], { cache }), 0);
    expect(later.evidence.publisherStanding).toMatchObject({ value: { known: { name: 'old-one' } } });
    expect(later.answer.state).toBe('clear');
  });

  it('two packages of one new account do not vouch for one another', async () => {
    await using server = await registryOf(
      { 'young-one': [['1.0.0', 20, 'mallory']], 'young-two': [['1.0.0', 25, 'mallory']] },
      offersNone,
    );
    const both = await evidenceFor(server, ['young-one', 'young-two']);
    expect(both.map((each) => each.answer.state)).toEqual(['findings', 'findings']);
  });

  it('two new accounts in place of one change nothing', async () => {
    const served: Served = {
      pair: [
        ['1.0.0', 20, 'mallory'],
        ['1.0.1', 19, 'trudy'],
      ],
    };
    await using server = await registryOf(served, offersNone);
    expect(at(await evidenceFor(server, ['pair']), 0)).toMatchObject({
      evidence: { publisherStanding: { value: { accounts: ['mallory', 'trudy'], known: null } } },
      answer: { state: 'findings' },
    });
  });

  it('a well-known package vouches for those who published it, not for who took it over this week', async () => {
    const served: Served = {
      lodash: [
        ['4.0.0', 3000, 'alice'],
        ['4.0.1', 3, 'mallory'],
      ],
      'by-alice': [['1.0.0', 20, 'alice']],
      'by-mallory': [['1.0.0', 20, 'mallory']],
    };
    await using server = await registryOf(served, offersNone);
    const [alice, mallory] = await evidenceFor(server, ['by-alice', 'by-mallory', 'lodash']);
    expect(alice?.evidence.publisherStanding).toMatchObject({ value: { vouchedBy: 'lodash' } });
    expect(mallory?.evidence.publisherStanding).toMatchObject({ value: { vouchedBy: null } });
    expect(mallory?.answer.state).toBe('findings');
  });

  it('a package of the base tree vouches in that repository only', async () => {
    const served: Served = { 'in-base': [['1.0.0', 30, 'alice']], 'by-alice': [['1.0.0', 20, 'alice']] };
    await using server = await registryOf(served, offersNone);
    const cache = memoryCache();
    const here = await evidenceFor(server, ['in-base', 'by-alice'], { cache, baseNames: ['npm:in-base'] });
    expect(here[1]).toMatchObject({
      evidence: { publisherStanding: { value: { vouchedBy: 'in-base' } } },
      answer: { state: 'clear' },
    });
    const elsewhere = at(await evidenceFor(server, ['by-alice'], { cache }), 0);
    expect(elsewhere).toMatchObject({
      evidence: { publisherStanding: { value: { vouchedBy: null } } },
      answer: { state: 'findings' },
    });
  });

  it('a scope under which popular names stand is known; one that only looks so is not', async () => {
    const served: Served = { '@babel/new': [['1.0.0', 20, 'carol']], '@babe1/new': [['1.0.0', 20, 'mallory']] };
    await using server = await registryOf(served, offersNone);
    const [real, fake] = await evidenceFor(server, ['@babel/new', '@babe1/new']);
    expect(real?.evidence.publisherStanding).toMatchObject({
      value: { vouchedBy: expect.stringMatching(/^@babel\//) },
    });
    expect(fake?.evidence.publisherStanding).toMatchObject({ value: { known: null, vouchedBy: null } });
  });

  it('a name given up and registered again vouches for nobody', async () => {
    const served: Served = { lodash: [['1.0.0', 30, 'mallory']], 'by-mallory': [['1.0.0', 20, 'mallory']] };
    await using server = await registryOf(served, offersNone);
    const [, young] = await evidenceFor(server, ['lodash', 'by-mallory'], { now: Date.parse('2027-06-01') });
    expect(young?.evidence.publisherStanding).toMatchObject({ value: { vouchedBy: null } });
  });

  it('a build service that publishes for everybody is nobody: who set it up stays unknown', async () => {
    const served: Served = {
      'old-one': [['1.0.0', 900, 'GitHub Actions']],
      'young-one': [['1.0.0', 20, 'GitHub Actions']],
    };
    await using server = await registryOf(served, offersNone);
    const { evidence, answer } = at(await evidenceFor(server, ['young-one', 'old-one']), 0);
    expect(evidence.publisherStanding).toMatchObject({ state: 'unavailable', transient: false });
    expect(answer).toMatchObject({ state: 'needs', facts: [{ fact: 'publisherStanding' }] });
  });

  it('is neither new nor known where the source does not tell who published', async () => {
    await using server = await registryOf({ 'young-one': [['1.0.0', 20, null]] }, offersNone);
    expect(at(await evidenceFor(server, ['young-one']), 0).answer).toMatchObject({
      state: 'needs',
      facts: [{ fact: 'publisherStanding', transient: false }],
    });
  });

  it('is asked of no public source for a private name, and for none that is long known', async () => {
    await using server = await registryOf(
      { '@acme/young': [['1.0.0', 20, 'alice']], 'old-one': [['1.0.0', 900, 'alice']] },
      finds(),
    );
    const routes = [{ type: 'npm', names: '@acme', registry: server.url }] as const;
    const both = await evidenceFor(server, ['@acme/young', 'old-one'], { routes });
    for (const { evidence } of both) expect(evidence.publisherStanding).toEqual({ state: 'notApplicable' });
    expect(server.requests.filter((each) => each.includes('search'))).toEqual([]);
  });

  it('is asked once for a while, and kept without the name of the account', async () => {
    await using server = await registryOf(YOUNG, finds(['old-one', 900, 'mallory']));
    const cache = memoryCache();
    await evidenceFor(server, ['young-one'], { cache });
    const { evidence } = at(await evidenceFor(server, ['young-one'], { cache }), 0);
    expect(evidence.publisherStanding).toMatchObject({ value: { known: { name: 'old-one' } } });
    expect(server.requests.filter((each) => each.includes('search'))).toHaveLength(1);
    const accounts = [...cache.kept].filter(([key]) => key.startsWith('account'));
    expect(accounts.length).toBeGreaterThan(0);
    expect(JSON.stringify(accounts)).not.toContain('mallory');
  });
});

describe('a search that lies or fails', () => {
  // A registry that has no search may say so with a page: that leaves it at what was seen here. One without end may be
  // read as such, or be given up.
  const maySayThereIsNone = new Set(['404 as an HTML page', 'a gigantic 404']);

  it.concurrent.each(Object.keys(FAULTS))('and answers %s proves nothing of the account', async (fault) => {
    await using server = await registryOf(YOUNG, (_, response, request) => FAULTS[fault]?.(request, response));
    const { evidence, answer } = at(
      await evidenceFor(server, ['young-one'], { timeoutMs: patienceUnder(fault, 4_000) }),
      0,
    );
    if (maySayThereIsNone.has(fault) && evidence.publisherStanding.state === 'known') {
      expect(evidence.publisherStanding.value).toMatchObject({ known: null, vouchedBy: null });
      expect(answer.state).toBe('findings');
      return;
    }
    expect(evidence.publisherStanding).toMatchObject({ state: 'unavailable', transient: true });
    expect(answer).toMatchObject({ state: 'needs', facts: [{ fact: 'publisherStanding' }] });
  });

  it.each([
    ['that is not there', 404],
    ['that is not for us', 403],
  ])('and one %s leaves it at what was seen here', async (_, status) => {
    await using server = await registryOf(YOUNG, (__, response) => json(response, status, { error: 'no' }));
    const { evidence } = at(await evidenceFor(server, ['young-one']), 0);
    expect(evidence.publisherStanding).toMatchObject({ state: 'known', value: { known: null } });
  });

  it('and stays silent for a day counts as none', async () => {
    await using server = await registryOf(YOUNG, (_, response) => json(response, 503, {}));
    const cache = memoryCache();
    await evidenceFor(server, ['young-one'], { cache });
    const { evidence } = at(await evidenceFor(server, ['young-one'], { cache, now: NOW + 25 * 3_600_000 }), 0);
    expect(evidence.publisherStanding.state).toBe('known');
  });

  it('is not believed about packages of other people, without dates, or of odd shapes', async () => {
    await using server = await registryOf(YOUNG, (_, response) =>
      json(response, 200, {
        objects: [
          { package: { name: 'a', date: ago(900), publisher: { username: 'alice' } } },
          { package: { name: 'b', date: 'long ago', publisher: { username: 'mallory' } } },
          { package: { name: 'c', publisher: { username: 'mallory' } } },
          { package: { name: 'd', date: 12, publisher: 'mallory' } },
        ],
      }),
    );
    expect(at(await evidenceFor(server, ['young-one']), 0).evidence.publisherStanding).toMatchObject({
      value: { known: null },
    });
  });
});

describe('who holds a young project of PyPI', () => {
  async function standingOf(ownership: unknown) {
    const project = (name: string, extra: object) => ({
      info: { name, author: 'Alice Known', project_urls: { Source: 'https://code.example/x' } },
      releases: { '1.0.0': [{ digests: { sha256: 'aa' }, upload_time_iso_8601: ago(20) }] },
      ...extra,
    });
    await using server = await startServer((request, response) =>
      request.url === '/pypi/young/json'
        ? json(response, 200, project('young', ownership === undefined ? {} : { ownership }))
        : json(response, 404, { message: 'Not Found' }),
    );
    const sources = sourcesAt(server.url);
    const [evidence] = await sources.gather([changeOf({ type: 'pypi', name: 'young', version: '1.0.0' })], {
      baseNames: new Set(),
      signal: new AbortController().signal,
    });
    return evidence?.publisherStanding;
  }

  it('is told by PyPI, and never by what an author calls himself', async () => {
    expect(await standingOf({ organization: null, roles: [{ role: 'Owner', user: 'mallory' }] })).toMatchObject({
      value: { accounts: ['mallory'], known: null, vouchedBy: null },
    });
    expect(await standingOf(undefined)).toMatchObject({ state: 'unavailable', transient: false });
  });

  it('is vouched for by an organisation, which PyPI looks at before it lets it in', async () => {
    expect(await standingOf({ organization: 'acme', roles: [{ role: 'Owner', user: 'alice' }] })).toMatchObject({
      value: { accounts: ['acme', 'alice'], vouchedBy: 'acme' },
    });
  });
});

describe('behind a real registry', () => {
  let registry: LocalRegistry;
  beforeAll(async () => {
    registry = await startVerdaccio({ uplink: false });
  });
  afterAll(() => registry.close());

  it('a first package is told, and the second of somebody who has published for years is not', async () => {
    const manifest = { repository: 'https://code.example/x' };
    const alice = { name: 'alice', email: 'alice@people.example' };
    const mallory = { name: 'mallory', email: 'mallory@people.example' };
    await registry.publish({ name: 'by-alice-once', version: '1.0.0', publisher: alice, manifest });
    const long = '2019-01-01T00:00:00.000Z';
    await registry.backdate('by-alice-once', long, { '1.0.0': long });
    await registry.publish({ name: 'by-alice-now', version: '1.0.0', publisher: alice, manifest });
    await registry.publish({ name: 'by-mallory', version: '1.0.0', publisher: mallory, manifest });
    const judged = await evidenceFor(registry, ['by-alice-now', 'by-mallory', 'by-alice-once'], { now: Date.now() });
    expect(judged.map((each) => each.answer.state)).toEqual(['clear', 'findings', 'clear']);
    expect(judged[1]?.answer).toMatchObject({
      detections: [
        { message: expect.stringContaining('comes from the account mallory of which nothing older is known') },
      ],
    });
  });
});

describe('the rule', () => {
  it('counts an account that is not known for nothing: neither as a sign nor as clear', () => {
    fc.assert(
      fc.property(evidencePair, ({ change, after }) => {
        const hidden: PackageEvidence = {
          ...after,
          publisherStanding: { state: 'unavailable', source: 'npm', reason: 'answered 503', transient: true },
        };
        const without = freshSquat.detect(change, contextOf(hidden, CASE_NOW));
        const values: readonly PackageEvidence['publisherStanding'][] = [
          { state: 'notApplicable' },
          known(null),
          known({ name: 'another', since: '2015-01-01T00:00:00.000Z' }),
        ];
        const filled = values.map((publisherStanding) =>
          freshSquat.detect(change, contextOf({ ...after, publisherStanding }, CASE_NOW)),
        );
        const states = new Set(filled.map((each) => each.state));
        // It waits exactly where the answer hangs on it.
        expect(without.state).toBe(states.size > 1 ? 'needs' : filled[0]?.state);
      }),
      { numRuns: 1000 },
    );
  });
});

function known(value: { readonly name: string; readonly since: string } | null): PackageEvidence['publisherStanding'] {
  return {
    state: 'known',
    value: { accounts: ['mallory'], known: value, vouchedBy: null },
    source: 'npm',
    observedAt: '2026-11-01T00:00:00.000Z',
  };
}

it('a scope is popular by the highest of its names', () => {
  expect(NAMES.popularScope('npm', '@babel')).toBe('@babel/core');
  expect(NAMES.popularScope('npm', '@bab')).toBeNull();
  expect(NAMES.popularScope('pypi', '@babel')).toBeNull();
});
