import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/json.ts';
import type { RegistryKey } from '../../src/core/lookup.ts';
import { packumentReader } from '../../src/ecosystems/npm/packument-reader.ts';
import { documentOf } from '../../src/ecosystems/npm/registry-document.ts';
import { verifyAttestation } from '../../src/evidence/attestation.ts';
import { checkSignatures } from '../../src/evidence/signatures.ts';
import { trustFromFile } from '../../src/evidence/trust.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { json, startServer } from '../support/registry-server.ts';
import { startSigstore } from '../support/sigstore.ts';

/** Published documents beside the repository; the cases below say what they show even without them. */
const RECORDED = join(import.meta.dirname, '../../../shared/data/packuments');

function npmDocument(packument: unknown) {
  const reader = packumentReader();
  reader.write(Buffer.from(JSON.stringify(packument)));
  const read = reader.end();
  if (read.state === 'wrong') throw new Error(read.reason);
  return documentOf(read.packument);
}

function recorded(path: string): unknown {
  // Some were saved with a byte order mark.
  return JSON.parse(readFileSync(join(RECORDED, path), 'utf8').replace(/^\ufeff/, ''));
}

describe.runIf(existsSync(RECORDED))('real documents of registries', () => {
  it('lodash: a veteran with a known birthday', () => {
    const document = npmDocument(recorded('npm/lodash.json'));
    expect(document.firstPublishedAt).toMatch(/^2012-04-23T/);
    expect(document.versions.length).toBeGreaterThan(100);
    expect(document.placeholder).toBe(false);
    expect(document.repository).toContain('lodash');
  });

  it('an unpublished package has no versions and says so', () => {
    expect(npmDocument(recorded('npm/unpublishedpackage.json'))).toMatchObject({ versions: [], unpublished: true });
  });

  it('requests: every release with date and hashes', async () => {
    const project = recorded('pypi/requests.json');
    const server = await startServer((request, response) =>
      request.url === '/pypi/requests/json'
        ? json(response, 200, project)
        : json(response, 404, { message: 'Not Found' }),
    );
    try {
      const sources = await openSources({ ...DEFAULT_SOURCES, osv: null, addresses: { pypi: server.url } }, null);
      const [found] = await sources.gather([changeOf({ type: 'pypi', name: 'Requests', version: '2.9.2' })], {
        baseNames: new Set(),
        signal: new AbortController().signal,
      });
      expect(found?.firstPublishedAt).toMatchObject({ state: 'known', value: expect.stringMatching(/^2011-02-14T/) });
      expect(found?.resolvedVersion).toMatchObject({ value: { publishedAt: { value: '2016-04-29T21:57:23.021Z' } } });
    } finally {
      await server.close();
    }
  });
});

/** What `@sigstore/tuf` carries of the public instance: its trusted root, and the keys that npm signs with. */
function packaged(what: 'trusted_root.json' | 'keys.json'): string {
  const folder = dirname(createRequire(import.meta.url).resolve('@sigstore/tuf/package.json'));
  const seeds = JSON.parse(readFileSync(join(folder, 'seeds.json'), 'utf8')) as Record<
    string,
    { targets: Record<string, string> }
  >;
  const targets = Object.entries(Object.values(seeds)[0]?.targets ?? {});
  const found = targets.find(([name]) => name.endsWith(what))?.[1];
  if (found === undefined) throw new Error(`the package carries no ${what}`);
  return Buffer.from(found, 'base64').toString('utf8');
}

describe('what Sigstore publishes, as it is packaged', () => {
  it('is a trusted root that can be read without any network, and that no stranger’s attestation satisfies', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-root-'));
    const file = join(folder, 'trusted_root.json');
    await writeFile(file, packaged('trusted_root.json'));
    const trust = await (await trustFromFile(file))();
    await rm(folder, { recursive: true });
    if (trust.state !== 'given') throw new Error(trust.reason);
    expect(trust.material.certificateAuthorities.length).toBeGreaterThan(0);
    const subject = { name: 'pkg:npm/some-package@1.0.0', algorithm: 'sha512', hex: 'ab'.repeat(64) } as const;
    const bundle = await (await startSigstore()).attest({
      name: subject.name,
      digest: { sha512: subject.hex },
      repository: 'https://code.example/acme/some-package',
    });
    expect(verifyAttestation({ bundle: bundle as JsonValue, subject }, trust.material)).toMatchObject({
      state: 'invalid',
    });
  });
});

/** The keys as npm's own endpoint gives them; the packaged form says the same in Sigstore's words. */
function npmKeys(): readonly RegistryKey[] {
  const { keys } = JSON.parse(packaged('keys.json')) as {
    keys: { keyId: string; publicKey: { rawBytes: string; validFor: { end?: string } } }[];
  };
  return keys.map(({ keyId, publicKey }) => ({
    keyid: keyId,
    spki: publicKey.rawBytes,
    expires: publicKey.validFor.end ?? null,
  }));
}

describe.runIf(existsSync(RECORDED))('real signatures of npm', () => {
  const signed = readdirSync(existsSync(RECORDED) ? join(RECORDED, 'npm') : '.')
    .filter((file) => file.endsWith('.json') && existsSync(RECORDED))
    .flatMap((file) => {
      const { name, versions, records } = npmDocument(recorded(`npm/${file}`));
      return versions.flatMap((version) => {
        const record = records[version];
        return record?.signatures ? [{ name, version, record }] : [];
      });
    });
  const context = { source: 'npm', observedAt: '2026-11-01T00:00:00.000Z' };

  it('hold with npm’s own keys, each for its own version', () => {
    expect(signed.length).toBeGreaterThan(10);
    const states = signed.map((each) => {
      const fact = checkSignatures(each, npmKeys(), context);
      return fact.state === 'known' ? fact.value.state : fact.state;
    });
    expect(new Set(states)).toEqual(new Set(['verified']));
  });

  it('do not hold where name, version or hash is another’s', () => {
    for (const each of signed.slice(0, 20)) {
      const forged = [
        { ...each, name: `${each.name}x` },
        { ...each, version: `${each.version}.0` },
        { ...each, record: { ...each.record, signed: `sha512-${'A'.repeat(86)}==` } },
      ];
      for (const one of forged)
        expect(checkSignatures(one, npmKeys(), context)).toMatchObject({ value: { state: 'invalid' } });
    }
  });
});

describe('odd packuments', () => {
  const version = { name: 'odd', version: '1.0.0', dist: { shasum: 'a'.repeat(40) } };

  it('fields of the wrong type read as not given', () => {
    const document = npmDocument({
      name: 'odd',
      time: { created: 12, '1.0.0': 'yesterday' },
      maintainers: 'alice <alice@people.example>',
      repository: 7,
      versions: { '1.0.0': { ...version, scripts: 'none', deprecated: false, _npmUser: 'alice' } },
    });
    expect(document).toMatchObject({ versions: ['1.0.0'], unpublished: false });
    expect(document.firstPublishedAt).toBeUndefined();
    expect(document.maintainers).toBeUndefined();
    expect(document.records['1.0.0']).toEqual({ installScripts: [], integrity: `sha1:${'a'.repeat(40)}` });
  });

  it('a native build runs at install although no script says so', () => {
    const document = npmDocument({ name: 'odd', versions: { '1.0.0': { ...version, gypfile: true } } });
    expect(document.records['1.0.0']?.installScripts).toEqual(['install (binding.gyp)']);
  });

  it('a version that only calls itself security is no placeholder', () => {
    const document = npmDocument({
      name: 'odd',
      'dist-tags': { latest: '0.0.1-security' },
      description: 'a library about security',
      versions: { '0.0.1-security': version },
    });
    expect(document.placeholder).toBe(false);
  });
});
