import { readFile } from 'node:fs/promises';
import fetch from 'npm-registry-fetch';
import type { PackageType } from './core/dependency.ts';
import { CountersignError, messageOf } from './core/errors.ts';
import type { EvidenceSource, RegistryKey, Route } from './core/lookup.ts';
import { NO_PROXIES, type ProxySettings } from './core/proxy.ts';
import { hostOf } from './core/registry-hosts.ts';
import { PYTHON_DISTRIBUTIONS } from './ecosystems/imports/python-names.ts';
import { npmKeysOf } from './ecosystems/npm/registry-schema.ts';
import { createRegistries, DEFAULT_REGISTRY_SETTINGS, type RegistryAddresses } from './ecosystems/registries.ts';
import type { DenyList } from './evidence/advisories.ts';
import type { EvidenceCache } from './evidence/cache.ts';
import { SYSTEM_CLOCK } from './evidence/clock.ts';
import { denyListFromAddress, denyListFromFile } from './evidence/deny-list-source.ts';
import { createDepsDev, DEPS_DEV_ADDRESS } from './evidence/deps-dev.ts';
import { createNpmDownloads, createPypiDownloads } from './evidence/downloads.ts';
import { createGate, DEFAULT_LIMITS, type GateClock, type SourceLimits } from './evidence/gate.ts';
import { createHostGuard } from './evidence/guard.ts';
import { createHttpClient } from './evidence/http.ts';
import { createEvidence } from './evidence/index.ts';
import { createNames, type NameKnowledge } from './evidence/names.ts';
import { createOsv, OSV_ADDRESS } from './evidence/osv.ts';
import { popularLists } from './evidence/popular.ts';
import { createProofs } from './evidence/proofs.ts';
import { type TrustSource, trustFromFile, trustFromSigstore } from './evidence/trust.ts';
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
  /** A file or an address of known malicious versions; null where there is none. */
  readonly denyList: string | null;
  /** Base address of deps.dev, asked where a registry gives no creation date; null: nobody is asked. */
  readonly depsDev: string | null;
  /** Base address of npm's download counts, or `public` for those beside npm-registry-fetch's own registry; null: rules do without. */
  readonly npmDownloads: string | null;
  /** Base address of download counts for PyPI in pypistats' form; null: rules do without. */
  readonly pypiDownloads: string | null;
  /** What attestations are checked against: `public` for Sigstore's own instance, a file with a trusted root, null for nothing. */
  readonly sigstore: string | null;
  /** Where the public instance's root is kept; null: in the user's own cache. */
  readonly sigstoreCache: string | null;
  /** A file with the keys that npm versions are signed with, in the form of the registry's own answer; null: the registry is asked. */
  readonly npmKeys: string | null;
  /** A token for GitHub's API, where actions are looked up; null: nobody is asked of them. */
  readonly actionsToken: (() => Promise<string>) | null;
  /** Proxies on the way out: their hosts may be private. */
  readonly proxies: ProxySettings;
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
  depsDev: DEPS_DEV_ADDRESS,
  npmDownloads: null,
  pypiDownloads: null,
  sigstore: 'public',
  sigstoreCache: null,
  npmKeys: null,
  actionsToken: null,
  proxies: NO_PROXIES,
  addresses: {},
  popularFiles: {},
};

/** Registries, advisories, lists and cache put together. Start-up reads lists only; nothing is asked yet. */
export async function openSources(
  settings: SourceSettings,
  cache: EvidenceCache | null,
  clock: GateClock = SYSTEM_CLOCK,
): Promise<EvidenceSource> {
  const { timeoutMs, limits, proxies } = settings;
  const guard = createHostGuard(trustedHosts(settings));
  const http = createHttpClient({
    timeoutMs,
    maxBytes: 64 * 1024 * 1024,
    userAgent: `countersign/${VERSION}`,
    guard,
    proxies,
  });
  const { npm } = DEFAULT_REGISTRY_SETTINGS;
  const registries = createRegistries(
    {
      npm: { ...npm, fetchOptions: settings.npm, timeoutMs, guard, proxies },
      addresses: { ...DEFAULT_REGISTRY_SETTINGS.addresses, ...settings.addresses },
      imageHosts: settings.allowedHosts,
      actionsToken: settings.actionsToken,
    },
    http,
    clock.now,
  );
  const gate = () => createGate(limits, clock);
  const npmDownloads = settings.npmDownloads === 'public' ? publicNpmDownloads() : settings.npmDownloads;
  const counting = { http, clock, cache };
  return createEvidence({
    registries,
    routes: settings.routes,
    allowedHosts: settings.allowedHosts,
    offline: settings.offline,
    advisories: settings.osv === null ? null : createOsv({ base: settings.osv, http, gate: gate() }),
    denyList: await openDenyList(settings.denyList, { http, gate: gate(), cache, now: clock.now }),
    downloads: [
      ...(npmDownloads === null ? [] : [createNpmDownloads({ base: npmDownloads, gate: gate(), ...counting })]),
      ...(settings.pypiDownloads === null
        ? []
        : [createPypiDownloads({ base: settings.pypiDownloads, gate: gate(), ...counting })]),
    ],
    dates:
      settings.depsDev === null
        ? null
        : createDepsDev({ base: settings.depsDev, http, gate: gate(), cache, now: clock.now }),
    prove: createProofs({
      trust: await openTrust(settings, clock.now),
      keys: settings.npmKeys === null ? null : await readKeys(settings.npmKeys),
      cache,
      now: clock.now,
    }),
    names: await openNames(settings, clock.now),
    cache,
    limits,
    clock,
    registryHosts: registryHosts(settings),
  });
}

async function openDenyList(
  location: string | null,
  parts: Omit<Parameters<typeof denyListFromAddress>[0], 'address'>,
): Promise<DenyList | null> {
  if (location === null) return null;
  return /^https?:\/\//i.test(location)
    ? denyListFromAddress({ ...parts, address: location })
    : denyListFromFile(location, parts.now);
}

async function openTrust(settings: SourceSettings, now: () => number): Promise<TrustSource | null> {
  if (settings.sigstore === null) return null;
  if (settings.sigstore !== 'public') return trustFromFile(settings.sigstore);
  return trustFromSigstore({ cacheFolder: settings.sigstoreCache, timeoutMs: settings.timeoutMs, now });
}

async function readKeys(path: string): Promise<readonly RegistryKey[]> {
  try {
    return npmKeysOf(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new CountersignError(
      'bad-configuration',
      `the keys in ${path} cannot be read: ${messageOf(error)}. The file holds what an npm registry answers to \`/-/npm/v1/keys\`.`,
      { cause: error },
    );
  }
}

/** Download counts stand beside the public registry, under `api` instead of `registry`. */
function publicNpmDownloads(): string {
  return fetch.pickRegistry('any-name').replace('//registry.', '//api.');
}

/** Every host that the operator names may be private; the public defaults may not. */
function trustedHosts(settings: SourceSettings): readonly string[] {
  const { osv, denyList, depsDev, npmDownloads, pypiDownloads, addresses, routes, npm, allowedHosts, proxies } =
    settings;
  const named = [osv, denyList, depsDev, npmDownloads, pypiDownloads, npm['registry'], npm['proxy'], npm['httpsProxy']];
  const scoped = Object.entries(npm).flatMap(([key, value]) => (key.endsWith(':registry') ? [value] : []));
  const all = [
    ...named,
    ...scoped,
    proxies.http,
    proxies.https,
    ...Object.values(addresses),
    ...routes.map((route) => route.registry),
  ];
  const publicOnes = new Set([OSV_ADDRESS, DEPS_DEV_ADDRESS].map(hostOf));
  const hosts = all.flatMap((each) => (typeof each === 'string' ? (hostOf(each) ?? []) : []));
  return [...new Set([...hosts, ...allowedHosts])].filter((host) => !publicOnes.has(host));
}

/** Hosts that are registries by these settings: npm's (its client knows its own default), the addresses, the routes. */
function registryHosts(settings: SourceSettings): readonly string[] {
  const npm = fetch.pickRegistry('any-name', settings.npm);
  const addresses = [npm, ...Object.values(settings.addresses), ...settings.routes.map((route) => route.registry)];
  return [...new Set(addresses.flatMap((address) => (address === undefined ? [] : (hostOf(address) ?? []))))];
}

/** What is known of names without any network. */
export async function openNames(
  settings: Pick<SourceSettings, 'popularFiles'>,
  now: () => number,
): Promise<NameKnowledge> {
  return createNames(await popularLists(settings.popularFiles), {
    now,
    importNames: new Map([['pypi', PYTHON_DISTRIBUTIONS]]),
  });
}
