import { CountersignError } from '../../src/core/errors.ts';
import { nameOf } from '../../src/ecosystems/collect.ts';
import { compareUnit } from '../../src/ecosystems/compare.ts';
import type { DependencyFormat, ParsedDependencies } from '../../src/ecosystems/types.ts';
import { processorNow } from '../support/processor.ts';
import { mutated, randomOf } from './mutate.ts';
import { type Seed, seeds } from './seeds.ts';

export interface FuzzFailure {
  readonly format: string;
  readonly path: string;
  readonly what: string;
  readonly text: string;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly formats: number;
  /** Inputs that were refused with a typed error, and those that were read. */
  readonly refused: number;
  readonly parsed: number;
  readonly slowestMs: number;
  readonly slowest: string;
  readonly failures: readonly FuzzFailure[];
}

/** Milliseconds that one input may take. */
const LIMIT_MS = 1000;

/**
 * Feeds mutated files to every parser. A failure is an error that is not typed, more than a second, an entry without a
 * sound place, a difference to the intact file that cannot be told, or an intact file after which fewer entries are found than before the mutations.
 */
export function fuzzParsers(inputs: number, seed: number, progress: (done: number) => void): FuzzResult {
  const random = randomOf(seed);
  const all = seeds();
  const failures: FuzzFailure[] = [];
  const intact = all.map((one) => countOf(one.format, one.text, one.path));
  const bases = all.map((one, index) => ((intact[index] ?? -1) < 0 ? null : one.format.parse(one.text, one.path)));
  let refused = 0;
  let parsed = 0;
  let slowestMs = 0;
  let slowest = '';
  for (let done = 0; done < inputs; done += 1) {
    const index = done % all.length;
    const one = all[index];
    const other = all[Math.floor(random() * all.length)];
    if (one === undefined || other === undefined) throw new TypeError('no seed to begin with');
    const text = mutated(one.text, other.text, random);
    const started = processorNow();
    const what = failureOf(one, bases[index] ?? null, text, (state) => {
      if (state === 'refused') refused += 1;
      else parsed += 1;
    });
    const took = processorNow() - started;
    if (took > slowestMs) {
      slowestMs = took;
      slowest = `${one.format.id} (${text.length} characters)`;
    }
    if (what !== null) failures.push({ format: one.format.id, path: one.path, what, text });
    if (took > LIMIT_MS) {
      failures.push({ format: one.format.id, path: one.path, what: `took ${took.toFixed(0)} ms`, text });
    }
    if (done % 20_000 === 19_999) progress(done + 1);
  }
  for (const [index, one] of all.entries()) {
    const now = countOf(one.format, one.text, one.path);
    const before = intact[index] ?? -1;
    if (now === before) continue;
    failures.push({
      format: one.format.id,
      path: one.path,
      what: `${before} entries before, ${now} after`,
      text: one.text,
    });
  }
  const formats = new Set(all.map((one) => one.format.id)).size;
  return { inputs, formats, refused, parsed, slowestMs, slowest, failures };
}

function failureOf(
  seed: Seed,
  base: ParsedDependencies | null,
  text: string,
  note: (state: 'refused' | 'parsed') => void,
): string | null {
  try {
    const { entries, unread } = seed.format.parse(text, seed.path);
    note('parsed');
    compared(seed.format, base, entries);
    const wrong = entries.find(
      ({ location, name }) => name === '' || location.startLine < 1 || location.endLine < location.startLine,
    );
    if (wrong !== undefined) return `an entry without a name or a sound place: ${JSON.stringify(wrong).slice(0, 300)}`;
    return unread.some((place) => !(place.line >= 1)) ? 'an unread place without a line' : null;
  } catch (error) {
    note('refused');
    if (!(error instanceof CountersignError))
      return `untyped error: ${String(error instanceof Error ? error.stack : error).slice(0, 600)}`;
    if (error.code !== 'unreadable-file') return `the error's code is ${error.code}`;
    const line = error.place?.line;
    return line === undefined || line < 1 ? 'a typed error without a line' : null;
  }
}

/** What came, went and changed against the intact file: every row has a package URL. */
function compared(
  format: DependencyFormat,
  base: ParsedDependencies | null,
  entries: ParsedDependencies['entries'],
): void {
  const [before, after] = [base?.entries ?? [], entries];
  const isLock = format.entry === 'lockfile';
  compareUnit({
    manifests: isLock ? [] : [{ base: before, head: after }],
    lock: isLock ? { base: { format: format.id, entries: before }, head: { format: format.id, entries: after } } : null,
    nameOf,
  });
}

function countOf(format: DependencyFormat, text: string, path: string): number {
  try {
    return format.parse(text, path).entries.length;
  } catch (error) {
    if (error instanceof CountersignError) return -1;
    throw error;
  }
}
