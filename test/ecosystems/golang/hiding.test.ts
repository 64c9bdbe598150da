import { describe, expect, it } from 'vitest';
import { golang } from '../../../src/ecosystems/golang/index.ts';
import { linesOf, parseAs } from '../fixtures.ts';

const read = (text: string, path = 'go.mod'): string[] => linesOf(parseAs(golang, path, `module x\n${text}`));

describe('a module cannot be hidden in go.mod', () => {
  it.each([
    ['by quotes', 'require "evil.example/m" v1.0.0'],
    ['by raw quotes', 'require `evil.example/m` v1.0.0'],
    ['by a block', 'require (\n\tevil.example/m v1.0.0\n)'],
    ['by a block that touches its bracket', 'require(\nevil.example/m v1.0.0\n)'],
    ['by a comment that touches it', 'require evil.example/m v1.0.0//x'],
    ['by a replacement', 'replace good.example/m => evil.example/m v1.0.0'],
    ['by a replacement in a block', 'replace (\n\tgood.example/m v0.1.0 => evil.example/m v1.0.0\n)'],
  ])('%s', (_what, text) => {
    expect(read(text).some((line) => line.includes('| evil.example/m | v1.0.0 |'))).toBe(true);
  });
  it.each([
    'require evil.example/m',
    'require evil.example/m v1 v2',
    'replace a => b v1 v2',
    'replace a b v1',
    ')',
    'require ( a v1',
    'require (\n(\n)',
  ])('%j is refused', (text) => {
    expect(() => read(text)).toThrow(/line \d/);
  });
  it('a directive that is not known is said', () => {
    expect(read('import evil.example/m v1.0.0')).toEqual([expect.stringContaining('| unread |')]);
  });
  it('and a comment is none', () => {
    expect(read('// require a.example/m v1.0.0\nrequire b.example/m v1.0.0 // indirect')).toEqual([
      '3 | golang | b.example/m | v1.0.0 | require | transitive | registry',
    ]);
  });
  it('a branch or commit is a range', () => {
    expect(read('require a.example/m master')).toEqual([
      '2 | golang | a.example/m | - | require | direct | registry | range=master',
    ]);
  });
  it('a folder is told as such', () => {
    expect(read('replace a.example/m => ./m')).toEqual([
      '2 | golang | a.example/m | - | replace | direct | path | at=./m',
    ]);
  });
});

describe('go.work', () => {
  it('has its replacements read', () => {
    const text = 'go 1.22\nuse ./a\nreplace a.example/m => b.example/m v1.0.0\n';
    expect(linesOf(parseAs(golang, 'go.work', text))).toHaveLength(1);
  });
});
