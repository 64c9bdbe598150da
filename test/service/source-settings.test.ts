import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { operatorSources, userSources } from '../../src/service/source-settings.ts';
import { openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { json, type ScriptedServer, startServer } from '../support/registry-server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function file(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-sources-'));
  closing.push(() => rm(folder, { recursive: true }));
  const path = join(folder, 'npmrc');
  await writeFile(path, text);
  return path;
}

async function registry(heard: (string | undefined)[]): Promise<ScriptedServer> {
  const server = await startServer((request, response) => {
    heard.push(request.headers.authorization);
    json(response, 200, { name: decodeURIComponent((request.url ?? '').slice(1)), versions: { '1.0.0': {} } });
  });
  closing.push(() => server.close());
  return server;
}

describe('a newcomer', () => {
  it('has every public source on, and nothing of this machine’s account', async () => {
    const settings = await operatorSources({});
    expect(settings).toMatchObject({ npm: {}, routes: [], denyList: null, npmDownloads: 'public', sigstore: 'public' });
    expect(settings.osv).toMatch(/^https:/);
    expect(settings.depsDev).toMatch(/^https:/);
    expect(settings.actionsToken).toBeNull();
  });

  it('with a registry of the company’s own sends no names to public download counts', async () => {
    expect((await operatorSources({ COUNTERSIGN_REGISTRY_NPM: 'https://npm.corp.example/' })).npmDownloads).toBeNull();
    const npmrc = await file('registry=https://npm.corp.example/\n');
    expect((await operatorSources({ COUNTERSIGN_NPMRC: npmrc })).npmDownloads).toBeNull();
    expect((await operatorSources({ COUNTERSIGN_NPM_DOWNLOADS: 'off' })).npmDownloads).toBeNull();
  });
});

describe('the operator’s npmrc', () => {
  it('gives a scope its registry and its token, and the token goes nowhere else', async () => {
    const [own, other]: [(string | undefined)[], (string | undefined)[]] = [[], []];
    const [corp, mirror] = [await registry(own), await registry(other)];
    const npmrc = await file(
      [`@acme:registry=${corp.url}/`, `//${new URL(corp.url).host}/:_authToken=\${CORP_TOKEN}`, ''].join('\n'),
    );
    const settings = await operatorSources({
      COUNTERSIGN_NPMRC: npmrc,
      CORP_TOKEN: 't0p-secret',
      COUNTERSIGN_REGISTRY_NPM: mirror.url,
      COUNTERSIGN_DEPS_DEV: 'off',
      COUNTERSIGN_OSV: 'off',
      COUNTERSIGN_DENY_LIST: '/dev/null',
    });
    const sources = await openSources(settings, null);
    const [scoped, plain] = await sources.gather(
      [changeOf({ name: '@acme/ui', version: '1.0.0' }), changeOf({ name: 'plain', version: '1.0.0' })],
      { baseNames: new Set(), signal: new AbortController().signal },
    );
    expect(scoped?.registryEntry).toMatchObject({ state: 'known', source: new URL(corp.url).host });
    expect(plain?.registryEntry).toMatchObject({ state: 'known', source: 'npm' });
    expect([own, other]).toEqual([['Bearer t0p-secret'], [undefined]]);
  });

  it('that is not there stops the start', async () => {
    await expect(operatorSources({ COUNTERSIGN_NPMRC: '/nowhere/npmrc' })).rejects.toThrow('/nowhere/npmrc');
  });

  it('of the account that a service runs under is not read', async () => {
    const npmrc = await file('registry=https://npm.corp.example/\n');
    const settings = await operatorSources({ HOME: join(npmrc, '..'), npm_config_registry: 'https://x.example/' });
    expect(settings.npm).toEqual({});
  });
});

describe('routes of the operator', () => {
  it('name a registry for a family of names of any type, with its login', async () => {
    const heard: (string | undefined)[] = [];
    const server = await startServer((request, response) => {
      heard.push(request.headers.authorization);
      json(response, 200, { info: { name: 'acme-tools' }, releases: { '1.0': [{}] } });
    });
    closing.push(() => server.close());
    const address = server.url.replace('http://', 'http://reader:s3cret@');
    const settings = await operatorSources({
      COUNTERSIGN_ROUTES: `pypi:acme-*=${address} npm:@acme=https://npm.example/`,
    });
    expect(settings.routes).toHaveLength(2);
    const [found] = await (await openSources(settings, null)).gather(
      [changeOf({ type: 'pypi', name: 'acme-tools', version: '1.0' })],
      { baseNames: new Set(), signal: new AbortController().signal },
    );
    expect(found?.privateRoute).toMatchObject({ state: 'known', value: new URL(server.url).host });
    expect(heard[0]).toBe(`Basic ${Buffer.from('reader:s3cret').toString('base64')}`);
    expect(JSON.stringify(found)).not.toContain('s3cret');
  });
});

it.each([
  [{ COUNTERSIGN_OSV: 'off' }, /COUNTERSIGN_DENY_LIST/],
  [{ COUNTERSIGN_OSV: 'osv.corp.example' }, /COUNTERSIGN_OSV/],
  [{ COUNTERSIGN_REGISTRY_RUBY: 'https://gems.example' }, /COUNTERSIGN_REGISTRY_RUBY names no type/],
  [{ COUNTERSIGN_REGISTRY_GEM: 'ftp://gems.example' }, /COUNTERSIGN_REGISTRY_GEM/],
  [{ COUNTERSIGN_POPULAR_RUBY: '/etc/names' }, /COUNTERSIGN_POPULAR_RUBY/],
  [{ COUNTERSIGN_ROUTES: '@acme https://npm.example' }, /COUNTERSIGN_ROUTES cannot be read at "@acme"/],
  [{ COUNTERSIGN_PYPI_DOWNLOADS: 'on' }, /COUNTERSIGN_PYPI_DOWNLOADS/],
] as const)('a setting that cannot be used is named: %o', async (env, message) => {
  await expect(operatorSources(env)).rejects.toThrow(message);
});

it('an offline command reads no files at all', async () => {
  const settings = await userSources({ HOME: '/nowhere', npm_config_userconfig: '/nowhere/npmrc' }, true);
  expect(settings.offline).toBe(true);
});

it('the token of a workflow goes to GitHub’s own API only', async () => {
  const env = { HOME: '/nowhere/at/all', GITHUB_TOKEN: 'ghs_x' };
  expect(await (await userSources(env, false)).actionsToken?.()).toBe('ghs_x');
  const elsewhere = { ...env, COUNTERSIGN_REGISTRY_GITHUBACTIONS: 'https://ghes.example/api/v3' };
  expect((await userSources(elsewhere, false)).actionsToken).toBeNull();
  expect((await operatorSources(env)).actionsToken).toBeNull();
});
