import { CountersignError, messageOf } from '../core/errors.ts';

/**
 * PostgreSQL error classes that mean "not now" rather than "wrong statement" (PostgreSQL documentation, appendix A):
 * 08 connection, 25006 read-only, 25P03 idle for too long, 28 authorisation, 3D000 no such database, 40 rollback, 53 resources (disk full
 * included), 55P03 and 57 operator intervention, 58 system error.
 */
const OUTAGE_STATE = /^(?:08...|25006|25P03|28...|3D000|40...|53...|55P03|57...|58...|XX001|XX002)$/;

/** Node's and the drivers' words for a connection that is gone. */
const OUTAGE_CODE = /^(?:ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_|ENOSPC|EIO|EMFILE|ENFILE|ENOENT|EACCES|EROFS)/;
const OUTAGE_MESSAGE =
  /connection terminated|timeout exceeded when trying to connect|connection error and is not queryable|query read timeout|client (?:was closed|has already been released)|pool after calling end|connection has been discarded|pglite is (?:closed|closing)|pglite instance is already closed|database not opened|driver has already been destroyed|ssl connections?|program terminated|memory access out of bounds|unreachable/i;

/** True where the database is away, full, closed or overloaded: trying again may help. */
export function isOutage(error: unknown): boolean {
  if (error instanceof CountersignError) return error.code === 'store-unavailable';
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (OUTAGE_STATE.test(code) || OUTAGE_CODE.test(code)) return true;
  if (code === '' && OUTAGE_MESSAGE.test(error.message)) return true;
  if (error instanceof AggregateError) return error.errors.some(isOutage);
  return isOutage(error.cause);
}

/** SQLSTATE or system code of an error, for a message that must not repeat the driver's own text. */
export function codeOf(error: unknown): string | null {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code !== '')
    return error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : null;
}

/** Runs database work; an outage becomes `store-unavailable`, anything else stays what it is. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asStoreError(error);
  }
}

export function asStoreError(error: unknown): unknown {
  if (error instanceof CountersignError || !isOutage(error)) return error;
  const code = codeOf(error);
  if (code === '53100' || code === 'ENOSPC') {
    return new CountersignError(
      'store-unavailable',
      'The disk of the database is full: make room, and it goes on by itself.',
      {
        cause: error,
      },
    );
  }
  return new CountersignError(
    'store-unavailable',
    `The database did not answer (${code ?? messageOf(error)}); it is tried again by itself.`,
    { cause: error },
  );
}
