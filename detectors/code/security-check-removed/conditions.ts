import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, within } from '../support/around.ts';
import { refuses } from '../support/checks.ts';
import { withoutComments } from '../support/security.ts';
import { inOneLine } from './loss.ts';

/** A test as a function of what it asks. */
type Test =
  | { readonly kind: 'fixed'; readonly value: boolean }
  | { readonly kind: 'asks'; readonly what: string }
  | { readonly kind: 'not'; readonly of: Test }
  | { readonly kind: 'and' | 'or'; readonly left: Test; readonly right: Test };

/** When somebody is refused, as far as the tests around refusals say it. */
interface Refusals {
  readonly tests: readonly Test[];
  /** Somebody is refused in another way as well. */
  readonly others: boolean;
}

const IFS: ReadonlySet<string> = new Set(['if_statement']);
/** Tests are compared for every answer to what they ask: that many questions are 1,024 rows. */
const MAX_QUESTIONS = 10;
const MAX_HOPS = 3;

/**
 * Whether somebody whom the base refused gets through now: the same questions are asked, and put together in another way.
 * `others`: it also asks something that the base did not. Null where nothing changed for the worse, or where the questions
 * are others.
 */
export function loosened(
  before: FileFacts,
  was: Syntax,
  facts: FileFacts,
  parts: readonly Syntax[],
): 'same' | 'others' | null {
  const old = refusalsIn(before, was);
  if (old.tests.length === 0) return null;
  const now = parts.map((part) => refusalsIn(facts, part));
  if (now.some(({ others }) => others)) return null;
  const all = now.flatMap(({ tests }) => tests);
  for (const test of old.tests) {
    const asked = questions(test);
    const related = all.filter((each) => [...questions(each)].some((question) => asked.has(question)));
    const known = new Set(related.flatMap((each) => [...questions(each)]));
    if (related.length === 0 || [...asked].some((question) => !known.has(question))) continue;
    if (known.size > MAX_QUESTIONS || !escapes(test, related, [...known])) continue;
    if ([...known].every((question) => asked.has(question))) return 'same';
    // With more refusals than before, others of them may take over.
    if (all.length <= old.tests.length) return 'others';
  }
  return null;
}

/** Some answers let somebody through now whom the old test refused. */
function escapes(was: Test, now: readonly Test[], known: readonly string[]): boolean {
  for (let row = 0; row < 2 ** known.length; row += 1) {
    const answers = new Map(known.map((question, at) => [question, Math.floor(row / 2 ** at) % 2 === 1]));
    if (holds(was, answers) && !now.some((each) => holds(each, answers))) return true;
  }
  return false;
}

function holds(test: Test, answers: ReadonlyMap<string, boolean>): boolean {
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

function questions(test: Test): ReadonlySet<string> {
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

function refusalsIn(facts: FileFacts, unit: Syntax): Refusals {
  const tests: Test[] = [];
  let rest = withoutComments(facts.text(unit).slice(0, 20_000));
  if (!refuses(facts, unit)) return { tests, others: false };
  for (const statement of within(unit, IFS)) {
    const condition = fieldOf(statement, 'condition');
    const refusing = condition === undefined ? null : whenRefused(facts, statement, testOf(facts, condition, 0));
    if (refusing === null) continue;
    tests.push(underOuter(facts, statement, unit, refusing.test));
    for (const part of refusing.parts) rest = rest.replace(withoutComments(facts.text(part)), '');
  }
  return { tests, others: refuses(facts, unit) && isRefusal(rest) };
}

function isRefusal(text: string): boolean {
  return /40[13]\b|Forbidden|FORBIDDEN|Unauthori|UNAUTHORI|Unauthenticated|UNAUTHENTICATED|AuthenticationError|AccessDenied|PermissionDenied/.test(
    text,
  );
}

/** `if (a) refuse`, `if (a) … else refuse`, `if (a) { …; return } refuse` */
function whenRefused(
  facts: FileFacts,
  statement: Syntax,
  test: Test,
): { readonly test: Test; readonly parts: readonly Syntax[] } | null {
  const consequence = fieldOf(statement, 'consequence');
  const alternative = fieldOf(statement, 'alternative');
  if (consequence === undefined) return null;
  if (refusesItself(facts, consequence)) return { test, parts: [consequence] };
  const not: Test = { kind: 'not', of: test };
  if (alternative !== undefined) return refusesItself(facts, alternative) ? { test: not, parts: [alternative] } : null;
  const beside = statement.parent?.children ?? [];
  const next = beside[beside.indexOf(statement) + 1];
  const leaves = /\b(?:return|throw|raise)\b/.test(facts.text(consequence));
  return next !== undefined && leaves && refusesItself(facts, next) ? { test: not, parts: [next] } : null;
}

/** Not in a branch of its own. */
function refusesItself(facts: FileFacts, node: Syntax): boolean {
  if (IFS.has(node.type)) return false;
  const inner = [...within(node, IFS)].filter((each) => each !== node);
  const text = inner.reduce((left, each) => left.replace(facts.text(each), ''), facts.text(node));
  return isRefusal(withoutComments(text));
}

/** A refusal in a branch is one only where the branch is taken. */
function underOuter(facts: FileFacts, statement: Syntax, unit: Syntax, test: Test): Test {
  let found = test;
  let child = statement;
  for (let up = statement.parent; up !== null && child !== unit; up = up.parent) {
    const condition = up.type === 'if_statement' && up !== unit ? fieldOf(up, 'condition') : undefined;
    if (condition !== undefined && (child.field === 'consequence' || child.field === 'alternative')) {
      const outer = testOf(facts, condition, 0);
      const left: Test = child.field === 'consequence' ? outer : { kind: 'not', of: outer };
      found = { kind: 'and', left, right: found };
    }
    child = up;
  }
  return found;
}

function testOf(facts: FileFacts, node: Syntax, hops: number): Test {
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
  const word = inOneLine(facts, operator);
  if (word === '&&' || word === 'and' || word === '||' || word === 'or') {
    const kind = word === '&&' || word === 'and' ? 'and' : 'or';
    return { kind, left: testOf(facts, left, hops), right: testOf(facts, right, hops) };
  }
  const [a, b] = [subject(facts, left), subject(facts, right)];
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
      return { kind: 'asks', what: `${a} < ${b}` };
    case '>':
      return { kind: 'asks', what: `${b} < ${a}` };
    case '>=':
      return { kind: 'not', of: { kind: 'asks', what: `${a} < ${b}` } };
    case '<=':
      return { kind: 'not', of: { kind: 'asks', what: `${b} < ${a}` } };
    default:
      return asks(facts, node);
  }
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
  return inOneLine(facts, node)
    .replace(/\bawait /g, '')
    .replace(/\?\./g, '.')
    .replace(/\bthis\./g, '')
    .replace(/(?<![\w.'"`])[a-zA-Z_$][\w$]*(?=\.)/g, '_');
}
