import { type Expression, parseExpression } from './expression.ts';

/** Lengths of the texts that are tried: where twice the length costs four times as much, the cost is a square. */
const SHORT = 32;
const LONG = 2 * SHORT;
/** Of the fourfold cost, what the linear part of a short text can take away at the most. */
const AT_LEAST = 3.4;
const MAX_STEPS = 60_000;
/** Expressions have few repetitions; more are left to the full check. */
const MAX_REPETITIONS = 12;

/**
 * Whether the time of a match grows with the square of the text's length, found out by trying: a row of
 * characters that a repetition takes, with others around it, is matched as a backtracking engine does (ECMA-262,
 * "Pattern Semantics"), and the steps are counted. False where no such text is found, or where the
 * expression holds what is not tried here; the full check decides then.
 */
export function isSquareOnTrial(source: string, flags: string): boolean {
  const expression = parseExpression(source, flags);
  if (expression === null || /\\[pP]/.test(source) || !isTried(expression)) return false;
  const repeated = repeatedSets(expression);
  if (repeated.length > MAX_REPETITIONS) return false;
  return repeated.some((characters) => {
    const row = PRINTED.find((code) => holds(characters, code));
    if (row === undefined) return false;
    const around = ENDS.filter((code) => !holds(characters, code)).slice(0, 2);
    return [...around.map((code) => [code]), []].some((end) => {
      // In front of the row as well: what matches at the start of a text would end the search there.
      const cost = (length: number) => stepsOf(expression, [...end, ...Array<number>(length).fill(row), ...end]);
      const short = cost(SHORT);
      const long = short === null ? null : cost(LONG);
      return short !== null && long !== null && long >= AT_LEAST * short;
    });
  });
}

/** ASCII by code point: what rows are made of, and what can stand behind one. */
const PRINTED: readonly number[] = [97, 48, 32, 9, ...Array.from({ length: 94 }, (_, index) => 33 + index), 10, 13];
const ENDS: readonly number[] = [33, 97, 48, 32, 10, 95, 1];

function isTried(node: Expression): boolean {
  switch (node.kind) {
    case 'sequence':
    case 'choice':
      return node.parts.every(isTried);
    case 'repetition':
      return isTried(node.body);
    case 'anchor':
      return node.at !== 'anywhere';
    default:
      return node.kind === 'set';
  }
}

function repeatedSets(node: Expression): readonly bigint[] {
  switch (node.kind) {
    case 'sequence':
    case 'choice':
      return node.parts.flatMap(repeatedSets);
    case 'repetition': {
      const [first] = node.most === Number.POSITIVE_INFINITY ? ways(node.body) : [];
      return first === undefined ? repeatedSets(node.body) : [first];
    }
    default:
      return [];
  }
}

/** One character that a round can be, in each of its ways. */
function ways(body: Expression): readonly bigint[] {
  if (body.kind === 'choice') return body.parts.flatMap(ways);
  if (body.kind === 'sequence' && body.parts.length === 1) return body.parts.flatMap(ways);
  return body.kind === 'set' ? [body.characters] : [];
}

function holds(characters: bigint, code: number): boolean {
  return ((characters >> BigInt(code)) & 1n) === 1n;
}

type Then = (at: number) => boolean;

/** Steps of looking for a match from every place of the text on; null past the limit. */
function stepsOf(expression: Expression, text: readonly number[]): number | null {
  let steps = 0;

  function match(node: Expression, at: number, then: Then): boolean {
    steps += 1;
    if (steps > MAX_STEPS) return true;
    switch (node.kind) {
      case 'set': {
        const code = text[at];
        return code !== undefined && holds(node.characters, code) && then(at + 1);
      }
      case 'anchor':
        return at === (node.at === 'start' ? 0 : text.length) && then(at);
      case 'sequence':
        return inOrder(node.parts, 0, at, then);
      case 'choice':
        return node.parts.some((part) => match(part, at, then));
      case 'repetition':
        return again(node, 0, at, then);
      default:
        return false;
    }
  }

  function inOrder(parts: readonly Expression[], index: number, at: number, then: Then): boolean {
    const part = parts[index];
    return part === undefined ? then(at) : match(part, at, (next) => inOrder(parts, index + 1, next, then));
  }

  function again(node: Extract<Expression, { kind: 'repetition' }>, round: number, at: number, then: Then): boolean {
    const once = (next: number): boolean => (next > at || round < node.least) && again(node, round + 1, next, then);
    if (round < node.most && match(node.body, at, once)) return true;
    return round >= node.least && then(at);
  }

  for (let start = 0; start <= text.length; start += 1) if (match(expression, start, () => true)) break;
  return steps > MAX_STEPS ? null : steps;
}
