import { describe, expect, it } from 'vitest';
import { CountersignError } from '../../src/core/errors.ts';
import type { ParsedDependencies } from '../../src/ecosystems/types.ts';
import { processorNow } from '../support/processor.ts';
import { ECOSYSTEMS, FIXTURES, parseAs } from './fixtures.ts';

type Outcome = { readonly error: CountersignError } | { readonly parsed: ParsedDependencies };

/** Anything but an expected error is let through and fails the test. */
function attempt(read: () => ParsedDependencies): Outcome {
  try {
    return { parsed: read() };
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'unreadable-file') return { error };
    throw error;
  }
}

function refusal(read: () => ParsedDependencies): {
  line: number | undefined;
  reason: string;
  path: string | undefined;
} {
  const outcome = attempt(read);
  if ('parsed' in outcome) throw new Error(`was read: ${JSON.stringify(outcome.parsed)}`);
  return { line: outcome.error.place?.line, reason: outcome.error.message, path: outcome.error.place?.path };
}

function ecosystemOf(type: string): (typeof ECOSYSTEMS)[number] {
  const found = ECOSYSTEMS.find((ecosystem) => ecosystem.type === type);
  if (found === undefined) throw new Error(`no ecosystem ${type}`);
  return found;
}

function read(type: string, path: string, text: string): () => ParsedDependencies {
  return () => parseAs(ecosystemOf(type), path, text);
}

describe.each(FIXTURES)('$ecosystem.type $name', ({ format, path, text }) => {
  const lines = text.split('\n');
  const middle = Math.floor(lines.length / 2);

  it('is refused, with the line, while a merge conflict is unresolved', () => {
    const conflict = [
      ...lines.slice(0, middle),
      '<<<<<<< HEAD',
      '=======',
      '>>>>>>> other',
      ...lines.slice(middle),
    ].join('\n');
    expect(refusal(() => format.parse(conflict, path))).toMatchObject({ line: middle + 1, path });
  });

  it('is refused, with the line, where it holds a NUL', () => {
    const broken = [...lines.slice(0, middle), `${lines[middle]}\0`, ...lines.slice(middle + 1)].join('\n');
    expect(refusal(() => format.parse(broken, path))).toMatchObject({ line: middle + 1, path });
  });

  it('is refused at once where it is far too long', () => {
    const padding = `\n${' '.repeat(1023)}`.repeat(20_000);
    const started = processorNow();
    expect(refusal(() => format.parse(text + padding, path)).reason).toContain('longer than');
    expect(processorNow() - started).toBeLessThan(500);
  });

  it('never turns into an empty list where it is cut off', () => {
    const entries = format.parse(text, path).entries;
    const firstEnd = entries[0]?.location.endLine ?? 0;
    const isCode = format.id === 'setup-py';
    for (let cut = 1; cut < 20; cut += 1) {
      const short = text.slice(0, Math.floor((text.length * cut) / 20));
      const outcome = attempt(() => format.parse(short, path));
      if ('error' in outcome) {
        expect(outcome.error.place).toMatchObject({ path });
        expect(outcome.error.place?.line).toBeGreaterThan(0);
      } else {
        const { length } = outcome.parsed.entries;
        expect(length).toBeLessThanOrEqual(entries.length);
        // A constant list is no requirement before the call that names it.
        const hasFirst = short.split('\n').length > firstEnd;
        if (hasFirst && !isCode) expect(length + outcome.parsed.unread.length).toBeGreaterThan(0);
      }
    }
  });
});

describe('a key that stands twice', () => {
  it.each([
    ['pypi', 'pyproject.toml', '[project]\ndependencies = ["a"]\ndependencies = []\n', 3],
    ['pypi', 'uv.lock', 'version = 1\n[[package]]\nname = "a"\nname = "b"\n', 4],
    ['pypi', 'setup.cfg', '[options]\ninstall_requires = a\ninstall_requires = b\n', 3],
    ['pypi', 'Pipfile.lock', '{"_meta":{"pipfile-spec":6},\n"default":{"a":{},\n"a":{}}}', 3],
    ['cargo', 'Cargo.toml', '[dependencies]\na = "1"\n[dependencies]\nb = "1"\n', 3],
    ['composer', 'composer.lock', '{"packages":[],\n"packages":[{"name":"a/b","version":"1"}]}', 2],
    ['nuget', 'packages.lock.json', '{"version":1,"dependencies":{},\n"dependencies":{}}', 2],
    ['docker', 'compose.yaml', 'services:\n  a:\n    image: x:1\n    image: y:1\n', 4],
    ['githubactions', '.github/workflows/a.yml', 'jobs: {}\non: push\njobs:\n  a: {}\n', 3],
    ['maven', 'a.versions.toml', '[libraries]\na = "x:y:1"\na = "x:z:1"\n', 3],
  ])('is refused in %s %s', (type, path, text, line) => {
    expect(refusal(read(type, path, text)).line).toBe(line);
  });
});

describe('names of the language itself', () => {
  it.each([
    ['pypi', 'pyproject.toml', '[tool.poetry.dependencies]\n__proto__ = "1"\nconstructor = "2"\n'],
    ['pypi', 'Pipfile.lock', '{"_meta":{"pipfile-spec":6},"default":{"__proto__":{"version":"==1"},"constructor":{}}}'],
    ['cargo', 'Cargo.toml', '[dependencies]\n__proto__ = "1"\nconstructor = "2"\n'],
    [
      'nuget',
      'packages.lock.json',
      '{"version":1,"dependencies":{"net8.0":{"__proto__":{"type":"Direct"},"constructor":{"type":"Direct"}}}}',
    ],
    ['nuget', 'dotnet-tools.json', '{"tools":{"__proto__":{"version":"1"},"constructor":{"version":"1"}}}'],
  ])('are names like any other in %s %s', (type, path, text) => {
    const names = parseAs(ecosystemOf(type), path, text).entries.map((entry) => entry.name);
    expect(names).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('a lockfile of a version that is not known', () => {
  it.each([
    ['pypi', 'uv.lock', 'requires-python = ">=3"\nversion = 2\n', 2],
    ['pypi', 'poetry.lock', '[[package]]\nname = "a"\nversion = "1"\n[metadata]\nlock-version = "3.0"\n', 4],
    ['pypi', 'pdm.lock', '[metadata]\nlock_version = "9.0"\n', 1],
    ['pypi', 'pylock.toml', '# x\nlock-version = "2.0"\npackages = []\n', 2],
    ['pypi', 'Pipfile.lock', '{\n"_meta": {"pipfile-spec": 7}}', 2],
    ['cargo', 'Cargo.lock', '# x\nversion = 5\n[[package]]\nname = "a"\nversion = "1"\n', 2],
    ['nuget', 'packages.lock.json', '{\n"version": 9,\n"dependencies": {}}', 2],
  ])('is refused in %s %s', (type, path, text, line) => {
    expect(refusal(read(type, path, text)).line).toBe(line);
  });
});

describe('a lockfile that is empty or ends early', () => {
  it.each([
    ['pypi', 'uv.lock', ''],
    ['pypi', 'poetry.lock', '[[package]]\nname = "a"\nversion = "1"\n'],
    ['pypi', 'pdm.lock', ''],
    ['pypi', 'pylock.toml', 'lock-version = "1.0"\n'],
    ['pypi', 'Pipfile.lock', ''],
    ['cargo', 'Cargo.lock', ''],
    ['gem', 'Gemfile.lock', ''],
    ['gem', 'Gemfile.lock', 'GEM\n  remote: https://gems.example/\n  specs:\n    a (1)\n'],
    ['composer', 'composer.lock', ''],
    ['composer', 'composer.lock', '{}'],
    ['nuget', 'packages.lock.json', ''],
    ['nuget', 'packages.lock.json', '{"version": 1}'],
    ['golang', 'go.sum', 'golang.org/x/text v0.16.0 h1:a94ExnEXNtEwYLGJSIUxnW\n'],
    ['golang', 'go.sum', 'golang.org/x/text v0.16.0\n'],
    ['golang', 'go.mod', ''],
    ['golang', 'go.mod', 'module x\nrequire (\n\ta.example/b v1.0.0\n'],
    ['maven', 'gradle.lockfile', ''],
    ['maven', 'gradle.lockfile', 'a:b:1=x\nc:d\nempty=\n'],
    ['maven', 'pom.xml', '<project><dependencies><dependency>'],
    ['maven', 'pom.xml', '<html></html>'],
    ['nuget', 'a.csproj', '<Project><ItemGroup>'],
    ['docker', 'Dockerfile', ''],
    ['pypi', 'tool.py', '# /// script\n# dependencies = ["a"]\n'],
  ])('is refused in %s %s: %j', (type, path, text) => {
    expect(refusal(read(type, path, text)).line).toBeGreaterThan(0);
  });
});

describe('input made to be slow', () => {
  const deep = 100_000;
  const many = 200_000;
  const names = Array.from({ length: 60_000 }, (_, index) => `n${index}`);
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
    .concat(
      [...'bcdefghi'].map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
    )
    .join('\n');
  it.each<[string, string, string]>([
    ['pypi', 'pyproject.toml', `a = ${'['.repeat(deep)}${']'.repeat(deep)}`],
    ['pypi', 'pyproject.toml', `a = ${'{b = '.repeat(deep)}1${'}'.repeat(deep)}`],
    ['pypi', 'pyproject.toml', '[[a]]\nb = 1\n'.repeat(many)],
    ['pypi', 'pyproject.toml', `a = """${'x\n'.repeat(many)}`],
    ['pypi', 'Pipfile.lock', `${'['.repeat(deep)}${']'.repeat(deep)}`],
    ['composer', 'composer.lock', `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`],
    ['docker', 'compose.yaml', bomb],
    ['docker', 'compose.yaml', `a: &a [*a]`],
    ['docker', 'compose.yaml', `${'- '.repeat(deep)}x`],
    ['docker', 'compose.yaml', `a: ${'['.repeat(deep)}`],
    ['docker', 'compose.yaml', `a: ${'{a: '.repeat(20_000)}`],
    ['docker', 'compose.yaml', names.map((name) => `${name}: 1`).join('\n')],
    ['docker', 'compose.yaml', `a: &a {b: 1}\nservices: {c: {image: 'x:1', <<: [${'*a, '.repeat(30_000)}]}}`],
    ['nuget', 'a.csproj', '<a>'.repeat(deep)],
    ['nuget', 'a.csproj', '<!DOCTYPE a [<!ENTITY b "cccc">]><a>&b;</a>'],
    ['pypi', 'setup.py', '('.repeat(deep)],
    ['pypi', 'setup.py', `setup(${'**f('.repeat(20_000)}`],
    ['pypi', 'setup.py', '(x:='.repeat(20_000)],
    ['pypi', 'setup.py', 'a ? b : '.repeat(30_000)],
    ['maven', 'build.gradle', `"${'x'.repeat(deep)}`],
  ])('is refused in good time: %s %s', (type, path, text) => {
    const started = processorNow();
    const outcome = attempt(read(type, path, text));
    expect(processorNow() - started).toBeLessThan(3000);
    const said = 'error' in outcome ? 1 : outcome.parsed.unread.length;
    expect(said).toBeGreaterThan(0);
  });

  it.each<[string, string, string]>([
    ['pypi', 'requirements.txt', `a${' '.repeat(deep)}b\n`],
    ['pypi', 'requirements.txt', `a ${'--hash=sha256:'.repeat(5_000)}\n`],
    ['pypi', 'requirements.txt', 'a==1 \\\n'.repeat(many)],
    ['pypi', 'requirements.txt', `a${'[b'.repeat(20_000)}\n`],
    ['pypi', 'requirements.txt', `git+https://x.example/${'a/'.repeat(20_000)}@\n`],
    ['pypi', 'requirements.txt', `a @ https://x.example/${'#'.repeat(90_000)}\n`],
    ['pypi', 'requirements.txt', `a @ https://x.example/${'@/.git'.repeat(15_000)}\n`],
    ['pypi', 'setup.cfg', `[options]\ninstall_requires = a${' ;'.repeat(40_000)}\n`],
    ['golang', 'go.mod', `module x\nrequire a v1 ${'"'.repeat(50_001)}\n`],
    ['maven', 'build.gradle', `dependencies { api ${'$'.repeat(50_000)}"a:b:1" }`],
    ['docker', 'Dockerfile', `FROM ${'a/'.repeat(50_000)}:1`],
    ['docker', 'Dockerfile', `FROM a:1\nRUN ${'"\''.repeat(50_000)}`],
    ['gem', 'Gemfile', `gem "a"${', "b"'.repeat(20_000)}\n`],
    ['gem', 'Gemfile', 'gem "a", "~> 1"\n'.repeat(20_000)],
    ['gem', 'Gemfile', `${'group :a do\n'.repeat(2_000)}gem "x"\n${'end\n'.repeat(2_000)}`],
    ['gem', 'Gemfile.lock', `GEM\n  remote: x\n  specs:\n${'    a (1)\n'.repeat(50_000)}\nDEPENDENCIES\n  a\n`],
    ['golang', 'go.sum', `a v1/go.mod h1:${'a'.repeat(43)}=\n`.repeat(50_000)],
    ['docker', 'Dockerfile', `FROM a:1\n${'RUN x && \\\n'.repeat(10_000)}y\n`],
    ['docker', 'Dockerfile', `FROM a:1\n${'COPY --from=b:1 a b\n'.repeat(10_000)}`],
    ['docker', 'Dockerfile', `ARG A=$A$A$A$A\n${'ARG A=$A$A$A$A\n'.repeat(50)}FROM $A\nFROM b:1`],
    ['maven', 'build.gradle', `dependencies {\n${"  api 'a:b:1'\n".repeat(20_000)}}`],
    ['maven', 'build.gradle', `dependencies { api ${'"a:b:1", '.repeat(3_000)} }`],
    [
      'nuget',
      'a.csproj',
      `<Project><ItemGroup>${'<PackageReference Include="a" Version="1"/>'.repeat(20_000)}</ItemGroup></Project>`,
    ],
    [
      'nuget',
      'a.csproj',
      `<Project><PropertyGroup><A>$(A)$(A)$(A)</A></PropertyGroup><ItemGroup><PackageReference Include="a" Version="$(A)"/></ItemGroup></Project>`,
    ],
    [
      'maven',
      'pom.xml',
      '<project><properties><a>${a}${a}${a}</a></properties><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><version>${a}</version></dependency></dependencies></project>',
    ],
  ])('is read in good time where it is valid: %s %s', (type, path, text) => {
    const started = processorNow();
    const outcome = attempt(read(type, path, text));
    expect(processorNow() - started).toBeLessThan(3000);
    const said = 'error' in outcome ? 1 : outcome.parsed.entries.length + outcome.parsed.unread.length;
    expect(said).toBeGreaterThan(0);
  });
});
