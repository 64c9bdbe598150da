import { describe, expect, it } from 'vitest';
import { cargo } from '../../../src/ecosystems/cargo/index.ts';
import { linesOf, parseAs } from '../fixtures.ts';

const read = (path: string, text: string): string[] => linesOf(parseAs(cargo, path, text));

describe('a crate cannot be hidden in Cargo.toml', () => {
  it.each([
    ['behind another name', '[dependencies]\nserde = { package = "evil", version = "1" }\n'],
    ['in a table of its own', '[dependencies.serde]\npackage = "evil"\nversion = "1"\n'],
    ['by dotted keys', 'dependencies.evil.version = "1"\n'],
    ['by quoted keys', '["dependencies"]\n"evil" = "1"\n'],
    ['by escapes', '[dependencies]\n"ev\\u0069l" = "1"\n'],
    ['for one platform', '[target."cfg(unix)".dependencies]\nevil = "1"\n'],
    ['by the old spelling', '[dev_dependencies]\nevil = "1"\n'],
    ['in the workspace', '[workspace.dependencies]\nevil = "1"\n'],
    ['in a patch', '[patch.crates-io]\nserde = { package = "evil", git = "https://git.example/evil" }\n'],
    ['in a replacement', '[replace]\n"evil:1.0.0" = { git = "https://git.example/evil" }\n'],
  ])('%s', (_what, text) => {
    expect(read('Cargo.toml', text).some((line) => line.includes('| cargo | evil |'))).toBe(true);
  });
  it('nor in a patch of the configuration', () => {
    const text = '[patch.crates-io]\nserde = { git = "https://git.example/serde", branch = "x" }\n';
    expect(read('.cargo/config.toml', text)).toEqual([
      '2 | cargo | serde | - | patch | direct | git | group=crates-io | at=https://git.example/serde?branch=x',
    ]);
  });
  it.each(['[dependencies]\nevil = 1\n', 'dependencies = ["evil"]\n'])(
    'a shape that cargo does not know is said: %j',
    (text) => {
      expect(read('Cargo.toml', text)).toEqual([expect.stringContaining('| unread |')]);
    },
  );
  it('only an equals sign makes a version exact', () => {
    const text = '[dependencies]\na = "1.2.3"\nb = "=1.2.3"\nc = "=1.2"\n';
    expect(parseAs(cargo, 'Cargo.toml', text).entries.map((entry) => entry.version)).toEqual([
      undefined,
      '1.2.3',
      undefined,
    ]);
  });
});

describe('Cargo.lock', () => {
  it('says a package without a name', () => {
    expect(read('Cargo.lock', 'version = 3\n[[package]]\nversion = "1"\n')).toEqual([
      expect.stringContaining('| unread |'),
    ]);
  });
  it('has patches that nothing uses', () => {
    const text =
      'version = 3\n[[package]]\nname = "a"\nversion = "1.0.0"\n[[patch.unused]]\nname = "evil"\nversion = "1.0.0"\nsource = "git+https://git.example/evil#abc"\n';
    expect(read('Cargo.lock', text)[1]).toContain('| evil | 1.0.0 | patch.unused |');
  });
  it('takes two spellings that the registry takes for one', () => {
    expect(cargo.normalizeName('Serde_JSON')).toBe(cargo.normalizeName('serde-json'));
  });
});
