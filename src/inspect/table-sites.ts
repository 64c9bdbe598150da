import { callAt } from './calls.ts';
import type { Call } from './facts.ts';
import type { Origins } from './origins.ts';
import type { Scopes } from './scopes.ts';
import { bare, childOf, type Program, type Syntax } from './syntax.ts';

/** What may stand between an entry of a table and the name that it is kept under: `known ? table[key] : undefined`. */
const BETWEEN: ReadonlySet<string> = new Set([
  'ternary_expression',
  'binary_expression',
  'parenthesized_expression',
  'non_null_expression',
  'as_expression',
  'await_expression',
]);
const MAX_UP = 6;

/**
 * Calls of a function that stands in a table: `table.run(x)` of `const table = { run: (x) => … }`, `table[name](x)`, and
 * `const run = table[name]; run(x)`.
 */
export function tableSites(
  entry: Syntax,
  { program, scopes, origins }: { readonly program: Program; readonly scopes: Scopes; readonly origins: Origins },
): readonly Call[] {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const key = childOf(entry, 'key') ?? childOf(entry, 'name');
  const declarator = entry.parent === null ? null : declaratorOf(entry.parent);
  const called = declarator === null ? null : childOf(declarator, 'name');
  const table = called === null ? null : scopes.lookup(called);
  if (key === null || table === null) return [];
  return scopes.references(table).flatMap((reference) => {
    const member = reference.field === 'object' ? reference.parent : null;
    if (member?.type === 'subscript_expression') return ofEntry(member);
    const property = member?.type === 'member_expression' ? childOf(member, 'property') : null;
    return member !== null && property !== null && name(property) === name(key) ? calledThere(member) : [];
  });

  function ofEntry(subscript: Syntax): readonly Call[] {
    const index = childOf(subscript, 'index');
    const isOther =
      index?.type === 'string' && name(index).slice(1, -1) !== name(key ?? index).replace(/^['"]|['"]$/g, '');
    if (isOther) return [];
    const direct = calledThere(subscript);
    if (direct.length > 0) return direct;
    let at = subscript;
    for (let hops = 0; hops < MAX_UP && at.parent !== null && BETWEEN.has(at.parent.type); hops += 1) at = at.parent;
    const kept = at.field === 'value' && at.parent?.type === 'variable_declarator' ? childOf(at.parent, 'name') : null;
    const binding = kept?.type === 'identifier' ? scopes.lookup(kept) : null;
    return binding === null ? [] : scopes.references(binding).flatMap(calledThere);
  }

  function calledThere(callee: Syntax): readonly Call[] {
    const outer = callee.field === 'function' ? callee.parent : null;
    const call = outer?.type === 'call_expression' ? callAt(outer, program, origins) : null;
    return call === null ? [] : [call];
  }
}

/** `const table = { … } as const` */
function declaratorOf(object: Syntax): Syntax | null {
  let at = object;
  while (at.parent !== null && bare(at.parent) === object && at.parent.type !== 'variable_declarator') at = at.parent;
  return at.parent?.type === 'variable_declarator' ? at.parent : null;
}
