import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('writes nothing for a list that could not be read back', async () => {
    const path = await file('["one two"]');
    await expect(makeList({ ...order, from: path })).rejects.toThrow(/line 5/);
  });
});
