import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { integrityMismatch } from '../../detectors/dependency/integrity-mismatch/detector.ts';
import { provenanceLost } from '../../detectors/dependency/provenance-lost/detector.ts';
import { publisherChanged } from '../../detectors/dependency/publisher-changed/detector.ts';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import type { EvidenceCache } from '../../src/evidence/cache.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { memoryCache } from '../support/evidence.ts';
import { json, type ScriptedServer, startServer } from '../support/registry-server.ts';
import { type LocalSigstore, registryKeys, startSigstore } from '../support/sigstore.ts';

const NAME = '@acme/signed';
const HASH = createHash('sha512').update('the archive').digest();
const INTEGRITY = `sha512-${HASH.toString('base64')}`;
const REPOSITORY = 'https://code.example/acme/signed';
const DAY = 86_400_000;

let sigstore: LocalSigstore;
let folder: string;
let rootFile: string;
beforeAll(async () => {
  sigstore = await startSigstore();
  folder = await mkdtemp(join(tmpdir(), 'countersign-proofs-'));
  rootFile = join(folder, 'trusted_root.json');
  await writeFile(rootFile, JSON.stringify(sigstore.trustedRoot));
});
afterAll(() => rm(folder, { recursive: true }));

const running: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

interface World {
  readonly signatures?: readonly unknown[];
  readonly keys?: readonly unknown[] | 'none' | 'down';
  readonly attestations?: readonly unknown[] | 'none' | 'down';
  readonly integrity?: string;
  readonly publishedAt?: string;
  readonly keysFile?: string;
  readonly cache?: EvidenceCache;
  readonly sigstore?: string | null;
}

async function world(given: World): Promise<{
  readonly server: ScriptedServer;
  readonly change: ReturnType<typeof changeOf>;
  gather(): Promise<PackageEvidence>;
}> {
  const published = given.publishedAt ?? new Date(Date.now() - DAY).toISOString();
  const server = await startServer((request, response) => {
    const url = decodeURIComponent(request.url ?? '/');
    if (url === '/-/npm/v1/keys') {
      if (given.keys === 'down') return void response.writeHead(503).end();
      return given.keys === undefined || given.keys === 'none'
        ? json(response, 404, { error: 'not found' })
        : json(response, 200, { keys: given.keys });
    }
    if (url === `/-/npm/v1/attestations/${NAME}@1.1.0`) {
      if (given.attestations === 'down') return void response.writeHead(503).end();
      return given.attestations === undefined || given.attestations === 'none'
        ? json(response, 404, { error: 'not found' })
        : json(response, 200, {
            attestations: given.attestations.map((bundle) => ({
              predicateType: 'https://slsa.dev/provenance/v1',
              bundle,
            })),
          });
    }
    json(response, 200, {
      name: NAME,
      'dist-tags': { latest: '1.1.0' },
      time: { created: '2020-01-01T00:00:00.000Z', '1.0.0': '2020-01-01T00:00:00.000Z', '1.1.0': published },
      versions: {
        '1.0.0': { _npmUser: { name: 'alice' }, dist: { integrity: 'sha512-AAAA', attestations: { url: 'x' } } },
        '1.1.0': {
          _npmUser: { name: 'GitHub Actions' },
          dist: {
            integrity: given.integrity ?? INTEGRITY,
            ...(given.signatures === undefined ? {} : { signatures: given.signatures }),
            ...(given.attestations === undefined ? {} : { attestations: { url: 'https://elsewhere.example/x' } }),
          },
        },
      },
    });
  });
  running.push(server);
  const change = changeOf({
    name: NAME,
    version: '1.1.0',
    integrity: given.integrity ?? INTEGRITY,
    changeType: 'updated',
    previous: { version: '1.0.0' },
  });
  const settings = {
    ...DEFAULT_SOURCES,
    osv: null,
    npm: { registry: server.url },
    sigstore: given.sigstore === undefined ? rootFile : given.sigstore,
    npmKeys: given.keysFile ?? null,
    limits: { ...DEFAULT_SOURCES.limits, retries: 0 },
    timeoutMs: 60_000,
  };
  const sources = await openSources(settings, given.cache ?? null);
  return {
    server,
    change,
    gather: async () => {
      const [found] = await sources.gather([change], { baseNames: new Set(), signal: new AbortController().signal });
      if (found === undefined) throw new Error('every change has its evidence');
      return found;
    },
  };
}

function versionOf(evidence: PackageEvidence) {
  if (evidence.resolvedVersion.state !== 'known') throw new Error('the version exists');
  return evidence.resolvedVersion.value;
}

function contextOf(evidence: PackageEvidence, change: ReturnType<typeof changeOf>) {
  return { evidence, changes: [change], thresholds: DEFAULT_THRESHOLDS, now: Date.now() };
}

describe("a registry's signature", () => {
  it('is verified with the key that the registry publishes', async () => {
    const key = registryKeys();
    const { gather } = await world({ signatures: [key.sign(NAME, '1.1.0', INTEGRITY)], keys: [key.published] });
    const version = versionOf(await gather());
    expect(version.signature).toMatchObject({ state: 'known', value: { state: 'verified', keyid: key.keyid } });
    expect(version.integrity).toMatchObject({ state: 'known', value: INTEGRITY });
  });

  it.each([
    ['another hash', (key: ReturnType<typeof registryKeys>) => key.sign(NAME, '1.1.0', 'sha512-BBBB')],
    ['another version', (key: ReturnType<typeof registryKeys>) => key.sign(NAME, '1.0.0', INTEGRITY)],
    ['another name', (key: ReturnType<typeof registryKeys>) => key.sign('@acme/other', '1.1.0', INTEGRITY)],
    ['nothing at all', (key: ReturnType<typeof registryKeys>) => ({ keyid: key.keyid, sig: 'AAAA' })],
  ])('over %s makes the stated hash worth nothing, and a lockfile that pins it is held', async (_, forge) => {
    const key = registryKeys();
    const { gather, change } = await world({ signatures: [forge(key)], keys: [key.published] });
    const evidence = await gather();
    expect(versionOf(evidence).signature).toMatchObject({ state: 'known', value: { state: 'invalid' } });
    expect(versionOf(evidence).integrity).toMatchObject({ state: 'unavailable', transient: false });
    expect(integrityMismatch.detect(change, contextOf(evidence, change))).toMatchObject({
      state: 'needs',
      facts: [{ fact: 'integrity', transient: false }],
    });
  });

  it('of a stranger’s key is never good', async () => {
    const [own, strange] = [registryKeys(), registryKeys()];
    const { gather } = await world({ signatures: [strange.sign(NAME, '1.1.0', INTEGRITY)], keys: [own.published] });
    expect(versionOf(await gather()).signature).toMatchObject({ state: 'unavailable', transient: false });
  });

  it('of a stranger’s key under the registry’s key id is invalid', async () => {
    const [own, strange] = [registryKeys(), registryKeys()];
    const forged = { ...strange.sign(NAME, '1.1.0', INTEGRITY), keyid: own.keyid };
    const { gather } = await world({ signatures: [forged], keys: [own.published] });
    expect(versionOf(await gather()).signature).toMatchObject({ value: { state: 'invalid' } });
  });

  it('by a key that had expired before the version was published is invalid', async () => {
    const key = registryKeys(new Date(Date.now() - 30 * DAY).toISOString());
    const { gather } = await world({ signatures: [key.sign(NAME, '1.1.0', INTEGRITY)], keys: [key.published] });
    expect(versionOf(await gather()).signature).toMatchObject({ value: { state: 'invalid' } });
  });

  it('by a key that expired since is good', async () => {
    const key = registryKeys(new Date(Date.now() - 30 * DAY).toISOString());
    const { gather } = await world({
      signatures: [key.sign(NAME, '1.1.0', INTEGRITY)],
      keys: [key.published],
      publishedAt: new Date(Date.now() - 60 * DAY).toISOString(),
    });
    expect(versionOf(await gather()).signature).toMatchObject({ value: { state: 'verified' } });
  });

  it.each(['down', 'none'] as const)('stays unknown while the keys are %s, and holds nothing up', async (keys) => {
    const key = registryKeys();
    const { gather, change } = await world({ signatures: [key.sign(NAME, '1.1.0', INTEGRITY)], keys });
    const evidence = await gather();
    expect(versionOf(evidence).signature).toMatchObject({ state: 'unavailable', transient: keys === 'down' });
    expect(integrityMismatch.detect(change, contextOf(evidence, change)).state).toBe('clear');
  });

  it('is checked with keys from a file where the operator has one, and the registry is not asked', async () => {
    const key = registryKeys();
    const keysFile = join(folder, 'keys.json');
    await writeFile(keysFile, JSON.stringify({ keys: [key.published] }));
    const { gather, server } = await world({ signatures: [key.sign(NAME, '1.1.0', INTEGRITY)], keysFile });
    expect(versionOf(await gather()).signature).toMatchObject({ value: { state: 'verified' } });
    expect(server.requests).toEqual(['GET /@acme%2fsigned']);
  });

  it('costs one request for the keys, however often it is asked', async () => {
    const key = registryKeys();
    const { gather, server } = await world({
      signatures: [key.sign(NAME, '1.1.0', INTEGRITY)],
      keys: [key.published],
      cache: memoryCache(),
    });
    await gather();
    await gather();
    expect(server.requests).toEqual(['GET /@acme%2fsigned', 'GET /-/npm/v1/keys']);
  });
});

describe('provenance', () => {
  const subject = { name: 'pkg:npm/%40acme/signed@1.1.0', digest: { sha512: HASH.toString('hex') } };

  it('is verified against the trusted root, with the repository that the build took its source from', async () => {
    const bundle = await sigstore.attest({ ...subject, repository: REPOSITORY });
    const { gather, server } = await world({ attestations: [bundle], cache: memoryCache() });
    expect(versionOf(await gather()).provenance).toMatchObject({
      state: 'known',
      value: { state: 'verified', sourceRepository: REPOSITORY },
    });
    await gather();
    expect(server.requests).toEqual(['GET /@acme%2fsigned', 'GET /-/npm/v1/attestations/@acme%2fsigned@1.1.0']);
  });

  it.each([
    ['of another version', { name: 'pkg:npm/%40acme/signed@1.0.0' }, /another artefact/],
    ['of another archive', { digest: { sha512: 'ab'.repeat(64) } }, /another artefact/],
    ['signed by a person', { repository: null }, /not signed by a build/],
  ])('%s is invalid', async (_, differs, reason) => {
    const bundle = await sigstore.attest({ ...subject, repository: REPOSITORY, ...differs });
    const { gather, change } = await world({ attestations: [bundle] });
    const evidence = await gather();
    const { provenance } = versionOf(evidence);
    expect(provenance).toMatchObject({ value: { state: 'invalid', reason: expect.stringMatching(reason) } });
    expect(provenanceLost.detect(change, contextOf(evidence, change))).toMatchObject({ state: 'findings' });
    // And a build's account without a proof of the build is a stranger.
    expect(publisherChanged.detect(change, contextOf(evidence, change))).toMatchObject({
      state: 'findings',
      detections: [{ level: 'warning' }],
    });
  });

  it('signed under another root is invalid', async () => {
    const bundle = await (await startSigstore()).attest({ ...subject, repository: REPOSITORY });
    const { gather } = await world({ attestations: [bundle] });
    expect(versionOf(await gather()).provenance).toMatchObject({ value: { state: 'invalid' } });
  });

  it('whose statement was changed after signing is invalid', async () => {
    const bundle = await sigstore.attest({ ...subject, name: 'pkg:npm/other@1.0.0', repository: REPOSITORY });
    const honest = await sigstore.attest({ ...subject, repository: REPOSITORY });
    const envelope = bundle['dsseEnvelope'] as Record<string, unknown>;
    const payload = (honest['dsseEnvelope'] as Record<string, unknown>)['payload'];
    const { gather } = await world({ attestations: [{ ...bundle, dsseEnvelope: { ...envelope, payload } }] });
    expect(versionOf(await gather()).provenance).toMatchObject({ value: { state: 'invalid' } });
  });

  it('that is garbage is invalid', async () => {
    const { gather } = await world({ attestations: [{ mediaType: 'x' }] });
    expect(versionOf(await gather()).provenance).toMatchObject({ value: { state: 'invalid' } });
  });

  it.each(['down', 'none'] as const)('is listed and no more where the attestations are %s', async (attestations) => {
    const { gather } = await world({ attestations });
    expect(versionOf(await gather()).provenance).toMatchObject({ value: { state: 'present' } });
  });

  it('is listed and no more where the operator has it checked by nobody', async () => {
    const bundle = await sigstore.attest({ ...subject, repository: REPOSITORY });
    const { gather, server } = await world({ attestations: [bundle], sigstore: null });
    expect(versionOf(await gather()).provenance).toMatchObject({ value: { state: 'present' } });
    expect(server.requests).toHaveLength(1);
  });

  it('stops the start where the trusted root cannot be read', async () => {
    const broken = join(folder, 'broken.json');
    await writeFile(broken, '{}');
    await expect(world({ sigstore: broken })).rejects.toThrow(/trusted root .*broken\.json cannot be used/);
  });
});
