/**
 * The failures that are expected. Anything else that is thrown is a bug, and ends a review as inconclusive.
 * - `unreadable-file`: a file of the change cannot be parsed or is over a limit; becomes `not-evaluated`
 * - `bad-configuration`: a setting of the operator is missing or wrong
 * - `bad-usage`: the command line is wrong
 * - `host-unavailable`: GitHub did not answer as it should; worth trying again
 * - `host-refused`: GitHub answered no (permission, gone); trying again does not help
 * - `store-unavailable`: the database cannot be reached or is in use
 * - `limit-exceeded`: a time or size limit ended the work
 */
export type ErrorCode =
  | 'unreadable-file'
  | 'bad-configuration'
  | 'bad-usage'
  | 'host-unavailable'
  | 'host-refused'
  | 'store-unavailable'
  | 'limit-exceeded';

/** An expected failure: the message says what happened, where, and what to do next. */
export class CountersignError extends Error {
  readonly code: ErrorCode;
  /** File and line (from 1) where there is one. */
  readonly place: { readonly path: string; readonly line?: number } | undefined;
  /** For `host-unavailable`: milliseconds that the other side asked us to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    details: {
      readonly cause?: unknown;
      readonly place?: { readonly path: string; readonly line?: number };
      readonly retryAfterMs?: number;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CountersignError';
    this.code = code;
    this.place = details.place;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** What an unknown thrown value says, for a person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
