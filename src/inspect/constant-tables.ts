import type { Binding } from './bindings.ts';
import type { Constant } from './facts.ts';
import type { Scopes } from './scopes.ts';
import { bare, childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** Methods that put what they are given into the list, set, map or dictionary that they are called on. */
export const ADDING = /^(?:push|unshift|append|appendleft|set|add|extend|insert|update|setdefault)$/;

/** Names and parts followed before a value counts as unknown. */
export const MAX_HOPS = 30;

/** How single values are known; `hops` counts the names and parts followed so far. */
interface Values {
  resolve(node: Syntax, hops: number): Syntax;
  constantAt(node: Syntax, hops: number): Constant | undefined;
}

/** Tells object and array literals that hold nothing but constants, as long as nobody adds to them. */
export function createConstantTables(
  program: Program,
  scopes: Scopes,
  { resolve, constantAt }: Values,
): { isConstantTable(node: Syntax): boolean } {
  const { text } = program;
  const added = new Map<Binding, boolean>();
  const name = (node: Syntax): string => text.slice(node.start, node.end);

  function isConstantTable(node: Syntax): boolean {
    return tableAt(node, 0);
  }

  /** `list.push(x)`, `table[key] = x`: what it starts as is not all that it holds. */
  function isAddedTo(at: Syntax): boolean {
    const binding = scopes.lookup(at);
    if (binding === null) return false;
    const known = added.get(binding);
    if (known !== undefined) return known;
    const found = scopes.references(binding).some((reference) => {
      const member = reference.parent;
      const outer = member?.parent;
      if (reference.field !== 'object' || member === null || outer === null || outer === undefined) return false;
      if (outer.type === 'assignment_expression' || outer.type === 'augmented_assignment_expression')
        return childOf(outer, 'left') === member;
      const method =
        outer.type === 'call_expression' && member.field === 'function' ? childOf(member, 'property') : null;
      return method !== null && ADDING.test(name(method));
    });
    added.set(binding, found);
    return found;
  }

  function tableAt(node: Syntax, hops: number): boolean {
    if (hops > MAX_HOPS) return false;
    const value = resolve(node, hops);
    const at = bare(node);
    if (value !== at && at.type === 'identifier' && isAddedTo(at)) return false;
    if (value.type === 'array') return partsOf(value).every((part) => tableAt(part, hops + 1));
    if (value.type === 'object') {
      return partsOf(value).every((part) => {
        if (part.type === 'method_definition') return true;
        if (part.type === 'shorthand_property_identifier') return tableAt(part, hops + 1);
        const inner = part.type === 'pair' ? childOf(part, 'value') : null;
        return inner !== null && tableAt(inner, hops + 1);
      });
    }
    if (value.type === 'arrow_function' || value.type === 'function_expression' || value.type === 'regex') return true;
    if (value.type === 'new_expression') {
      const list = childOf(value, 'arguments');
      const made = childOf(value, 'constructor');
      return (
        made !== null &&
        /^(?:Set|Map)$/.test(name(made)) &&
        list !== null &&
        partsOf(list).every((part) => tableAt(part, hops + 1))
      );
    }
    return constantAt(value, hops + 1) !== undefined;
  }

  return { isConstantTable };
}

/** Whether a table may stand behind an object: most begin with a name that leads to none, which need not be resolved. */
export function mayBeTable(object: Syntax, scopes: Scopes): boolean {
  let root: Syntax | null = object;
  while (root !== null && (root.type === 'member_expression' || root.type === 'subscript_expression'))
    root = childOf(root, 'object');
  if (root === null || root.type === 'this') return false;
  const binding = root.type === 'identifier' ? scopes.lookup(root) : undefined;
  if (binding === undefined) return true;
  return binding !== null && binding.kind !== 'parameter' && binding.definitions.length === 1;
}
