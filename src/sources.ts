import fetch from 'npm-registry-fetch';
import type { PackageType } from './core/dependency.ts';
import type { EvidenceSource, Route } from './core/lookup.ts';
import { hostOf } from './core/registry-hosts.ts';
import { createRegistries, DEFAULT_REGISTRY_SETTINGS, type RegistryAddresses } from './ecosystems/registries.ts';
import type { EvidenceCache } from './evidence/cache.ts';
import { SYSTEM_CLOCK } from './evidence/clock.ts';
import { createDenyList } from './evidence/deny-list.ts';
import { createDepsDev, DEPS_DEV_ADDRESS } from './evidence/deps-dev.ts';
import { createNpmDownloads } from './evidence/downloads.ts';
import { createGate, DEFAULT_LIMITS, type GateClock, type SourceLimits } from './evidence/gate.ts';
import { createHttpClient } from './evidence/http.ts';
import { createEvidence } from './evidence/index.ts';
import { createNames, type NameKnowledge } from './evidence/names.ts';
import { createOsv, OSV_ADDRESS } from './evidence/osv.ts';
import { popularLists } from './evidence/popular.ts';
import { VERSION } from './version.ts';

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
  /** Base address of OSV; null declares the source absent, and evidence says so. */
  readonly osv: string | null;
  /** A file of known malicious versions; null where there is none. */
  readonly denyList: string | null;
  /** Base address of deps.dev, asked where a registry gives no creation date; null: nobody is asked. */
  readonly depsDev: string | null;
  /** Base address of npm's download counts; null: rules do without. */
  readonly npmDownloads: string | null;
  /** Base addresses that differ from the public ones. */
  readonly addresses: Partial<RegistryAddresses>;
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
  osv: OSV_ADDRESS,
  denyList: null,
  depsDev: null,
  npmDownloads: null,
  addresses: {},
  popularFiles: {},
};

/** Registries, advisories, lists and cache put together. Start-up reads lists only; nothing is asked yet. */
export async function openSources(
  settings: SourceSettings,
  cache: EvidenceCache | null,
  clock: GateClock = SYSTEM_CLOCK,
): Promise<EvidenceSource> {
  const { timeoutMs, limits } = settings;
  const http = createHttpClient({ timeoutMs, maxBytes: 64 * 1024 * 1024, userAgent: `countersign/${VERSION}` });
  const { npm } = DEFAULT_REGISTRY_SETTINGS;
  const registries = createRegistries(
    {
      npm: { ...npm, fetchOptions: settings.npm, timeoutMs },
      addresses: { ...DEFAULT_REGISTRY_SETTINGS.addresses, ...settings.addresses },
    },
    http,
  );
  return createEvidence({
    registries,
    routes: settings.routes,
    allowedHosts: settings.allowedHosts,
    offline: settings.offline,
    advisories: settings.osv === null ? null : createOsv({ base: settings.osv, http, gate: createGate(limits, clock) }),
    denyList: settings.denyList === null ? null : createDenyList(settings.denyList, clock.now),
    downloads:
      settings.npmDownloads === null
        ? null
        : createNpmDownloads({ base: settings.npmDownloads, http, gate: createGate(limits, clock), clock }),
    dates:
      settings.depsDev === null
        ? null
        : createDepsDev({ base: settings.depsDev, http, gate: createGate(limits, clock), cache, now: clock.now }),
    names: await openNames(settings),
    cache,
    limits,
    clock,
    registryHosts: registryHosts(settings),
  });
}

/** Hosts that are registries by these settings: npm's (its client knows its own default), the addresses, the routes. */
function registryHosts(settings: SourceSettings): readonly string[] {
  const npm = fetch.pickRegistry('any-name', settings.npm);
  const addresses = [npm, ...Object.values(settings.addresses), ...settings.routes.map((route) => route.registry)];
  return [...new Set(addresses.flatMap((address) => (address === undefined ? [] : (hostOf(address) ?? []))))];
}

/** What is known of names without any network. */
export async function openNames(settings: Pick<SourceSettings, 'popularFiles'>): Promise<NameKnowledge> {
  return createNames(await popularLists(settings.popularFiles));
}

/**
 * What the environment says of sources: `COUNTERSIGN_POPULAR_<TYPE>` (a file of names), `COUNTERSIGN_ALLOWED_HOSTS`
 * (hosts, with commas between), `COUNTERSIGN_OSV` (`on` for the public service, an address, or `off`), `COUNTERSIGN_DENY_LIST`
 * (a file), `COUNTERSIGN_DEPS_DEV` (`on` or an address), `COUNTERSIGN_NPM_DOWNLOADS` (an address),
 * `COUNTERSIGN_REGISTRY_<TYPE>` (a base address). What is not set leaves the defaults.
 */
export function settingsFromEnvironment(env: Readonly<Record<string, string | undefined>>): Partial<SourceSettings> {
  const popular = Object.entries(env).flatMap(([key, path]) => {
    const type = /^COUNTERSIGN_POPULAR_([A-Z]+)$/.exec(key)?.[1]?.toLowerCase();
    return type === undefined || path === undefined || path === '' ? [] : [[type, path] as const];
  });
  const hosts = (env['COUNTERSIGN_ALLOWED_HOSTS'] ?? '').split(',').map((host) => host.trim().toLowerCase());
  const allowedHosts = hosts.filter((host) => host !== '');
  const addresses = Object.entries(env).flatMap(([key, address]) => {
    const type = /^COUNTERSIGN_REGISTRY_([A-Z]+)$/.exec(key)?.[1]?.toLowerCase();
    return type === undefined || address === undefined || address === '' ? [] : [[type, address] as const];
  });
  const npm = addresses.find(([type]) => type === 'npm')?.[1];
  const osv = env['COUNTERSIGN_OSV'] ?? '';
  const denyList = env['COUNTERSIGN_DENY_LIST'] ?? '';
  const depsDev = env['COUNTERSIGN_DEPS_DEV'] ?? '';
  const npmDownloads = env['COUNTERSIGN_NPM_DOWNLOADS'] ?? '';
  return {
    ...(npm === undefined ? {} : { npm: { registry: npm } }),
    ...(osv === '' ? {} : { osv: osv === 'on' ? OSV_ADDRESS : osv === 'off' ? null : osv }),
    ...(denyList === '' ? {} : { denyList }),
    ...(depsDev === '' ? {} : { depsDev: depsDev === 'on' ? DEPS_DEV_ADDRESS : depsDev === 'off' ? null : depsDev }),
    ...(npmDownloads === '' ? {} : { npmDownloads }),
    ...(addresses.length === 0 ? {} : { addresses: Object.fromEntries(addresses) }),
    ...(popular.length === 0 ? {} : { popularFiles: Object.fromEntries(popular) }),
    ...(allowedHosts.length === 0 ? {} : { allowedHosts }),
  };
}
