/**
 * Look-alikes of our own making, for a machine without the shared data: one slip of each kind on well-known names.
 * They show that the machinery runs; what it is worth is measured on the published lists.
 */
export const SAMPLE_SQUATS: readonly (readonly [type: 'npm' | 'pypi', name: string, target: string])[] = [
  ['npm', 'lodsah', 'lodash'],
  ['npm', 'expres', 'express'],
  ['npm', 'webpackk', 'webpack'],
  ['npm', 'crossenv', 'cross-env'],
  ['npm', 'babelcore', '@babel/core'],
  ['npm', 'typescirpt', 'typescript'],
  ['npm', 'node-mongoose', 'mongoose'],
  ['npm', 'chalk-js', 'chalk'],
  ['npm', 'reacr', 'react'],
  ['npm', 'commande', 'commander'],
  ['pypi', 'reqeusts', 'requests'],
  ['pypi', 'numpyy', 'numpy'],
  ['pypi', 'pandsa', 'pandas'],
  ['pypi', 'djang0', 'django'],
  ['pypi', 'tensorfow', 'tensorflow'],
  ['pypi', 'beautifulsoup', 'beautifulsoup4'],
];
