import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { purlOf } from '../../src/core/purl.ts';

const TYPES = [
  'npm',
  'pypi',
  'cargo',
  'golang',
  'gem',
  'composer',
  'nuget',
  'maven',
  'githubactions',
  'docker',
  'generic',
] as const;

describe('a package URL', () => {
  it.each([
    ['npm', '@scope/a', '1.0.0', 'pkg:npm/%40scope/a@1.0.0'],
    ['pypi', 'Py_YAML', '6.0', 'pkg:pypi/py-yaml@6.0'],
    ['maven', 'org.acme:a', '1', 'pkg:maven/org.acme/a@1'],
    ['maven', 'a', '1', 'pkg:maven/a@1'],
    ['golang', 'code.example/a', 'v1.2.3', 'pkg:golang/code.example/a@v1.2.3'],
    ['golang', 'code.example/a', 'v1', 'pkg:golang/code.example/a@v1'],
    ['npm', 'a', '\ud800', 'pkg:npm/a@%EF%BF%BD'],
  ] as const)('of %s %s %s is %s', (type, name, version, expected) => {
    expect(purlOf(type, name, version)).toBe(expected);
  });

  it('is made of whatever a hostile file writes as name and version', () => {
    const hostile = fc.constantFrom('/', '%', '@', 'a/', '//a', '/:b', ' ', 'a b', '..', 'v', 'v1', 'latest', '\ud800');
    const text = fc.oneof(fc.string({ minLength: 1 }), fc.string({ unit: 'binary', minLength: 1 }), hostile);
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), text, fc.option(text, { nil: undefined }), (type, name, version) => {
        expect(purlOf(type, name, version)).toMatch(/^pkg:[a-z]+\//);
      }),
      { seed: 3, numRuns: 5_000 },
    );
  });
});
