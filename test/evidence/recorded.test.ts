import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packumentReader } from '../../src/ecosystems/npm/packument-reader.ts';
import { documentOf } from '../../src/ecosystems/npm/registry-document.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { changeOf } from '../support/dependency-fixtures.ts';
import { json, startServer } from '../support/registry-server.ts';

/** Published documents beside the repository; the cases below say what they show even without them. */
const RECORDED = join(import.meta.dirname, '../../../shared/data/packuments');

function npmDocument(packument: unknown) {
  const reader = packumentReader();
  reader.write(Buffer.from(JSON.stringify(packument)));
  const read = reader.end();
  if (read.state === 'wrong') throw new Error(read.reason);
  return documentOf(read.packument);
}

function recorded(path: string): unknown {
  return JSON.parse(readFileSync(join(RECORDED, path), 'utf8'));
}

describe.runIf(existsSync(RECORDED))('real documents of registries', () => {
  it('lodash: a veteran with a known birthday', () => {
    const document = npmDocument(recorded('npm/lodash.json'));
    expect(document.firstPublishedAt).toMatch(/^2012-04-23T/);
    expect(document.versions.length).toBeGreaterThan(100);
    expect(document.placeholder).toBe(false);
    expect(document.repository).toContain('lodash');
  });

  it('an unpublished package has no versions and says so', () => {
    expect(npmDocument(recorded('npm/unpublishedpackage.json'))).toMatchObject({ versions: [], unpublished: true });
  });

  it('requests: every release with date and hashes', async () => {
    const project = recorded('pypi/requests.json');
    const server = await startServer((request, response) =>
      request.url === '/pypi/requests/json'
        ? json(response, 200, project)
        : json(response, 404, { message: 'Not Found' }),
    );
    try {
      const sources = await openSources({ ...DEFAULT_SOURCES, osv: null, addresses: { pypi: server.url } }, null);
      const [found] = await sources.gather([changeOf({ type: 'pypi', name: 'Requests', version: '2.9.2' })], {
        baseNames: new Set(),
        signal: new AbortController().signal,
      });
      expect(found?.firstPublishedAt).toMatchObject({ state: 'known', value: expect.stringMatching(/^2011-02-14T/) });
      expect(found?.resolvedVersion).toMatchObject({ value: { publishedAt: { value: '2016-04-29T21:57:23.021Z' } } });
    } finally {
      await server.close();
    }
  });
});

describe('odd packuments', () => {
  const version = { name: 'odd', version: '1.0.0', dist: { shasum: 'a'.repeat(40) } };

  it('fields of the wrong type read as not given', () => {
    const document = npmDocument({
      name: 'odd',
      time: { created: 12, '1.0.0': 'yesterday' },
      maintainers: 'alice <alice@people.example>',
      repository: 7,
      versions: { '1.0.0': { ...version, scripts: 'none', deprecated: false, _npmUser: 'alice' } },
    });
    expect(document).toMatchObject({ versions: ['1.0.0'], unpublished: false });
    expect(document.firstPublishedAt).toBeUndefined();
    expect(document.maintainers).toBeUndefined();
    expect(document.records['1.0.0']).toEqual({ installScripts: [], integrity: `sha1:${'a'.repeat(40)}` });
  });

  it('a native build runs at install although no script says so', () => {
    const document = npmDocument({ name: 'odd', versions: { '1.0.0': { ...version, gypfile: true } } });
    expect(document.records['1.0.0']?.installScripts).toEqual(['install (binding.gyp)']);
  });

  it('a version that only calls itself security is no placeholder', () => {
    const document = npmDocument({
      name: 'odd',
      'dist-tags': { latest: '0.0.1-security' },
      description: 'a library about security',
      versions: { '0.0.1-security': version },
    });
    expect(document.placeholder).toBe(false);
  });
});
