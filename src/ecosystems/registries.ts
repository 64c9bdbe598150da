import type { Registry } from '../core/lookup.ts';
import { createNpmRegistry, type NpmRegistrySettings } from './npm/registry.ts';

/** One entry a source: base addresses, limits, credentials. */
export interface RegistrySettings {
  readonly npm: NpmRegistrySettings;
}

/** What holds for every registry unless the operator says otherwise. */
export const DEFAULT_REGISTRY_SETTINGS: RegistrySettings = {
  npm: {
    fetchOptions: {},
    timeoutMs: 10_000,
    // The largest packuments of the public registry are some tens of megabytes.
    maxBytes: 128 * 1024 * 1024,
    proofNames: ['semver'],
  },
};

/** Every registry that there is. */
export function createRegistries(settings: RegistrySettings): readonly Registry[] {
  return [createNpmRegistry(settings.npm)];
}
