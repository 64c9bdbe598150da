import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { popularLists } from '../../src/evidence/popular.ts';
import { openNames } from '../../src/sources.ts';
import { makeList, namesOf } from '../../tools/popular-list.ts';
import { startServer } from '../support/registry-server.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lists-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, `${Math.random()}.txt`);
  await writeFile(path, text);
  return path;
}

const NOW = Date.parse('2026-11-21T00:00:00.000Z');

describe("an operator's list of popular names", () => {
  it('gives a type without a shipped list its likeness, with the source and the day that the file states', async () => {
    const path = await file(
      '# type: cargo\n# source: a mirror, 1.0\n# licence: MIT\n# date: 2026-05-01\nserde\ntokio\n',
    );
    const names = await openNames({ popularFiles: { cargo: path } }, () => NOW);
    expect(names.looksLike('cargo', 'tokoi')).toMatchObject({ state: 'known', value: [{ name: 'tokio' }] });
    expect(names.popularSince('cargo', 'serde')).toBe('2026-05-01T00:00:00.000Z');
    const list = (await popularLists({ cargo: path })).find(({ type }) => type === 'cargo');
    expect(list).toMatchObject({ licence: 'MIT', origin: `${path}, from a mirror, 1.0` });
  });

  it('is as old as the file where it states no day: an old file makes likeness unknown, not clean', async () => {
    const path = await file('serde\ntokio\n');
    await utimes(path, new Date('2020-01-01'), new Date('2020-01-01'));
    const names = await openNames({ popularFiles: { cargo: path } }, () => NOW);
    expect(names.looksLike('cargo', 'tokoi')).toMatchObject({
      state: 'unavailable',
      reason: expect.stringMatching('2020'),
    });
  });

  it('replaces the shipped list of its type only', async () => {
    const path = await file('our-own-thing\n');
    const names = await openNames({ popularFiles: { pypi: path } }, () => NOW);
    expect(names.looksLike('pypi', 'reqeusts')).toMatchObject({ state: 'known', value: [] });
    expect(names.looksLike('npm', 'lodahs')).toMatchObject({ value: [{ name: 'lodash' }] });
  });

  it.each([
    ['of another type', '# type: npm\nserde\n', /npm names, not cargo/],
    ['without a name', '# only a comment\n', /names no package/],
    ['with a line that is no name', 'serde\nnot a name\n', /line 2/],
    ['with control characters', 'ser\u0007de\n', /line 1/],
    ['with a day that is none', '# date: yesterday\nserde\n', /no day/],
    ['that is a web page', '<!DOCTYPE html>\n<html>\n', /line 1/],
  ])('is refused %s', async (_, text, why) => {
    await expect(popularLists({ cargo: await file(text) })).rejects.toThrow(why);
  });
});

describe('tools/popular-list.ts', () => {
  const order = {
    type: 'pypi',
    source: 'a ranking',
    licence: 'MIT',
    day: '2026-11-01',
    top: 10,
    pages: 1,
    pauseMs: 0,
    contact: null,
  } as const;

  it.each([
    ['lines', 'a\n# no\nb\n'],
    ['an array of names', '["a","b"]'],
    ['rows of projects', '{"last_update":"x","rows":[{"project":"a","download_count":2},{"project":"b"}]}'],
    ['packages', '{"downloaded_timestamp":1,"packages":["a","b"]}'],
    ['crates', '{"crates":[{"id":"a","name":"a"},{"id":"b","name":"b"}],"meta":{}}'],
    ['search answers', '{"totalHits":2,"data":[{"id":"a"},{"id":"b"}]}'],
  ])('reads %s', (_, text) => {
    expect(namesOf(text)).toEqual(['a', 'b']);
  });

  it('refuses JSON that holds no list', () => {
    expect(() => namesOf('{"error":"no"}')).toThrow(/no list/);
  });

  it('follows pages, normalises, keeps the order and each name once, and states source, licence and day', async () => {
    const server = await startServer((request, response) => {
      const page = URL.parse(request.url ?? '', 'http://list.example')?.searchParams.get('page');
      response.end(
        JSON.stringify({
          packages: page === '1' ? ['Typing_Extensions', 'requests'] : page === '2' ? ['requests', 'six'] : [],
        }),
      );
    });
    try {
      const text = await makeList({ ...order, from: `${server.url}/top?page={page}`, pages: 9 });
      expect(text).toBe(
        '# type: pypi\n# source: a ranking\n# licence: MIT\n# date: 2026-11-01\ntyping-extensions\nrequests\nsix\n',
      );
      expect(server.requests).toHaveLength(3);
    } finally {
      await server.close();
    }
  });

  it('makes a list of crates from pages of the API of crates.io, most downloaded first, and says who asks', async () => {
    const agents: (string | undefined)[] = [];
    const crate = (name: string, downloads: number) => ({
      id: name,
      name,
      downloads,
      recent_downloads: downloads,
      max_version: '1.0.0',
      links: { owners: `/api/v1/crates/${name}/owners` },
    });
    let refused = 0;
    const server = await startServer((request, response) => {
      agents.push(request.headers['user-agent']);
      const asked = URL.parse(request.url ?? '', 'http://crates.example');
      expect(asked?.pathname).toBe('/api/v1/crates');
      expect(asked?.searchParams.get('sort')).toBe('downloads');
      const page = Number(asked?.searchParams.get('page'));
      if (page === 2 && refused < 2) {
        refused += 1;
        response.writeHead(429, { 'retry-after': '0' });
        return void response.end('You have requested too much.');
      }
      const crates = page === 1 ? [crate('syn', 9), crate('serde', 8)] : page === 2 ? [crate('once_cell', 7)] : [];
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ crates, meta: { total: 3, next_page: page === 1 ? '?page=2' : null } }));
    });
    try {
      const from = `${server.url}/api/v1/crates?sort=downloads&per_page=2&page={page}`;
      const contact = 'security@corp.example';
      const path = await file(await makeList({ ...order, type: 'cargo', from, pages: 9, contact }));
      expect(refused).toBe(2);
      expect(new Set(agents)).toEqual(new Set(['countersign popular-list (security@corp.example)']));
      const names = await openNames({ popularFiles: { cargo: path } }, () => NOW);
      expect(names.looksLike('cargo', 'once-cell')).toMatchObject({ value: [{ name: 'once_cell' }] });
      expect(names.looksLike('cargo', 'serdee')).toMatchObject({ value: [{ name: 'serde' }] });
    } finally {
      await server.close();
    }
  });

  it("makes a list of Composer packages from pages of Packagist's popular ones", async () => {
    const server = await startServer((request, response) => {
      const asked = URL.parse(request.url ?? '', 'http://packagist.example');
      expect(asked?.searchParams.get('per_page')).toBe('100');
      const page = Number(asked?.searchParams.get('page'));
      const name = ['psr/log', 'symfony/console', 'monolog/monolog'][page - 1];
      const packages = name === undefined ? [] : [{ name, description: 'd', downloads: 9, favers: 1 }];
      response.end(JSON.stringify({ packages, total: 3 }));
    });
    try {
      const from = `${server.url}/explore/popular.json?per_page=100&page={page}`;
      const path = await file(await makeList({ ...order, type: 'composer', from, pages: 9 }));
      const names = await openNames({ popularFiles: { composer: path } }, () => NOW);
      expect(names.looksLike('composer', 'symfonny/console')).toMatchObject({ value: [{ name: 'symfony/console' }] });
      expect(names.looksLike('composer', 'monolog/monolog')).toMatchObject({ value: [] });
    } finally {
      await server.close();
    }
  });

  it.each([
    [403, 1],
    [429, 4],
    [503, 4],
  ])('writes nothing where the publisher goes on answering %i (asked %i times)', async (status, times) => {
    const server = await startServer((_, response) => {
      response.writeHead(status, { 'retry-after': '0' });
      response.end('{"crates":[{"id":"evil"}]}');
    });
    try {
      await expect(makeList({ ...order, type: 'cargo', from: `${server.url}/x` })).rejects.toThrow(
        `answered ${status}`,
      );
      expect(server.requests).toHaveLength(times);
    } finally {
      await server.close();
    }
  });

  const DUMP = [
    "SET client_encoding = 'UTF8';",
    'COPY public.gem_downloads (id, rubygem_id, version_id, count) FROM stdin;',
    '1\t0\t0\t999',
    '2\t11\t0\t50',
    '3\t11\t700\t5000',
    '4\t12\t0\t70',
    '5\t13\t0\t60',
    '6\t15\t0\t\\N',
    '\\.',
    'COPY public.linksets (id, rubygem_id, home) FROM stdin;',
    '1\t14\tCOPY public.rubygems (id, name) FROM stdin;',
    '\\.',
    'COPY public.rubygems (id, name, created_at, updated_at, indexed) FROM stdin;',
    '11\tactivesupport\t2009-01-01\t2009-01-01\tt',
    '12\tbundler\t2009-01-01\t2009-01-01\tt',
    '13\tyanked\t2009-01-01\t2009-01-01\tf',
    '14\tnever-downloaded\t2009-01-01\t2009-01-01\tt',
    '15\tuncounted\t2009-01-01\t2009-01-01\tt',
    '\\.',
    '',
  ].join('\n');

  it.each([
    ['dump.sql', (text: string) => Buffer.from(text)],
    ['dump.sql.gz', (text: string) => gzipSync(text)],
  ])('makes a list of gems from the weekly dump of RubyGems.org, %s', async (name, pack) => {
    const from = join(folder, name);
    await writeFile(from, pack(DUMP));
    const text = await makeList({ ...order, type: 'gem', from });
    expect(text.split('\n').slice(4)).toEqual(['bundler', 'activesupport', '']);
    const names = await openNames({ popularFiles: { gem: await file(text) } }, () => NOW);
    expect(names.looksLike('gem', 'active-support')).toMatchObject({ value: [{ name: 'activesupport' }] });
  });

  it('refuses a dump without those tables, and one that ends early', async () => {
    const other = join(folder, 'other.sql');
    await writeFile(other, 'COPY public.users (id, name) FROM stdin;\n1\tx\n\\.\n');
    await expect(makeList({ ...order, type: 'gem', from: other })).rejects.toThrow(/rubygems and gem_downloads/);
    const cut = join(folder, 'cut.sql.gz');
    await writeFile(cut, gzipSync(DUMP).subarray(0, 120));
    await expect(makeList({ ...order, type: 'gem', from: cut })).rejects.toThrow();
    const half = join(folder, 'half.sql');
    await writeFile(half, DUMP.slice(0, DUMP.indexOf('13\tyanked')));
    await expect(makeList({ ...order, type: 'gem', from: half })).rejects.toThrow(/ends within/);
  });

  it('writes nothing for a list that could not be read back', async () => {
    const path = await file('["one two"]');
    await expect(makeList({ ...order, from: path })).rejects.toThrow(/line 5/);
  });
});
