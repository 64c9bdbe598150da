import { createItself } from './itself.ts';
import { CLASSES, type Prototypes } from './prototypes.ts';
import { createReturns } from './returns.ts';
import type { Scopes } from './scopes.ts';
import { childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** The class of this file that a class is derived from. */
export function baseClass(cls: Syntax, scopes: Scopes): Syntax | null {
  const list = childOf(cls, 'superclasses') ?? cls.children.find((child) => child.type === 'class_heritage');
  const first = list === undefined || list === null ? undefined : partsOf(list)[0];
  const named = first?.type === 'extends_clause' ? childOf(first, 'value') : first;
  const definitions = named === undefined || named === null ? [] : (scopes.lookup(named)?.definitions ?? []);
  const value = definitions.length === 1 ? (definitions[0]?.value ?? null) : null;
  return value !== null && value !== cls && CLASSES.has(value.type) ? value : null;
}

/** `this.x = …`, class fields, TypeScript's parameter properties, and what getters give, by class. */
export function collectFields(
  program: Program,
  scopes: Scopes,
  { ownerOf }: Prototypes,
): Map<Syntax, Map<string, Syntax[]>> {
  const found = new Map<Syntax, Map<string, Syntax[]>>();
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const add = (at: Syntax, property: string, value: Syntax): void => {
    const around = ownerOf(at);
    if (around === null) return;
    const members = found.get(around) ?? new Map<string, Syntax[]>();
    found.set(around, members);
    const known = members.get(property);
    if (known === undefined) members.set(property, [value]);
    else known.push(value);
  };
  const isItself = createItself(program, scopes);
  const assignments = ['assignment_expression', 'augmented_assignment_expression'].flatMap(
    (type) => program.byType.get(type) ?? [],
  );
  for (const node of assignments) {
    const left = childOf(node, 'left');
    const object = left?.type === 'member_expression' ? childOf(left, 'object') : null;
    if (left === null || object === null || !isItself(object)) continue;
    const property = childOf(left, 'property');
    const right = childOf(node, 'right');
    if (property !== null && right !== null) add(node, name(property), right);
  }
  for (const node of program.byType.get('public_field_definition') ?? []) {
    const property = childOf(node, 'name');
    const value = childOf(node, 'value') ?? childOf(node, 'type');
    if (property !== null && value !== null) add(node, name(property), value);
  }
  for (const node of program.byType.get('required_parameter') ?? []) {
    const modified = node.children.some(
      (child) => child.type === 'accessibility_modifier' || child.type === 'readonly',
    );
    const property = childOf(node, 'pattern');
    const type = childOf(node, 'type');
    if (!modified || property === null) continue;
    if (type !== null) add(node, name(property), type);
    add(node, name(property), property);
  }
  for (const node of program.byType.get('call_expression') ?? []) {
    // `this.parts.push(x)`: what a list of the class gets later.
    const callee = childOf(node, 'function');
    const list = callee?.type === 'member_expression' ? childOf(callee, 'object') : null;
    const object = list?.type === 'member_expression' ? childOf(list, 'object') : null;
    if (callee === null || list === null || object === null || !isItself(object)) continue;
    const method = childOf(callee, 'property');
    const property = childOf(list, 'property');
    if (method === null || property === null || !/^(?:push|unshift|append|add)$/.test(name(method))) continue;
    for (const value of partsOf(childOf(node, 'arguments') ?? node)) add(node, name(property), value);
  }
  const returnsOf = createReturns(program);
  for (const [property, fn] of getters(program)) {
    for (const value of returnsOf(fn)) add(fn, name(property), value);
  }
  return found;
}

/** `get x() { … }`, and Python's `@property`: read like a field. */
function getters(program: Program): readonly (readonly [Syntax, Syntax])[] {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  if (program.dialect === 'javascript') {
    return (program.byType.get('method_definition') ?? []).flatMap((fn) => {
      const property = childOf(fn, 'name');
      const isGetter = property !== null && /\bget\s*$/.test(program.text.slice(fn.start, property.start));
      return isGetter ? [[property, fn] as const] : [];
    });
  }
  return (program.byType.get('decorator') ?? []).flatMap((decorator) => {
    if (!/^@(?:functools\.)?(?:cached_)?property$/.test(name(decorator).trim())) return [];
    const siblings = decorator.parent?.children ?? [];
    const fn = siblings.slice(siblings.indexOf(decorator) + 1).find((part) => part.type === 'function_declaration');
    const property = fn === undefined ? null : childOf(fn, 'name');
    return fn === undefined || property === null ? [] : [[property, fn] as const];
  });
}
