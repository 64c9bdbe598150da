import { expect, test } from 'vitest';
import { scopeRoutes } from '../../src/ecosystems/npm/scope-lines.ts';

test('scope lines of .npmrc are read, whatever stands around them', () => {
  const text =
    '; comment\nregistry=https://mirror.example/\n@acme:registry = "https://npm.acme.example/"\r\n//npm.acme.example/:_authToken=${TOKEN}\n';
  expect(scopeRoutes('.npmrc', text)).toEqual([{ type: 'npm', names: '@acme', registry: 'https://npm.acme.example/' }]);
});

test('a scope whose address is a variable stays private all the same', () => {
  expect(scopeRoutes('.npmrc', '@acme:registry=${REGISTRY}\n')).toEqual([
    { type: 'npm', names: '@acme', registry: '${REGISTRY}' },
  ]);
});

test('npmScopes of .yarnrc.yml are read, with and without an address', () => {
  const text =
    'npmRegistryServer: https://mirror.example\nnpmScopes:\n  acme:\n    npmRegistryServer: https://npm.acme.example\n  other:\n    npmAlwaysAuth: true\n';
  expect(scopeRoutes('.yarnrc.yml', text)).toEqual([
    { type: 'npm', names: '@acme', registry: 'https://npm.acme.example' },
    { type: 'npm', names: '@other', registry: '' },
  ]);
});

test('settings that are no settings say nothing', () => {
  expect(scopeRoutes('.yarnrc.yml', '[1, 2')).toEqual([]);
  expect(scopeRoutes('.npmrc', '\u0000\u0000')).toEqual([]);
});
