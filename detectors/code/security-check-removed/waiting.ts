import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, within } from '../support/around.ts';
import { CHECK_CALL, camelCase } from '../support/checks.ts';
import { behind, type World } from '../support/world.ts';

const CALLS: ReadonlySet<string> = new Set(['call_expression']);
const DECIDES =
  /^(?:assert|check|ensure|require|verify|authori[sz]e|authenticate|enforce|guard|can|may|is|has)(?:[A-Z_]\w*)?$/;
const CONDITIONS = /^(?:if_statement|ternary_expression|while_statement)$/;

/** A check whose answer nobody waits for any more: a promise is always true, and what it throws comes too late. */
export function notAwaited(world: World, before: FileFacts, was: Syntax, now: Syntax): string | null {
  const { facts } = world;
  const awaited = new Set(
    checksIn(before, was)
      .filter(({ call }) => isAwaited(call))
      .map(({ name }) => name),
  );
  if (awaited.size === 0) return null;
  for (const { call, name } of checksIn(facts, now)) {
    if (!awaited.has(name) || isAwaited(call) || !isUsedAsItIs(call)) continue;
    const callee = fieldOf(call, 'function');
    const known = callee === undefined ? [] : behind(world, facts, callee);
    // It needs no waiting any more.
    if (known.some((part) => !/^(?:export\s+)?(?:static\s+)?async\b/.test(part.facts.text(part.node)))) continue;
    return name;
  }
  return null;
}

function checksIn(facts: FileFacts, unit: Syntax): readonly { readonly call: Syntax; readonly name: string }[] {
  return [...within(unit, CALLS)].flatMap((call) => {
    const callee = fieldOf(call, 'function');
    const name = callee === undefined ? '' : facts.text(fieldOf(callee, 'property') ?? callee);
    return CHECK_CALL.test(camelCase(name)) || DECIDES.test(name) ? [{ call, name }] : [];
  });
}

function isAwaited(call: Syntax): boolean {
  return call.parent?.type === 'await_expression';
}

/** A statement of its own, or what a condition asks. */
function isUsedAsItIs(call: Syntax): boolean {
  let at = call.parent;
  while (at !== null && /^(?:parenthesized_expression|unary_expression|not_operator|binary_expression)$/.test(at.type))
    at = at.parent;
  return at?.type === 'expression_statement' || (at !== null && CONDITIONS.test(at.type));
}
