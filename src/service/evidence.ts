import type { EvidenceSource } from '../core/lookup.ts';
import { createRegistries, DEFAULT_REGISTRY_SETTINGS } from '../ecosystems/registries.ts';
import type { EvidenceCache } from '../evidence/cache.ts';
import { SYSTEM_CLOCK } from '../evidence/clock.ts';
import { DEFAULT_LIMITS } from '../evidence/gate.ts';
import { createEvidence, type EvidenceOptions } from '../evidence/index.ts';
import { createNames } from '../evidence/names.ts';
import { type NpmUserConfig, readNpmUserConfig } from '../evidence/npm-config.ts';
import { popularLists } from '../evidence/popular.ts';
import type { Settings } from './settings.ts';

/** Evidence for the service: the registries as the operator's settings name them, answers kept in the store. */
export async function serviceEvidence(
  settings: Pick<Settings, 'npmRegistry' | 'allowedHosts'>,
  cache: EvidenceCache,
): Promise<EvidenceSource> {
  const fetchOptions = settings.npmRegistry === null ? {} : { registry: settings.npmRegistry };
  return createEvidence({
    ...(await common({ options: fetchOptions, routes: [] })),
    allowedHosts: settings.allowedHosts,
    offline: false,
    cache,
  });
}

/** Evidence for a command on a person's machine: their own npm configuration applies, the project's never. */
export async function scanEvidence(
  env: Readonly<Record<string, string | undefined>>,
  offline: boolean,
): Promise<EvidenceSource> {
  const config = offline ? { options: {}, routes: [] } : await readNpmUserConfig(env);
  return createEvidence({ ...(await common(config)), allowedHosts: [], offline, cache: null });
}

async function common(npm: NpmUserConfig): Promise<Omit<EvidenceOptions, 'allowedHosts' | 'offline' | 'cache'>> {
  return {
    registries: createRegistries({
      ...DEFAULT_REGISTRY_SETTINGS,
      npm: { ...DEFAULT_REGISTRY_SETTINGS.npm, fetchOptions: npm.options },
    }),
    routes: npm.routes,
    advisories: null,
    denyList: null,
    downloads: null,
    names: createNames(await popularLists({})),
    limits: DEFAULT_LIMITS,
    clock: SYSTEM_CLOCK,
  };
}
