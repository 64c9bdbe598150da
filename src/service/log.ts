import pino, { type Logger } from 'pino';
import { cleanText, REMOVED } from '../store/redact.ts';
import type { Credentials, Settings } from './settings.ts';

/** One line of structured log; `fields` never hold a secret or private code. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

/** JSON lines on standard error, so that standard output stays a command's own. `secrets` never pass, whoever logs them. */
export function createLog(level: string, secrets: readonly string[]): Log {
  const logger = createLogger(level, secrets);
  return (severity, message, fields) => logger[severity](fields, message);
}

/** The logger behind it, for libraries that write their own lines. */
export function createLogger(level: string, secrets: readonly string[]): Logger {
  const clean = scrubber(secrets);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: described },
      hooks: { streamWrite: clean },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

/**
 * What a line tells of an error: never the objects that a library hung on it. Probot's hold the whole delivery, which
 * for a forged one is up to 25 MB of a stranger's text. What the other side did wrong (4xx) needs no stack of ours.
 */
export function described(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  const status = 'status' in error && typeof error.status === 'number' ? error.status : statusInside(error);
  const code = 'code' in error ? error.code : undefined;
  return {
    type: name,
    message,
    ...(status === undefined ? {} : { status }),
    ...(typeof code === 'string' ? { code } : {}),
    ...(status !== undefined && status >= 400 && status < 500 ? {} : { stack }),
  };
}

function statusInside(error: Error): number | undefined {
  if (!(error instanceof AggregateError)) return undefined;
  const [first] = error.errors;
  return first instanceof Error && 'status' in first && typeof first.status === 'number' ? first.status : undefined;
}

/** Every value that must not leave this process: short ones are left out, since they would blot out ordinary words. */
export function secretsOf(
  settings: Pick<Settings, 'databaseUrl' | 'metrics'>,
  credentials: Pick<Credentials, 'privateKey' | 'webhookSecret'> | null,
): readonly string[] {
  const keyLines = (credentials?.privateKey ?? '').split(/\s+/).filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line));
  const found = [credentials?.webhookSecret, settings.metrics.token, passwordOf(settings.databaseUrl), ...keyLines];
  return found.flatMap((secret) => (secret === undefined || secret === null || secret.length < 6 ? [] : [secret]));
}

function passwordOf(address: string | null): string | undefined {
  if (address === null || !URL.canParse(address)) return undefined;
  return decodeURIComponent(new URL(address).password);
}

/** A written line without the secrets, and without what looks like one. What the removal broke is replaced as a whole. */
export function scrubber(secrets: readonly string[]): (line: string) => string {
  const spellings = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ]);
  const literal = [...new Set(spellings)].sort((a, b) => b.length - a.length);
  return (line) => {
    const cleaned = cleanText(literal.reduce((text, secret) => text.replaceAll(secret, REMOVED), line));
    if (cleaned === line || isJson(cleaned)) return cleaned;
    return `${JSON.stringify({ level: 50, time: new Date().toISOString(), msg: REMOVED })}\n`;
  };
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
