import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import type { DependencyChange } from '../../src/core/dependency.ts';
import type { JsonValue } from '../../src/core/json.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import type { EvidenceCache } from '../../src/evidence/cache.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { type LocalRegistry, startVerdaccio } from '../support/verdaccio.ts';

let registry: LocalRegistry;
beforeAll(async () => {
  registry = await startVerdaccio({ uplink: false });
});
afterAll(async () => {
  await registry.close();
});

const alice = { name: 'alice', email: 'alice@people.example' };
const mallory = { name: 'mallory', email: 'mallory@people.example' };

async function judge(
  changes: readonly DependencyChange[],
  options: { cache?: EvidenceCache; baseNames?: readonly string[] } = {},
) {
  const sources = await openSources(
    { ...DEFAULT_SOURCES, osv: null, npm: { registry: registry.url } },
    options.cache ?? null,
  );
  const gathered = await sources.gather(changes, {
    baseNames: new Set(options.baseNames ?? []),
    signal: new AbortController().signal,
  });
  return changes.map((change, index) => {
    const evidence = gathered[index];
    if (evidence === undefined) throw new Error('every change has its evidence');
    const context = { evidence, changes, thresholds: DEFAULT_THRESHOLDS, now: Date.now() };
    const answers = DEPENDENCY_DETECTORS.map((each) => [each.rule.id, each.detect(change, context)] as const);
    return { evidence, findings: answers.filter(([, answer]) => answer.state === 'findings').map(([id]) => id) };
  });
}

function only<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined || list.length !== 1) throw new Error('exactly one is expected');
  return first;
}

function memoryCache(): EvidenceCache {
  const kept = new Map<string, JsonValue>();
  return {
    cached: async (key) => kept.get(key) ?? null,
    cache: async (key, value) => void kept.set(key, JSON.parse(JSON.stringify(value))),
  };
}

describe('npm, as a real registry tells it', () => {
  it('calls a package published a moment ago new and unproven', async () => {
    await registry.publish({
      name: 'just-now',
      version: '1.0.0',
      manifest: { scripts: { postinstall: 'node run.js' } },
    });
    const { findings } = only(await judge([changeOf({ name: 'just-now', version: '1.0.0' })]));
    expect(findings).toEqual(
      expect.arrayContaining(['package-too-new', 'version-too-new', 'install-script', 'fresh-squat']),
    );
  });

  it('has nothing to say of a package that is years old', async () => {
    await registry.publish({
      name: 'veteran',
      version: '1.0.0',
      publisher: alice,
      manifest: { repository: 'https://code.example/veteran' },
    });
    await registry.backdate('veteran', '2018-03-01T00:00:00.000Z', { '1.0.0': '2018-03-01T00:00:00.000Z' });
    const { evidence, findings } = only(await judge([changeOf({ name: 'veteran', version: '1.0.0' })]));
    expect(findings).toEqual([]);
    expect(evidence.firstPublishedAt).toMatchObject({ state: 'known', value: '2018-03-01T00:00:00.000Z' });
  });

  it('knows what is not there, and asks once for it', async () => {
    const before = registry.requests.length;
    const [missing, scoped] = await judge([
      changeOf({ name: 'never-published', entry: 'manifest', range: '^1.0.0' }),
      changeOf({ name: '@acme/never-published', version: '1.0.0' }),
    ]);
    expect(missing?.findings).toContain('package-not-found');
    expect(scoped?.findings).toContain('package-not-found');
    expect(registry.requests.slice(before).sort()).toEqual(['GET /@acme%2fnever-published', 'GET /never-published']);
  });

  it('tells a placeholder and an unpublished package from living ones', async () => {
    await registry.holdForSecurity('was-malware');
    await registry.publish({ name: 'taken-back', version: '1.0.0' });
    await registry.unpublish('taken-back');
    const [held, gone] = await judge([
      changeOf({ name: 'was-malware', entry: 'manifest', range: '*' }),
      changeOf({ name: 'taken-back', version: '1.0.0' }),
    ]);
    expect(held?.findings).toContain('security-placeholder');
    expect(gone?.findings).toContain('package-not-found');
  });

  it('sees a takeover: new publisher, lost provenance, gained script', async () => {
    const proof = {
      url: 'https://attestations.example/handed-over',
      provenance: { predicateType: 'https://slsa.dev/provenance/v1' },
    };
    await registry.publish({ name: 'handed-over', version: '1.0.0', publisher: alice, attestations: proof });
    await registry.publish({
      name: 'handed-over',
      version: '1.0.1',
      publisher: mallory,
      manifest: { scripts: { preinstall: 'node steal.js' } },
    });
    await registry.backdate('handed-over', '2019-01-01T00:00:00.000Z', { '1.0.0': '2019-01-01T00:00:00.000Z' });
    const update = changeOf({
      name: 'handed-over',
      changeType: 'updated',
      version: '1.0.1',
      previous: { version: '1.0.0' },
    });
    const { findings } = only(await judge([update], { baseNames: ['npm:handed-over'] }));
    expect(findings).toEqual(
      expect.arrayContaining(['publisher-changed', 'provenance-lost', 'install-script', 'version-too-new']),
    );
  });

  it('holds a lockfile against the registry', async () => {
    await registry.publish({ name: 'hashed', version: '2.0.0' });
    await registry.backdate('hashed', '2018-01-01T00:00:00.000Z', { '2.0.0': '2018-01-01T00:00:00.000Z' });
    const forged = changeOf({
      name: 'hashed',
      version: '2.0.0',
      integrity: `sha512-${Buffer.alloc(64, 7).toString('base64')}`,
    });
    const { evidence, findings } = only(await judge([forged]));
    expect(findings).toContain('integrity-mismatch');
    const honest = evidence.resolvedVersion.state === 'known' ? evidence.resolvedVersion.value.integrity : null;
    if (honest?.state !== 'known') throw new Error('the registry states the integrity');
    expect(
      only(await judge([changeOf({ name: 'hashed', version: '2.0.0', integrity: honest.value })])).findings,
    ).toEqual([]);
  });

  it('reads deprecations, and the package they name', async () => {
    await registry.publish({ name: 'old-client', version: '1.0.0' });
    await registry.deprecate('old-client', '1.0.0', 'this package was renamed to new-client-sdk');
    const { evidence, findings } = only(await judge([changeOf({ name: 'old-client', version: '1.0.0' })]));
    expect(findings).toEqual(expect.arrayContaining(['yanked-or-deprecated', 'looks-like']));
    expect(evidence.looksLike).toMatchObject({ value: [{ name: 'new-client-sdk', technique: 'deprecation-notice' }] });
  });

  it('chooses the version npm would install for a range', async () => {
    for (const version of ['1.0.0', '1.4.0', '2.0.0']) await registry.publish({ name: 'ranged', version });
    const [caret, none, tag, noTag] = await judge([
      changeOf({ name: 'ranged', entry: 'manifest', range: '^1.0.0' }),
      changeOf({ name: 'ranged', entry: 'manifest', range: '^3.0.0' }),
      changeOf({ name: 'ranged', entry: 'command', range: 'latest' }),
      changeOf({ name: 'ranged', entry: 'command', range: 'nightly' }),
    ]);
    expect(caret?.evidence.resolvedVersion).toMatchObject({ state: 'known', value: { version: '1.4.0' } });
    expect(none?.findings).toContain('version-not-found');
    expect(noTag?.findings).toContain('version-not-found');
    expect(tag?.evidence.resolvedVersion).toMatchObject({ state: 'known', value: { version: '2.0.0' } });
  });

  it('judges the version npm takes, not the one that a publisher shows', async () => {
    for (const version of ['1.0.0', '1.9.0', '2.0.0-rc.1']) await registry.publish({ name: 'two-faced', version });
    await registry.edit('two-faced', (packument) => {
      packument['dist-tags'] = { latest: '1.0.0', '1.x': '1.0.0', gone: '1.5.0' };
    });
    const asked = (range: string) => changeOf({ name: 'two-faced', entry: 'manifest', range });
    const chosen = async (...ranges: string[]) =>
      (await judge(ranges.map(asked))).map(({ evidence: { resolvedVersion } }) =>
        resolvedVersion.state === 'known' ? resolvedVersion.value.version : resolvedVersion.state,
      );
    // A tag with the name of a range is not asked for; one whose version is gone leads nowhere.
    expect(await chosen('^1.0.0', '1.x', '>1.0.0', 'gone', '^2.0.0', '^2.0.0-0', '*')).toEqual([
      '1.0.0',
      '1.0.0',
      '1.9.0',
      'absent',
      'absent',
      '2.0.0-rc.1',
      '1.0.0',
    ]);
    await registry.deprecate('two-faced', '1.0.0', 'old');
    expect(await chosen('^1.0.0', '1.x', '*')).toEqual(['1.9.0', '1.9.0', '1.9.0']);
  });

  it('asks one question a package, and none again while the answer is fresh', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `counted-${index}`);
    for (const name of names) await registry.publish({ name, version: '1.0.0' });
    const changes = names.flatMap((name) => [
      changeOf({ name, version: '1.0.0' }),
      changeOf({ name, entry: 'manifest', range: '^1.0.0' }),
    ]);
    const cache = memoryCache();
    const start = registry.requests.length;
    const cold = await judge(changes, { cache });
    expect(registry.requests.length - start).toBe(names.length);
    const warm = await judge(changes, { cache });
    expect(registry.requests.length - start).toBe(names.length);
    expect(warm.map((each) => each.findings)).toEqual(cold.map((each) => each.findings));
  });

  it('remembers when it first saw a name, and forgets it when the name was registered again', async () => {
    const cache = memoryCache();
    await registry.publish({ name: 'passed-on', version: '1.0.0' });
    await registry.backdate('passed-on', '2019-01-01T00:00:00.000Z');
    await cache.cache('first-sight:npm:npm:passed-on', '2020-06-01T00:00:00.000Z', '2040-01-01T00:00:00.000Z');
    const [before] = await judge([changeOf({ name: 'passed-on', version: '1.0.0' })], { cache });
    expect(before?.evidence.existedBy).toMatchObject({ value: '2020-06-01T00:00:00.000Z' });
    await registry.backdate('passed-on', '2026-10-30T00:00:00.000Z');
    const later = memoryCache();
    await later.cache('first-sight:npm:npm:passed-on', '2020-06-01T00:00:00.000Z', '2040-01-01T00:00:00.000Z');
    const [after] = await judge([changeOf({ name: 'passed-on', version: '1.0.0' })], { cache: later });
    expect(after?.evidence.existedBy).not.toMatchObject({ value: '2020-06-01T00:00:00.000Z' });
    expect(after?.findings).toContain('package-too-new');
  });
});
