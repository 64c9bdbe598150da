import { afterEach, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import { runDependencyRules } from '../../detectors/engine/run.ts';
import type { DependencyChange } from '../../src/core/dependency.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import type { EvidenceCache } from '../../src/evidence/cache.ts';
import { SYSTEM_CLOCK } from '../../src/evidence/clock.ts';
import { blocksByDefault } from '../../src/policy/decide.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { memoryCache } from '../support/evidence.ts';
import { json, type ScriptedServer, startServer } from '../support/registry-server.ts';

let proxy: ScriptedServer | null = null;
afterEach(async () => {
  await proxy?.close();
  proxy = null;
});

/** What a stripping proxy leaves of a packument: versions, scripts, integrity; dates of its own, no creation date. */
function stripped(name: string, versions: readonly string[]) {
  return {
    name,
    'dist-tags': { latest: versions.at(-1) },
    time: Object.fromEntries(versions.map((version) => [version, new Date().toISOString()])),
    versions: Object.fromEntries(
      versions.map((version) => [
        version,
        { name, version, dist: { integrity: `sha512-${Buffer.from(version).toString('base64')}` } },
      ]),
    ),
  };
}

/** What a review makes of changes behind such a proxy; deps.dev is out of reach of that network. */
async function review(
  changes: readonly DependencyChange[],
  baseNames: readonly string[],
  beyond: { readonly depsDev: 'off' | 'silent'; readonly cache?: EvidenceCache; readonly now?: () => number } = {
    depsDev: 'off',
  },
) {
  proxy = await startServer((request, response) => {
    if (request.url?.startsWith('/v3/systems/')) return void response.writeHead(504).end();
    const name = decodeURIComponent((request.url ?? '/').slice(1));
    if (name.startsWith('invented')) {
      response.writeHead(404, { 'content-length': '0' });
      response.end();
      return;
    }
    json(response, 200, stripped(name, ['1.0.0', '1.1.0', '1.2.0']));
  });
  const now = beyond.now ?? Date.now;
  const sources = await openSources(
    {
      ...DEFAULT_SOURCES,
      osv: null,
      npm: { registry: proxy.url },
      depsDev: beyond.depsDev === 'off' ? null : proxy.url,
    },
    beyond.cache ?? null,
    { ...SYSTEM_CLOCK, now, sleep: async () => {} },
  );
  const evidence = await sources.gather(changes, {
    baseNames: new Set(baseNames),
    signal: new AbortController().signal,
  });
  const judged = changes.map((change, index) => {
    const found = evidence[index];
    if (found === undefined) throw new Error('every change has its evidence');
    return { change, evidence: found };
  });
  const run = runDependencyRules(judged, DEPENDENCY_DETECTORS, {
    thresholds: DEFAULT_THRESHOLDS,
    now: now(),
    couldBlock: (rule) => blocksByDefault(rule.level, rule.confidence, 'agent'),
    leaveOutLookUps: false,
    changes,
    registryHosts: [],
    owner: null,
  });
  const blocking = run.detections.filter((each) => (each.level ?? 'error') === 'error');
  return { ...run, blocking };
}

it('lets an ordinary upgrade pass behind a proxy that strips dates', async () => {
  const upgrade = changeOf({
    name: 'in-house-favourite',
    changeType: 'updated',
    version: '1.2.0',
    previous: { version: '1.1.0' },
  });
  const { blocking, unknowns } = await review([upgrade], ['npm:in-house-favourite']);
  expect(blocking).toEqual([]);
  expect(unknowns).toEqual([]);
});

it('lets a well-known package be added behind such a proxy', async () => {
  const { blocking, unknowns } = await review([changeOf({ name: 'lodash', version: '1.2.0' })], []);
  expect(blocking).toEqual([]);
  expect(unknowns).toEqual([]);
});

it('makes brand-new unknown names one finding that can be signed', async () => {
  const added = ['quite-unheard-of', 'never-met-before'].map((name) => changeOf({ name, version: '1.2.0' }));
  const { blocking, unknowns } = await review(added, []);
  expect(blocking).toHaveLength(1);
  expect(blocking[0]).toMatchObject({ ruleId: 'not-evaluated' });
  expect(blocking[0]?.evidence['subjects']).toHaveLength(2);
  expect(unknowns).toEqual([]);
});

it('waits a day for deps.dev where it is out of reach, and then asks for one signature', async () => {
  const cache = memoryCache();
  let now = Date.now();
  const added = [changeOf({ name: 'quite-unheard-of', version: '1.2.0' })];
  const beyond = { depsDev: 'silent', cache, now: () => now } as const;
  const first = await review(added, [], beyond);
  expect(first.unknowns.filter((each) => !each.advisory)).toMatchObject([{ fact: 'firstPublishedAt' }]);
  await proxy?.close();
  now += 25 * 3_600_000;
  const later = await review(added, [], beyond);
  expect(later.unknowns).toEqual([]);
  expect(later.blocking).toMatchObject([{ ruleId: 'not-evaluated' }]);
});

it('never takes the proxy’s own dates for the age of a package', async () => {
  const { detections } = await review([changeOf({ name: 'lodash', version: '1.2.0' })], []);
  expect(detections.map((each) => each.ruleId)).not.toContain('package-too-new');
  expect(detections.map((each) => each.ruleId)).not.toContain('version-too-new');
});

it('takes an empty 404 for an answer once the proxy has shown that it knows packages', async () => {
  const { detections } = await review([changeOf({ name: 'invented-by-a-model', version: '1.0.0' })], []);
  expect(detections.map((each) => each.ruleId)).toContain('package-not-found');
  expect(proxy?.requests).toContain('GET /semver');
});
