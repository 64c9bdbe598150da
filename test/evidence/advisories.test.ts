import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SYSTEM_CLOCK } from '../../src/evidence/clock.ts';
import { createDenyList, parseDenyList } from '../../src/evidence/deny-list.ts';
import { createGate, DEFAULT_LIMITS } from '../../src/evidence/gate.ts';
import { createHttpClient } from '../../src/evidence/http.ts';
import { createOsv } from '../../src/evidence/osv.ts';
import { FAULTS, json, type Script, startServer } from '../support/registry-server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function osv(script: Script) {
  const server = await startServer(script);
  closing.push(() => server.close());
  const clock = { ...SYSTEM_CLOCK, sleep: async () => {} };
  const http = createHttpClient({ timeoutMs: 300, maxBytes: 1_000_000, userAgent: 'test' });
  const source = createOsv({ base: server.url, http, gate: createGate({ ...DEFAULT_LIMITS, retries: 0 }, clock) });
  return {
    server,
    ask: (...names: string[]) =>
      source.look(
        names.map((name) => ({ type: 'npm', name, version: '1.0.0' })),
        new AbortController().signal,
      ),
  };
}

/** A service that knows one hole and one malicious package. */
function service(server: { results: readonly (readonly string[])[] }): Script {
  return (request, response) => {
    if (request.url === '/v1/querybatch') {
      json(response, 200, {
        results: server.results.map((ids) => (ids.length === 0 ? {} : { vulns: ids.map((id) => ({ id })) })),
      });
      return;
    }
    if (request.url === '/v1/vulns/GHSA-hole') {
      json(response, 200, {
        id: 'GHSA-hole',
        summary: 'Path traversal',
        database_specific: { severity: 'MODERATE' },
        affected: [
          {
            package: { name: 'holey', ecosystem: 'npm' },
            ranges: [{ events: [{ introduced: '0' }, { fixed: '1.0.1' }] }],
          },
        ],
      });
      return;
    }
    if (request.url === '/v1/vulns/GHSA-withdrawn') {
      json(response, 200, { id: 'GHSA-withdrawn', withdrawn: '2026-01-01T00:00:00Z' });
      return;
    }
    response.writeHead(503);
    response.end();
  };
}

describe('advisories from OSV', () => {
  it('come in one batch, with severity and the version that fixes them', async () => {
    const { ask, server } = await osv(service({ results: [[], ['GHSA-hole']] }));
    const [fine, holey] = await ask('fine', 'holey');
    expect(fine).toEqual({ state: 'known', advisories: [] });
    expect(holey).toEqual({
      state: 'known',
      advisories: [
        { id: 'GHSA-hole', summary: 'Path traversal', malicious: false, fixedIn: '1.0.1', severity: 'moderate' },
      ],
    });
    expect(server.requests).toEqual(['POST /v1/querybatch', 'GET /v1/vulns/GHSA-hole']);
  });

  it('say malware by the id alone, even where its text is late', async () => {
    const { ask } = await osv(service({ results: [['MAL-2026-7']] }));
    expect(await ask('evil')).toMatchObject([{ state: 'known', advisories: [{ id: 'MAL-2026-7', malicious: true }] }]);
  });

  it('leave out what was withdrawn', async () => {
    const { ask } = await osv(service({ results: [['GHSA-withdrawn']] }));
    expect(await ask('once-holey')).toEqual([{ state: 'known', advisories: [] }]);
  });

  it('are unknown where the batch has another length than the question', async () => {
    const { ask } = await osv(service({ results: [[]] }));
    expect(await ask('one', 'two')).toMatchObject([{ state: 'unavailable' }, { state: 'unavailable' }]);
  });

  it.each(Object.keys(FAULTS))('are unknown where the service answers %s', async (fault) => {
    const { ask } = await osv(FAULTS[fault] ?? (() => {}));
    expect(await ask('some-package')).toMatchObject([{ state: 'unavailable' }]);
  });
});

describe('the deny-list', () => {
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

  it('is refused as a whole where a line cannot be read', () => {
    expect(() => parseDenyList('chalk:5.6.1\nnpm:a:b:c:d\n', 'bad.txt')).toThrow(/bad\.txt, line 2/);
  });

  it('is read again when the file changes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-deny-'));
    closing.push(() => rm(folder, { recursive: true }));
    const path = join(folder, 'list.txt');
    await writeFile(path, 'chalk:5.6.1\n');
    let now = 0;
    const denied = createDenyList(path, () => now);
    expect(await denied('npm', 'chalk', '5.6.1')).toMatchObject({ malicious: true });
    expect(await denied('npm', 'chalk', '5.6.0')).toBeNull();
    expect(await denied('pypi', 'chalk', '5.6.1')).toBeNull();
    await writeFile(path, 'debug:4.4.2\n');
    await utimes(path, 1, 1);
    now += 60_000;
    expect(await denied('npm', 'chalk', '5.6.1')).toBeNull();
    expect(await denied('npm', 'debug', '4.4.2')).toMatchObject({ malicious: true });
  });
});
