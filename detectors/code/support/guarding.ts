import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, isFunction, nameOf, within } from './around.ts';
import { isDead, refuses } from './checks.ts';
import { sendsAway } from './refusals.ts';
import { GUARD_NAME, withoutComments } from './security.ts';
import { LENIENT } from './words.ts';
import { behind, type Part, type World } from './world.ts';

const CALLS: ReadonlySet<string> = new Set(['call_expression', 'new_expression']);
const THROWS: ReadonlySet<string> = new Set(['throw_statement', 'assert_statement']);
const RETURNS: ReadonlySet<string> = new Set(['return_statement']);
const VALUES: ReadonlySet<string> = new Set([
  'binary_expression',
  'unary_expression',
  'not_operator',
  'ternary_expression',
  'member_expression',
  'subscript_expression',
  'await_expression',
]);
/** Calls that decide nothing about who goes on: going on, writing down, wrapping. */
const IDLE =
  /^(?:next|_next|done|proceed|resolve|handle|log|info|debug|warn|trace|error|print|set|setHeader|header|push|append|add|wraps|update_wrapper|call|apply|bind|now|String|getattr|setattr|canActivate|super|use|then)$/;
/** Those among them whose absence keeps nobody from going on. */
const REMARKS = /^(?:log|info|debug|warn|trace|error|print|set|setHeader|header|push|append|add|now|String|setattr)$/;
const MAX_HOPS = 3;

/** Whether what stands in front of something turns anybody away: by what it does where that is known, by its name elsewhere. */
export function isGuarding(world: World, part: Part): boolean {
  // FastAPI: `dependencies=[Depends(require_admin)]`
  const value = part.node.type === 'keyword_argument' ? fieldOf(part.node, 'value') : undefined;
  if (value !== undefined) return isGuarding(world, { ...part, node: value });
  if (part.node.type === 'array') return part.node.children.some((node) => isGuarding(world, { ...part, node }));
  const text = withoutComments(part.facts.text(part.node).slice(0, 2_000));
  if (part.node.type === 'string' || LENIENT.test(text) || isSetUp(text)) return false;
  const parts = functionsBehind(world, part);
  if (parts.length > 0)
    return parts.some((each) => !isHollow(world, each, 0)) && (GUARD_NAME.test(text) || parts.some(turns));
  return GUARD_NAME.test(text);
}

function turns({ facts, node }: Part): boolean {
  return refuses(facts, node) || sendsAway(facts, node);
}

/** `passport.initialize()`, `passport.session()` make a guard possible and are none. */
function isSetUp(text: string): boolean {
  return /\.(?:initialize|session|init|setup)\(\s*\)$/.test(text.trim());
}

/** Whether a name stands for code that is known and lets everybody through. */
export function isHollowName(world: World, facts: FileFacts, name: Syntax): boolean {
  const parts = functionsBehind(world, { facts, node: name });
  return parts.length > 0 && parts.every((part) => isHollow(world, part, 0));
}

/** Whether a function lets everybody through. */
export function isHollowUnit(world: World, node: Syntax): boolean {
  return isHollow(world, { facts: world.facts, node }, 0);
}

/** The functions that a part of a route stands for: itself, what its name means, what makes it. */
function functionsBehind(world: World, { facts, node }: Part): readonly Part[] {
  if (isFunction(node)) return [{ facts, node }];
  if (node.type === 'decorator') return node.children.flatMap((each) => functionsBehind(world, { facts, node: each }));
  const callee = node.type === 'call_expression' ? fieldOf(node, 'function') : undefined;
  // FastAPI: `Depends(require_admin)`
  if (callee !== undefined && /(?:^|\.)(?:Depends|Security)$/.test(facts.text(callee)))
    return (fieldOf(node, 'arguments')?.children ?? []).flatMap((each) =>
      functionsBehind(world, { facts, node: each }),
    );
  const name = callee ?? node;
  if (name.type !== 'identifier' && name.type !== 'member_expression' && name.type !== 'property_identifier') return [];
  return behind(world, facts, name).flatMap((part): readonly Part[] => {
    if (isFunction(part.node)) return [part];
    if (part.node.type !== 'class_declaration') return [];
    const body = fieldOf(part.node, 'body');
    const methods = (body?.children ?? []).filter((each) => isFunction(each) && isRun(part.facts, each));
    return methods.map((each) => ({ facts: part.facts, node: each }));
  });
}

/** The methods of a guard that a framework runs: NestJS, Django REST framework. */
function isRun(facts: FileFacts, fn: Syntax): boolean {
  const name = nameOf(fn);
  return name !== null && /^(?:canActivate|has_permission|use|handle|__call__|dispatch)$/.test(facts.text(name));
}

/** Lets everybody through: nothing in it turns away, waits for an answer, or gives one that could be no. */
function isHollow(world: World, { facts, node }: Part, hops: number): boolean {
  if (turns({ facts, node }) || within(node, THROWS).next().done === false) return false;
  for (const statement of within(node, RETURNS))
    if (!isYes(facts, statement) && !isDead(facts, statement)) return false;
  const body = fieldOf(node, 'body');
  if (body !== undefined && VALUES.has(body.type)) return false;
  const parameters = namesOf(facts, node);
  for (const call of within(node, CALLS)) {
    const callee = fieldOf(call, 'function') ?? fieldOf(call, 'constructor');
    if (callee === undefined) return false;
    if (isDead(facts, call)) continue;
    const name = facts.text(fieldOf(callee, 'property') ?? callee);
    if (parameters.has(facts.text(callee)) || IDLE.test(name)) {
      if (!REMARKS.test(name) && isUnderCondition(call, node)) return false;
      continue;
    }
    const made = hops < MAX_HOPS ? behind(world, facts, callee).filter((part) => isFunction(part.node)) : [];
    if (made.length === 0 || made.some((part) => part.node !== node && !isHollow(world, part, hops + 1))) return false;
  }
  return true;
}

/** Goes on only if something holds, and not otherwise. */
function isUnderCondition(call: Syntax, fn: Syntax): boolean {
  for (let up = call.parent; up !== null && up !== fn; up = up.parent)
    if (up.type === 'if_statement' && fieldOf(up, 'alternative') === undefined) return !hasSecond(up, fn);
  return false;
}

/** Behind the condition it goes on anyway. */
function hasSecond(condition: Syntax, fn: Syntax): boolean {
  const statements = condition.parent?.children ?? [];
  return condition.parent !== fn && statements.indexOf(condition) < statements.length - 1;
}

/** `return true`, `return next()`, `return`, `return inner` */
function isYes(facts: FileFacts, statement: Syntax): boolean {
  const value = statement.children.find(({ type }) => type !== 'return');
  if (value === undefined || value.type === 'call_expression' || isFunction(value)) return true;
  if (value.type === 'await_expression') return value.children.some(({ type }) => type === 'call_expression');
  const said = facts.constant(value);
  if (said !== undefined) return said === true || said === null;
  return value.type === 'identifier';
}

/** Parameters of the function and of those inside, for what is called with their names. */
function namesOf(facts: FileFacts, fn: Syntax): ReadonlySet<string> {
  const lists = [...within(fn, PARAMETERS)];
  return new Set(lists.flatMap((list) => [...within(list, NAMES)].map((name) => facts.text(name))));
}

const PARAMETERS: ReadonlySet<string> = new Set(['formal_parameters', 'parameters']);
const NAMES: ReadonlySet<string> = new Set(['identifier']);
