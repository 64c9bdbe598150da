import pino from 'pino';

/** One line of structured log; `fields` never hold a secret or private code. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

/** JSON lines on standard error, so that standard output stays a command's own. */
export function createLog(level: string): Log {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
  return (severity, message, fields) => logger[severity](fields, message);
}
