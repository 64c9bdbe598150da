import { afterEach, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import { runDependencyRules } from '../../detectors/engine/run.ts';
import type { DependencyChange } from '../../src/core/dependency.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import { blocksByDefault } from '../../src/policy/decide.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
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

async function review(changes: readonly DependencyChange[], baseNames: readonly string[]) {
  proxy = await startServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '/').slice(1));
    if (name.startsWith('invented')) {
      response.writeHead(404, { 'content-length': '0' });
      response.end();
      return;
    }
    json(response, 200, stripped(name, ['1.0.0', '1.1.0', '1.2.0']));
  });
  const sources = await openSources({ ...DEFAULT_SOURCES, osv: null, npm: { registry: proxy.url } }, null);
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
    now: Date.now(),
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
