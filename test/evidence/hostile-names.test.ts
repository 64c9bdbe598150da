import { expect, it } from 'vitest';
import { type DependencyChange, PACKAGE_TYPES } from '../../src/core/dependency.ts';
import { purlOf } from '../../src/core/purl.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { json, startServer } from '../support/registry-server.ts';

/** Names and versions as somebody writes them who wants the review to stumble. */
const NAMES = [
  ['l\u043edash', '\uff4codash', 'a\u200bb', '\u202ea', '\u0130', 'ab\u0301', '\ud800', 'a\ud800b', '@\ud800/x'],
  ['%6c', '%', '%00', '-', '_x', '.x', '@/x', '@x/', '@x', '@.../x', '@~/x', 'a//b', 'x/../y', '../x', '..'],
  ['node_modules', 'favicon.ico', 'constructor', '__proto__', 'toString', 'LODASH', 'lodash.', 'lodash '],
  ['a:b', 'a::b', 'x@1', 'a#b', 'a?b', 'a&b', '(x)', "'", 'x*', 'a\u0000b', 'x'.repeat(600)],
].flat();
const VERSIONS = ['1.0.0', '\ud800', '__proto__', '../../x', '%00', '1'.repeat(400)];

it('a name that nobody can have is absent, and none makes a look-up fail', async () => {
  await using server = await startServer((request, response) => {
    if (request.url === '/v1/querybatch') return json(response, 200, { results: [] });
    json(response, 404, { error: 'Not found', errors: [{ detail: 'not found' }], message: 'Not Found' });
  });
  const { url } = server;
  const sources = await openSources(
    {
      ...DEFAULT_SOURCES,
      osv: url,
      depsDev: url,
      npmDownloads: url,
      pypiDownloads: url,
      sigstore: null,
      actionsToken: async () => 'token',
      limits: { ...DEFAULT_SOURCES.limits, retries: 0 },
      npm: { registry: url },
      addresses: {
        pypi: url,
        cargo: url,
        gem: url,
        golang: url,
        composer: url,
        nuget: url,
        maven: url,
        githubactions: url,
        docker: url,
      },
    },
    null,
  );
  const changes = PACKAGE_TYPES.flatMap((type) =>
    NAMES.flatMap((name) =>
      VERSIONS.flatMap((version): DependencyChange[] => [
        changeOf({ type, name, version, purl: purlOf(type, name, version) }),
        changeOf({ type, name, range: version, purl: purlOf(type, name) }),
      ]),
    ),
  );
  const gathered = await sources.gather(changes, { baseNames: new Set(), signal: new AbortController().signal });
  expect(gathered).toHaveLength(changes.length);
  // Nothing that was asked about such a name is taken for an answer that it exists.
  expect(gathered.filter((each) => each.registryEntry.state === 'known')).toEqual([]);
  const npm = gathered.filter((each) => each.type === 'npm' && /[^!-~]|%/.test(each.name));
  expect(new Set(npm.map((each) => each.registryEntry.state))).toEqual(new Set(['absent']));
  expect(server.requests.filter((each) => /(?:^|\/)\.\.(?:\/|$)/.test(decodeURIComponent(each)))).toEqual([]);
});
