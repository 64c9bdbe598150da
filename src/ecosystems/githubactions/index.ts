import type { Ecosystem } from '../types.ts';
import { action, workflow } from './workflow.ts';

/** GitHub Actions; the name is `owner/repository`, which has no case, a path inside it is the install path. */
export const githubactions: Ecosystem = {
  type: 'githubactions',
  osv: 'GitHub Actions',
  formats: [workflow, action],
  normalizeName: (name) => name.toLowerCase(),
};
