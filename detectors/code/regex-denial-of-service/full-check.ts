import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';

/** `degree`: of the polynomial. */
export interface Complexity {
  readonly type: string;
  readonly degree?: number;
}

/** What recheck says of an expression; `unknown` where it cannot read it, or is not done within its work. */
export interface Diagnosis {
  readonly status: string;
  readonly complexity?: Complexity;
}

/** A diagnosis, and what it took: steps, each weighed with the characters of the expression. */
export interface Checked extends Diagnosis {
  readonly work: number;
}

/** recheck 4.5, `checkSync`. */
type CheckSync = (
  source: string,
  flags: string,
  parameters: { readonly timeout: number; readonly checker: 'automaton' },
) => Diagnosis;

/**
 * Steps of recheck that one expression may take; some seconds at the most. A limit by time would give another answer on
 * a busy machine than on a quiet one. Where repeated groups are nested, a step costs up to ten times as much.
 */
export const MAX_STEPS = { nested: 15_000, flat: 50_000 } as const;
/** Where repeated groups are nested, a step also costs more the longer the expression is: steps times characters. */
const MAX_NESTED_WORK = 1_300_000;
const MAX_REMEMBERED = 5_000;
const remembered = new Map<string, Checked>();
let checker: CheckSync | null = null;
let looks = 0;

/** The degree of an expression's ambiguity, by recheck's automaton; each expression once for the process. */
export function fullCheck(source: string, flags: string, shape: keyof typeof MAX_STEPS): Checked {
  const key = `${shape} ${flags}/${source}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  checker ??= loadChecker();
  const length = Math.max(1, source.length);
  const most = shape === 'flat' ? MAX_STEPS.flat : Math.min(MAX_STEPS.nested, Math.floor(MAX_NESTED_WORK / length));
  const before = looks;
  const diagnosis = { ...checker(source, flags, { timeout: most, checker: 'automaton' }), work: 0 };
  diagnosis.work = (looks - before) * length;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(key, diagnosis);
  return diagnosis;
}

/**
 * recheck knows a limit by time alone, and looks at the clock once in each of its steps. It is given a clock of its own
 * that moves by one with every look, so that its limit counts steps. The library is large: it is loaded for the first
 * expression that needs it.
 */
export function loadChecker(): CheckSync {
  const filename = createRequire(import.meta.url).resolve('recheck/lib/browser.js');
  const load = compileFunction(readFileSync(filename, 'utf8'), ['module', 'exports', 'performance'], { filename });
  const clock = { now: (): number => ++looks };
  const loaded: { exports: { readonly checkSync?: CheckSync } } = { exports: {} };
  load(loaded, loaded.exports, clock);
  const { checkSync } = loaded.exports;
  if (checkSync === undefined) throw new TypeError('recheck is not what it was: it exports no checkSync');
  return checkSync;
}
