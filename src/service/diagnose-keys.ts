import { createHash, createPublicKey } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import type { AppApi, Installation } from './app-api.ts';
import { type Diagnosis, settled } from './diagnose.ts';
import { type Credentials, credentialsFile, type Settings } from './settings.ts';

const DAY_MS = 86_400_000;
/** GitHub's keys do not end by themselves: a year is our own advice. Days. */
const OLD_DAYS = 365;

/** GitHub REST, "Create an installation access token": it ends one hour after. Leeway for the way there. Milliseconds. */
const TOKEN_MS = 60 * 60 * 1000;
const LEEWAY_MS = 2 * 60 * 1000;

/** The App's private key: which one it is, and how old, as far as its file tells. GitHub tells no App when its key was made. */
export function diagnoseKey(
  credentials: Credentials,
  env: Readonly<Record<string, string | undefined>>,
  settings: Pick<Settings, 'dataFolder'>,
  now: number,
): Diagnosis {
  const check = 'private key';
  const why = 'Whoever has the key acts as the App; the longer it lies about, the more copies there are.';
  const name = `SHA256:${fingerprintOf(credentials.privateKey)}`;
  const rotate =
    'Make a second key on the App\'s page ("Private keys"), set it here, restart, then delete the old one on GitHub (docs/operations.md, "Rotate keys").';
  const file = keyFile(env, settings);
  if (file === null) {
    const found = `${name}, from PRIVATE_KEY: its age is not known here`;
    const fix = `Compare with the dates beside the fingerprints on the App's page. Older than a year: ${rotate}`;
    return { check, state: 'note', found, why, fix };
  }
  const days = Math.floor((now - statSync(file).mtimeMs) / DAY_MS);
  const found = `${name}, in ${file}, written ${days < 1 ? 'today' : `${days} days ago`}`;
  const old = days > OLD_DAYS;
  return { check, state: old ? 'note' : 'ok', found, why, fix: old ? rotate : null };
}

/** As GitHub shows it beside the key: SHA-256 of the public key in DER, as base64 (GitHub docs, "Verifying private keys"). */
function fingerprintOf(privateKey: string): string {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64');
}

/** In the order in which credentials are read; null where the key stands in the environment itself. */
function keyFile(
  env: Readonly<Record<string, string | undefined>>,
  settings: Pick<Settings, 'dataFolder'>,
): string | null {
  if ((env['PRIVATE_KEY'] ?? '').trim() !== '') return null;
  const path = env['PRIVATE_KEY_PATH'] ?? '';
  const file = path.trim() === '' ? credentialsFile(settings) : path;
  return existsSync(file) ? file : null;
}

/** Whether anyone can read the metrics. The token is the operator's own: nothing tells its age. */
export function diagnoseMetrics({ metrics }: Pick<Settings, 'metrics'>): Diagnosis {
  const check = 'metrics';
  const why = 'Without metrics nobody sees a queue that grows or a source that is down.';
  if (metrics.token !== null) return { check, state: 'ok', found: 'served to who shows the token', why, fix: null };
  if (metrics.port !== null) {
    const found = `served without a token at ${metrics.host}:${metrics.port}, for this machine only`;
    return { check, state: 'ok', found, why, fix: null };
  }
  const fix =
    'Set COUNTERSIGN_METRICS_TOKEN (16 characters or more) or COUNTERSIGN_METRICS_PORT, where you collect any.';
  return { check, state: 'note', found: 'not served: no token and no port is set', why, fix };
}

/** Whether GitHub gives tokens to work with, and for as long as it says. Both instants are GitHub's: this clock has its own line. */
export async function diagnoseToken(
  api: Pick<AppApi, 'tokenLifetimeMs'>,
  installations: readonly Installation[],
): Promise<Diagnosis[]> {
  const check = 'installation token';
  const why = 'Everything in a repository is read and said with such a token, which is made anew before it ends.';
  const first = installations.find(({ suspended }) => !suspended);
  if (first === undefined) return [];
  const place = first.account ?? `installation ${first.id}`;
  const answer = await settled(api.tokenLifetimeMs(first.id));
  if ('error' in answer) {
    const fix = 'Look at the lines "app" and "clock"; GitHub gives none to a suspended App.';
    return [{ check, state: 'wrong', found: `none for ${place}: ${answer.error}`, why, fix }];
  }
  const lifetime = answer.value;
  if (lifetime === null) {
    const found = 'GitHub sent no date to compare its end with';
    return [{ check, state: 'unknown', found, why, fix: 'Let what stands between here and GitHub pass `Date` on.' }];
  }
  const minutes = Math.round(lifetime / 60_000);
  const sane = Math.abs(lifetime - TOKEN_MS) <= LEEWAY_MS;
  const found = `one for ${place} ends ${minutes} minutes after it was made${sane ? '' : ', not 60'}`;
  const fix =
    'Something between here and GitHub answers from a store of its own, or changes dates: let requests through as they are.';
  return [{ check, state: sane ? 'ok' : 'wrong', found, why, fix: sane ? null : fix }];
}
