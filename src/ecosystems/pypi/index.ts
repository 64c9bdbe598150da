import type { Ecosystem } from '../types.ts';
import { conda } from './conda.ts';
import { normalizePypiName } from './names.ts';
import { pdmLock } from './pdm-lock.ts';
import { pipfile, pipfileLock } from './pipfile.ts';
import { poetryLock } from './poetry-lock.ts';
import { pylock } from './pylock.ts';
import { pyproject } from './pyproject.ts';
import { requirements } from './requirements.ts';
import { script } from './script.ts';
import { setupCfg } from './setup-cfg.ts';
import { setupPy } from './setup-py.ts';
import { uvLock } from './uv-lock.ts';

/** Python packages, as pip, poetry, pdm, uv, pipenv and setuptools name them. */
export const pypi: Ecosystem = {
  type: 'pypi',
  osv: 'PyPI',
  formats: [
    requirements,
    pyproject,
    setupCfg,
    setupPy,
    script,
    pipfile,
    pipfileLock,
    poetryLock,
    uvLock,
    pdmLock,
    pylock,
    conda,
  ],
  normalizeName: normalizePypiName,
};
