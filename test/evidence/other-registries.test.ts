import { afterEach, describe, expect, it } from 'vitest';
import type { PackageType } from '../../src/core/dependency.ts';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import type { JsonValue } from '../../src/core/json.ts';
import type { EvidenceCache } from '../../src/evidence/cache.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { json, type Script, type ScriptedServer, startServer } from '../support/registry-server.ts';

let server: ScriptedServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function evidence(
  type: PackageType,
  script: Script,
  change: Readonly<Record<string, unknown>>,
): Promise<PackageEvidence> {
  server = await startServer(script);
  const sources = await openSources({ ...DEFAULT_SOURCES, osv: null, addresses: { [type]: server.url } }, null);
  const [found] = await sources.gather([changeOf({ type, ...change })], {
    baseNames: new Set(),
    signal: new AbortController().signal,
  });
  if (found === undefined) throw new Error('every change has its evidence');
  return found;
}

const text =
  (status: number, body: string, headers: Record<string, string> = {}): Script =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/plain', ...headers });
    response.end(body);
  };

describe('crates.io', () => {
  const serve: Script = (request, response) =>
    request.url === '/api/v1/crates/some-crate'
      ? json(response, 200, {
          crate: { id: 'some-crate', created_at: '2018-01-01T00:00:00Z', repository: null, recent_downloads: 12_857 },
          versions: [
            { num: '1.2.0', created_at: '2020-01-01T00:00:00Z', yanked: false, checksum: 'd'.repeat(64) },
            { num: '1.3.0', created_at: '2021-01-01T00:00:00Z', yanked: true, yank_message: 'unsound' },
          ],
        })
      : json(response, 404, { errors: [{ detail: 'crate does not exist' }] });

  it('resolves a bare version as caret, without yanked versions', async () => {
    const found = await evidence('cargo', serve, { name: 'some-crate', entry: 'manifest', range: '1.1' });
    expect(found.resolvedVersion).toMatchObject({
      value: { version: '1.2.0', integrity: { value: `sha256:${'d'.repeat(64)}` } },
    });
    expect(found.weeklyDownloads).toMatchObject({ value: 1000 });
    expect(found.repository.state).toBe('absent');
  });

  it('takes its own 404 for absence', async () => {
    expect((await evidence('cargo', serve, { name: 'invented-crate', version: '1.0.0' })).registryEntry.state).toBe(
      'absent',
    );
  });
});

describe('a Go proxy', () => {
  const serve: Script = (request, response) => {
    if (request.url === '/code.example/!some/mod/@v/list') return text(200, 'v1.1.0\nv1.0.0\n')(request, response);
    const version = /@v\/(v[\d.]+)\.info$/.exec(request.url ?? '')?.[1];
    if (version === 'v1.0.0') return json(response, 200, { Version: version, Time: '2019-05-01T00:00:00Z' });
    if (version === 'v1.1.0') return json(response, 200, { Version: version, Time: '2020-05-01T00:00:00Z' });
    return text(404, 'not found: unknown revision')(request, response);
  };

  it('knows the first version’s age and the asked one’s', async () => {
    const found = await evidence('golang', serve, { name: 'code.example/Some/mod', version: 'v1.1.0' });
    expect(found.firstPublishedAt).toMatchObject({ value: '2019-05-01T00:00:00.000Z' });
    expect(found.resolvedVersion).toMatchObject({
      value: { version: 'v1.1.0', publishedAt: { value: '2020-05-01T00:00:00.000Z' } },
    });
  });

  it('knows a version that does not exist, and a module that does not', async () => {
    expect(
      (await evidence('golang', serve, { name: 'code.example/Some/mod', version: 'v9.0.0' })).resolvedVersion.state,
    ).toBe('absent');
    expect(
      (await evidence('golang', serve, { name: 'code.example/other', version: 'v1.0.0' })).registryEntry.state,
    ).toBe('absent');
  });
});

describe('a Go module whose authors withdrew versions', () => {
  const GO_MOD = `module code.example/some/mod // kept
go 1.22
// Published by accident.
retract v1.9.0
retract (
	[v1.2.0, v1.3.9] // Contains a data race.
	v1.4.0-rc.1
)
`;
  const LISTED = ['v1.9.0', 'v1.1.0', 'v1.2.0', 'v1.3.5', 'v1.4.0-rc.1', 'v1.4.0', 'v2.0.0-rc.1', 'v1.10.0'];
  const serve: Script = (request, response) => {
    if (request.url?.endsWith('/@v/list')) return text(200, LISTED.join('\n'))(request, response);
    if (request.url?.endsWith('/@v/v1.10.0.mod')) return text(200, GO_MOD)(request, response);
    const version = /@v\/(v.+)\.info$/.exec(request.url ?? '')?.[1];
    if (version !== undefined) return json(response, 200, { Version: version, Time: '2020-05-01T00:00:00Z' });
    return text(404, 'not found: unknown revision')(request, response);
  };
  const yankedOf = async (version: string) => {
    const found = await evidence('golang', serve, { name: 'code.example/some/mod', version });
    return found.resolvedVersion.state === 'known' ? found.resolvedVersion.value.yanked : found.resolvedVersion;
  };

  it.each([
    ['v1.9.0', 'Published by accident.'],
    ['v1.2.0', 'Contains a data race.'],
    ['v1.3.5', 'Contains a data race.'],
    ['v1.4.0-rc.1', ''],
  ])('%s reads as yanked, by the go.mod of the newest release', async (version, reason) => {
    expect(await yankedOf(version)).toMatchObject({ state: 'known', value: reason });
  });

  it.each(['v1.1.0', 'v1.4.0', 'v1.10.0', 'v2.0.0-rc.1'])('%s does not', async (version) => {
    expect(await yankedOf(version)).toMatchObject({ state: 'absent' });
  });

  it('leads a bare install to the newest release that is not withdrawn', async () => {
    const found = await evidence('golang', serve, { name: 'code.example/some/mod', entry: 'manifest', range: '' });
    expect(found.resolvedVersion).toMatchObject({ value: { version: 'v1.10.0' } });
    const all = GO_MOD.replace('v1.9.0', '[v1.9.0, v1.10.0]');
    const withdrawn: Script = (request, response) =>
      request.url?.endsWith('.mod') ? text(200, all)(request, response) : serve(request, response);
    const older = await evidence('golang', withdrawn, { name: 'code.example/some/mod', entry: 'manifest', range: '' });
    expect(older.resolvedVersion).toMatchObject({ value: { version: 'v1.4.0' } });
  });

  it.each([
    ['a page', '<html>Log in</html>', 'text/html'],
    ['no go.mod', 'retract v1.0.0\n', 'text/plain'],
    ['half a go.mod', 'module code.example/some/mod\nretract (\nv1.0.0', 'text/plain'],
  ])('is unknown where %s comes in place of its go.mod', async (_, body) => {
    const lying: Script = (request, response) =>
      request.url?.endsWith('.mod') ? text(200, body)(request, response) : serve(request, response);
    const found = await evidence('golang', lying, { name: 'code.example/some/mod', version: 'v1.1.0' });
    expect(found.resolvedVersion).toMatchObject({ state: 'unavailable', transient: true });
  });
});

describe('RubyGems, Packagist, NuGet and Maven', () => {
  it('RubyGems: versions with platforms, pessimistic ranges', async () => {
    const serve: Script = (_request, response) =>
      json(response, 200, [
        { number: '1.2.0', created_at: '2020-01-01T00:00:00Z', sha: 'e'.repeat(64) },
        { number: '1.9.0', created_at: '2021-01-01T00:00:00Z', sha: 'f'.repeat(64) },
        { number: '2.0.0', created_at: '2022-01-01T00:00:00Z', sha: '0'.repeat(64) },
      ]);
    const found = await evidence('gem', serve, { name: 'some-gem', entry: 'manifest', range: '~> 1.2' });
    expect(found.resolvedVersion).toMatchObject({ value: { version: '1.9.0' } });
    expect(found.firstPublishedAt).toMatchObject({ value: '2020-01-01T00:00:00.000Z' });
  });

  it('RubyGems: its words for absence', async () => {
    const found = await evidence('gem', text(404, 'This rubygem could not be found.'), {
      name: 'invented',
      version: '1.0',
    });
    expect(found.registryEntry.state).toBe('absent');
  });

  it('Packagist: tilde ranges of its own, abandoned packages', async () => {
    const serve: Script = (_request, response) =>
      json(response, 200, {
        packages: {
          'acme/tool': [
            {
              version: 'v2.0.0',
              time: '2022-01-01T00:00:00+00:00',
              abandoned: 'acme/new-tool',
              source: { url: 'https://code.example/tool' },
            },
            { version: 'v1.9.0', time: '2021-01-01T00:00:00+00:00' },
          ],
        },
      });
    const found = await evidence('composer', serve, { name: 'Acme/Tool', entry: 'manifest', range: '~1.2' });
    expect(found.resolvedVersion).toMatchObject({ value: { version: 'v1.9.0' } });
    expect(found.projectStatus).toMatchObject({ value: 'deprecated' });
  });

  it('NuGet: a bare version is the least one accepted', async () => {
    const leaf = (version: string, published: string, more = {}) => ({
      catalogEntry: { id: 'Some.Lib', version, published, ...more },
    });
    const serve: Script = (_request, response) =>
      json(response, 200, {
        items: [
          {
            '@id': 'x',
            items: [
              leaf('1.0.0', '2019-01-01T00:00:00Z'),
              leaf('1.5.0', '2020-01-01T00:00:00Z'),
              leaf('1.4.0', '1900-01-01T00:00:00Z', { listed: false }),
            ],
          },
        ],
      });
    const found = await evidence('nuget', serve, { name: 'Some.Lib', entry: 'manifest', range: '1.2' });
    expect(found.resolvedVersion).toMatchObject({ value: { version: '1.4.0', yanked: { state: 'known' } } });
    expect(found.firstPublishedAt).toMatchObject({ value: '2019-01-01T00:00:00.000Z' });
  });

  const pom: Script = (request, response) => {
    if (request.method === 'HEAD') {
      response.writeHead(200, { 'last-modified': 'Tue, 01 Jan 2019 00:00:00 GMT' });
      response.end();
      return;
    }
    const [, group, artifact] =
      /^\/(org\/acme|org\/apache\/maven)\/([^/]+)\/maven-metadata\.xml$/.exec(request.url ?? '') ?? [];
    if (artifact !== 'lib' && artifact !== 'maven-core')
      return text(404, '<html>404 Not Found</html>', { 'content-type': 'text/html' })(request, response);
    text(
      200,
      `<metadata><groupId>${group?.replaceAll('/', '.')}</groupId><artifactId>${artifact}</artifactId><versioning><versions><version>1.0</version><version>1.1</version></versions></versioning></metadata>`,
    )(request, response);
  };

  it('Maven: versions from XML, dates from the repository', async () => {
    const found = await evidence('maven', pom, { name: 'org.acme:lib', version: '1.1' });
    expect(found.resolvedVersion).toMatchObject({
      value: { version: '1.1', publishedAt: { value: '2019-01-01T00:00:00.000Z' } },
    });
  });

  it('Maven: a 404 counts where the repository answers for what it must have', async () => {
    expect((await evidence('maven', pom, { name: 'org.acme:invented', version: '1.0' })).registryEntry.state).toBe(
      'absent',
    );
  });
});

describe('where else a name exists', () => {
  it('is what other registries answered before, without asking anybody anew', async () => {
    const kept = new Map<string, JsonValue>();
    const cache: EvidenceCache = {
      cached: async (key) => kept.get(key) ?? null,
      cache: async (key, value) => void kept.set(key, value),
    };
    server = await startServer((request, response) =>
      request.url?.startsWith('/api/v1/crates/') === true
        ? json(response, 200, {
            crate: { id: 'tiny-web', created_at: '2018-01-01T00:00:00Z', repository: null },
            versions: [{ num: '1.2.0', created_at: '2020-01-01T00:00:00Z', yanked: false, checksum: 'd'.repeat(64) }],
          })
        : json(response, 404, { message: 'Not Found' }),
    );
    const addresses = { cargo: server.url, pypi: server.url };
    const sources = await openSources({ ...DEFAULT_SOURCES, osv: null, addresses }, cache);
    const ask = async (type: PackageType) => {
      const context = { baseNames: new Set<string>(), signal: new AbortController().signal };
      return (await sources.gather([changeOf({ type, name: 'tiny-web', version: '1.2.0' })], context))[0];
    };
    expect((await ask('pypi'))?.existsElsewhere).toMatchObject({ state: 'known', value: [] });
    expect((await ask('cargo'))?.registryEntry.state).toBe('known');
    kept.delete([...kept.keys()].find((key) => key.includes('pypi')) ?? '');
    const before = server.requests.length;
    const again = await ask('pypi');
    expect(again?.registryEntry.state).toBe('absent');
    expect(again?.existsElsewhere).toMatchObject({ value: ['cargo'], source: 'own records and popular lists' });
    expect(server.requests.length - before).toBeLessThanOrEqual(1);
  });
});
