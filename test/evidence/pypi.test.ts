import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { json, type ScriptedServer, startServer } from '../support/registry-server.ts';
import { type LocalSigstore, startSigstore } from '../support/sigstore.ts';

// No PyPI server was to be had: these answers follow the specifications that the code names, field by field.

let server: ScriptedServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const DAYS_AGO = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

const file = (filename: string, uploaded: string, more: Readonly<Record<string, unknown>> = {}) => ({
  filename,
  url: `https://files.example/${filename}`,
  hashes: { sha256: sha(filename) },
  'upload-time': uploaded,
  yanked: false,
  ...more,
});

const INDEX = {
  meta: { 'api-version': '1.4' },
  name: 'some-package',
  versions: ['1.0', '1.1', '2.0rc1'],
  files: [
    file('Some_Package-1.0.tar.gz', '2019-01-01T00:00:00Z'),
    file('some_package-1.0-py3-none-any.whl', '2019-01-01T00:00:00Z'),
    file('some_package-1.1-py3-none-any.whl', '2020-01-01T00:00:00Z', { yanked: 'broken' }),
    file('some_package-2.0rc1.tar.gz', '2021-01-01T00:00:00Z'),
  ],
};
const PROJECT = {
  info: { name: 'Some.Package', author: 'Alice', project_urls: { Source: 'https://code.example/some' } },
  ownership: { organization: 'acme', roles: [{ role: 'Owner', user: 'alice' }] },
  releases: {
    '1.0': [{ digests: { sha256: sha('x') }, upload_time_iso_8601: '2019-01-01T00:00:00Z', yanked: false }],
    '3.0': [],
  },
};

interface World {
  readonly index?: unknown;
  readonly project?: unknown;
  readonly provenance?: unknown;
  readonly sigstore?: string;
  readonly thorough?: boolean;
}

async function gather(world: World, change: Readonly<Record<string, unknown>>): Promise<PackageEvidence> {
  server = await startServer((request, response) => {
    const missing = () => json(response, 404, { message: 'Not Found' });
    if (request.url === '/simple/some-package/') {
      if (world.index === 'html') {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<a href="some_package-1.0.tar.gz">x</a>');
      } else if (world.index === undefined)
        response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>404</h1>');
      else json(response, 200, world.index);
    } else if (request.url === '/pypi/some-package/json' && world.project !== undefined)
      json(response, 200, world.project);
    else if (request.url?.startsWith('/integrity/') && world.provenance !== undefined)
      json(response, 200, world.provenance);
    else missing();
  });
  const sources = await openSources(
    {
      ...DEFAULT_SOURCES,
      osv: null,
      depsDev: null,
      sigstore: world.sigstore ?? null,
      addresses: { pypi: server.url },
    },
    null,
  );
  const [found] = await sources.gather([changeOf({ type: 'pypi', ...change })], {
    baseNames: new Set(),
    signal: new AbortController().signal,
    ...(world.thorough === undefined ? {} : { thorough: world.thorough }),
  });
  if (found === undefined) throw new Error('every change has its evidence');
  return found;
}

function findings(evidence: PackageEvidence, change: Readonly<Record<string, unknown>>): string[] {
  const subject = changeOf({ type: 'pypi', ...change });
  const context = { evidence, changes: [subject], thresholds: DEFAULT_THRESHOLDS, now: Date.now() };
  return DEPENDENCY_DETECTORS.filter((each) => each.detect(subject, context).state === 'findings').map(
    (each) => each.rule.id,
  );
}

const LOCKED = { name: 'Some_Package', version: '1.0.0' };

describe('a project of PyPI', () => {
  it('is known from its index alone, in one request, by any spelling of its name', async () => {
    const found = await gather({ index: INDEX, project: PROJECT }, LOCKED);
    expect(found.registryEntry).toMatchObject({ state: 'known', value: { name: 'some-package' } });
    expect(found.versions).toMatchObject({ value: ['1.0', '1.1', '2.0rc1'] });
    expect(found.firstPublishedAt).toMatchObject({ value: '2019-01-01T00:00:00.000Z' });
    const both = [sha('Some_Package-1.0.tar.gz'), sha('some_package-1.0-py3-none-any.whl')].map(
      (hex) => `sha256:${hex}`,
    );
    expect(found.resolvedVersion).toMatchObject({
      value: { version: '1.0', integrity: { value: both.sort().join(' ') }, yanked: { state: 'absent' } },
    });
    expect(server?.requests).toEqual(['GET /simple/some-package/']);
  });

  it('that is young is asked who holds it and where its source is', async () => {
    const files = [file('some_package-1.0.tar.gz', DAYS_AGO(3))];
    const found = await gather({ index: { ...INDEX, files }, project: PROJECT }, LOCKED);
    expect(found.maintainers).toMatchObject({ value: [{ name: 'acme' }, { name: 'alice' }] });
    expect(found.repository).toMatchObject({ value: 'https://code.example/some' });
    expect(server?.requests).toHaveLength(2);
  });

  it('is told in full where a person asks', async () => {
    const found = await gather({ index: INDEX, project: PROJECT, thorough: true }, LOCKED);
    expect(found.repository).toMatchObject({ value: 'https://code.example/some' });
    expect(found.firstPublishedAt).toMatchObject({ value: '2019-01-01T00:00:00.000Z' });
  });

  it('is known from the other API where the index is of another age', async () => {
    const found = await gather({ index: 'html', project: PROJECT }, LOCKED);
    expect(found.registryEntry).toMatchObject({ state: 'known', value: { name: 'Some.Package' } });
    expect(found.versions).toMatchObject({ value: ['1.0'] });
    expect(found.projectStatus.state).toBe('notApplicable');
  });

  it('is absent where both say so, and only by the words of the API', async () => {
    expect((await gather({}, { name: 'some-package', version: '1.0' })).registryEntry.state).toBe('absent');
  });

  it('takes its dates from the other API where the index has none', async () => {
    const files = [{ ...file('some_package-1.0.tar.gz', ''), 'upload-time': undefined }];
    const found = await gather({ index: { ...INDEX, files }, project: PROJECT }, LOCKED);
    expect(found.firstPublishedAt).toMatchObject({ value: '2019-01-01T00:00:00.000Z' });
  });

  it('has no age where neither tells one', async () => {
    const files = [{ ...file('some_package-1.0.tar.gz', ''), 'upload-time': undefined }];
    const found = await gather({ index: { ...INDEX, files } }, LOCKED);
    expect(found.firstPublishedAt).toMatchObject({ state: 'unavailable', transient: false });
  });

  it('is dated in a version by its last file: one added later to an old release is new', async () => {
    const files = [...INDEX.files, file('some_package-1.0-cp312-win32.whl', '2026-10-31T00:00:00Z')];
    const found = await gather({ index: { ...INDEX, files } }, LOCKED);
    expect(found.resolvedVersion).toMatchObject({ value: { publishedAt: { value: '2026-10-31T00:00:00.000Z' } } });
    expect(found.firstPublishedAt).toMatchObject({ value: '2019-01-01T00:00:00.000Z' });
  });

  it.each([
    ['quarantined', 'security-placeholder'],
    ['archived', 'yanked-or-deprecated'],
    ['deprecated', 'yanked-or-deprecated'],
  ])('that is %s is told by %s', async (status, rule) => {
    const files = status === 'quarantined' ? [] : INDEX.files;
    const index = { ...INDEX, files, 'project-status': { status } };
    const found = await gather({ index, project: PROJECT }, LOCKED);
    expect(found.projectStatus).toMatchObject({ state: 'known', value: status });
    const told = findings(found, LOCKED);
    expect(told).toContain(rule);
    expect(told).not.toContain('package-not-found');
  });
});

describe('versions of PyPI', () => {
  it('are chosen as pip does: no yanked ones, pre-releases only where there is nothing else', async () => {
    const found = await gather({ index: INDEX }, { name: 'some-package', entry: 'manifest', range: '>=1.0' });
    expect(found.resolvedVersion).toMatchObject({ value: { version: '1.0' } });
  });

  it('that are yanked and pinned say why', async () => {
    const found = await gather({ index: INDEX }, { name: 'some-package', version: '1.1' });
    expect(found.resolvedVersion).toMatchObject({ value: { yanked: { value: 'broken' } } });
  });

  it('are read out of every form of file name', async () => {
    const names = [
      'some-package-1.0.zip',
      'some_package-1.1-py2.7.egg',
      'some_package-1.2.win32-py2.7.exe',
      'some.package-1.3.post1.tar.bz2',
      'some_package-1.4+local.1-1-py3-none-any.whl',
      'some-package-extra-9.9.tar.gz',
    ];
    const files = names.map((name, index) => file(name, `2019-01-0${index + 1}T00:00:00Z`));
    const found = await gather({ index: { ...INDEX, versions: undefined, files } }, LOCKED);
    expect(found.versions).toMatchObject({ value: ['1.0', '1.1', '1.2', '1.3.post1', '1.4+local.1'] });
  });
});

describe('a lockfile of PyPI', () => {
  const hash = (name: string) => `sha256:${sha(name)}`;
  it('may name some of the files', async () => {
    const change = { ...LOCKED, integrity: hash('some_package-1.0-py3-none-any.whl') };
    expect(findings(await gather({ index: INDEX }, change), change)).not.toContain('integrity-mismatch');
  });

  it('may not name one that the registry does not have, not even beside all that it has', async () => {
    const all = [hash('Some_Package-1.0.tar.gz'), hash('some_package-1.0-py3-none-any.whl'), hash('forged')];
    const change = { ...LOCKED, integrity: all.sort().join(' ') };
    expect(findings(await gather({ index: INDEX }, change), change)).toContain('integrity-mismatch');
  });
});

describe('attestations of PyPI', () => {
  let sigstore: LocalSigstore;
  let folder: string;
  let root: string;
  beforeAll(async () => {
    sigstore = await startSigstore();
    folder = await mkdtemp(join(tmpdir(), 'countersign-pypi-'));
    root = join(folder, 'root.json');
    await writeFile(root, JSON.stringify(sigstore.trustedRoot));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const WHEEL = 'some_package-1.0-py3-none-any.whl';
  const at = `/integrity/some-package/1.0/${WHEEL}/provenance`;
  const attested = { ...INDEX, files: [file(WHEEL, '2019-01-01T00:00:00Z', { provenance: at })] };

  /** As PEP 740 writes down what Sigstore made. */
  async function provenanceOf(subject: string, hex: string) {
    const bundle = await sigstore.attest({
      name: subject,
      digest: { sha256: hex },
      repository: 'https://code.example/acme/some',
      predicateType: 'https://docs.pypi.org/attestations/publish/v1',
    });
    const material = bundle['verificationMaterial'] as Record<string, unknown>;
    const envelope = bundle['dsseEnvelope'] as { payload: string; signatures: { sig: string }[] };
    return {
      version: 1,
      attestation_bundles: [
        {
          publisher: { kind: 'GitHub', repository: 'acme/some', workflow: 'release.yml' },
          attestations: [
            {
              version: 1,
              verification_material: {
                certificate: (material['certificate'] as { rawBytes: string }).rawBytes,
                transparency_entries: material['tlogEntries'],
              },
              envelope: { statement: envelope.payload, signature: envelope.signatures[0]?.sig },
            },
          ],
        },
      ],
    };
  }

  it('are verified, with the repository of the build', async () => {
    const provenance = await provenanceOf(WHEEL, sha(WHEEL));
    const found = await gather({ index: attested, provenance, sigstore: root }, LOCKED);
    expect(found.resolvedVersion).toMatchObject({
      value: { provenance: { value: { state: 'verified', sourceRepository: 'https://code.example/acme/some' } } },
    });
  });

  it('of another file are invalid', async () => {
    const provenance = await provenanceOf(WHEEL, sha('other'));
    const found = await gather({ index: attested, provenance, sigstore: root }, LOCKED);
    expect(found.resolvedVersion).toMatchObject({ value: { provenance: { value: { state: 'invalid' } } } });
  });

  it.each(['https://evil.example/provenance', '//evil.example/provenance'])(
    'at %s are not fetched',
    async (elsewhere) => {
      const files = [file(WHEEL, '2019-01-01T00:00:00Z', { provenance: elsewhere })];
      const found = await gather({ index: { ...INDEX, files }, sigstore: root }, LOCKED);
      expect(found.resolvedVersion).toMatchObject({ value: { provenance: { value: { state: 'present' } } } });
    },
  );

  it('count for a release only where each of its files has one', async () => {
    const files = [...attested.files, file('some_package-1.0.tar.gz', '2019-01-01T00:00:00Z')];
    const found = await gather({ index: { ...INDEX, files } }, LOCKED);
    expect(found.resolvedVersion).toMatchObject({ value: { provenance: { state: 'absent' } } });
  });
});
