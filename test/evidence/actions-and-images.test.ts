import { afterEach, describe, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import { DEFAULT_SOURCES, openSources, type SourceSettings } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
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
