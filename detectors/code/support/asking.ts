import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from './around.ts';

/** A test as a function of what it asks. */
export type Test =
  | { readonly kind: 'fixed'; readonly value: boolean }
  | { readonly kind: 'asks'; readonly what: string }
  | { readonly kind: 'not'; readonly of: Test }
  | { readonly kind: 'and' | 'or'; readonly left: Test; readonly right: Test };

/** Answers to questions, by the question. */
type Answers = ReadonlyMap<string, boolean>;

const MAX_HOPS = 3;
/** Questions whose answers are tried to find a test that is always the same. */
const MAX_TRIED = 6;

/** All answers that there can be: for ten questions 1,024. */
export function answersTo(questions: readonly string[]): readonly Answers[] {
  return Array.from(
    { length: 2 ** questions.length },
    (_, row) => new Map(questions.map((question, at) => [question, Math.floor(row / 2 ** at) % 2 === 1])),
  );
}

/** How a condition comes out whatever is the case; null where that is open. */
export function outcomeOf(facts: FileFacts, condition: Syntax): boolean | null {
  const test = testOf(facts, condition, 0);
  const asked = [...questions(test)];
  if (asked.length > MAX_TRIED) return null;
  const outcomes = new Set(answersTo(asked).map((answers) => holds(test, answers)));
  const [only] = outcomes;
  return outcomes.size === 1 && only !== undefined ? only : null;
}

export function holds(test: Test, answers: Answers): boolean {
  switch (test.kind) {
    case 'fixed':
      return test.value;
    case 'asks':
      return answers.get(test.what) === true;
    case 'not':
      return !holds(test.of, answers);
    case 'and':
      return holds(test.left, answers) && holds(test.right, answers);
    case 'or':
      return holds(test.left, answers) || holds(test.right, answers);
  }
}

export function questions(test: Test): ReadonlySet<string> {
  switch (test.kind) {
    case 'fixed':
      return new Set();
    case 'asks':
      return new Set([test.what]);
    case 'not':
      return questions(test.of);
    case 'and':
    case 'or':
      return new Set([...questions(test.left), ...questions(test.right)]);
  }
}

/** What a condition asks; names that the file gives one value are asked by it. */
export function testOf(facts: FileFacts, node: Syntax, hops: number): Test {
  if (node.type === 'parenthesized_expression' || node.type === 'await_expression') {
    const inner = node.children.find(({ type }) => type !== 'await');
    return inner === undefined ? asks(facts, node) : testOf(facts, inner, hops);
  }
  if (node.type === 'unary_expression' || node.type === 'not_operator') {
    const argument = fieldOf(node, 'argument') ?? node.children.at(-1);
    if (argument === undefined || !/^(?:!|not\b)/.test(facts.text(node))) return asks(facts, node);
    return { kind: 'not', of: testOf(facts, argument, hops) };
  }
  if (node.type === 'binary_expression') return testOfBoth(facts, node, hops);
  const said = facts.constant(node);
  if (said !== undefined) return { kind: 'fixed', value: Boolean(said) };
  if (node.type !== 'identifier' || hops === MAX_HOPS) return asks(facts, node);
  const made = facts.definition(node);
  return made !== null && DECIDES.has(made.type) ? testOf(facts, made, hops + 1) : asks(facts, node);
}

const DECIDES: ReadonlySet<string> = new Set([
  'binary_expression',
  'unary_expression',
  'not_operator',
  'parenthesized_expression',
]);

function testOfBoth(facts: FileFacts, node: Syntax, hops: number): Test {
  const left = fieldOf(node, 'left');
  const right = fieldOf(node, 'right');
  const operator = fieldOf(node, 'operator');
  if (left === undefined || right === undefined || operator === undefined) return asks(facts, node);
  const word = facts.text(operator).replace(/\s+/g, ' ');
  if (word === '&&' || word === 'and' || word === '||' || word === 'or') {
    const kind = word === '&&' || word === 'and' ? 'and' : 'or';
    return { kind, left: testOf(facts, left, hops), right: testOf(facts, right, hops) };
  }
  const isSame = subject(facts, left) === subject(facts, right);
  // `doc.level < user.level`: without the variables both sides are the same.
  const [a, b] = isSame ? [facts.text(left), facts.text(right)] : [subject(facts, left), subject(facts, right)];
  switch (word) {
    case '===':
    case '==':
    case 'is':
      return equal(facts, left, right, hops);
    case '!==':
    case '!=':
    case 'is not':
      return { kind: 'not', of: equal(facts, left, right, hops) };
    case 'in':
      return { kind: 'asks', what: `${a} in ${b}` };
    case 'not in':
      return { kind: 'not', of: { kind: 'asks', what: `${a} in ${b}` } };
    case '<':
      return less(a, b);
    case '>':
      return less(b, a);
    case '>=':
      return { kind: 'not', of: less(a, b) };
    case '<=':
      return { kind: 'not', of: less(b, a) };
    default:
      return asks(facts, node);
  }
}

/** One question for both directions: what is neither less nor equal is more. */
function less(a: string, b: string): Test {
  if (a <= b) return { kind: 'asks', what: `${a} < ${b}` };
  const neither = (what: string): Test => ({ kind: 'not', of: { kind: 'asks', what } });
  return { kind: 'and', left: neither(`${b} < ${a}`), right: neither(`${b} = ${a}`) };
}

/** `x === true` asks for x, `x == null` for the contrary. */
function equal(facts: FileFacts, left: Syntax, right: Syntax, hops: number): Test {
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const said = facts.constant(side);
    if (said === true) return testOf(facts, other, hops);
    if (said === false || said === null || facts.text(side) === 'undefined')
      return { kind: 'not', of: testOf(facts, other, hops) };
  }
  return { kind: 'asks', what: [subject(facts, left), subject(facts, right)].sort().join(' = ') };
}

function asks(facts: FileFacts, node: Syntax): Test {
  return { kind: 'asks', what: subject(facts, node) };
}

/** What is asked about, whatever the variable is called that holds it: `_.ownerId`. */
function subject(facts: FileFacts, node: Syntax): string {
  return facts
    .text(node)
    .replace(/\s+/g, ' ')
    .replace(/\bawait /g, '')
    .replace(/\?\./g, '.')
    .replace(/\bthis\./g, '')
    .replace(/(?<![\w.'"`])[a-zA-Z_$][\w$]*(?=\.)/g, '_');
}
