import type { UnreadFile } from '../core/dependency.ts';
import { CountersignError } from '../core/errors.ts';
import { ECOSYSTEMS } from './index.ts';
import type { DependencyFormat, Ecosystem, ParsedDependencies } from './types.ts';

/** What parsing one file gave: everything in it, or why it cannot be trusted. */
export type ParseOutcome =
  | ({ readonly state: 'parsed' } & ParsedDependencies)
  | { readonly state: 'failed'; readonly file: UnreadFile };

/**
 * Parses one file by its format's id. Production runs this in a child process that can be killed; the id and the text
 * go in, plain data comes out (`graph` included: without it the rules cannot tell what a lockfile's entry is there for).
 */
export type ParseFormat = (formatId: string, text: string, path: string) => Promise<ParseOutcome>;

/** Larger than the largest real lockfile by an order of magnitude; UTF-16 code units. */
export const LARGEST_TEXT = 64_000_000;

/** Every ecosystem in the order of its name. */
export const ALL_ECOSYSTEMS: readonly Ecosystem[] = Object.values(ECOSYSTEMS);

const FORMATS: ReadonlyMap<string, DependencyFormat> = new Map(
  ALL_ECOSYSTEMS.flatMap((ecosystem) => ecosystem.formats.map((format) => [format.id, format] as const)),
);

/** Parses in this process, without a time limit. Expected failures are values; an unknown format id is a bug and throws. */
export function parseInProcess(formatId: string, text: string, path: string): Promise<ParseOutcome> {
  const format = FORMATS.get(formatId);
  if (format === undefined) return Promise.reject(new TypeError(`no format is called ${formatId}`));
  if (text.length > LARGEST_TEXT) {
    const reason = `over the limit of ${LARGEST_TEXT} characters`;
    return Promise.resolve({ state: 'failed', file: { path, reason, transient: false } });
  }
  return Promise.resolve(parsed(format, text, path));
}

function parsed(format: DependencyFormat, text: string, path: string): ParseOutcome {
  try {
    return { state: 'parsed', ...format.parse(text, path) };
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'unreadable-file') throw error;
    const line = error.place?.line;
    const file = { path, reason: error.message, transient: false, ...(line === undefined ? {} : { line }) };
    return { state: 'failed', file };
  }
}
