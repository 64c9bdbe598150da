import type { Syntax } from '../../../src/inspect/facts.ts';

const FUNCTIONS: ReadonlySet<string> = new Set([
  'function_declaration',
  'function_expression',
  'arrow_function',
  'method_definition',
  'generator_function',
  'generator_function_declaration',
]);

export function isFunction(node: Syntax): boolean {
  return FUNCTIONS.has(node.type);
}

/** Whether a node is another one, or a part of it. */
export function isInside(node: Syntax, outer: Syntax): boolean {
  for (let up: Syntax | null = node; up !== null; up = up.parent) if (up === outer) return true;
  return false;
}

/** The innermost function around a node, the node itself not counted. */
export function functionAround(node: Syntax): Syntax | null {
  for (let up = node.parent; up !== null; up = up.parent) if (FUNCTIONS.has(up.type)) return up;
  return null;
}

/** The innermost class around a node, the node itself not counted. */
export function classAround(node: Syntax): Syntax | null {
  for (let up = node.parent; up !== null; up = up.parent) if (up.type === 'class_declaration') return up;
  return null;
}

/** The first child with this role. */
export function fieldOf(node: Syntax, field: string): Syntax | undefined {
  // By index: before code is optimised, each step of an iterator makes an object, and this is asked for every node.
  const { children } = node;
  for (let at = 0; at < children.length; at += 1) {
    const child = children[at];
    if (child !== undefined && child.field === field) return child;
  }
  return undefined;
}

/** The name a function is known under: its own, or that of what it is assigned to. */
export function nameOf(fn: Syntax): Syntax | null {
  const own = fieldOf(fn, 'name');
  if (own !== undefined) return own;
  const holder = fn.parent;
  if (holder === null) return null;
  const field =
    holder.type === 'variable_declarator'
      ? 'name'
      : holder.type === 'assignment_expression'
        ? 'left'
        : holder.type === 'pair'
          ? 'key'
          : null;
  return field === null ? null : (fieldOf(holder, field) ?? null);
}

/** Every node below, the node itself first, of the given types. */
export function* within(node: Syntax, types: ReadonlySet<string>): Generator<Syntax> {
  const stack: Syntax[] = [node];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (types.has(next.type)) yield next;
    for (let index = next.children.length - 1; index >= 0; index -= 1) {
      const child = next.children[index];
      if (child !== undefined) stack.push(child);
    }
  }
}
