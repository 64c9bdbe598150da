import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { NO_PROXIES } from '../../src/core/proxy.ts';
import { SYSTEM_CLOCK } from '../../src/evidence/clock.ts';
import { parseDenyList } from '../../src/evidence/deny-list.ts';
import { denyListFromAddress, denyListFromFile } from '../../src/evidence/deny-list-source.ts';
import { createGate, DEFAULT_LIMITS } from '../../src/evidence/gate.ts';
import { createHttpClient } from '../../src/evidence/http.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { LOCAL_GUARD, memoryCache } from '../support/evidence.ts';
import { FAULTS, type Script, startServer } from '../support/registry-server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-deny-'));
  closing.push(() => rm(folder, { recursive: true }));
  const path = join(folder, 'list.txt');
  await writeFile(path, text);
  return path;
}

describe('a deny-list', () => {
  it('reads versions, whole names, ecosystems and comments', () => {
    const list = parseDenyList(
      'go:code.example/a/b:v0.10.1-dev.20\nnpm:11.6.3\n# head\nchalk:5.6.1 # taken over\n@ctrl/tinycolor:4.1.1\npypi:ctx:0.2.6\npypi:colourama\nmaven:org.evil:lib:1.0\n\n',
      'list',
    );
    expect(list.get('npm:chalk')).toEqual(new Set(['5.6.1']));
    expect(list.get('npm:npm')).toEqual(new Set(['11.6.3']));
    expect(list.get('golang:code.example/a/b')).toEqual(new Set(['v0.10.1-dev.20']));
    expect(list.get('npm:@ctrl/tinycolor')).toEqual(new Set(['4.1.1']));
    expect(list.get('pypi:ctx')).toEqual(new Set(['0.2.6']));
    expect(list.get('pypi:colourama')).toEqual(new Set(['*']));
    expect(list.get('maven:org.evil:lib')).toEqual(new Set(['1.0']));
  });

  it.each([
    'chalk:5.6.1\nnpm:a:b:c:d\n',
    'chalk:5.6.1\n<html><body>Log in</body></html>\n',
    'chalk:5.6.1\n{"error":"no"}\n',
  ])('is refused as a whole where a line cannot be read', (text) => {
    expect(() => parseDenyList(text, 'bad.txt')).toThrow(/bad\.txt, line 2/);
  });

  it('knows a name in every spelling its registry takes for the same', async () => {
    const denied = await denyListFromFile(await listFile('pypi:Evil_Package:1.0\nnuget:Bad.Lib:2.0\n'), () => 0);
    expect(await denied('pypi', 'evil-package', '1.0')).toMatchObject({ listed: { malicious: true } });
    expect(await denied('nuget', 'bad.lib', '2.0')).toMatchObject({ listed: { malicious: true } });
    expect(await denied('npm', 'evil-package', '1.0')).toEqual({ state: 'known', listed: null });
  });
});

describe('a deny-list in a file', () => {
  it('is read again when the file changes', async () => {
    const path = await listFile('chalk:5.6.1\n');
    let now = 0;
    const denied = await denyListFromFile(path, () => now);
    expect(await denied('npm', 'chalk', '5.6.1')).toMatchObject({ listed: { malicious: true } });
    expect(await denied('npm', 'chalk', '5.6.0')).toMatchObject({ listed: null });
    expect(await denied('pypi', 'chalk', '5.6.1')).toMatchObject({ listed: null });
    await writeFile(path, 'debug:4.4.2\n');
    await utimes(path, 1, 1);
    now += 60_000;
    expect(await denied('npm', 'chalk', '5.6.1')).toMatchObject({ listed: null });
    expect(await denied('npm', 'debug', '4.4.2')).toMatchObject({ listed: { malicious: true } });
  });

  it('stays in force as it was last readable, through a broken line and a deleted file', async () => {
    const path = await listFile('chalk:5.6.1\n');
    let now = 0;
    const denied = await denyListFromFile(path, () => now);
    await writeFile(path, 'debug:4.4.2\nnot a line at all\n');
    await utimes(path, 1, 1);
    now += 60_000;
    expect(await denied('npm', 'chalk', '5.6.1')).toMatchObject({ listed: { malicious: true } });
    await rm(path);
    now += 60_000;
    expect(await denied('npm', 'chalk', '5.6.1')).toMatchObject({ listed: { malicious: true } });
  });

  it('stops the start where it cannot be read', async () => {
    await expect(openSources({ ...DEFAULT_SOURCES, denyList: '/nowhere/at/all.txt' }, null)).rejects.toThrow(
      '/nowhere/at/all.txt cannot be read',
    );
  });
});

describe('a deny-list at an address', () => {
  let now = Date.parse('2026-11-01T00:00:00Z');
  async function remote(script: Script, cache = memoryCache(), timeoutMs = 60_000) {
    const server = await startServer((request, response) => script(request, response));
    closing.push(() => server.close());
    const http = createHttpClient({
      timeoutMs,
      maxBytes: 2_000_000,
      userAgent: 'test',
      guard: LOCAL_GUARD,
      proxies: NO_PROXIES,
    });
    const clock = { ...SYSTEM_CLOCK, sleep: async () => {} };
    const gate = createGate({ ...DEFAULT_LIMITS, retries: 0, failuresToOpen: 100 }, clock);
    const open = () => denyListFromAddress({ address: server.url, http, gate, cache, now: () => now });
    return { server, cache, open, denied: open() };
  }
  const serving =
    (text: () => string): Script =>
    (request, response) => {
      if (request.headers['if-none-match'] === '"1"' && text() === 'chalk:5.6.1\n')
        return void response.writeHead(304).end();
      response.writeHead(200, { 'content-type': 'text/plain', etag: text() === 'chalk:5.6.1\n' ? '"1"' : '"2"' });
      response.end(text());
    };

  it('is asked once, again by its ETag, and takes what changed', async () => {
    let text = 'chalk:5.6.1\n';
    const { denied, server } = await remote(serving(() => text));
    const ask = () => Promise.all([denied('npm', 'chalk', '5.6.1'), denied('npm', 'debug', '4.4.2')]);
    expect(await ask()).toMatchObject([{ listed: { malicious: true } }, { listed: null }]);
    now += 11 * 60_000;
    expect(await ask()).toMatchObject([{ listed: { malicious: true } }, { listed: null }]);
    expect(server.requests).toHaveLength(2);
    text = 'debug:4.4.2\n';
    now += 11 * 60_000;
    expect(await ask()).toMatchObject([{ listed: null }, { listed: { malicious: true } }]);
  });

  it('keeps its last good copy in the store, over a restart, while the address is down', async () => {
    let up = true;
    const { open, denied } = await remote((request, response) =>
      up ? serving(() => 'chalk:5.6.1\n')(request, response) : void response.writeHead(503).end(),
    );
    expect(await denied('npm', 'chalk', '5.6.1')).toMatchObject({ listed: { malicious: true } });
    up = false;
    now += 11 * 60_000;
    expect(await denied('npm', 'chalk', '5.6.1')).toMatchObject({ listed: { malicious: true } });
    expect(await open()('npm', 'chalk', '5.6.1')).toMatchObject({ listed: { malicious: true } });
  });

  const faults = { ...FAULTS, 'an empty list': FAULTS['503'] };
  it.each(Object.keys(faults))('that answers %s at the start is unavailable, never empty', async (fault) => {
    const script: Script =
      fault === 'an empty list'
        ? (_request, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end('# nothing\n')
        : (FAULTS[fault] ?? (() => {}));
    const { denied } = await remote(script, memoryCache(), 300);
    expect(await denied('npm', 'chalk', '5.6.1')).toMatchObject({ state: 'unavailable' });
  });

  it('that is down leaves malware unknown, for private names too', async () => {
    const { server } = await remote(FAULTS['503'] ?? (() => {}));
    const sources = await openSources({ ...DEFAULT_SOURCES, offline: true, osv: null, denyList: server.url }, null, {
      ...SYSTEM_CLOCK,
      sleep: async () => {},
    });
    const [found] = await sources.gather([changeOf({ name: '@acme/own', version: '1.0.0' })], {
      baseNames: new Set(),
      signal: new AbortController().signal,
    });
    expect(found?.advisories).toMatchObject({ state: 'unavailable', source: 'deny-list', transient: true });
  });
});
