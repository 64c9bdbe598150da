import type { Detection } from '../../../src/core/detection.ts';
import type { FileFacts, Flow, Program } from '../../../src/inspect/facts.ts';
import { costBound } from './cost.ts';
import { type Complexity, fullCheck } from './full-check.ts';
import { withReferences } from './references.ts';
import { REWRITE, rule } from './rule.ts';
import { isSquareOnTrial } from './trial.ts';
import { provenLinear, provenUnambiguous } from './unambiguous.ts';
import { firstFlow, isLine, textsOf, type Used } from './used.ts';

const MAX_LENGTH = 1_500;
const MAX_REMEMBERED = 5_000;

/**
 * Atoms up to which an expression is checked: the cost of the check grows fast with them, and a limit by size gives the
 * same answer on every machine, which a limit by time does not.
 */
const MAX_NESTED_SIZE = 160;
const MAX_PARAMETER_SIZE = 20;
/** Work on nested groups that one file is given, some seconds: a file with more of them would not be read in time at all. */
const MAX_FILE_WORK = 3_000_000;
const spent = new WeakMap<Program, number>();
const bounds = new Map<string, number | null>();

function boundOf({ source, flags }: Used): number | null {
  const key = `${flags}/${source}`;
  const known = bounds.get(key);
  if (known !== undefined) return known;
  const bound = costBound(source, flags);
  if (bounds.size >= MAX_REMEMBERED) bounds.clear();
  bounds.set(key, bound);
  return bound;
}

/** What the expression costs at worst, told where the text it matches can be one made for it. */
export function judge(facts: FileFacts, given: Used): readonly Detection[] {
  if (!/[*+{]/.test(given.source)) return [];
  const used = { ...given, source: withReferences(given.source) };
  if (given.source.length > MAX_LENGTH) return tooLong(facts, given);
  const repetitions = repetitionsOf(used.source);
  if ((repetitions === 0 && !hasRepeatedGroup(used)) || provenLinear(used.source, used.flags)) return [];
  const nested = mayBeExponential(used);
  if (repetitions === 0 && !nested) return [];
  const texts = textsOf(facts, used);
  const isLong = sizeOf(used.source) > MAX_NESTED_SIZE;
  // What nobody outside reaches costs time only where the expression is exponential, and found to be.
  if ((texts.length === 0 && (!nested || isLong)) || (isLong && !nested)) return [];
  const bound = boundOf(used);
  if (bound === 1) return [];
  const flow = firstFlow(facts, texts);
  if (bound === 2 && flow?.strength !== 'remote' && flow?.strength !== 'parameter') return [];
  if (!nested && !matters(used, flow, repetitions)) return [];
  if (isLong) return undecided(facts, used, flow);
  if (bound === 2 && isSquareOnTrial(used.source, used.flags))
    return vulnerable(facts, used, { type: 'polynomial', degree: 2 }, flow);
  const flags = used.flags.replace(/[^imsuy]/g, '');
  if (nested && (spent.get(facts.program) ?? 0) >= MAX_FILE_WORK) return undecided(facts, used, flow);
  const { status, complexity, work } = fullCheck(withoutUnsupported(used.source), flags, nested ? 'nested' : 'flat');
  if (nested) spent.set(facts.program, (spent.get(facts.program) ?? 0) + work);
  if (status === 'unknown' && nested) return undecided(facts, used, flow);
  if (status !== 'vulnerable' || complexity === undefined) return [];
  return vulnerable(facts, used, complexity, flow);
}

/** With one repetition alone (`/+$`), an exported helper is too ordinary to be worth a finding. */
function matters({ source }: Used, flow: Flow | null, repetitions: number): boolean {
  if (flow?.strength === 'remote') return true;
  return flow?.strength === 'parameter' && repetitions > 1 && sizeOf(source) <= MAX_PARAMETER_SIZE;
}

/** Exponential time needs a repeated group; the proof takes away those that no text can match in two ways. */
function mayBeExponential(used: Used): boolean {
  return hasRepeatedGroup(used) && !provenUnambiguous(used.source, used.flags);
}

function hasRepeatedGroup({ source }: Used): boolean {
  return /\)(?:[*+]|\{\d+,)/.test(source);
}

/** An expression too long to be judged is said, where it could be one that takes long. */
function tooLong(facts: FileFacts, used: Used): readonly Detection[] {
  if (!mayBeExponential(used)) return [];
  const message = `This expression of ${used.source.length} characters is longer than the ${MAX_LENGTH} that are checked; whether it can take exponential time is not known.`;
  return [facts.finding({ rule, at: used.node, message, remediation: REWRITE, level: 'note', confidence: 'low' })];
}

/**
 * The checker reads no back-references and no look-ahead. A back-reference taken out, and a look-ahead at the very
 * start, leave the ambiguity of the rest as it is; other look-arounds can be what takes the ambiguity away.
 */
function withoutUnsupported(source: string): string {
  return source.replace(/\\[1-9](?!\d)/g, '').replace(/^(\^?)(?:\(\?[=!](?:[^()\\]|\\.)*\))+/, '$1');
}

/** Told where a request reaches the expression; elsewhere nobody could do anything with it. */
function undecided(facts: FileFacts, used: Used, flow: Flow | null): readonly Detection[] {
  if (flow?.strength !== 'remote') return [];
  const message = `Whether this expression can take exponential time could not be decided, and it matches ${flow.source}.`;
  return [
    facts.finding({ rule, at: used.node, message, remediation: REWRITE, level: 'note', confidence: 'low', flow }),
  ];
}

/** Characters and classes, those in bounded repetitions as often as they can occur. */
function sizeOf(source: string): number {
  const atoms = source.replace(/\\(?:[ux]\{?[0-9a-fA-F]+\}?|[\s\S])/g, 'x').replace(/\[[^\]]*\]/g, 'x');
  let size = atoms.length;
  for (const match of atoms.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) size += 4 * Number(match[2] || match[1]);
  return size;
}

function vulnerable(facts: FileFacts, used: Used, complexity: Complexity, flow: Flow | null): readonly Detection[] {
  const exponential = complexity.type === 'exponential';
  const degree = complexity.degree ?? 2;
  const remote = flow?.strength === 'remote';
  const cost = exponential ? 'exponential time' : `time that grows with the ${ordinal(degree)} power of the length`;
  const from = flow === null || flow.strength === 'unknown' ? '' : `, and matches ${flow.source}`;
  const message = `This expression can take ${cost} on a text made for it${from}.`;
  const told = { rule, at: used.node, message, remediation: REWRITE };
  if (exponential)
    return [
      facts.finding({ ...told, level: remote ? 'error' : 'warning', confidence: 'high', flow: remote ? flow : null }),
    ];
  if (remote) return [facts.finding({ ...told, level: 'warning', confidence: 'medium', flow })];
  if (degree < 3 && flow?.strength !== 'parameter') return [];
  // In Python every function of a module can be called from outside: that alone says little, and a square of the length is little.
  const isHelper = facts.program.dialect === 'python' && degree < 3;
  const warns = flow?.strength === 'parameter' && !isLine(facts, flow) && !isHelper;
  return [
    facts.finding({
      ...told,
      level: warns ? 'warning' : 'note',
      confidence: 'medium',
      flow: warns || isHelper ? flow : null,
    }),
  ];
}

function ordinal(degree: number): string {
  return degree === 2 ? 'second' : degree === 3 ? 'third' : `${degree}th`;
}

/** Open-ended repetitions: without one, the cost is bounded by the expression itself. */
function repetitionsOf(source: string): number {
  return source.replace(/\\./g, 'x').match(/[*+]|\{\d+,\}/g)?.length ?? 0;
}
