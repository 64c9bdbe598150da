import type { PackageType } from './core/dependency.ts';
import type { EvidenceSource, Route } from './core/lookup.ts';
import { createRegistries, DEFAULT_REGISTRY_SETTINGS, type RegistrySettings } from './ecosystems/registries.ts';
import type { EvidenceCache } from './evidence/cache.ts';
import { SYSTEM_CLOCK } from './evidence/clock.ts';
import { DEFAULT_LIMITS, type GateClock, type SourceLimits } from './evidence/gate.ts';
import { createEvidence } from './evidence/index.ts';
import { createNames, type NameKnowledge } from './evidence/names.ts';
import { popularLists } from './evidence/popular.ts';

/** Everything an operator, or the user of the command line, decides about sources. Plain data. */
export interface SourceSettings {
  /** Options for npm-registry-fetch from the user's npm configuration: `registry`, tokens, `ca`, proxy. Empty: its defaults. */
  readonly npm: Readonly<Record<string, string | number | boolean>>;
  readonly routes: readonly Route[];
  /** Hosts that scope lines of a base tree may name. */
  readonly allowedHosts: readonly string[];
  readonly offline: boolean;
  readonly timeoutMs: number;
  readonly limits: SourceLimits;
  /** Files with one popular name a line, most used first, for types without a shipped list or instead of it. */
  readonly popularFiles: Readonly<Partial<Record<PackageType, string>>>;
}

export const DEFAULT_SOURCES: SourceSettings = {
  npm: {},
  routes: [],
  allowedHosts: [],
  offline: false,
  timeoutMs: 10_000,
  limits: DEFAULT_LIMITS,
  popularFiles: {},
};

/** Registries, advisories, lists and cache put together. Start-up reads lists only; nothing is asked yet. */
export async function openSources(
  settings: SourceSettings,
  cache: EvidenceCache | null,
  clock: GateClock = SYSTEM_CLOCK,
): Promise<EvidenceSource> {
  const registrySettings: RegistrySettings = {
    ...DEFAULT_REGISTRY_SETTINGS,
    npm: { ...DEFAULT_REGISTRY_SETTINGS.npm, fetchOptions: settings.npm, timeoutMs: settings.timeoutMs },
  };
  return createEvidence({
    registries: createRegistries(registrySettings),
    routes: settings.routes,
    allowedHosts: settings.allowedHosts,
    offline: settings.offline,
    advisories: null,
    denyList: null,
    downloads: null,
    names: await openNames(settings),
    cache,
    limits: settings.limits,
    clock,
  });
}

/** What is known of names without any network. */
export async function openNames(settings: Pick<SourceSettings, 'popularFiles'>): Promise<NameKnowledge> {
  return createNames(await popularLists(settings.popularFiles));
}

/**
 * What the environment says of sources: `COUNTERSIGN_POPULAR_<TYPE>` (a file of names), `COUNTERSIGN_ALLOWED_HOSTS`
 * (hosts, with commas between). Names that are not set leave the defaults.
 */
export function settingsFromEnvironment(env: Readonly<Record<string, string | undefined>>): Partial<SourceSettings> {
  const popular = Object.entries(env).flatMap(([key, path]) => {
    const type = /^COUNTERSIGN_POPULAR_([A-Z]+)$/.exec(key)?.[1]?.toLowerCase();
    return type === undefined || path === undefined || path === '' ? [] : [[type, path] as const];
  });
  const hosts = (env['COUNTERSIGN_ALLOWED_HOSTS'] ?? '').split(',').map((host) => host.trim().toLowerCase());
  const allowedHosts = hosts.filter((host) => host !== '');
  return {
    ...(popular.length === 0 ? {} : { popularFiles: Object.fromEntries(popular) }),
    ...(allowedHosts.length === 0 ? {} : { allowedHosts }),
  };
}
