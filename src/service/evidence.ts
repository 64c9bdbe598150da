import type { EvidenceSource } from '../core/lookup.ts';
import { createRegistries, DEFAULT_REGISTRY_SETTINGS } from '../ecosystems/registries.ts';
import type { EvidenceCache } from '../evidence/cache.ts';
import { SYSTEM_CLOCK } from '../evidence/clock.ts';
import { DEFAULT_LIMITS } from '../evidence/gate.ts';
import { createEvidence } from '../evidence/index.ts';
import { loadNames } from './names.ts';
import type { Settings } from './settings.ts';

/** The registries as the operator's settings name them. */
export async function serviceEvidence(
  settings: Pick<Settings, 'npmRegistry' | 'allowedHosts'>,
  cache: EvidenceCache | null,
): Promise<EvidenceSource> {
  const fetchOptions = settings.npmRegistry === null ? {} : { registry: settings.npmRegistry };
  return createEvidence({
    registries: createRegistries({
      ...DEFAULT_REGISTRY_SETTINGS,
      npm: { ...DEFAULT_REGISTRY_SETTINGS.npm, fetchOptions },
    }),
    routes: [],
    allowedHosts: settings.allowedHosts,
    offline: false,
    advisories: null,
    denyList: null,
    downloads: null,
    names: await loadNames(),
    cache,
    limits: DEFAULT_LIMITS,
    clock: SYSTEM_CLOCK,
  });
}
