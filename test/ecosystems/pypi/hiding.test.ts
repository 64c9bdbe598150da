import { describe, expect, it } from 'vitest';
import { pypi } from '../../../src/ecosystems/pypi/index.ts';
import { parseRequirement } from '../../../src/ecosystems/pypi/requirement.ts';
import { linesOf, parseAs } from '../fixtures.ts';

const read = (path: string, text: string): string[] => linesOf(parseAs(pypi, path, text));

describe('a package cannot be hidden in a requirements file', () => {
  it.each([
    ['behind a form feed, where pip ends a comment', '# note\fevil\n'],
    ['behind a line separator, where pip ends a comment', '# note\u2028evil\n'],
    ['behind a next-line sign, where pip ends a comment', '# note\u0085evil\n'],
  ])('%s', (_what, text) => {
    expect(read('requirements.txt', text)).toEqual(['1 | pypi | evil | - | requirements | direct | registry']);
  });

  it.each([
    ['a file that by its name is none', '-r deps.lst\n'],
    ['the same, written together', '-rdeps.lst\n'],
    ['the same, with an option shortened', '--req deps.lst\n'],
    ['the same, with a harmless name behind it', '-r deps.lst -r requirements.txt\n'],
    ['the same, behind another option', '--pre -r deps.lst\n'],
    ['an address', '-r https://files.example/requirements.txt\n'],
    ['a name from the environment', '${PACKAGE}==1\n'],
    ['an option that is not known', '--exec evil\n'],
    ['text that is no specifier', 'evil 1 @@\n'],
  ])('%s is said', (_what, text) => {
    const lines = read('requirements.txt', text);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('| unread |');
  });

  it('by a cycle of includes: each file is read on its own', () => {
    expect(read('requirements/a.txt', '-r b.txt\nx\n')).toEqual([
      '2 | pypi | x | - | requirements | direct | registry',
    ]);
    expect(read('requirements/b.txt', '-r a.txt\ny\n')).toEqual([
      '2 | pypi | y | - | requirements | direct | registry',
    ]);
  });

  it('and options of the index are no entries', () => {
    const options =
      '-i https://pypi.example\n--extra-index-url https://x.example\n--require-hashes\n-f ./wheels\n--pre --require-hashes\n';
    expect(read('requirements.txt', options)).toEqual([]);
  });
});

describe('a hash', () => {
  it.each([
    'a @ https://files.example/a.zip#sha256=0123abcd',
    'a @ https://files.example/a.zip#egg=a&sha256=0123abcd',
    'a==1 --hash=sha256:0123abcd',
    'a==1 --hash sha256:0123abcd',
  ])('is the integrity: %s', (text) => {
    expect(parseAs(pypi, 'requirements.txt', text).entries[0]?.integrity).toBe('sha256:0123abcd');
  });
});

describe('requirements files', () => {
  it.each([
    'requirements.txt',
    'requirements-dev.txt',
    'dev-requirements.in',
    'requirements/test.txt',
    'a/constraints.txt',
    'requirements/sub/x.in',
  ])('are taken by their names: %s', (path) =>
    expect(pypi.formats.filter((format) => format.matches(path)).map((format) => format.id)).toEqual(['requirements']),
  );
  it.each(['notes.txt', 'MANIFEST.in', 'config.h.in', 'requirements.md', 'CMakeLists.txt'])('are not: %s', (path) => {
    expect(pypi.formats.some((format) => format.matches(path))).toBe(false);
  });
  it('of constraints have a scope of their own', () => {
    expect(read('constraints.txt', 'a==1\n')).toEqual([
      '1 | pypi | a | 1 | constraints | direct | registry | range===1',
    ]);
  });
});

describe('a dependency specifier', () => {
  it.each([
    ['a', { name: 'a', source: 'registry' }],
    ['a == 1.0', { name: 'a', version: '1.0', range: '== 1.0' }],
    ['a==1.*', { name: 'a', range: '==1.*' }],
    ['a>=1,<2', { range: '>=1,<2' }],
    ['a (>=1)', { range: '>=1' }],
    ['a[x, y]>1', { extras: ['x', 'y'], range: '>1' }],
    ['a; os_name == "nt"', { marker: 'os_name == "nt"' }],
    ['a @ git+ssh://git@git.example/a.git@main', { name: 'a', source: 'git' }],
    ['a @ file:///tmp/a.whl', { name: 'a', source: 'path' }],
    [
      'a @ https://files.example/a;b.zip ; python_version < "3"',
      { source: 'url', url: 'https://files.example/a;b.zip', marker: 'python_version < "3"' },
    ],
    ['git+https://git.example/x/tool.git@v1', { name: 'tool', source: 'git' }],
    ['https://files.example/Typed_Thing-1.0-py3-none-any.whl', { name: 'Typed_Thing', version: '1.0' }],
    ['./dist/tool-2.0.tar.gz', { name: 'tool', version: '2.0', source: 'path' }],
    ['..[extra]', { source: 'path', extras: ['extra'] }],
  ])('%s', (text, expected) => {
    expect(parseRequirement(text)).toMatchObject(expected);
  });
  it.each(['', 'note: a', '==1', 'a b', 'a ==', '-', 'a @', '!a', 'a=1', 'ä', 'a-'])('is not %j', (text) => {
    expect(parseRequirement(text)).toBeNull();
  });
});

describe('a package cannot be hidden in setup.py', () => {
  it.each([
    ['behind another name of setup', 'from setuptools import setup as s\ns(install_requires=["evil"])\n'],
    ['in a table that is spread', 'o = {"install_requires": ["evil"]}\nsetup(**o)\n'],
    ['in an item set later', 'o = {}\no["install_requires"] = ["evil"]\nsetup(**o)\n'],
    ['in a call of dict', 'setup(**dict(install_requires=["evil"]))\n'],
    ['in a constant', 'R = ("evil",)\nsetup(install_requires=R)\n'],
    ['in a text of lines', 'setup(install_requires="""\nevil\n""")\n'],
    ['in a list that is spread', 'R = ["evil"]\nsetup(install_requires=[*R])\n'],
  ])('%s', (_what, text) => {
    expect(read('setup.py', text).some((line) => line.includes('| evil |'))).toBe(true);
  });
  it.each([
    ['a list that grows later', 'R = []\nR.append("evil")\nsetup(install_requires=R)\n'],
    ['a list that is added to', 'R = []\nR += ["evil"]\nsetup(install_requires=R)\n'],
    ['a list of one branch', 'if x:\n    R = ["evil"]\nsetup(install_requires=R)\n'],
    ['a formatted text', 'setup(install_requires=[f"ev{x}"])\n'],
    ['a function', 'setup(install_requires=read())\n'],
    ['arguments from elsewhere', 'setup(**load())\n'],
    ['a name that names itself', 'R = R\nsetup(install_requires=R)\n'],
    ['a file that is cut off', 'setup(install_requires=["a",\n'],
  ])('%s is said', (_what, text) => {
    expect(read('setup.py', text).some((line) => line.includes('| unread |'))).toBe(true);
  });
});

describe('shapes that no tool writes are said, not dropped', () => {
  it.each([
    ['pyproject.toml', '[project]\ndependencies = "evil"\n'],
    ['pyproject.toml', '[project]\ndependencies = [["evil"]]\n'],
    ['pyproject.toml', '[dependency-groups]\na = [{ x = "evil" }]\n'],
    ['pyproject.toml', '[tool.poetry.dependencies]\nevil = 1\n'],
    ['pyproject.toml', '[tool.setuptools.dynamic]\ndependencies = { file = ["deps.lst"] }\n'],
    ['Pipfile', '[packages]\nevil = true\n'],
    ['poetry.lock', '[[package]]\nname = "evil"\n[metadata]\nlock-version = "2.0"\n'],
    ['uv.lock', 'version = 1\n[[package]]\nname = "evil"\nsource = { unheard = "of" }\n'],
    ['environment.yml', 'dependencies:\n  - pip: evil\n'],
  ])('%s %j', (path, text) => {
    expect(read(path, text).some((line) => line.includes('| unread |'))).toBe(true);
  });
});

describe('names', () => {
  it('are one name in every spelling of PEP 503', () => {
    expect(new Set(['Foo.Bar', 'foo-bar', 'FOO__bar', 'foo.-_bar'].map((name) => pypi.normalizeName(name)))).toEqual(
      new Set(['foo-bar']),
    );
  });
});
