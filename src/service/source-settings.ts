import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type PackageType, REGISTRY_TYPES } from '../core/dependency.ts';
import { CountersignError } from '../core/errors.ts';
import type { Route } from '../core/lookup.ts';
import { hostOf } from '../core/registry-hosts.ts';
import { DEFAULT_REGISTRY_SETTINGS } from '../ecosystems/registries.ts';
import { DEPS_DEV_ADDRESS } from '../evidence/deps-dev.ts';
import { readNpmConfigFile, readNpmUserConfig } from '../evidence/npm-config.ts';
import { OSV_ADDRESS } from '../evidence/osv.ts';
import { DEFAULT_SOURCES, type SourceSettings } from '../sources.ts';
import { readProxies } from './outgoing.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const Type = z.enum(REGISTRY_TYPES);

/**
 * Sources as the operator of a service sets them: environment variables and the file that `COUNTERSIGN_NPMRC` names.
 * Nothing of the account it runs under is read. Throws `bad-configuration`, naming the variable.
 */
export async function operatorSources(env: Environment): Promise<SourceSettings> {
  const settings = fromEnvironment(env);
  const path = env['COUNTERSIGN_NPMRC'] ?? '';
  const file = path === '' ? { options: {}, routes: [] } : await readNpmConfigFile(resolve(path), env);
  return withDownloads(env, {
    ...settings,
    npm: { ...file.options, ...settings.npm },
    routes: [...settings.routes, ...file.routes],
    sigstoreCache: join(resolve(env['COUNTERSIGN_DATA'] || '.countersign'), 'sigstore'),
  });
}

/** Sources as the user of the command line sets them: the same variables, and the user's own npm configuration; never a project's. */
export async function userSources(env: Environment, offline: boolean): Promise<SourceSettings> {
  const settings = { ...fromEnvironment(env), offline };
  if (offline) return settings;
  const user = await readNpmUserConfig(env);
  // In a workflow of GitHub's there is a token for its own API, whose address stands beside it; it goes nowhere else.
  const api = env['GITHUB_API_URL'] || DEFAULT_REGISTRY_SETTINGS.addresses.githubactions;
  const asked = settings.addresses.githubactions ?? DEFAULT_REGISTRY_SETTINGS.addresses.githubactions;
  const own = withoutSlash(api) === withoutSlash(asked) ? env['GITHUB_TOKEN'] : undefined;
  return withDownloads(env, {
    ...settings,
    actionsToken: settings.actionsToken ?? tokenOf(own),
    npm: { ...user.options, ...settings.npm },
    routes: [...settings.routes, ...user.routes],
  });
}

/**
 * `COUNTERSIGN_…` variables, each with its line in docs/settings.md. What is not set leaves the defaults. A registry of
 * npm's protocol is no place to ask downloads of: public counts are asked for only where the public registry is.
 */
function withDownloads(env: Environment, settings: SourceSettings): SourceSettings {
  const word = env['COUNTERSIGN_NPM_DOWNLOADS'] ?? '';
  if (word === 'off') return { ...settings, npmDownloads: null };
  if (word === 'on') return { ...settings, npmDownloads: 'public' };
  if (word !== '') return { ...settings, npmDownloads: address('COUNTERSIGN_NPM_DOWNLOADS', word) };
  return { ...settings, npmDownloads: settings.npm['registry'] === undefined ? 'public' : null };
}

function withoutSlash(text: string): string {
  return text.replace(/\/+$/, '');
}

/** The settings that need no file to be read. Exported for commands that ask nobody. */
export function fromEnvironment(env: Environment): SourceSettings {
  const addresses = byType(env, 'COUNTERSIGN_REGISTRY_');
  const npm = addresses.find(([type]) => type === 'npm')?.[1];
  const osv = word(env, 'COUNTERSIGN_OSV', OSV_ADDRESS, OSV_ADDRESS);
  const denyList = env['COUNTERSIGN_DENY_LIST'] || null;
  if (osv === null && denyList === null) {
    throw bad(
      'COUNTERSIGN_OSV is off, so nothing would know of malicious packages: name a list in COUNTERSIGN_DENY_LIST, or leave COUNTERSIGN_OSV on.',
    );
  }
  return {
    ...DEFAULT_SOURCES,
    npm: npm === undefined ? {} : { registry: address('COUNTERSIGN_REGISTRY_NPM', npm) },
    addresses: Object.fromEntries(
      addresses.map(([type, base]) => [type, address(`COUNTERSIGN_REGISTRY_${type.toUpperCase()}`, base)]),
    ),
    routes: routesOf(env['COUNTERSIGN_ROUTES'] ?? ''),
    allowedHosts: (env['COUNTERSIGN_ALLOWED_HOSTS'] ?? '')
      .split(',')
      .map((host) => host.trim().toLowerCase())
      .filter((host) => host !== ''),
    osv,
    denyList: denyList !== null && /^https?:/i.test(denyList) ? address('COUNTERSIGN_DENY_LIST', denyList) : denyList,
    depsDev: word(env, 'COUNTERSIGN_DEPS_DEV', DEPS_DEV_ADDRESS, DEPS_DEV_ADDRESS),
    pypiDownloads: word(env, 'COUNTERSIGN_PYPI_DOWNLOADS', null, null),
    sigstore: sigstoreOf(env['COUNTERSIGN_SIGSTORE'] ?? ''),
    npmKeys: env['COUNTERSIGN_NPM_KEYS'] || null,
    actionsToken: tokenOf(env['COUNTERSIGN_ACTIONS_TOKEN']),
    proxies: readProxies(env),
    popularFiles: Object.fromEntries(byType(env, 'COUNTERSIGN_POPULAR_')),
  };
}

/** `off`, `on` (the public service), an address, or nothing (the default). */
function word(env: Environment, name: string, unset: string | null, publicOne: string | null): string | null {
  const given = env[name] ?? '';
  if (given === '') return unset;
  if (given === 'off') return null;
  if (given !== 'on') return address(name, given);
  if (publicOne === null) throw bad(`${name} has no public service that could be on: give the address of one.`);
  return publicOne;
}

function tokenOf(text: string | undefined): (() => Promise<string>) | null {
  return text === undefined || text === '' ? null : async () => text;
}

function sigstoreOf(given: string): string | null {
  if (given === '' || given === 'on') return 'public';
  return given === 'off' ? null : given;
}

function byType(env: Environment, prefix: string): readonly (readonly [PackageType, string])[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (!name.startsWith(prefix) || value === undefined || value === '') return [];
    const type = Type.safeParse(name.slice(prefix.length).toLowerCase());
    if (!type.success) throw bad(`${name} names no type of package; there are ${REGISTRY_TYPES.join(', ')}.`);
    return [[type.data, value] as const];
  });
}

/** `npm:@acme=https://npm.acme.example/ pypi:acme-*=https://…`: type, names, registry. */
function routesOf(text: string): readonly Route[] {
  return text
    .split(/[\s,]+/)
    .filter((each) => each !== '')
    .map((each) => {
      const [, kind = '', names = '', registry = ''] = /^([a-z]+):([^=]+)=(.+)$/.exec(each) ?? [];
      const type = Type.safeParse(kind);
      if (!type.success || names === '') {
        throw bad(
          `COUNTERSIGN_ROUTES cannot be read at "${shown(each)}": write \`npm:@scope=https://registry.example/\`, with blanks between.`,
        );
      }
      if (hostOf(registry) === undefined) {
        throw bad(`COUNTERSIGN_ROUTES names no address that begins with http:// or https:// for ${kind}:${names}.`);
      }
      return { type: type.data, names, registry };
    });
}

function address(name: string, text: string): string {
  if (!URL.canParse(text) || hostOf(text) === undefined)
    throw bad(`${name} is "${shown(text)}", which is no address that begins with http:// or https://.`);
  return text;
}

/** Enough of a setting to find it by: nothing of a login, which stands before the last `@`, and nothing of a query. */
function shown(text: string): string {
  return text.replace(/^.+@/s, '…@').replace(/\?.*$/s, '?…').slice(0, 60);
}

function bad(message: string): CountersignError {
  return new CountersignError('bad-configuration', message);
}
