import { describe, expect, it } from 'vitest';
import { readersOf } from '../../src/ecosystems/files.ts';
import { processorNow } from '../support/processor.ts';

/** What the settings of a file are read as: name, value or `off`, line. */
function settings(path: string, text: string): string[] {
  const format = readersOf(path).find((reader) => reader.format.id === 'registry-settings')?.format;
  return (format?.parse(text, path).entries ?? []).map(
    (entry) =>
      `${entry.type} ${entry.name} ${entry.resolvedUrl === undefined ? `off ${entry.range}` : entry.resolvedUrl} ${entry.location.startLine}`,
  );
}

const EVIL = 'https://evil.example/simple';

describe('a registry that a file names', () => {
  it.each<[string, string, string]>([
    ['.npmrc', `registry=${EVIL}`, `npm registry ${EVIL} 1`],
    ['.npmrc', `@acme:registry = "${EVIL}"`, `npm @acme:registry ${EVIL} 1`],
    ['.yarnrc', `registry "${EVIL}"`, `npm registry ${EVIL} 1`],
    [
      '.yarnrc.yml',
      `npmScopes: { acme: { npmRegistryServer: "${EVIL}" } }`,
      `npm npmScopes.acme.npmRegistryServer ${EVIL} 1`,
    ],
    ['.yarnrc.yml', `nodeLinker: pnp\n"npmRegistryServer":\n  ${EVIL}`, `npm npmRegistryServer ${EVIL} 3`],
    ['pnpm-workspace.yaml', `registries:\n  default: ${EVIL}`, `npm registries.default ${EVIL} 2`],
    [
      'bunfig.toml',
      `[install.scopes]\nacme = { url = "${EVIL}", token = "x" }`,
      `npm install.scopes.acme.url ${EVIL} 2`,
    ],
    ['requirements.txt', `--index-url ${EVIL}`, `pypi --index-url ${EVIL} 1`],
    ['requirements/dev.in', `--extra-index-url=${EVIL}`, `pypi --extra-index-url ${EVIL} 1`],
    ['requirements.txt', `-i \\\n  ${EVIL}`, `pypi -i ${EVIL} 1`],
    ['requirements.txt', `-i${EVIL}`, `pypi -i ${EVIL} 1`],
    ['environment.yml', `dependencies:\n  - pip:\n    - --index-url ${EVIL}`, `pypi --index-url ${EVIL} 3`],
    [
      'pip.conf',
      `[global]\nextra-index-url =\n    https://pypi.org/simple\n    ${EVIL}`,
      `pypi extra-index-url ${EVIL} 4`,
    ],
    ['pyproject.toml', `[[tool.uv.index]]\nurl = "${EVIL}"`, `pypi tool.uv.index.url ${EVIL} 2`],
    ['pyproject.toml', `[tool.uv]\nindex = [{ name = "a", url = "${EVIL}" }]`, `pypi tool.uv.index.url ${EVIL} 2`],
    ['pyproject.toml', `[tool.uv.pip]\nextra-index-url = ["${EVIL}"]`, `pypi tool.uv.pip.extra-index-url ${EVIL} 2`],
    ['pyproject.toml', `tool.uv."index-url" = """${EVIL}"""`, `pypi tool.uv.index-url ${EVIL} 1`],
    ['pyproject.toml', `[[tool.poetry.source]]\nname = "a"\nurl = "${EVIL}"`, `pypi tool.poetry.source.url ${EVIL} 3`],
    ['pyproject.toml', `[[tool.pdm.source]]\nurl = "${EVIL}"`, `pypi tool.pdm.source.url ${EVIL} 2`],
    ['uv.toml', `[[index]]\nurl = "${EVIL}"`, `pypi index.url ${EVIL} 2`],
    ['Pipfile', `[[source]]\nurl = "${EVIL}"\nverify_ssl = true`, `pypi source.url ${EVIL} 2`],
    [
      '.cargo/config.toml',
      `[source.crates-io]\nreplace-with = "mirror"`,
      'cargo source.crates-io.replace-with mirror 2',
    ],
    ['.cargo/config.toml', `source = { mirror = { registry = "${EVIL}" } }`, `cargo source.mirror.registry ${EVIL} 1`],
    ['Dockerfile', `ENV GOPROXY ${EVIL}`, `golang GOPROXY ${EVIL} 1`],
    ['Dockerfile', `ENV PIP_INDEX_URL="https://pypi.org/simple ${EVIL}"`, `pypi PIP_INDEX_URL ${EVIL} 1`],
    ['Makefile', `\tgo env -w GOPROXY=${EVIL},direct`, `golang GOPROXY ${EVIL} 1`],
    ['.github/workflows/ci.yml', `env:\n  UV_DEFAULT_INDEX: ${EVIL}`, `pypi UV_DEFAULT_INDEX ${EVIL} 2`],
    ['build.sh', `npm config set registry ${EVIL}`, `npm registry ${EVIL} 1`],
    ['build.sh', `uv pip install --index acme=${EVIL} x`, `pypi --index ${EVIL} 1`],
    ['Gemfile', `source '${EVIL}' do`, `gem source ${EVIL} 1`],
    ['.bundle/config', `BUNDLE_MIRROR__ALL: "${EVIL}"`, `gem BUNDLE_MIRROR__ALL ${EVIL} 1`],
    [
      'nuget.config',
      `<configuration><packageSources>\n<add value="${EVIL}"\n key="x" /></packageSources></configuration>`,
      `nuget x ${EVIL} 2`,
    ],
    [
      'a.csproj',
      `<Project><PropertyGroup><RestoreAdditionalProjectSources>${EVIL}</RestoreAdditionalProjectSources></PropertyGroup></Project>`,
      `nuget RestoreAdditionalProjectSources ${EVIL} 1`,
    ],
    [
      'pom.xml',
      `<project><repositories><repository>\n<url>${EVIL}</url></repository></repositories></project>`,
      `maven repository.url ${EVIL} 2`,
    ],
    ['build.gradle', `repositories {\n  maven { url '${EVIL}' }\n}`, `maven url ${EVIL} 2`],
    [
      'settings.gradle.kts',
      `pluginManagement {\n  repositories {\n    maven("${EVIL}")\n  }\n}`,
      `maven maven ${EVIL} 3`,
    ],
  ])('is read in %s: %j', (path, text, expected) => {
    expect(settings(path, text)).toContain(expected);
  });
});

describe('a check that a file switches off', () => {
  it.each<[string, string, string]>([
    ['.npmrc', 'strict-ssl=false', 'npm strict-ssl off false 1'],
    ['.yarnrc.yml', 'enableStrictSsl: false', 'npm enableStrictSsl off false 1'],
    ['.yarnrc.yml', 'unsafeHttpWhitelist:\n  - evil.example', 'npm unsafeHttpWhitelist off evil.example 2'],
    ['requirements.txt', '--trusted-host evil.example', 'pypi --trusted-host off evil.example 1'],
    [
      'Pipfile',
      '[[source]]\nurl = "https://pypi.org/simple"\nverify_ssl = false',
      'pypi source.verify_ssl off false 3',
    ],
    ['uv.toml', 'allow-insecure-host = ["evil.example"]', 'pypi allow-insecure-host off evil.example 1'],
    ['Dockerfile', 'ENV GOSUMDB=off', 'golang GOSUMDB off off 1'],
    [
      'build.gradle',
      'repositories {\n maven {\n allowInsecureProtocol = true\n }\n}',
      'maven allowInsecureProtocol off true 3',
    ],
  ])('is read in %s: %j', (path, text, expected) => {
    expect(settings(path, text)).toContain(expected);
  });
});

describe('what only looks like a setting', () => {
  it.each<[string, string]>([
    ['.npmrc', '# registry=https://evil.example\nsave-exact=true\nstrict-ssl=true'],
    [
      'pom.xml',
      '<project><url>https://acme.example/</url><licenses><license><url>https://acme.example/l</url></license></licenses><scm><url>https://code.example/a</url></scm><distributionManagement><repository><url>https://acme.example/r</url></repository></distributionManagement></project>',
    ],
    [
      'build.gradle',
      'publishing {\n  publications {\n    pom { url = "https://acme.example" }\n  }\n  repositories {\n    maven { url "https://acme.example/releases" }\n  }\n}\next.site = "https://acme.example"',
    ],
    [
      'pyproject.toml',
      '[project.urls]\nhomepage = "https://acme.example"\nrepository = "https://code.example/a"\n[tool.uv.sources]\na = { url = "https://acme.example/a.whl" }\n',
    ],
    ['Dockerfile', 'ENV GOPROXY=direct\nRUN echo "GOPROXY is not set"\nENV GOFLAGS='],
    [
      '.github/workflows/ci.yml',
      'jobs:\n  a:\n    steps:\n      - run: npm ci\n      - run: pip install -r requirements.txt',
    ],
    ['.cargo/config.toml', '[build]\ntarget = "x86_64"\n[alias]\nb = "build"'],
    ['setup.cfg', '[metadata]\nname = a\nurl = https://acme.example\n[options]\ninstall_requires =\n    b'],
  ])('is left alone in %s', (path, text) => {
    expect(settings(path, text)).toEqual([]);
  });
});

describe('lines made to be slow', () => {
  const fillers = [
    'url ',
    ' ',
    'pip ',
    'npm config set ',
    'a=',
    '"',
    '( ',
    '- ',
    'maven ',
    'ENV GOPROXY ',
    '\t\\',
    'gem ',
    '{ ',
    ', |',
  ];
  it.each([
    'build.gradle',
    'Dockerfile',
    'run.sh',
    '.github/workflows/a.yml',
    'requirements.txt',
    'pip.conf',
    '.npmrc',
    'Gemfile',
  ])('are read in good time in %s', (path) => {
    for (const filler of fillers) {
      const line = `repositories url ${filler.repeat(Math.floor(3900 / filler.length))}x`;
      const started = processorNow();
      settings(path, `repositories {\n${`${line}\n`.repeat(5)}`);
      expect(processorNow() - started, filler).toBeLessThan(1000);
    }
  });
});
