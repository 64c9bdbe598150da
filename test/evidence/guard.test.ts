import type { LookupAddress } from 'node:dns';
import { afterEach, describe, expect, it } from 'vitest';
import { NO_PROXIES } from '../../src/core/proxy.ts';
import { createNpmRegistry } from '../../src/ecosystems/npm/registry.ts';
import { DEFAULT_REGISTRY_SETTINGS } from '../../src/ecosystems/registries.ts';
import { createHostGuard } from '../../src/evidence/guard.ts';
import { createHttpClient } from '../../src/evidence/http.ts';
import { json, type Script, type ScriptedServer, startServer } from '../support/registry-server.ts';

const running: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

async function serve(script: Script): Promise<ScriptedServer> {
  const server = await startServer(script);
  running.push(server);
  return server;
}

const hostOf = (server: ScriptedServer) => new URL(server.url).host;
const signal = new AbortController().signal;
const packument: Script = (_request, response) =>
  json(response, 200, { name: 'some-package', 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': {} } });

/** A resolver whose answers a test decides: address after address, call after call. */
function resolving(...answers: (readonly string[])[]) {
  let call = 0;
  const asked: string[] = [];
  const resolve = (
    hostname: string,
    _options: unknown,
    callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
  ) => {
    asked.push(hostname);
    const addresses = answers[Math.min(call, answers.length - 1)] ?? [];
    call += 1;
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { resolve, asked };
}

function npm(registry: string, trusted: readonly string[], options: Readonly<Record<string, string>> = {}) {
  const guard = createHostGuard(trusted);
  const fetchOptions = { registry, ...options };
  const { look } = createNpmRegistry({
    ...DEFAULT_REGISTRY_SETTINGS.npm,
    fetchOptions,
    timeoutMs: 60_000,
    guard,
    proxies: NO_PROXIES,
  });
  return look({ name: 'some-package', registry: null, versions: [], signal });
}

describe('a registry of npm that redirects', () => {
  it('to another host is not followed, and the other one never hears of it', async () => {
    const other = await serve(packument);
    const registry = await serve((request, response) => {
      response.writeHead(302, { location: `${other.url}${request.url}` }).end();
    });
    expect(await npm(registry.url, [hostOf(registry)])).toEqual({
      state: 'unavailable',
      reason: 'redirected to another host',
      transient: true,
    });
    expect(other.requests).toEqual([]);
  });

  it('to a host that the operator names is followed, and the credentials stay behind', async () => {
    const sent: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      sent.push(request.headers.authorization);
      packument(request, response);
    });
    const registry = await serve((request, response) => {
      sent.push(request.headers.authorization);
      response.writeHead(302, { location: `${other.url}${request.url}` }).end();
    });
    const token = { [`//${hostOf(registry)}/:_authToken`]: 't0p-secret' };
    const answer = await npm(registry.url, [hostOf(registry), hostOf(other)], token);
    expect(answer.state).toBe('found');
    expect(sent).toEqual(['Bearer t0p-secret', undefined]);
  });

  it('within itself is followed with its credentials', async () => {
    const sent: (string | undefined)[] = [];
    const registry = await serve((request, response) => {
      sent.push(request.headers.authorization);
      if (request.url === '/some-package') response.writeHead(302, { location: '/moved/some-package' }).end();
      else packument(request, response);
    });
    const token = { [`//${hostOf(registry)}/:_authToken`]: 't0p-secret' };
    expect((await npm(registry.url, [hostOf(registry)], token)).state).toBe('found');
    expect(sent).toEqual(['Bearer t0p-secret', 'Bearer t0p-secret']);
  });

  it.each(['http://169.254.169.254/latest/meta-data/', 'http://[::1]:1/', 'http://10.0.0.1/', 'file:///etc/passwd'])(
    'to %s is not followed',
    async (location) => {
      const registry = await serve((_request, response) => void response.writeHead(302, { location }).end());
      expect((await npm(registry.url, [hostOf(registry)])).state).toBe('unavailable');
    },
  );
});

describe('a name that resolves to an internal address', () => {
  const ask = (guard: ReturnType<typeof createHostGuard>, url: string) =>
    createHttpClient({ timeoutMs: 2000, maxBytes: 1000, userAgent: 'test', guard, proxies: NO_PROXIES })({
      url,
      signal,
    });

  it.each(['10.1.2.3', '127.0.0.1', '169.254.169.254', '::1', 'fd00::1', '::ffff:10.0.0.1'])(
    'as %s is spoken to by nobody, even beside a public address',
    async (address) => {
      const { resolve } = resolving(['93.184.216.34', address]);
      const answer = await ask(createHostGuard([], resolve), 'http://pypi.example/x');
      expect(answer).toMatchObject({ state: 'unavailable', transient: false });
      const npmAnswer = await createNpmRegistry({
        ...DEFAULT_REGISTRY_SETTINGS.npm,
        fetchOptions: { registry: `http://npm-${address.length}.example/` },
        timeoutMs: 2000,
        guard: createHostGuard([], resolve),
        proxies: NO_PROXIES,
      }).look({ name: 'some-package', registry: null, versions: [], signal });
      expect(npmAnswer.state).toBe('unavailable');
    },
  );

  it('is judged at every connection, not once', async () => {
    const { resolve } = resolving(['192.0.2.1'], ['127.0.0.1']);
    const guard = createHostGuard([], resolve);
    const looked = () =>
      new Promise<string>((done) => {
        guard.lookup('rebinding.example', { all: true }, (error) => done(error === null ? 'passed' : 'refused'));
      });
    expect([await looked(), await looked()]).toEqual(['passed', 'refused']);
  });

  it('is spoken to where the operator names it, but never at the address of a cloud’s metadata', async () => {
    const server = await serve((_request, response) => json(response, 200, {}));
    const port = new URL(server.url).port;
    const own = createHostGuard([`registry.corp.example:${port}`], resolving(['127.0.0.1']).resolve);
    expect(await ask(own, `http://registry.corp.example:${port}/x`)).toMatchObject({ state: 'answered' });
    const metadata = createHostGuard(['registry.corp.example'], resolving(['169.254.169.254']).resolve);
    expect(await ask(metadata, 'http://registry.corp.example/x')).toMatchObject({ state: 'unavailable' });
  });

  it('as a literal address is refused unless it stands in the settings', async () => {
    const server = await serve((_request, response) => json(response, 200, {}));
    expect(await ask(createHostGuard([]), server.url)).toMatchObject({
      reason: `${hostOf(server)} is an internal address`,
    });
    expect(server.requests).toEqual([]);
    expect(await ask(createHostGuard([hostOf(server)]), server.url)).toMatchObject({ state: 'answered' });
  });
});
