import { describe, expect, it } from 'vitest';
import { docker } from '../../../src/ecosystems/docker/index.ts';
import { linesOf, parseAs } from '../fixtures.ts';

const read = (text: string, path = 'Dockerfile'): string[] => linesOf(parseAs(docker, path, text));

describe('an image cannot be hidden in a Dockerfile', () => {
  it.each([
    ['by case', 'from evil:1'],
    ['by a continued line', 'FROM \\\n  evil:1'],
    ['by another escape sign', '# escape=`\nFROM `\n  evil:1'],
    ['by a default', 'ARG X=evil:1\nFROM $X'],
    ['by a default of defaults', 'ARG A=evil\nARG B=${A}:1\nFROM ${B}'],
    ['by a default where it is used', 'FROM ${X:-evil:1}'],
    ['by a flag', 'FROM --platform=linux/amd64 evil:1 AS x'],
    ['by a copy', 'FROM scratch\nCOPY --chown=1 --from=evil:1 a b'],
    ['by a mount', 'FROM scratch\nRUN --mount=type=bind,from=evil:1,target=/x true'],
    [
      'by a second mount behind a comment',
      'FROM scratch\nRUN --mount=type=cache,target=/c \\\n# note\n  --mount=type=bind,from=evil:1 true',
    ],
    ['by a trigger', 'FROM scratch\nONBUILD COPY --from=evil:1 a b'],
    ['by the parser itself', '# syntax=evil:1\nFROM scratch'],
    ['by a stage of another name', 'FROM scratch AS other\nFROM evil:1'],
    ['by a stage that comes later', 'FROM evil:1\nFROM scratch AS evil'],
  ])('%s', (_what, text) => {
    expect(read(text).some((line) => line.includes('| docker | evil | 1 |'))).toBe(true);
  });

  it.each([
    ['an argument without a default', 'ARG X\nFROM $X'],
    ['a variable of the build', 'FROM ${BASE}'],
    ['no reference at all', 'FROM evil:1:2:3'],
  ])('%s is said', (_what, text) => {
    expect(read(text)).toEqual([expect.stringContaining('| unread |')]);
  });

  it('and what is no image is none', () => {
    expect(
      read('FROM scratch AS a\nFROM a\nCOPY --from=a x y\nCOPY --from=0 x y\nRUN echo FROM evil:1\n# FROM evil:1'),
    ).toEqual([]);
  });
});

describe('image references', () => {
  it.each([
    ['nginx', 'nginx | -'],
    ['nginx:1.27', 'nginx | 1.27'],
    ['registry.example:5000/a/b', 'registry.example:5000/a/b | -'],
    ['registry.example:5000/a/b:1', 'registry.example:5000/a/b | 1'],
    [`a@sha256:${'0'.repeat(64)}`, `a | sha256:${'0'.repeat(64)}`],
    ['a:${TAG}', 'a | -'],
  ])('%s', (reference, expected) => {
    expect(read(`FROM ${reference}`)[0]).toContain(`| ${expected} |`);
  });

  it('are one name with and without the default host and folder', () => {
    const names = ['nginx', 'library/nginx', 'docker.io/library/nginx', 'index.docker.io/nginx', 'NGINX'];
    expect(new Set(names.map((name) => docker.normalizeName(name)))).toEqual(new Set(['nginx']));
    expect(docker.normalizeName('quay.example/library/nginx')).toBe('quay.example/library/nginx');
  });
});

describe('compose files', () => {
  it('name no image where they build it, but do where they pull it all the same', () => {
    expect(read('services: {a: {build: ., image: "x:1"}}', 'compose.yml')).toEqual([]);
    expect(read('services: {a: {build: ., image: "x:1", pull_policy: always}}', 'compose.yml')).toHaveLength(1);
  });
  it.each(['image: [evil]', 'image: "${IMAGE}"', 'image: "a b"'])('say what cannot be told: %s', (image) => {
    expect(read(`services:\n  a:\n    ${image}\n`, 'docker-compose.dev.yaml')).toEqual([
      expect.stringContaining('| unread |'),
    ]);
  });
});

describe('files', () => {
  it.each([
    'Dockerfile',
    'a/Containerfile',
    'Dockerfile.dev',
    'dev.Dockerfile',
    'x.dockerfile',
    'Dockerfile-arm64',
    'compose.yaml',
    'docker-compose.prod.yml',
  ])('%s is one', (path) => {
    expect(docker.formats.filter((format) => format.matches(path))).toHaveLength(1);
  });
  it.each(['Dockerfile.md', 'dockerfile.ts', 'Dockerfile.dockerignore', 'composer.json', 'decompose.yaml'])(
    '%s is none',
    (path) => {
      expect(docker.formats.some((format) => format.matches(path))).toBe(false);
    },
  );
});
