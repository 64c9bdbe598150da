import { describe, expect, it } from 'vitest';
import { composer } from '../../../src/ecosystems/composer/index.ts';
import { linesOf, parseAs } from '../fixtures.ts';

const read = (path: string, value: unknown): string[] => linesOf(parseAs(composer, path, JSON.stringify(value)));
const locked = (item: object): string[] =>
  read('composer.lock', { packages: [{ name: 'a/b', version: '1.0', ...item }] });

describe('composer.lock', () => {
  it('shows a clone from another repository than the archive', () => {
    const dist = { type: 'zip', url: 'https://api.example/repos/a/b/zipball/abc' };
    const same = { type: 'git', url: 'https://git.example/a/b.git', reference: 'abc' };
    expect(locked({ dist, source: same })).toHaveLength(1);
    expect(locked({ dist, source: { ...same, url: 'https://git.example/evil/b.git' } })).toHaveLength(2);
  });
  it('takes a package without an archive for a clone', () => {
    const source = { type: 'git', url: 'https://git.example/a/b.git', reference: 'abc' };
    expect(locked({ source })).toEqual([
      '1 | composer | a/b | 1.0 | packages | unknown | git | at=https://git.example/a/b.git#abc',
    ]);
  });
  it('says a package without a version', () => {
    expect(read('composer.lock', { packages: [{ name: 'a/b' }] })).toEqual([expect.stringContaining('| unread |')]);
  });
});

describe('composer.json', () => {
  it('has packages that the project describes itself, in every form', () => {
    const item = { name: 'evil/x', version: '1', dist: { type: 'zip', url: 'https://files.example/x.zip' } };
    for (const repositories of [
      [{ type: 'package', package: item }],
      [{ type: 'package', package: [item] }],
      { x: { type: 'package', package: item } },
    ]) {
      expect(read('composer.json', { repositories })).toEqual([
        '1 | composer | evil/x | 1 | repositories | direct | url | at=https://files.example/x.zip',
      ]);
    }
  });
  it('says a version that is no text, and passes over the platform', () => {
    expect(read('composer.json', { require: { 'a/b': 1, php: '*', 'ext-x': '*' } })).toEqual([
      expect.stringContaining('| unread |'),
    ]);
  });
});
