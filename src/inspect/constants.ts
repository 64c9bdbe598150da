import type { Changes } from './changes.ts';
import { createConstantTables, MAX_HOPS } from './constant-tables.ts';
import type { Constant } from './facts.ts';
import { createFoldedTexts } from './folded-texts.ts';
import { literal, unescaped } from './literals.ts';
import type { Scopes } from './scopes.ts';
import { bare, childOf, type Program, partsOf, type Syntax } from './syntax.ts';

export interface Constants {
  constant(node: Syntax): Constant | undefined;
  /** Text with unknown parts as HOLE; null where the value is no text or nothing of it is known. */
  shape(node: Syntax): string | null;
  object(node: Syntax): Syntax | null;
  property(object: Syntax, name: string): Syntax | null;
  /** True where an object or array literal, however deep, holds nothing but constants. */
  isConstantTable(node: Syntax): boolean;
  /** The one value a name is ever given, or the node itself. */
  resolved(node: Syntax): Syntax;
  /** An entry of a table may be another one than the table is written down with. */
  isChanged(table: Syntax, key: string): boolean;
}

/** Stands for the unknown part of a text. */
export const HOLE = '\u0000';

const TABLES: ReadonlySet<string> = new Set(['object', 'enum_declaration']);
const MAX_COPIES = 3;
const MAX_TEXT = 100_000;

/** Values that are known without running the program: literals, concatenation, templates, tables, enums. */
export function createConstants(program: Program, scopes: Scopes, changes: Changes): Constants {
  const { text } = program;
  const shapes = new Map<Syntax, string | null>();
  const name = (node: Syntax): string => text.slice(node.start, node.end);

  function resolved(node: Syntax): Syntax {
    return resolve(node, 0);
  }

  function resolve(node: Syntax, hops: number): Syntax {
    const inner = bare(node);
    if (hops > MAX_HOPS) return inner;
    if (inner.type === 'identifier' || inner.type === 'shorthand_property_identifier') {
      const binding = scopes.lookup(inner);
      const only = binding?.definitions[0];
      if (binding === null || binding.kind === 'parameter' || binding.definitions.length !== 1 || only === undefined)
        return inner;
      if (only.value === null || only.how !== 'value') return inner;
      let value = only.value;
      for (const part of only.path) {
        const table = resolve(value, hops + 1);
        const found = typeof part === 'string' && table.type === 'object' ? property(table, part) : null;
        if (found === null) return inner;
        value = found;
      }
      return resolve(value, hops + 1);
    }
    if (inner.type === 'member_expression' || inner.type === 'subscript_expression') {
      const object = childOf(inner, 'object');
      if (object === null || object.type === 'this') return inner;
      const table = resolve(object, hops + 1);
      const key = inner.type === 'member_expression' ? memberName(inner) : keyOf(inner, hops);
      // What becomes of the table is looked at last: every mention of its name is.
      if (key === null || !TABLES.has(table.type) || isChanged(object, key)) return inner;
      if (table.type === 'object') {
        const found = property(table, key);
        return found === null ? inner : resolve(found, hops + 1);
      }
      if (table.type === 'enum_declaration') return enumMember(table, key) ?? inner;
    }
    if (inner.type === 'call_expression') {
      const callee = childOf(inner, 'function');
      const list = childOf(inner, 'arguments');
      const first = list === null ? undefined : partsOf(list)[0];
      if (callee !== null && first !== undefined && name(callee) === 'Object.freeze') return resolve(first, hops + 1);
    }
    return inner;
  }

  function memberName(node: Syntax): string | null {
    const property = childOf(node, 'property');
    return property === null ? null : name(property);
  }

  function isChanged(table: Syntax, key: string): boolean {
    const at = bare(table);
    const binding = at.type === 'identifier' ? scopes.lookup(at) : null;
    return binding !== null && binding.kind === 'variable' && changes.replaces(binding, key);
  }

  function keyOf(node: Syntax, hops: number): string | null {
    const index = childOf(node, 'index');
    if (index === null || hops > MAX_HOPS) return null;
    const value = constantAt(index, hops + 1);
    return value === undefined || value === null ? null : String(value);
  }

  function enumMember(declaration: Syntax, key: string): Syntax | null {
    for (const member of childOf(declaration, 'body')?.children ?? []) {
      const at = childOf(member, 'name');
      if (member.type === 'enum_assignment' && at !== null && name(at) === key) return childOf(member, 'value');
    }
    return null;
  }

  function property(object: Syntax, wanted: string): Syntax | null {
    return propertyAt(object, wanted, 0);
  }

  function propertyAt(object: Syntax, wanted: string, hops: number): Syntax | null {
    let found: Syntax | null = null;
    for (const part of object.children) {
      // `{ ...defaults, shell: true }`
      const copied = part.type === 'spread_element' && hops < MAX_COPIES ? partsOf(part)[0] : undefined;
      const whole = copied === undefined ? null : resolved(copied);
      if (whole?.type === 'object') found = propertyAt(whole, wanted, hops + 1) ?? found;
      if (part.type === 'shorthand_property_identifier' && name(part) === wanted) found = part;
      if (part.type === 'method_definition') {
        const at = childOf(part, 'name');
        if (at !== null && name(at) === wanted) found = part;
      }
      if (part.type !== 'pair') continue;
      const key = childOf(part, 'key');
      if (key !== null && unquoted(key) === wanted) found = childOf(part, 'value');
    }
    return found;
  }

  function unquoted(key: Syntax): string | null {
    if (key.type === 'string') return literal(name(key));
    return key.type === 'computed_property_name' ? null : name(key);
  }

  function object(node: Syntax): Syntax | null {
    const value = resolved(node);
    return value.type === 'object' ? value : null;
  }

  function constant(node: Syntax): Constant | undefined {
    return constantAt(node, 0);
  }

  function constantAt(node: Syntax, hops: number): Constant | undefined {
    if (hops > MAX_HOPS) return undefined;
    const value = resolve(node, hops);
    switch (value.type) {
      case 'number': {
        const parsed = Number(name(value).replaceAll('_', '').replace(/n$/, ''));
        return Number.isNaN(parsed) ? undefined : parsed;
      }
      case 'true':
        return true;
      case 'false':
        return false;
      case 'null':
        return null;
      case 'unary_expression': {
        const argument = childOf(value, 'argument');
        const inner = argument === null ? undefined : constantAt(argument, hops + 1);
        if (name(value).startsWith('-') && typeof inner === 'number') return -inner;
        if (name(value).startsWith('!') && (typeof inner === 'number' || typeof inner === 'boolean')) return !inner;
        return undefined;
      }
      default: {
        const known = shapeAt(value, hops + 1);
        return known === null || known.includes(HOLE) ? undefined : known;
      }
    }
  }

  function shape(node: Syntax): string | null {
    return shapeAt(node, 0);
  }

  function shapeAt(node: Syntax, hops: number): string | null {
    if (hops > MAX_HOPS) return null;
    const value = resolve(node, hops);
    const cached = shapes.get(value);
    if (cached !== undefined) return cached;
    shapes.set(value, null);
    const found = shapeOf(value, hops);
    const kept = found !== null && found.length > MAX_TEXT ? null : found;
    shapes.set(value, kept);
    return kept;
  }

  function shapeOf(value: Syntax, hops: number): string | null {
    switch (value.type) {
      case 'string':
        return literal(name(value));
      case 'number':
        return name(value);
      case 'template_string':
        return templateShape(value, hops);
      case 'concatenated_string':
        return value.children.map((part) => shapeAt(part, hops + 1) ?? HOLE).join('');
      case 'binary_expression': {
        const operator = childOf(value, 'operator');
        const left = childOf(value, 'left');
        const right = childOf(value, 'right');
        if (operator === null || left === null || right === null) return null;
        if (name(operator) === '%' && program.dialect === 'python') {
          return shapeAt(left, hops + 1)?.replace(/%(?:\(\w+\))?[-\d.]*[sdrfix]/g, HOLE) ?? null;
        }
        if (name(operator) !== '+') return null;
        const first = shapeAt(left, hops + 1);
        const second = shapeAt(right, hops + 1);
        return first === null && second === null ? null : (first ?? HOLE) + (second ?? HOLE);
      }
      case 'call_expression':
        return formattedShape(value, hops) ?? joinedShape(value, hops) ?? folded(value, hops + 1);
      default:
        return null;
    }
  }

  function templateShape(value: Syntax, hops: number): string {
    let result = '';
    let at = value.start + 1;
    const prefix = /^[A-Za-z]*("""|'''|"|'|`)/.exec(text.slice(value.start, value.start + 8));
    if (prefix !== null) at = value.start + prefix[0].length;
    const tail = prefix?.[1]?.length ?? 1;
    for (const part of value.children) {
      if (part.type !== 'template_substitution') continue;
      result += text.slice(at, part.start);
      const inner = partsOf(part)[0];
      result += inner === undefined ? HOLE : (shapeAt(inner, hops + 1) ?? HOLE);
      at = part.end;
    }
    return unescaped(result + text.slice(at, Math.max(at, value.end - tail)));
  }

  /** `'a {} {name!r}'.format(b, name=c)`: the text with its fields open (Python's format string syntax). */
  function formattedShape(value: Syntax, hops: number): string | null {
    const callee = childOf(value, 'function');
    if (program.dialect !== 'python' || callee?.type !== 'member_expression') return null;
    const whole = childOf(callee, 'object');
    const method = childOf(callee, 'property');
    if (whole === null || method === null || name(method) !== 'format') return null;
    return (
      shapeAt(whole, hops + 1)?.replace(/\{\{|\}\}|\{[^{}]*\}/g, (part) =>
        part === '{{' || part === '}}' ? part.charAt(0) : HOLE,
      ) ?? null
    );
  }

  /** `['a', b].join(' ')`, in Python `' '.join(['a', b])` */
  function joinedShape(value: Syntax, hops: number): string | null {
    const callee = childOf(value, 'function');
    const list = childOf(value, 'arguments');
    if (callee?.type !== 'member_expression' || list === null) return null;
    const method = childOf(callee, 'property');
    const isPython = program.dialect === 'python';
    const array = isPython ? partsOf(list)[0] : childOf(callee, 'object');
    if (array?.type !== 'array' || method === null || name(method) !== 'join') return null;
    const first = (isPython ? childOf(callee, 'object') : partsOf(list)[0]) ?? undefined;
    const separator = first === undefined ? ',' : shapeAt(first, hops + 1);
    return partsOf(array)
      .map((part) => shapeAt(part, hops + 1) ?? HOLE)
      .join(separator ?? HOLE);
  }

  const folded = createFoldedTexts(program, { constant: constantAt, resolved: resolve });
  const { isConstantTable } = createConstantTables(program, scopes, { resolve, constantAt });
  return { isChanged, constant, shape, object, property, isConstantTable, resolved };
}
