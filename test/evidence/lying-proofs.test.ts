import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/evidence/gate.ts';
import { DEFAULT_SOURCES, openSources, type SourceSettings } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { FAULTS, json, patienceUnder, type ScriptedServer, startServer } from '../support/registry-server.ts';
import { startSigstore } from '../support/sigstore.ts';

/** For honest answers too. */
const ENOUGH = 2_500;

let folder: string;
let root: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-lying-'));
  root = join(folder, 'trusted_root.json');
  await writeFile(root, JSON.stringify((await startSigstore()).trustedRoot));
});
afterAll(() => rm(folder, { recursive: true }));

const running: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

describe.each(Object.keys(FAULTS))('what is asked beside a package, answered by %s', (fault) => {
  const liar = (request: IncomingMessage, response: ServerResponse): void => {
    const script = FAULTS[fault];
    if (script === undefined) throw new Error('a fault has its script');
    script(request, response);
  };
  async function resolved(settings: Partial<SourceSettings>, differences: Readonly<Record<string, unknown>>) {
    const sources = await openSources(
      {
        ...DEFAULT_SOURCES,
        osv: null,
        depsDev: null,
        timeoutMs: patienceUnder(fault, ENOUGH),
        limits: { ...DEFAULT_LIMITS, retries: 0 },
        ...settings,
      },
      null,
    );
    const [found] = await sources.gather([changeOf(differences)], {
      baseNames: new Set(),
      signal: new AbortController().signal,
    });
    if (found?.resolvedVersion.state !== 'known') throw new Error('the package itself is answered for honestly');
    return found.resolvedVersion.value;
  }

  it('leaves the signature and the provenance of an npm version unproven', async () => {
    const integrity = `sha512-${'A'.repeat(86)}==`;
    const dist = { integrity, signatures: [{ keyid: 'SHA256:key', sig: 'AAAA' }], attestations: { url: 'there' } };
    const at = '2019-01-01T00:00:00.000Z';
    await using server = await startServer((request, response) =>
      request.url === '/some-package'
        ? json(response, 200, {
            name: 'some-package',
            'dist-tags': { latest: '1.0.0' },
            time: { created: at, '1.0.0': at },
            versions: { '1.0.0': { dist } },
          })
        : liar(request, response),
    );
    const {
      signature,
      provenance,
      integrity: kept,
    } = await resolved({ npm: { registry: server.url }, sigstore: root }, { name: 'some-package', version: '1.0.0' });
    expect(server.requests.length).toBeGreaterThan(2);
    expect(signature.state).toBe('unavailable');
    expect(provenance).toMatchObject({ state: 'known', value: { state: 'present' } });
    expect(kept).toMatchObject({ state: 'known', value: integrity });
  });

  it('leaves the provenance of a PyPI release unproven', async () => {
    const hash = 'c'.repeat(64);
    await using server = await startServer((request, response) => {
      if (request.url !== '/simple/some-package/') return liar(request, response);
      response.writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' });
      response.end(
        JSON.stringify({
          meta: { 'api-version': '1.4' },
          name: 'some-package',
          versions: ['1.0.0'],
          files: [
            {
              filename: 'some_package-1.0.0-py3-none-any.whl',
              url: 'https://files.example/some_package-1.0.0-py3-none-any.whl',
              hashes: { sha256: hash },
              'upload-time': '2019-01-01T00:00:00.000000Z',
              size: 1,
              provenance: `${server.url}/integrity/some-package/1.0.0/provenance`,
            },
          ],
        }),
      );
    });
    const { provenance, integrity } = await resolved(
      { addresses: { pypi: server.url }, sigstore: root },
      { type: 'pypi', name: 'some-package', version: '1.0.0' },
    );
    expect(server.requests.length).toBeGreaterThan(1);
    expect(provenance).toMatchObject({ state: 'known', value: { state: 'present' } });
    expect(integrity).toMatchObject({ state: 'known', value: `sha256:${hash}` });
  });

  it('leaves unknown what an advisory is about, and malware is malware by its id', async () => {
    await using server = await startServer((request, response) => {
      if (request.url === '/some-package')
        return json(response, 200, {
          name: 'some-package',
          'dist-tags': { latest: '1.0.0' },
          versions: { '1.0.0': {} },
        });
      if (request.url === '/v1/querybatch') return json(response, 200, { results: [{ vulns: [{ id: asked }] }] });
      liar(request, response);
    });
    let asked = 'GHSA-0000-0000-0000';
    const look = async () => {
      const sources = await openSources(
        {
          ...DEFAULT_SOURCES,
          osv: server.url,
          depsDev: null,
          npm: { registry: server.url },
          timeoutMs: patienceUnder(fault, ENOUGH),
          limits: { ...DEFAULT_LIMITS, retries: 0 },
        },
        null,
      );
      const [found] = await sources.gather([changeOf({ name: 'some-package', version: '1.0.0' })], {
        baseNames: new Set(),
        signal: new AbortController().signal,
      });
      return found?.advisories;
    };
    expect((await look())?.state).toBe('unavailable');
    asked = 'MAL-2026-1';
    expect(await look()).toMatchObject({ state: 'known', value: [{ id: 'MAL-2026-1', malicious: true }] });
  });

  it('leaves open whose an action’s commit is', async () => {
    const sha = 'a'.repeat(40);
    await using server = await startServer((request, response) => {
      if (request.url === '/repos/some/action')
        return json(response, 200, {
          full_name: 'some/action',
          created_at: '2019-01-01T00:00:00Z',
          default_branch: 'main',
        });
      if (request.url?.startsWith('/repos/some/action/commits?') === true)
        return json(response, 200, [{ sha, commit: { committer: { date: '2019-01-01T00:00:00Z' } } }]);
      liar(request, response);
    });
    const { belongs } = await resolved(
      { addresses: { githubactions: server.url }, actionsToken: async () => 'token' },
      { type: 'githubactions', name: 'some/action', version: sha },
    );
    expect(belongs.state).toBe('unavailable');
  });
});

it('reads no more of an error’s page than it needs, however long the registry goes on', async () => {
  let sent = 0;
  const server = await startServer((_request, response) => {
    response.writeHead(404, { 'content-type': 'text/html' });
    const block = Buffer.alloc(64 * 1024, 32);
    const more = () => {
      while (!response.destroyed && response.write(block)) sent += block.length;
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  running.push(server);
  const sources = await openSources(
    {
      ...DEFAULT_SOURCES,
      osv: null,
      depsDev: null,
      npm: { registry: server.url },
      limits: { ...DEFAULT_LIMITS, retries: 0 },
    },
    null,
  );
  const [found] = await sources.gather([changeOf({ name: 'some-package' })], {
    baseNames: new Set(),
    signal: new AbortController().signal,
  });
  expect(found?.registryEntry).toMatchObject({ state: 'unavailable', transient: true });
  expect(sent).toBeLessThan(32 * 1024 * 1024);
});
