import { normalizeImageName } from '../image.ts';
import type { Ecosystem } from '../types.ts';
import { compose } from './compose.ts';
import { devcontainer } from './devcontainer.ts';
import { dockerfile } from './dockerfile.ts';

/** Container images. OSV has advisories for what is in them, none for images. */
export const docker: Ecosystem = {
  type: 'docker',
  osv: null,
  formats: [dockerfile, compose, devcontainer],
  normalizeName: normalizeImageName,
};
