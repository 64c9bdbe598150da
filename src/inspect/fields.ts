import { ancestorOf, childOf, type Program, type Syntax } from './syntax.ts';

export const CLASSES: ReadonlySet<string> = new Set(['class_declaration', 'class', 'abstract_class_declaration']);

/** `this.x = …`, class fields and TypeScript's parameter properties, by class. */
export function collectFields(program: Program): Map<Syntax, Map<string, Syntax[]>> {
  const found = new Map<Syntax, Map<string, Syntax[]>>();
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const add = (at: Syntax, property: string, value: Syntax): void => {
    const around = ancestorOf(at, CLASSES);
    if (around === null) return;
    const members = found.get(around) ?? new Map<string, Syntax[]>();
    found.set(around, members);
    members.set(property, [...(members.get(property) ?? []), value]);
  };
  for (const node of program.byType.get('assignment_expression') ?? []) {
    const left = childOf(node, 'left');
    const right = childOf(node, 'right');
    if (left?.type !== 'member_expression' || right === null) continue;
    const object = childOf(left, 'object');
    const property = childOf(left, 'property');
    if (object === null || property === null) continue;
    if (object.type === 'this' || (program.dialect === 'python' && name(object) === 'self'))
      add(node, name(property), right);
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
    if (modified && property !== null && type !== null) add(node, name(property), type);
  }
  return found;
}
