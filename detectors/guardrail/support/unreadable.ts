import { CountersignError, messageOf } from '../../../src/core/errors.ts';

/** Longest configuration file that is parsed, in UTF-16 code units: real ones stay far below. */
export const CONFIGURATION_LIMIT = 4_000_000;

/** Most values that a file may unfold to through anchors and aliases. */
export const VALUE_LIMIT = 500_000;

/** Deepest nesting that is followed. */
export const DEPTH_LIMIT = 300;

/** The failure of a file that cannot be read as what it is; the runner makes it `not-evaluated`. */
export function unreadable(path: string, line: number | undefined, reason: string, cause?: unknown): CountersignError {
  const place = line === undefined ? path : `${path}:${line}`;
  return new CountersignError(
    'unreadable-file',
    `${place} cannot be read: ${reason}. Repair the file, or list its folder under the policy's fixture paths if it is broken on purpose.`,
    { place: line === undefined ? { path } : { path, line }, ...(cause === undefined ? {} : { cause }) },
  );
}

/** What a parser threw, as an unreadable file: a stack that ran out means nesting beyond reason. */
export function asUnreadable(path: string, error: unknown): CountersignError {
  if (error instanceof CountersignError) return error;
  const reason = error instanceof RangeError ? 'it is nested too deeply' : messageOf(error).split('\n')[0];
  return unreadable(path, undefined, reason ?? 'it is malformed', error);
}
