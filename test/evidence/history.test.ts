import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { type LocalRegistry, startVerdaccio } from '../support/verdaccio.ts';

let registry: LocalRegistry;
beforeAll(async () => {
  registry = await startVerdaccio({ uplink: false });
});
afterAll(() => registry.close());

const alice = { name: 'alice', email: 'alice@people.example' };
const mallory = { name: 'mallory', email: 'mallory@people.example' };
const attestations = { url: 'https://attestations.example/x', provenance: {} };
const DAYS_AGO = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

async function judge(differences: Readonly<Record<string, unknown>>): Promise<{
  readonly evidence: PackageEvidence;
  readonly findings: readonly string[];
}> {
  const change = changeOf(differences);
  const settings = { ...DEFAULT_SOURCES, osv: null, depsDev: null, npm: { registry: registry.url } };
  const sources = await openSources({ ...settings, sigstore: null }, null);
  const [evidence] = await sources.gather([change], { baseNames: new Set(), signal: new AbortController().signal });
  if (evidence === undefined) throw new Error('every change has its evidence');
  const context = { evidence, changes: [change], thresholds: DEFAULT_THRESHOLDS, now: Date.now() };
  const findings = DEPENDENCY_DETECTORS.filter((each) => each.detect(change, context).state === 'findings');
  return { evidence, findings: findings.map((each) => each.rule.id) };
}

describe('a take-over in several steps', () => {
  it('does not vouch for itself: each version is measured by what had stood for a week', async () => {
    const name = 'taken-in-steps';
    await registry.publish({ name, version: '1.2.0', publisher: alice, attestations });
    for (const version of ['1.2.1', '1.2.2', '1.2.3'])
      await registry.publish({
        name,
        version,
        publisher: mallory,
        manifest: { scripts: { preinstall: 'node steal.js' } },
      });
    await registry.backdate(name, DAYS_AGO(2000), {
      '1.2.0': DAYS_AGO(400),
      '1.2.1': DAYS_AGO(0.3),
      '1.2.2': DAYS_AGO(0.2),
      '1.2.3': DAYS_AGO(0.1),
    });
    // Added afresh: no version is left behind that could be compared with.
    const { evidence, findings } = await judge({ name, version: '1.2.3' });
    expect(evidence.predecessor).toMatchObject({ value: { version: '1.2.0' } });
    expect(evidence.earlierPublishers).toMatchObject({ value: [alice] });
    expect(findings).toEqual(expect.arrayContaining(['install-script', 'publisher-changed', 'provenance-lost']));
  });

  it('is seen by whoever comes from a version before the proofs began', async () => {
    const name = 'attested-lately';
    await registry.publish({ name, version: '1.0.0', publisher: alice });
    await registry.publish({ name, version: '1.1.0', publisher: alice, attestations });
    await registry.publish({ name, version: '1.1.1', publisher: alice });
    await registry.backdate(name, DAYS_AGO(2000), {
      '1.0.0': DAYS_AGO(1500),
      '1.1.0': DAYS_AGO(100),
      '1.1.1': DAYS_AGO(1),
    });
    const { findings } = await judge({
      name,
      version: '1.1.1',
      changeType: 'updated',
      previous: { version: '1.0.0' },
    });
    expect(findings).toContain('provenance-lost');
  });
});

describe('an ordinary history', () => {
  it('has its lines: a fix of 1.x is measured by 1.x, whatever 2.x brought', async () => {
    const name = 'with-lines';
    await registry.publish({ name, version: '1.4.0', publisher: alice });
    await registry.publish({ name, version: '2.0.0', publisher: alice, attestations });
    await registry.publish({ name, version: '1.4.1', publisher: alice });
    await registry.backdate(name, DAYS_AGO(2000), {
      '1.4.0': DAYS_AGO(300),
      '2.0.0': DAYS_AGO(200),
      '1.4.1': DAYS_AGO(10),
    });
    const { evidence, findings } = await judge({ name, version: '1.4.1' });
    expect(evidence.predecessor).toMatchObject({ value: { version: '1.4.0' } });
    expect(findings).toEqual([]);
  });

  it('of three quick releases by one hand is no alarm', async () => {
    const name = 'busy-day';
    for (const version of ['3.0.0', '3.0.1', '3.0.2']) await registry.publish({ name, version, publisher: alice });
    await registry.backdate(name, DAYS_AGO(900), {
      '3.0.0': DAYS_AGO(4),
      '3.0.1': DAYS_AGO(3.5),
      '3.0.2': DAYS_AGO(3),
    });
    expect((await judge({ name, version: '3.0.2' })).findings).toEqual([]);
  });
});

it('a famous name that was given up and registered again is as young as its new owner', async () => {
  await registry.publish({ name: 'left-pad', version: '9.0.0', publisher: mallory });
  await registry.backdate('left-pad', DAYS_AGO(2), { '9.0.0': DAYS_AGO(2) });
  const { evidence, findings } = await judge({ name: 'left-pad', version: '9.0.0' });
  expect(evidence.popular).toBe(false);
  expect(findings).toEqual(expect.arrayContaining(['package-too-new', 'fresh-squat']));
});

it('an implicit native build that comes with an update is an install script', async () => {
  const name = 'now-native';
  await registry.publish({ name, version: '1.0.0', publisher: alice });
  await registry.publish({ name, version: '1.0.1', publisher: alice, manifest: { gypfile: true } });
  await registry.backdate(name, DAYS_AGO(900), { '1.0.0': DAYS_AGO(800), '1.0.1': DAYS_AGO(1) });
  const { findings } = await judge({ name, version: '1.0.1', changeType: 'updated', previous: { version: '1.0.0' } });
  expect(findings).toContain('install-script');
});
