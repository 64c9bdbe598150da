import { afterEach, describe, expect, it } from 'vitest';
import { NO_PROXIES } from '../../src/core/proxy.ts';
import { SYSTEM_CLOCK } from '../../src/evidence/clock.ts';
import { createGate, DEFAULT_LIMITS } from '../../src/evidence/gate.ts';
import { createHttpClient } from '../../src/evidence/http.ts';
import { createOsv } from '../../src/evidence/osv.ts';
import { LOCAL_GUARD } from '../support/evidence.ts';
import { FAULTS, json, type Script, startServer } from '../support/registry-server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function osv(script: Script, timeoutMs = 60_000) {
  const server = await startServer(script);
  closing.push(() => server.close());
  const clock = { ...SYSTEM_CLOCK, sleep: async () => {} };
  const http = createHttpClient({
    timeoutMs,
    maxBytes: 1_000_000,
    userAgent: 'test',
    guard: LOCAL_GUARD,
    proxies: NO_PROXIES,
  });
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
    const { ask } = await osv(FAULTS[fault] ?? (() => {}), 300);
    expect(await ask('some-package')).toMatchObject([{ state: 'unavailable' }]);
  });
});
