import { afterEach, describe, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import { DEFAULT_SOURCES, openSources, type SourceSettings } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { memoryCache } from '../support/evidence.ts';
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

async function judge(
  settings: Partial<SourceSettings>,
  differences: Readonly<Record<string, unknown>>,
  around: { readonly baseNames?: readonly string[]; readonly owner?: string } = {},
): Promise<{
  readonly evidence: PackageEvidence;
  readonly findings: readonly string[];
  readonly held: readonly string[];
}> {
  const change = changeOf({ entry: 'manifest', ...differences });
  const sources = await openSources({ ...DEFAULT_SOURCES, osv: null, depsDev: null, ...settings }, null);
  const [evidence] = await sources.gather([change], {
    baseNames: new Set(around.baseNames ?? []),
    signal: new AbortController().signal,
  });
  if (evidence === undefined) throw new Error('every change has its evidence');
  const context = {
    evidence,
    changes: [change],
    thresholds: DEFAULT_THRESHOLDS,
    now: Date.now(),
    ...(around.owner === undefined ? {} : { owner: around.owner }),
  };
  const answers = DEPENDENCY_DETECTORS.map((each) => [each.rule, each.detect(change, context)] as const);
  const of = (state: string) => answers.filter(([, answer]) => answer.state === state).map(([rule]) => rule.id);
  return { evidence, findings: of('findings'), held: of('needs') };
}

const SHA = 'a'.repeat(40);

describe('an action', () => {
  /** GitHub's API, with one repository. */
  const github: Script = (request, response) => {
    const url = new URL(request.url ?? '/', 'http://api.example');
    if (request.headers.authorization !== 'Bearer t0p') return void response.writeHead(401).end();
    if (url.pathname === '/repos/acme/deploy') {
      return json(response, 200, { full_name: 'Acme/deploy', created_at: '2021-02-03T00:00:00Z', archived: false });
    }
    if (url.pathname === '/repos/acme/moved') {
      return json(response, 200, { full_name: 'other/moved', created_at: '2021-02-03T00:00:00Z' });
    }
    const ref = url.searchParams.get('sha');
    if (url.pathname === '/repos/acme/deploy/commits' && (ref === 'v2' || ref === SHA)) {
      const date = new Date(Date.now() - 3_600_000).toISOString();
      return json(response, 200, [{ sha: SHA, commit: { committer: { date } } }]);
    }
    json(response, 404, { message: 'Not Found', documentation_url: 'https://docs.example' });
  };
  const action = (version: string, name = 'acme/deploy') => ({ type: 'githubactions', name, version });
  const settingsFor = (server: ScriptedServer) => ({
    addresses: { githubactions: server.url },
    actionsToken: async () => 't0p',
  });

  it('is known with its age and the age of the commit', async () => {
    const server = await serve(github);
    const { evidence, findings } = await judge(settingsFor(server), action('v2'));
    expect(evidence.firstPublishedAt).toMatchObject({ value: '2021-02-03T00:00:00.000Z' });
    expect(evidence.resolvedVersion).toMatchObject({ state: 'known', value: { version: 'v2' } });
    expect(findings).toContain('version-too-new');
    expect(server.requests).toHaveLength(2);
  });

  it('is found by its full commit', async () => {
    const { findings } = await judge(settingsFor(await serve(github)), action(SHA));
    expect(findings).not.toContain('version-not-found');
  });

  it('with a version that nobody tagged is told', async () => {
    const { findings } = await judge(settingsFor(await serve(github)), action('v99'));
    expect(findings).toContain('version-not-found');
    expect(findings).not.toContain('package-not-found');
  });

  it('that does not exist, or is private, can be signed for', async () => {
    const settings = settingsFor(await serve(github));
    expect((await judge(settings, action('v1', 'acme/invented'))).findings).toContain('package-not-found');
    const used = await judge(settings, action('v1', 'acme/invented'), { baseNames: ['githubactions:acme/invented'] });
    expect(used.findings).not.toContain('package-not-found');
    const own = await judge(settings, action('v1', 'acme/invented'), { owner: 'Acme' });
    expect(own.findings).not.toContain('package-not-found');
  });

  it('that was renamed is not taken for the other repository', async () => {
    const { evidence } = await judge(settingsFor(await serve(github)), action('v1', 'acme/moved'));
    expect(evidence.registryEntry).toMatchObject({ state: 'unavailable', reason: 'is now called other/moved' });
  });

  it('waits where the hour’s requests are used up', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(403, { 'x-ratelimit-remaining': '0', 'retry-after': '60' });
      response.end('{"message":"API rate limit exceeded"}');
    });
    const { evidence } = await judge(settingsFor(server), action('v2'));
    expect(evidence.registryEntry).toMatchObject({ state: 'unavailable', transient: true });
  });

  it('is nobody’s to look up without a token, and holds nothing up', async () => {
    const server = await serve(github);
    const { evidence, held } = await judge({ addresses: { githubactions: server.url } }, action('v2'));
    expect(evidence.registryEntry.state).toBe('notApplicable');
    expect(held).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});

describe('an action pinned to a commit', () => {
  interface Kept {
    /** How a branch stands to the commit; a branch that is not named here does not contain it. */
    readonly behind?: readonly string[];
    readonly tags?: readonly string[];
    readonly branches?: readonly string[];
    /** Branches whose tip is the commit. */
    readonly tips?: readonly string[];
    readonly broken?: RegExp;
  }
  /** GitHub's API, with a repository whose store also holds the commits of its forks. */
  function github(kept: Kept): Script {
    const other = 'c'.repeat(40);
    return (request, response) => {
      const url = new URL(request.url ?? '/', 'http://api.example');
      const page = Number(url.searchParams.get('page') ?? 1);
      const path = url.pathname.replace('/repos/acme/deploy', '');
      if (kept.broken?.test(path)) return void response.writeHead(502).end();
      if (path === '')
        return json(response, 200, {
          full_name: 'acme/deploy',
          created_at: '2021-02-03T00:00:00Z',
          default_branch: 'main',
        });
      if (path === '/commits')
        return json(response, 200, [{ sha: SHA, commit: { committer: { date: '2022-01-01T00:00:00Z' } } }]);
      if (path === '/tags') {
        const tags = (kept.tags ?? []).slice((page - 1) * 100, page * 100);
        return json(
          response,
          200,
          tags.map((sha, index) => ({ name: `v${index}`, commit: { sha } })),
        );
      }
      if (path === '/branches')
        return json(
          response,
          200,
          ['main', ...(kept.branches ?? [])].map((name) => ({
            name,
            commit: { sha: kept.tips?.includes(name) ? SHA : other },
          })),
        );
      if (path.endsWith('/branches-where-head'))
        return json(
          response,
          200,
          (kept.tips ?? []).map((name) => ({ name, commit: { sha: SHA } })),
        );
      const [, branch = ''] = /^\/compare\/(.+)\.\.\./.exec(path) ?? [];
      if (branch !== '')
        return json(response, 200, {
          status: kept.behind?.includes(decodeURIComponent(branch)) ? 'behind' : 'diverged',
        });
      json(response, 404, { message: 'Not Found' });
    };
  }
  const pinned = { type: 'githubactions', name: 'acme/deploy', version: SHA };
  async function judged(kept: Kept) {
    const server = await serve(github(kept));
    const settings = { addresses: { githubactions: server.url }, actionsToken: async () => 't0p' };
    const { evidence, findings, held } = await judge(
      { ...settings, limits: { ...DEFAULT_SOURCES.limits, retries: 0 } },
      pinned,
    );
    const { resolvedVersion } = evidence;
    if (resolvedVersion.state !== 'known') throw new Error('GitHub hands the commit out in any case');
    return {
      belongs: resolvedVersion.value.belongs,
      told: findings.includes('version-not-found'),
      held: held.includes('version-not-found'),
      requests: server.requests.length,
    };
  }
  const many = (count: number) => Array.from({ length: count }, (_, index) => index.toString(16).padStart(40, 'd'));

  it.each<readonly [string, Kept, number]>([
    ['on the default branch', { behind: ['main'] }, 3],
    ['that a tag names', { tags: [SHA] }, 4],
    ['that a tag far down the list names', { tags: [...many(250), SHA] }, 6],
    ['at the tip of another branch', { branches: ['next'], tips: ['next'] }, 5],
    ['further down a release branch', { branches: ['a', 'b', 'releases/v1'], behind: ['releases/v1'] }, 8],
  ])('%s is the repository’s own', async (_, kept, requests) => {
    expect(await judged(kept)).toMatchObject({
      belongs: { state: 'known', value: true },
      told: false,
      held: false,
      requests,
    });
  });

  it('that only a fork has is told', async () => {
    expect(await judged({ tags: many(3), branches: ['next', 'old'] })).toMatchObject({
      belongs: { state: 'known', value: false },
      told: true,
    });
  });

  it.each<readonly [string, Kept]>([
    ['branches than are compared', { branches: many(20) }],
    ['tags than are listed', { tags: many(1_000) }],
  ])('is neither told nor cleared where there are more %s', async (_, kept) => {
    expect(await judged(kept)).toMatchObject({
      belongs: { state: 'unavailable', transient: false },
      told: false,
      held: true,
    });
  });

  it.each([/^\/compare/, /^\/tags/, /^\/branches$/])('waits where GitHub does not answer for %s', async (broken) => {
    expect(await judged({ broken })).toMatchObject({
      belongs: { state: 'unavailable', transient: true },
      told: false,
      held: true,
    });
  });

  it('is asked for once, however many reviews name it', async () => {
    const server = await serve(github({ behind: ['main'] }));
    const cache = memoryCache();
    const settings = {
      ...DEFAULT_SOURCES,
      osv: null,
      depsDev: null,
      addresses: { githubactions: server.url },
      actionsToken: async () => 't0p',
    };
    for (let round = 0; round < 2; round += 1) {
      const sources = await openSources(settings, cache);
      await sources.gather([changeOf({ entry: 'manifest', ...pinned })], {
        baseNames: new Set(),
        signal: new AbortController().signal,
      });
    }
    expect(server.requests).toHaveLength(3);
  });
});

describe('what was answered for one version', () => {
  it.each([
    ['docker', 'some/image', '1', '2'],
    ['githubactions', 'acme/deploy', 'v1', 'v2'],
    ['golang', 'code.example/some/mod', 'v0.0.0-20240101000000-aaaaaaaaaaaa', 'v0.0.0-20250101000000-bbbbbbbbbbbb'],
  ])('of %s says nothing of another, asked for a moment later', async (type, name, first, second) => {
    const server = await serve((request, response) => {
      const url = request.url ?? '/';
      if (url.endsWith('/@v/list')) return void response.writeHead(200, { 'content-type': 'text/plain' }).end('');
      const info = /@v\/(.+)\.info$/.exec(url)?.[1];
      if (info !== undefined) return json(response, 200, { Version: info, Time: '2020-01-01T00:00:00Z' });
      if (url === '/repos/acme/deploy')
        return json(response, 200, { full_name: 'acme/deploy', created_at: '2021-02-03T00:00:00Z' });
      if (url.startsWith('/repos/'))
        return json(response, 200, [{ sha: SHA, commit: { committer: { date: '2022-01-01T00:00:00Z' } } }]);
      response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }).end();
    });
    const addresses = { docker: server.url, githubactions: server.url, golang: server.url };
    const settings = { ...DEFAULT_SOURCES, osv: null, depsDev: null, addresses, actionsToken: async () => 't0p' };
    const sources = await openSources(settings, memoryCache());
    const look = async (version: string) => {
      const [found] = await sources.gather([changeOf({ entry: 'manifest', type, name, version })], {
        baseNames: new Set(),
        signal: new AbortController().signal,
      });
      return found?.resolvedVersion.state;
    };
    expect(await look(first)).toBe('known');
    expect(await look(second)).toBe('known');
    const asked = server.requests.length;
    expect(await look(first)).toBe('known');
    expect(server.requests).toHaveLength(asked);
  });
});

describe('an image', () => {
  const MANIFEST = 'application/vnd.oci.image.index.v1+json';
  /** A registry with anonymous tokens, one public image and one private. */
  function registry(own: () => string): Script {
    return (request, response) => {
      const url = new URL(request.url ?? '/', own());
      if (url.pathname === '/token') {
        return json(response, 200, { token: `for ${url.searchParams.get('scope')}`, expires_in: 60 });
      }
      const [, name, reference] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url.pathname) ?? [];
      const mayRead = request.headers.authorization === `Bearer for repository:${name}:pull` && name !== 'acme/private';
      if (!mayRead) {
        const scope = `repository:${name}:pull`;
        response.setHeader(
          'www-authenticate',
          `Bearer realm="${own()}/token",service="registry.example",scope="${scope}"`,
        );
        return json(response, 401, { errors: [{ code: 'UNAUTHORIZED' }] });
      }
      if (name !== 'library/node') return json(response, 404, { errors: [{ code: 'NAME_UNKNOWN' }] });
      if (reference !== '24' && reference !== `sha256:${'b'.repeat(64)}` && reference !== 'latest')
        return json(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN' }] });
      response.writeHead(200, { 'content-type': MANIFEST });
      response.end(request.method === 'HEAD' ? '' : '{}');
    };
  }
  async function hub() {
    const server: ScriptedServer = await serve((request, response) => registry(() => server.url)(request, response));
    return server;
  }
  const image = (name: string, more: Readonly<Record<string, unknown>> = {}) => ({ type: 'docker', name, ...more });

  it('is found by its tag, with an anonymous token and without fetching it', async () => {
    const server = await hub();
    const { evidence, findings, held } = await judge(
      { addresses: { docker: server.url } },
      image('docker.io/library/node', { version: '24' }),
    );
    expect(evidence.registryEntry).toMatchObject({ state: 'known', value: { name: 'node' } });
    expect(evidence.resolvedVersion).toMatchObject({ state: 'known', value: { version: '24' } });
    expect(findings).not.toContain('version-not-found');
    expect(held).not.toContain('version-too-new');
    expect(server.requests.filter((each) => each.startsWith('GET /v2'))).toEqual([]);
  });

  it('is found by its digest, and by no version at all', async () => {
    const settings = { addresses: { docker: (await hub()).url } };
    const digest = await judge(settings, image('node', { version: `sha256:${'b'.repeat(64)}` }));
    expect(digest.evidence.resolvedVersion.state).toBe('known');
    const bare = await judge(settings, { ...image('node'), range: '' });
    expect(bare.evidence.resolvedVersion).toMatchObject({ state: 'known', value: { version: 'latest' } });
  });

  it('with a tag that nobody pushed is told', async () => {
    const { findings } = await judge(
      { addresses: { docker: (await hub()).url } },
      image('node', { version: '99-slim' }),
    );
    expect(findings).toContain('version-not-found');
  });

  it.each(['library/invented', 'acme/private'])(
    'that is not there, or private, can be signed for: %s',
    async (name) => {
      const settings = { addresses: { docker: (await hub()).url } };
      expect((await judge(settings, image(name, { version: '1' }))).findings).toContain('package-not-found');
      const used = await judge(settings, image(name, { version: '1' }), {
        baseNames: [`docker:${name.replace('library/', '')}`],
      });
      expect(used.findings).not.toContain('package-not-found');
    },
  );

  it('of a host that nobody allowed is not asked for, and holds nothing up', async () => {
    const server = await hub();
    const { evidence, held } = await judge(
      { addresses: { docker: server.url } },
      image('registry.corp.example/team/app', { version: '1' }),
    );
    expect(evidence.registryEntry.state).toBe('notApplicable');
    expect(held).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  it('with a tag that a build fills in is not judged by it', async () => {
    const { evidence, held } = await judge(
      { addresses: { docker: (await hub()).url } },
      image('node', { range: '${NODE_VERSION}' }),
    );
    expect(evidence.resolvedVersion.state).toBe('notApplicable');
    expect(held).not.toContain('version-not-found');
  });

  it.each(['http://169.254.169.254/token', 'https://evil.example/token'])(
    'never sends its registry’s reader to %s for a token',
    async (realm) => {
      const server = await serve((_request, response) => {
        response.setHeader('www-authenticate', `Bearer realm="${realm}",service="x"`);
        json(response, 401, { errors: [{ code: 'UNAUTHORIZED' }] });
      });
      const { evidence } = await judge({ addresses: { docker: server.url } }, image('node', { version: '24' }));
      expect(evidence.registryEntry).toMatchObject({
        state: 'unavailable',
        reason: 'sends for its tokens to another host',
      });
    },
  );
});
