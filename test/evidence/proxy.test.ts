import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PackageType } from '../../src/core/dependency.ts';
import { type ProxySettings, proxyFor } from '../../src/core/proxy.ts';
import { createHostGuard } from '../../src/evidence/guard.ts';
import { createHttpClient } from '../../src/evidence/http.ts';
import { readProxies, sendThroughProxies } from '../../src/service/outgoing.ts';
import { DEFAULT_SOURCES, openSources, type SourceSettings } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { type LocalProxy, startProxy } from '../support/proxy.ts';
import { json, type Script, type ScriptedServer, startServer } from '../support/registry-server.ts';

const signal = new AbortController().signal;
const DIGEST = `sha256:${'0'.repeat(64)}`;

/** Answers as every source at once would, as far as these tests ask. */
const everything: Script = (request, response) => {
  const path = (request.url ?? '').replace(/^https?:\/\/[^/]+/, '');
  if (path.startsWith('/v1/querybatch')) {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { queries } = JSON.parse(Buffer.concat(pieces).toString('utf8')) as { queries: unknown[] };
      json(response, 200, { results: queries.map(() => ({})) });
    });
    return;
  }
  if (path.startsWith('/deny'))
    return void response.writeHead(200, { 'content-type': 'text/plain' }).end('npm:bad:1.0.0\n');
  if (path.startsWith('/v2/')) {
    response.writeHead(200, {
      'content-type': 'application/vnd.oci.image.manifest.v1+json',
      'docker-content-digest': DIGEST,
    });
    return void response.end();
  }
  if (path.startsWith('/api/v1/crates/'))
    return json(response, 200, {
      crate: { id: 'some-package', name: 'some-package', created_at: '2019-01-01T00:00:00Z' },
      versions: [{ num: '1.0.0', created_at: '2019-01-01T00:00:00Z', yanked: false }],
    });
  if (path.endsWith('/@v/list')) return void response.writeHead(200, { 'content-type': 'text/plain' }).end('v1.0.0\n');
  if (path.endsWith('.info')) return json(response, 200, { Version: 'v1.0.0', Time: '2019-01-01T00:00:00Z' });
  if (path === '/some-package')
    return json(response, 200, { name: 'some-package', 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': {} } });
  if (path.startsWith('/pypi/some-package/json'))
    return json(response, 200, { info: { name: 'some-package' }, releases: { '1.0.0': [{}] } });
  json(response, 404, { error: 'not found' });
};

let plain: ScriptedServer;
let encrypted: { readonly port: number; close(): void };
const open: { close(): Promise<void> }[] = [];
const trusted = getCACertificates('default');

beforeAll(async () => {
  const [key, cert] = await Promise.all(
    ['key', 'certificate'].map((name) => readFile(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url), 'utf8')),
  );
  if (key === undefined || cert === undefined) throw new Error('the certificate of the tests is there');
  setDefaultCACertificates([...trusted, cert]);
  plain = await startServer(everything);
  const server = createServer({ key, cert }, everything);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  encrypted = { port: (server.address() as AddressInfo).port, close: () => server.close() };
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await plain.close();
  encrypted.close();
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function proxy(refusal?: number): Promise<LocalProxy> {
  const started = await startProxy({ http: Number(new URL(plain.url).port), https: encrypted.port }, refusal);
  open.push(started);
  return started;
}

/** Names that only the proxy can resolve: nothing here answers for them. */
function settingsOf(scheme: 'http' | 'https', proxies: ProxySettings): SourceSettings {
  const at = (name: string) => `${scheme}://${name}.sources.example`;
  return {
    ...DEFAULT_SOURCES,
    npm: { registry: at('npm') },
    addresses: { pypi: at('pypi'), cargo: at('cargo'), golang: at('go'), docker: at('images') },
    osv: at('advisories'),
    denyList: `${at('lists')}/deny`,
    depsDev: null,
    sigstore: null,
    proxies,
    timeoutMs: 60_000,
    limits: { ...DEFAULT_SOURCES.limits, retries: 0 },
  };
}

const ASKED: readonly (readonly [PackageType, string, string, string])[] = [
  ['npm', 'some-package', '1.0.0', 'npm'],
  ['pypi', 'some-package', '1.0.0', 'pypi'],
  ['cargo', 'some-package', '1.0.0', 'cargo'],
  ['golang', 'code.example/some/package', 'v1.0.0', 'go'],
  ['docker', 'some/image', '1.0', 'images'],
];

describe.each(['http', 'https'] as const)('behind a proxy, over %s', (scheme) => {
  it('every source is asked through it, registries, advisories and deny-list alike', async () => {
    const way = await proxy();
    const given = { http: way.url, https: way.url, no: '' };
    const sources = await openSources(settingsOf(scheme, given), null);
    const changes = ASKED.map(([type, name, version]) => changeOf({ type, name, version }));
    const found = await sources.gather(changes, { baseNames: new Set(), signal });
    expect(
      found.map(({ type, registryEntry, resolvedVersion }) => [type, registryEntry.state, resolvedVersion.state]),
    ).toEqual(ASKED.map(([type]) => [type, 'known', 'known']));
    expect(found.map((each) => each.advisories.state)).toEqual(['known', 'known', 'known', 'known', 'notApplicable']);
    const names = new Set(way.carried.map((line) => /([a-z]+)\.sources\.example/.exec(line)?.[1]));
    expect([...names].sort()).toEqual(['advisories', 'lists', ...ASKED.map((each) => each[3])].sort());
    const form = scheme === 'http' ? /^(?:GET|HEAD|POST) http:/ : /^CONNECT [a-z]+\.sources\.example:443$/;
    expect(way.carried.filter((line) => !form.test(line))).toEqual([]);
  });

  it.each([403, 407, 502])('that refuses with %i leaves everything unknown, and nothing clean', async (status) => {
    const way = await proxy(status);
    const sources = await openSources(settingsOf(scheme, { http: way.url, https: way.url, no: '' }), null);
    const changes = ASKED.map(([type, name, version]) => changeOf({ type, name, version }));
    const found = await sources.gather(changes, { baseNames: new Set(), signal });
    expect(found.map(({ registryEntry, resolvedVersion }) => [registryEntry.state, resolvedVersion.state])).toEqual(
      ASKED.map(() => ['unavailable', 'unavailable']),
    );
    expect(found.map(({ advisories }) => advisories.state)).not.toContain('known');
  });

  it('its login is sent to it alone', async () => {
    const way = await proxy();
    const withLogin = way.url.replace('//', '//wally:s%40crate@');
    const sources = await openSources(settingsOf(scheme, { http: withLogin, https: withLogin, no: '' }), null);
    await sources.gather([changeOf({ type: 'pypi', name: 'some-package', version: '1.0.0' })], {
      baseNames: new Set(),
      signal,
    });
    const login = `Basic ${Buffer.from('wally:s@crate').toString('base64')}`;
    expect(way.carried.length).toBeGreaterThan(0);
    expect(way.carried.filter((line) => !line.endsWith(` ${login}`))).toEqual([]);
  });
});

describe('what is exempt from the proxy', () => {
  const proxies = {
    http: 'http://p.example:1',
    https: 'http://q.example:2',
    no: 'corp.example, .lab.example *.x.example host.example:8443',
  };
  it.each([
    ['http://registry.example/', 'http://p.example:1'],
    ['https://registry.example/', 'http://q.example:2'],
    ['https://corp.example/', null],
    ['https://deep.CORP.example/', null],
    ['https://notcorp.example/', 'http://q.example:2'],
    ['https://a.lab.example/', null],
    ['https://a.x.example/', null],
    ['https://host.example:8443/', null],
    ['https://host.example/', 'http://q.example:2'],
    ['http://127.0.0.1:4873/', null],
    ['http://localhost:4873/', null],
    ['http://[::1]:4873/', null],
  ])('%s goes by %s', (address, expected) => {
    expect(proxyFor(new URL(address), proxies)).toBe(expected);
  });

  it('is everything under `*`', () => {
    expect(proxyFor(new URL('https://registry.example/'), { ...proxies, no: '*' })).toBeNull();
  });

  it('is asked directly by every source, npm too', async () => {
    const way = await proxy();
    const sources = await openSources(
      {
        ...settingsOf('http', { http: way.url, https: way.url, no: '127.0.0.1' }),
        npm: { registry: plain.url },
        addresses: { pypi: plain.url },
        osv: plain.url,
        denyList: null,
      },
      null,
    );
    const found = await sources.gather(
      (['npm', 'pypi'] as const).map((type) => changeOf({ type, name: 'some-package', version: '1.0.0' })),
      { baseNames: new Set(), signal },
    );
    expect(found.map(({ registryEntry }) => registryEntry.state)).toEqual(['known', 'known']);
    expect(way.carried).toEqual([]);
  });
});

describe('the guard of internal addresses, behind a proxy', () => {
  const ask = (url: string, way: LocalProxy, trustedHosts: readonly string[]) =>
    createHttpClient({
      timeoutMs: 60_000,
      maxBytes: 10_000,
      userAgent: 'test',
      guard: createHostGuard(trustedHosts),
      proxies: { http: way.url, https: way.url, no: '' },
    })({ url, signal });

  it.each([
    'http://10.1.2.3/x',
    'http://169.254.169.254/x',
    'https://intranet/x',
    'http://vault.internal/x',
    'http://[fd00::1]/x',
  ])('never has %s asked for', async (url) => {
    const way = await proxy();
    expect(await ask(url, way, ['127.0.0.1'])).toMatchObject({ state: 'unavailable', transient: false });
    expect(way.carried).toEqual([]);
  });

  it('refuses a proxy at an internal address that nobody named', async () => {
    const way = await proxy();
    const local = { ...way, url: way.url.replace('127.0.0.1', 'localhost') };
    expect(await ask('http://pypi.sources.example/x', local, [])).toMatchObject({ state: 'unavailable' });
    expect(way.carried).toEqual([]);
  });
});

describe('what the process itself sends (GitHub, alerts)', () => {
  const before = getGlobalDispatcher();
  afterEach(() => setGlobalDispatcher(before));

  it('goes through the proxy, but not to this machine', async () => {
    const way = await proxy();
    sendThroughProxies({ HTTP_PROXY: way.url, NO_PROXY: 'corp.example' });
    expect((await fetch('https://github.sources.example/some-package')).status).toBe(200);
    expect((await fetch('http://github.sources.example/some-package')).status).toBe(200);
    expect((await fetch(`${plain.url}/some-package`)).status).toBe(200);
    expect(way.carried).toEqual([
      'CONNECT github.sources.example:443',
      'GET http://github.sources.example/some-package',
    ]);
  });

  it('is left as it is where no proxy is named', () => {
    sendThroughProxies({ NO_PROXY: '*' });
    expect(getGlobalDispatcher()).toBe(before);
  });
});

describe('the variables', () => {
  it('are read in small letters and capitals, without a scheme too, and one serves for both', () => {
    expect(
      readProxies({ https_proxy: 'proxy.example:3128', HTTPS_PROXY: 'http://other.example', no_proxy: 'a,b' }),
    ).toEqual({
      http: null,
      https: 'http://proxy.example:3128/',
      no: 'a,b',
    });
    expect(readProxies({ HTTP_PROXY: 'http://proxy.example:3128' })).toEqual({
      http: 'http://proxy.example:3128/',
      https: 'http://proxy.example:3128/',
      no: '',
    });
    expect(readProxies({})).toEqual({ http: null, https: null, no: '' });
  });

  it.each(['socks5://wally:hunter2@proxy.example', 'http://wally:hunter2@'])(
    'are refused where they are no HTTP proxy, without showing a password',
    (address) => {
      expect(() => readProxies({ HTTPS_PROXY: address })).toThrow(/no address of an HTTP proxy/);
      expect(() => readProxies({ HTTPS_PROXY: address })).not.toThrow(/hunter2/);
    },
  );
});
