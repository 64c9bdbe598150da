import pino, { type LogFn, type Logger } from 'pino';
import { scrubber } from './secrets.ts';

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
      hooks: { streamWrite: clean, logMethod: unlessStrangers },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

/**
 * A webhook that was refused is no error of ours, and octokit's webhooks tell of it three times: the door has a line of its
 * own for it, with the delivery. Theirs are one error with the event hung on it, and one around it.
 */
function unlessStrangers(this: Logger, given: Parameters<LogFn>, method: LogFn): void {
  const [first] = given;
  const error: unknown = typeof first === 'object' && first !== null && 'err' in first ? first.err : first;
  const ofWebhook = error instanceof AggregateError || (error instanceof Error && 'event' in error);
  const status = ofWebhook ? described(error)['status'] : undefined;
  const strangers = typeof status === 'number' && status >= 400 && status < 500;
  if (!strangers || this.isLevelEnabled('debug')) method.apply(this, given);
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
