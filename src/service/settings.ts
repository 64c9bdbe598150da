import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { CountersignError, messageOf } from '../core/errors.ts';
import { secretsOfEnvironment } from './secrets.ts';

/** What the operator sets, by environment variables; each has its line in docs/settings.md. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly databaseUrl: string | null;
  /** The API's base address, for GitHub Enterprise Server and data residency; null means github.com. */
  readonly apiUrl: string | null;
  /** Where people see GitHub, for the App-manifest page. */
  readonly webUrl: string;
  /** Reviews and commands at once in this process. */
  readonly concurrency: number;
  readonly ledgerKeyFile: string | null;
  readonly metrics: MetricsSettings;
  /** Where alerts are sent by POST, as JSON. */
  readonly alertUrl: string | null;
  /** Values in the operator's variables that must not leave this process. */
  readonly secrets: readonly string[];
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
}

/** Who may read metrics, and where. With neither token nor port there are none to be had. */
export interface MetricsSettings {
  /** Lets whoever shows it (`Authorization: Bearer …`) read `/metrics` on the port of the webhooks. */
  readonly token: string | null;
  /** A second port, with `/metrics`, `/healthz` and `/readyz`. */
  readonly port: number | null;
  /** Where that port listens: this machine only, unless there is a token. */
  readonly host: string;
}

/** The App's own credentials. */
export interface Credentials {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  readonly webhookSecret: string;
}

const Environment = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  COUNTERSIGN_DATA: z.string().min(1).default('.countersign'),
  DATABASE_URL: z.string().min(1).optional(),
  GITHUB_API_URL: z.url({ protocol: /^https?$/ }).optional(),
  GITHUB_WEB_URL: z.url({ protocol: /^https?$/ }).optional(),
  COUNTERSIGN_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(8),
  COUNTERSIGN_LEDGER_KEY: z.string().min(1).optional(),
  COUNTERSIGN_METRICS_TOKEN: z.string().min(16).optional(),
  COUNTERSIGN_METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  COUNTERSIGN_METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  COUNTERSIGN_ALERT_URL: z.url({ protocol: /^https?$/ }).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});

const LOCAL_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** Reads the operator's settings. Throws CountersignError `bad-configuration`, naming the variable. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CountersignError(
      'bad-configuration',
      `The setting ${String(issue?.path[0])} cannot be used: ${issue?.message}.`,
    );
  }
  const { data } = parsed;
  const metrics = {
    token: data.COUNTERSIGN_METRICS_TOKEN ?? null,
    port: data.COUNTERSIGN_METRICS_PORT ?? null,
    host: data.COUNTERSIGN_METRICS_HOST,
  };
  if (metrics.port !== null && metrics.token === null && !LOCAL_HOSTS.has(metrics.host)) {
    throw bad(
      `COUNTERSIGN_METRICS_HOST is ${metrics.host}, which others can reach: set COUNTERSIGN_METRICS_TOKEN too, or leave it at 127.0.0.1.`,
    );
  }
  return {
    host: data.HOST,
    port: data.PORT,
    dataFolder: resolve(data.COUNTERSIGN_DATA),
    databaseUrl: data.DATABASE_URL ?? null,
    apiUrl: apiUrlOf(data.GITHUB_API_URL),
    webUrl: (data.GITHUB_WEB_URL ?? webUrlOf(data.GITHUB_API_URL)).replace(/\/+$/, ''),
    concurrency: data.COUNTERSIGN_CONCURRENCY,
    ledgerKeyFile: data.COUNTERSIGN_LEDGER_KEY ?? null,
    metrics,
    alertUrl: data.COUNTERSIGN_ALERT_URL ?? null,
    secrets: secretsOfEnvironment(env),
    logLevel: data.LOG_LEVEL,
  };
}

/** Addresses that people see, in the place of the API's, would be asked in vain: that is said at once. */
function apiUrlOf(given: string | undefined): string | null {
  if (given === undefined) return null;
  const { protocol, host, hostname, pathname } = new URL(given);
  const right =
    hostname === 'github.com'
      ? 'https://api.github.com'
      : /^(?!api\.)[^.]+\.ghe\.com$/.test(hostname)
        ? `https://api.${hostname}`
        : /^\/api\/?$/.test(pathname)
          ? `${protocol}//${host}/api/v3`
          : null;
  if (right !== null) throw bad(`GITHUB_API_URL is ${given}, where no API is: set it to ${right}.`);
  return given.replace(/\/+$/, '');
}

/** Enterprise Server has its API below `/api/v3`, a data-residency host at `api.` before its own name. */
function webUrlOf(apiUrl: string | undefined): string {
  if (apiUrl === undefined) return 'https://github.com';
  const { protocol, host, pathname } = new URL(apiUrl);
  return pathname.startsWith('/api/v3') ? `${protocol}//${host}` : `${protocol}//${host.replace(/^api\./, '')}`;
}

/** The file that the App-manifest page leaves behind (mode 0600), in the data folder. */
export function credentialsFile(settings: Pick<Settings, 'dataFolder'>): string {
  return join(settings.dataFolder, 'app.json');
}

const StoredCredentials = z.object({ appId: z.number().int(), privateKey: z.string(), webhookSecret: z.string() });

/** Words that stand in examples and would let anyone sign webhooks; Probot itself falls back to the first of them. */
const DEFAULT_SECRETS = new Set([
  'development',
  'secret',
  'changeme',
  'change-me',
  'password',
  'test',
  'webhook-secret',
]);

/**
 * The App's credentials from the environment, or from the file that the manifest page wrote. Null where there are
 * none at all. Throws `bad-configuration` with one sentence where they cannot be used.
 */
export function readCredentials(
  env: Readonly<Record<string, string | undefined>>,
  settings: Pick<Settings, 'dataFolder'>,
): Credentials | null {
  const { APP_ID: appId, WEBHOOK_SECRET: secret } = env;
  const key = env['PRIVATE_KEY'] ?? keyFromFile(env['PRIVATE_KEY_PATH']);
  if (isUnset(appId) && isUnset(secret) && isUnset(key)) return readStored(settings);
  if (isUnset(appId)) throw bad('APP_ID is missing: it is the number on the settings page of your GitHub App.');
  if (!/^[1-9][0-9]*$/.test(appId))
    throw bad('APP_ID is not a number; it stands on the settings page of your GitHub App.');
  if (isUnset(key))
    throw bad('The private key is missing: set PRIVATE_KEY to its PEM text, or PRIVATE_KEY_PATH to its file.');
  if (isUnset(secret)) {
    throw bad(
      'WEBHOOK_SECRET is missing: without it anyone could send webhooks. Set it to the secret of your GitHub App.',
    );
  }
  return checked({ appId: Number(appId), privateKey: key.replaceAll('\\n', '\n'), webhookSecret: secret });
}

function readStored(settings: Pick<Settings, 'dataFolder'>): Credentials | null {
  const file = credentialsFile(settings);
  if (!existsSync(file)) return null;
  const stored = StoredCredentials.safeParse(jsonOrNull(readFileSync(file, 'utf8')));
  if (!stored.success)
    throw bad(`${file} does not hold the credentials that the App-manifest page wrote; delete it and start again.`);
  return checked(stored.data);
}

/** The parser's own words would quote what it stumbled over, and the file is full of secrets. */
function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function keyFromFile(path: string | undefined): string | undefined {
  if (isUnset(path)) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw bad(`PRIVATE_KEY_PATH cannot be read: ${messageOf(error)}.`);
  }
}

function checked(credentials: Credentials): Credentials {
  const { webhookSecret, privateKey } = credentials;
  if (DEFAULT_SECRETS.has(webhookSecret.toLowerCase())) {
    throw bad(
      `WEBHOOK_SECRET is the word "${webhookSecret}", which anyone can guess. Set a random one here and in your GitHub App.`,
    );
  }
  if (webhookSecret.length < 16) {
    throw bad('WEBHOOK_SECRET is shorter than 16 characters. Set a random one here and in your GitHub App.');
  }
  try {
    const key = createPrivateKey(privateKey);
    if (key.asymmetricKeyType !== 'rsa') throw new TypeError(`it is a key of type ${key.asymmetricKeyType}, not RSA`);
  } catch (error) {
    throw bad(
      `The private key cannot be used: ${messageOf(error)}. It is the .pem file that GitHub made for your App.`,
    );
  }
  return credentials;
}

function isUnset(value: string | undefined): value is undefined | '' {
  return value === undefined || value.trim() === '';
}

function bad(message: string): CountersignError {
  return new CountersignError('bad-configuration', message);
}
