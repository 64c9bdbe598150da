import { type Expression, parseExpression } from './expression.ts';

/**
 * A proof, where it succeeds, that an expression cannot take exponential time: no repeated part of it can match one
 * text in two ways. Each outermost repetition is turned into its position automaton (Glushkov); where no position has
 * two successors for the same character, and no successor is reached by two repetitions at once, the automaton is
 * strongly deterministic (Brüggemann-Klein and Wood, "One-Unambiguous Regular Languages", 1998), and backtracking has
 * one way only. Failing to prove says nothing: the full check decides then.
 */
export function provenUnambiguous(source: string, flags: string): boolean {
  const expression = parseExpression(source, flags);
  return expression !== null && repetitionsAre(expression);
}

/**
 * A proof, where it succeeds, that matching takes time linear in the text: it can start at one place only, and there is
 * one way from there.
 */
export function provenLinear(source: string, flags: string): boolean {
  if (!source.startsWith('^') || flags.includes('m')) return false;
  const expression = parseExpression(source, flags);
  return expression?.kind === 'sequence' && !looksAhead(expression) && isDeterministic(expression);
}

/** An assertion with a repetition in it reads the rest of the text anew at each place. */
function looksAhead(node: Expression): boolean {
  switch (node.kind) {
    case 'sequence':
    case 'choice':
      return node.parts.some(looksAhead);
    case 'repetition':
      return looksAhead(node.body);
    case 'assertion':
      return true;
    default:
      return false;
  }
}

/** Positions of one repetition; more than any expression written by hand has. */
const MAX_POSITIONS = 2_000;

function repetitionsAre(node: Expression): boolean {
  switch (node.kind) {
    case 'set':
    case 'anchor':
    case 'reference':
      return true;
    case 'sequence':
    case 'choice':
      return node.parts.every(repetitionsAre);
    case 'assertion':
      return repetitionsAre(node.body);
    case 'repetition':
      return node.most > 1 ? isDeterministic(node) : repetitionsAre(node.body);
  }
}

interface Part {
  readonly nullable: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

function isDeterministic(whole: Expression): boolean {
  const sets: bigint[] = [];
  const follow: Set<number>[] = [];
  let fine = true;

  function connect(from: readonly number[], to: readonly number[]): void {
    for (const left of from) {
      const next = follow[left];
      for (const right of to) {
        if (next === undefined || next.has(right)) fine = false;
        else next.add(right);
      }
    }
  }

  function build(node: Expression): Part {
    if (!fine) return NOTHING;
    switch (node.kind) {
      case 'anchor':
        return NOTHING;
      case 'reference':
        fine = false;
        return NOTHING;
      case 'assertion':
        // It narrows what matches, and its own matching starts anew at each place.
        if (!repetitionsAre(node.body)) fine = false;
        return NOTHING;
      case 'set':
        sets.push(node.characters);
        follow.push(new Set());
        if (sets.length > MAX_POSITIONS) fine = false;
        return { nullable: false, first: [sets.length - 1], last: [sets.length - 1] };
      case 'sequence':
        return node.parts.map(build).reduce((left, right) => {
          connect(left.last, right.first);
          return {
            nullable: left.nullable && right.nullable,
            first: left.nullable ? [...left.first, ...right.first] : left.first,
            last: right.nullable ? [...left.last, ...right.last] : right.last,
          };
        }, NOTHING);
      case 'choice': {
        const parts = node.parts.map(build);
        // Two ways to match nothing are two ways.
        if (parts.filter((part) => part.nullable).length > 1) fine = false;
        return {
          nullable: parts.some((part) => part.nullable),
          first: parts.flatMap((part) => part.first),
          last: parts.flatMap((part) => part.last),
        };
      }
      case 'repetition': {
        const body = build(node.body);
        // An empty round can be tried at every place, and beside none at all it is a second way to match nothing.
        if (body.nullable) fine = false;
        if (node.most > 1) connect(body.last, body.first);
        return { ...body, nullable: node.least === 0 };
      }
    }
  }

  build(whole);
  return fine && follow.every((next) => disjoint([...next].map((position) => sets[position] ?? 0n)));
}

const NOTHING: Part = { nullable: true, first: [], last: [] };

function disjoint(sets: readonly bigint[]): boolean {
  let seen = 0n;
  for (const set of sets) {
    if ((seen & set) !== 0n) return false;
    seen |= set;
  }
  return true;
}
