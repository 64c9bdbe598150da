import { beforeAll, describe, expect, it } from 'vitest';
import type { NameKnowledge } from '../../src/evidence/names.ts';
import { openNames } from '../../src/sources.ts';

let names: NameKnowledge;
beforeAll(async () => {
  names = await openNames({ popularFiles: {} });
});

function best(type: 'npm' | 'pypi', name: string) {
  const alike = names.looksLike(type, names.normalize(type, name));
  if (alike.state !== 'known') throw new Error('there is a list for this type');
  return alike.value[0];
}

describe('a name that imitates a well-known one is recognised', () => {
  it.each([
    ['npm', 'expresss', 'express', 'plural'],
    ['npm', 'recat', 'react', 'typo'],
    ['npm', 'typescriptt', 'typescript', 'typo'],
    ['npm', 'chalkk', 'chalk', 'typo'],
    ['npm', 'body_parser', 'body-parser', 'separator'],
    ['npm', 'prettier1', 'prettier', undefined],
    ['npm', 'reаct', 'react', 'homoglyph'],
    ['npm', 'l0dash', 'lodash', 'homoglyph'],
    ['npm', 'babel-core', undefined, undefined],
    ['npm', '@bable/core', '@babel/core', 'scope-imitated'],
    ['npm', 'webpack.js', 'webpack', 'affix'],
    ['pypi', 'reqeusts', 'requests', 'typo'],
    ['pypi', 'Djago', 'django', 'typo'],
    ['pypi', 'numpyy', 'numpy', 'typo'],
    ['pypi', 'python3-requests', 'requests', 'affix'],
  ] as const)('%s %s', (type, name, target, technique) => {
    const found = best(type, name);
    if (technique !== undefined) expect(found).toMatchObject({ name: target, technique });
    if (target === undefined) expect(found).toBeUndefined();
  });
});

describe('honest names are left alone', () => {
  it.each([
    ['npm', 'preact'],
    ['npm', 'lodash-es'],
    ['npm', '@babel/parser'],
    ['npm', '@types/node'],
    ['npm', 'my-own-little-tool'],
    ['pypi', 'boto'],
    ['pypi', 'Typing_Extensions'],
    ['pypi', 'our-internal-service'],
  ] as const)('%s %s', (type, name) => {
    expect(best(type, name)).toBeUndefined();
  });
});

it('says so where no list is at hand', () => {
  expect(names.looksLike('cargo', 'serde')).toMatchObject({ state: 'unavailable', transient: false });
});

it('knows a name of another ecosystem', () => {
  expect(names.elsewhere('npm', 'beautifulsoup4')).toEqual(['pypi']);
});

it('is bounded in time for hostile names', () => {
  const started = performance.now();
  for (const name of ['a'.repeat(1000), '-'.repeat(1000), 'ab'.repeat(500), 'node-'.repeat(200), '@'.repeat(214)])
    best('npm', name);
  expect(performance.now() - started).toBeLessThan(500);
});
