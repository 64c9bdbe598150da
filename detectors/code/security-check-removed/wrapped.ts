import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, isFunction } from '../support/around.ts';
import { isGuarding } from '../support/guarding.ts';
import type { World } from '../support/world.ts';
import { inOneLine, type Loss } from './loss.ts';

/** Functions that were handed through a guard, and are not any more: `path('x', login_required(view))`, `DELETE = withAuth(…)`. */
export function* wrapped(world: World, before: FileFacts): Generator<Loss> {
  const { facts } = world;
  const old = wrappersIn({ facts: before, elsewhere: null });
  if (old.size === 0) return;
  const now = wrappersIn(world);
  for (const [key, guard] of old) {
    if (now.has(key)) continue;
    const at = placeOf(facts, key);
    if (at === null) continue;
    yield {
      at,
      message: `"${key.slice(key.indexOf(' ') + 1).slice(0, 40)}" is no longer handed through "${guard.slice(0, 40)}".`,
      level: 'error',
    };
  }
}

/** What is wrapped, by the call or name that gets it, and the guard around it. */
function wrappersIn(world: World): ReadonlyMap<string, string> {
  const { facts } = world;
  const found = new Map<string, string>();
  for (const call of facts.calls()) {
    const [given, ...others] = call.arguments;
    if (given === undefined || others.length > 0 || call.isNew || isRoute(call.name)) continue;
    const key = keyOf(facts, call.node, given);
    if (key !== null && isGuarding(world, { facts, node: call.callee })) found.set(key, inOneLine(facts, call.callee));
  }
  return found;
}

function isRoute(name: string | null): boolean {
  return (
    name !== null && /^(?:get|post|put|patch|delete|use|all|path|re_path|url|Depends|Security|include)$/.test(name)
  );
}

/** `path views.refund`: the outer call and what it gets; ` DELETE`: the name of a function that is wrapped in place. */
function keyOf(facts: FileFacts, node: Syntax, given: Syntax): string | null {
  const outer = outerOf(node);
  if (outer === null) return null;
  if (isFunction(given)) {
    const name = outer.type === 'variable_declarator' ? fieldOf(outer, 'name') : undefined;
    return name === undefined ? null : ` ${facts.text(name)}`;
  }
  if (given.type !== 'identifier' && given.type !== 'member_expression') return null;
  const callee = outer.type === 'call_expression' ? fieldOf(outer, 'function') : undefined;
  return callee === undefined ? null : `${facts.text(callee)} ${facts.text(given)}`;
}

/** The call that gets it, or the declaration that keeps it; wrappers around wrappers are left out. */
function outerOf(node: Syntax): Syntax | null {
  const up = node.parent;
  if (up?.type === 'variable_declarator') return up;
  if (up?.type !== 'arguments' || up.parent === null) return null;
  const [first] = up.children;
  return first === node && up.children.length === 1 && up.parent.type === 'call_expression'
    ? outerOf(up.parent)
    : up.parent;
}

/** Where the same stands bare now. */
function placeOf(facts: FileFacts, key: string): Syntax | null {
  const at = key.indexOf(' ');
  const [callee, what] = [key.slice(0, at), key.slice(at + 1)];
  if (callee === '') {
    const declared = facts
      .nodes('variable_declarator')
      .find((node) => facts.text(fieldOf(node, 'name') ?? node) === what);
    const value = declared === undefined ? undefined : fieldOf(declared, 'value');
    if (value !== undefined) return isFunction(value) ? value : null;
    return facts.nodes('function_declaration').find((fn) => facts.text(fieldOf(fn, 'name') ?? fn) === what) ?? null;
  }
  for (const call of facts.calls())
    if (facts.text(call.callee) === callee && call.arguments.some((part) => facts.text(part) === what))
      return call.node;
  return null;
}
