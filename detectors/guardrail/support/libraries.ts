import { createRequire } from 'node:module';
import { lazily } from '../../../src/core/lazily.ts';

const load = createRequire(import.meta.url);

/**
 * Readers of formats, each loaded with the first file that needs it: together they are more modules than all the rules,
 * and most reviews have no file for most of them. Their types are imported where they are used.
 */
export const yaml = lazily((): typeof import('yaml') => load('yaml'));
export const jsonc = lazily((): typeof import('jsonc-parser') => load('jsonc-parser'));
export const toml = lazily((): typeof import('toml-eslint-parser') => load('toml-eslint-parser'));
export const dockerfileAst = lazily((): typeof import('dockerfile-ast') => load('dockerfile-ast'));
export const picomatch = lazily((): typeof import('picomatch') => load('picomatch'));
