import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CountersignError, messageOf } from '../core/errors.ts';
import type { Route } from '../core/lookup.ts';

export interface NpmUserConfig {
  /** Options as npm-registry-fetch names them. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** Scopes that the user routes to registries of their own. */
  readonly routes: readonly Route[];
}

/** npm's own names of settings, and npm-registry-fetch's (its README, "fetch options"). */
const TEXTS: Readonly<Record<string, string>> = {
  registry: 'registry',
  proxy: 'proxy',
  'https-proxy': 'httpsProxy',
  noproxy: 'noProxy',
  'local-address': 'localAddress',
  'user-agent': 'userAgent',
};

/**
 * The npm configuration of the person who runs the command: the user-level file and the environment, as `npm config`
 * ranks them. The project's file is never read: whoever wrote the change could have written it.
 */
export async function readNpmUserConfig(env: Readonly<Record<string, string | undefined>>): Promise<NpmUserConfig> {
  const fromEnv = environmentSettings(env);
  const path = fromEnv.get('userconfig') ?? join(env['HOME'] ?? homedir(), '.npmrc');
  return configOf(new Map([...fileSettings(await readIfThere(path), env), ...fromEnv]));
}

/**
 * One file in npm's form that an operator names: registries of scopes, tokens, certificates, a proxy. `${NAME}` in it is
 * taken from the environment. Throws `bad-configuration` where it cannot be read.
 */
export async function readNpmConfigFile(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<NpmUserConfig> {
  const text = await readIfThere(path);
  if (text === '')
    throw new CountersignError('bad-configuration', `the npm configuration ${path} is empty, or is not there`);
  return configOf(fileSettings(text, env));
}

async function configOf(settings: ReadonlyMap<string, string>): Promise<NpmUserConfig> {
  const options: Record<string, string | number | boolean> = {};
  const routes: Route[] = [];
  for (const [key, value] of settings) {
    const option = TEXTS[key];
    if (option !== undefined && value !== '') options[option] = value;
    // Credentials are keyed by the registry they belong to, and go to no other.
    if (key.startsWith('//')) options[key] = value;
    if (/^@[^:]+:registry$/.test(key))
      routes.push({ type: 'npm', names: key.slice(0, key.indexOf(':')), registry: value });
    if (key === 'strict-ssl') options['strictSSL'] = value !== 'false';
    if (key === 'cafile' && value !== '') options['ca'] = await readCertificates(value);
  }
  return { options, routes };
}

/** `npm_config_registry=…`; npm reads the names without regard to case, `_` for `-`. */
function environmentSettings(env: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    const key = /^npm_config_(.+)$/i.exec(name)?.[1];
    if (key === undefined || value === undefined || value === '') continue;
    const isScoped = key.startsWith('//') || key.startsWith('@');
    found.set(isScoped ? key : key.toLowerCase().replaceAll('_', '-'), value);
  }
  return found;
}

function fileSettings(text: string, env: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim();
    const equals = trimmed.indexOf('=');
    if (equals <= 0 || /^[;#[]/.test(trimmed)) continue;
    const value = trimmed
      .slice(equals + 1)
      .trim()
      .replace(/^(["'])(.*)\1$/, '$2');
    found.set(
      trimmed.slice(0, equals).trim(),
      value.replace(/\$\{([^}]+)\}/g, (_, name: string) => env[name] ?? ''),
    );
  }
  return found;
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new CountersignError(
      'bad-configuration',
      `the npm configuration ${path} cannot be read: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

async function readCertificates(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CountersignError(
      'bad-configuration',
      `the certificates ${path} that npm's \`cafile\` names cannot be read: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
