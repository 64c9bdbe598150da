import { describe, expect, it } from 'vitest';
import { gem } from '../../../src/ecosystems/gem/index.ts';
import { linesOf, parseAs } from '../fixtures.ts';

const read = (path: string, text: string): string[] => linesOf(parseAs(gem, path, text));

describe('a gem cannot be hidden in a Gemfile', () => {
  it.each([
    ['by brackets', 'gem("evil")'],
    ['by a condition', 'gem "evil" if ENV["X"]'],
    ['by a symbol', 'gem :evil'],
    ['by joined texts', 'gem "ev" "il"'],
    ['by a percent literal', 'gem %q(evil)'],
    ['by a block', 'group(:a) { gem "evil" }'],
    ['by a method', 'def more\n  gem "evil"\nend\nmore'],
    ['by several on a line', 'gem "a"; gem "evil"'],
    ['by a loop', '%w[a evil].each { |n| gem n }'],
    ['by self', 'self.gem "evil"'],
    ['by a plugin', 'plugin "evil"'],
  ])('%s', (_what, text) => {
    expect(read('Gemfile', text).some((line) => line.includes('| gem | evil |'))).toBe(true);
  });

  it.each([
    ['a constant', 'gem NAME'],
    ['a template', 'gem "e#{v}il"'],
    ['another way to call', 'send(:gem, "evil")'],
    ['evaluated text', 'eval "gem %q(evil)"'],
    ['a loop over what is not known', 'names.each { |n| gem n }'],
    ['what stands behind an error', 'def )(\ngem "evil"\n'],
    ['another file', 'eval_gemfile "more.rb"'],
  ])('%s is said', (_what, text) => {
    expect(read('Gemfile', text)).toEqual([expect.stringContaining('| unread |')]);
  });

  it('and a comment or a document after the end is no gem', () => {
    expect(read('Gemfile', '# gem "a"\n=begin\ngem "a"\n=end\ngem "b"\n__END__\ngem "c"\n')).toEqual([
      '5 | gem | b | - | gem | direct | registry',
    ]);
  });

  it.each([
    ['gem "a", git: "https://git.example/a.git", ref: "abc"', 'git | at=https://git.example/a.git@abc'],
    ['git("https://git.example/a.git") { gem "a" }', 'git | at=https://git.example/a.git'],
    ['path("../x") { gem "a" }', 'path | at=../x'],
    ['source("https://gems.example") { gem "a" }', 'registry | at=https://gems.example'],
    ['gem "a", source: "https://gems.example"', 'registry | at=https://gems.example'],
    ['gem "a", :path => "../x"', 'path | at=../x'],
  ])('%s tells where it comes from', (text, expected) => {
    expect(read('Gemfile', text)).toEqual([`1 | gem | a | - | gem | direct | ${expected}`]);
  });
});

describe('Gemfile.lock', () => {
  const lock = (specs: string, remotes = '  remote: https://gems.example/\n'): string =>
    `GEM\n${remotes}  specs:\n${specs}\nDEPENDENCIES\n  a\n`;

  it('shows each of several remotes', () => {
    const remotes = '  remote: https://gems.example/\n  remote: https://evil.example/\n';
    expect(read('Gemfile.lock', lock('    a (1.0)\n', remotes))).toEqual([
      '5 | gem | a | 1.0 | GEM | direct | registry | at=https://gems.example/',
      '5 | gem | a | 1.0 | GEM | direct | registry | at=https://evil.example/ | in=https://evil.example/',
    ]);
  });
  it.each([
    ['a package without a version', lock('    evil\n')],
    ['a package at another depth', lock('     evil (1.0)\n')],
    ['a package before its specs', 'GEM\n    evil (1.0)\n  remote: x\n  specs:\n\nDEPENDENCIES\n  a\n'],
    ['a package without a remote', lock('    evil (1.0)\n', '')],
    ['a section that is not known', `EVIL\n  x\n\n${lock('    a (1)\n')}`],
  ])('says %s', (_what, text) => {
    expect(read('Gemfile.lock', text).some((line) => line.includes('| unread |'))).toBe(true);
  });
});

describe('files', () => {
  it.each([
    'Gemfile',
    'Gemfile.lock',
    'gems.rb',
    'gems.locked',
    'gemfiles/rails_7.gemfile',
    'gemfiles/rails_7.gemfile.lock',
    'a.gemspec',
    'Gemfile.next',
    'Gemfile.next.lock',
  ])('%s is one', (path) => {
    expect(gem.formats.filter((format) => format.matches(path))).toHaveLength(1);
  });
});
