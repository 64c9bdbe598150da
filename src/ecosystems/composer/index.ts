import type { Ecosystem } from '../types.ts';
import { composerLock } from './lock.ts';
import { composerJson } from './manifest.ts';

/** PHP packages; names have no case (Composer, "The composer.json schema", "name"). */
export const composer: Ecosystem = {
  type: 'composer',
  osv: 'Packagist',
  formats: [composerJson, composerLock],
  normalizeName: (name) => name.toLowerCase(),
};
