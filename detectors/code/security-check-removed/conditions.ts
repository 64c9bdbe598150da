import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, within } from '../support/around.ts';
import { answersTo, holds, questions, type Test, testOf } from '../support/asking.ts';
import { refuses } from '../support/checks.ts';
import { withoutComments } from '../support/security.ts';
import type { Part } from '../support/world.ts';

/** When somebody is refused, as far as the tests around refusals say it. */
interface Refusals {
  readonly tests: readonly Test[];
  /** Somebody is refused in another way as well. */
  readonly others: boolean;
}

const IFS: ReadonlySet<string> = new Set(['if_statement']);
/** Tests are compared for every answer to what they ask: that many questions are 1,024 rows. */
const MAX_QUESTIONS = 10;

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

/** Whoever was refused is still stopped by the same questions, with an error or an answer that has another name. */
export function stillStops(before: FileFacts, was: Syntax, facts: FileFacts, parts: readonly Part[]): boolean {
  const old = refusalsIn(before, was).tests;
  const now = parts.flatMap(({ facts: there, node }) => (there.path === facts.path ? stopsIn(facts, node) : []));
  return (
    old.length > 0 &&
    old.every((test) => {
      const known = [...questions(test)];
      const same = now.filter((each) => [...questions(each)].every((question) => known.includes(question)));
      return known.length <= MAX_QUESTIONS && same.length > 0 && !escapes(test, same, known);
    })
  );
}

function stopsIn(facts: FileFacts, unit: Syntax): readonly Test[] {
  return [...within(unit, IFS)].flatMap((statement) => {
    const condition = fieldOf(statement, 'condition');
    const consequence = fieldOf(statement, 'consequence');
    if (condition === undefined || consequence === undefined) return [];
    const stops = /\b(?:throw|raise)\b|\bnext\(\s*[^\s)]/.test(withoutComments(facts.text(consequence)));
    return stops ? [underOuter(facts, statement, unit, testOf(facts, condition, 0))] : [];
  });
}

/** Some answers let somebody through now whom the old test refused. */
function escapes(was: Test, now: readonly Test[], known: readonly string[]): boolean {
  return answersTo(known).some((answers) => holds(was, answers) && !now.some((each) => holds(each, answers)));
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
