import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, isFunction, within } from '../support/around.ts';
import { CHECK_CALL, camelCase, isDead, isMild, refuses } from '../support/checks.ts';
import { WHO } from '../support/refusals.ts';
import { withoutComments } from '../support/security.ts';

/** What a function does one after the other. */
interface Event {
  readonly node: Syntax;
  readonly kind: 'check' | 'effect';
  readonly name: string;
}

const CALLS: ReadonlySet<string> = new Set(['call_expression']);
const IFS: ReadonlySet<string> = new Set(['if_statement']);
const RETURNS: ReadonlySet<string> = new Set(['return_statement']);
/** Calls that answer, write down, prepare: they change nothing that a check protects. */
const ANSWERS =
  /^(?:status|sendStatus|send|json|end|redirect|render|set|setHeader|header|type|cookie|next|log|info|debug|warn|error|trace|print|emit|track|count|increment|start|stop|resolve|reject|push|append|add|Error|String|Number|Boolean|Response|JsonResponse|jsonify|abort|super|now|get|has|includes|startsWith|parse|stringify|trim|split|toLowerCase|jsonResponse)$/;
const REFUSAL_STATUS = /\b(?:4\d\d|5\d\d)\b|HTTP_[45]\d\d|NotFound|BadRequest|NotAcceptable|\bthrow\b|\braise\b/;

/** The check that stands behind what it protected now: what runs before it. Null where each effect has its check before it. */
export function checkedTooLate(before: FileFacts, was: Syntax, facts: FileFacts, now: Syntax): string | null {
  const old = eventsIn(before, was);
  const events = eventsIn(facts, now);
  const first = events.findIndex(({ kind }) => kind === 'check');
  if (first <= 0) return null;
  for (const [at, event] of events.slice(0, first).entries()) {
    if (event.kind !== 'effect') continue;
    const formerly = old.findIndex(({ kind, name }) => kind === 'effect' && name === event.name);
    const checked = old.findIndex(({ kind }) => kind === 'check');
    const same = events
      .slice(first)
      .some((each) => old.some(({ kind, name }) => kind === 'check' && name === each.name));
    if (checked >= 0 && formerly > checked && same && at < first) return event.name;
  }
  return null;
}

/** A way out in front of the first check that gives somebody something; null where there is no new one. */
export function leftBefore(before: FileFacts, was: Syntax, facts: FileFacts, now: Syntax): Syntax | null {
  const [check] = eventsIn(facts, now).filter(({ kind }) => kind === 'check');
  const [formerly] = eventsIn(before, was).filter(({ kind }) => kind === 'check');
  if (check === undefined || formerly === undefined || check.name !== formerly.name) return null;
  const old = new Set([...within(was, IFS)].map((each) => before.text(each).replace(/\s+/g, ' ')));
  for (const statement of within(now, IFS)) {
    const consequence = fieldOf(statement, 'consequence');
    const condition = fieldOf(statement, 'condition');
    if (statement.start >= check.node.start || consequence === undefined || condition === undefined) continue;
    if (statement.parent !== fieldOf(now, 'body') || old.has(facts.text(statement).replace(/\s+/g, ' '))) continue;
    const text = withoutComments(facts.text(consequence));
    if (REFUSAL_STATUS.test(text) || WHO.test(facts.text(condition).replace(/(['"`])[^'"`]*\1/g, ''))) continue;
    if ([...within(consequence, RETURNS)].some((each) => givesSomething(facts, each))) return statement;
  }
  return null;
}

function givesSomething(facts: FileFacts, statement: Syntax): boolean {
  const value = statement.children.find(({ type }) => type !== 'return');
  if (value === undefined) return false;
  return [...within(value, CALLS)].some((call) => !ANSWERS.test(lastName(facts, call)) && !isBare(facts, call));
}

/** `cors(request, response)`, `preflight()`: a function that is handed the request answers it as a whole. */
function isBare(facts: FileFacts, call: Syntax): boolean {
  return /^(?:cors|preflight|options|notFound|badRequest|unauthorized|forbidden|fail|error)\w*$/i.test(
    lastName(facts, call),
  );
}

function eventsIn(facts: FileFacts, unit: Syntax): readonly Event[] {
  const found: Event[] = [];
  for (const call of within(unit, CALLS)) {
    if (!isOwn(call, unit)) continue;
    const name = lastName(facts, call);
    const isCheck = isEffect(call) && CHECK_CALL.test(camelCase(name)) && !isMild(name) && !isDead(facts, call);
    if (isCheck) found.push({ node: call, kind: 'check', name });
    else if (isEffect(call) && !ANSWERS.test(name))
      found.push({ node: call, kind: 'effect', name: calleeOf(facts, call) });
  }
  for (const statement of within(unit, IFS))
    if (isOwn(statement, unit) && refuses(facts, statement)) found.push({ node: statement, kind: 'check', name: 'if' });
  return found.sort((a, b) => a.node.start - b.node.start);
}

/** Not in a function inside. */
function isOwn(node: Syntax, unit: Syntax): boolean {
  for (let up = node.parent; up !== null && up !== unit; up = up.parent) if (isFunction(up)) return false;
  return true;
}

/** Done for what it does: nobody takes what comes back. */
function isEffect(call: Syntax): boolean {
  const around = call.parent?.type === 'await_expression' ? call.parent.parent : call.parent;
  return around?.type === 'expression_statement';
}

function calleeOf(facts: FileFacts, call: Syntax): string {
  const callee = fieldOf(call, 'function');
  return callee === undefined ? '' : facts.text(callee).replace(/\s+/g, '').slice(0, 80);
}

function lastName(facts: FileFacts, call: Syntax): string {
  const callee = fieldOf(call, 'function');
  return callee === undefined ? '' : facts.text(fieldOf(callee, 'property') ?? callee);
}
