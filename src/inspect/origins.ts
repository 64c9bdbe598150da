import type { Binding } from './bindings.ts';
import { mayBeTable } from './constant-tables.ts';
import type { Constants } from './constants.ts';
import { customary } from './customary.ts';
import { createItself } from './itself.ts';
import { identifier } from './literals.ts';
import { joined, LOADS, LOOKS_UP, moduleOf, SAME } from './module-origins.ts';
import { createDeclaredOrigins } from './origin-declared.ts';
import { createOriginKeys } from './origin-keys.ts';
import { createOriginValues, type Taken } from './origin-values.ts';
import type { Prototypes } from './prototypes.ts';
import type { Returns } from './returns.ts';
import type { Scopes } from './scopes.ts';
import { bare, childOf, FUNCTIONS, type Program, partsOf, type Syntax } from './syntax.ts';
import { isBuiltin, wildcardOf } from './wildcards.ts';

/**
 * Where a name comes from, as a dotted path: `child_process.exec` under any alias, `~eval` for a global,
 * `pg.Pool().query` for a method of what a constructor or function of a module gave.
 */
export interface Origins {
  origin(node: Syntax): string | null;
  /** What `this.name` is given in the class around a node. */
  fields(node: Syntax, name: string): readonly Syntax[];
  /** The object and the name that `object['name']` and `getattr(object, 'name')` look up; null where no name is known. */
  lookedUp(node: Syntax): Taken | null;
  /** The object and the method that a plain name stands for: `const { send: reply } = res`, `const reply = res.send.bind(res)`. */
  taken(name: Syntax): Taken | null;
  /** The text that a key in brackets, or an argument that names something, comes to. */
  keyText(node: Syntax): string | null;
  /** Where a member comes from. */
  member(object: Syntax, name: string): string | null;
  /** What a name is given, where it is given once; else the expression itself. */
  resolved(node: Syntax): Syntax;
  /** Whether the file makes functions of others with some of their arguments given before. */
  readonly hasPresets: boolean;
}

/** Stands for what is being worked out: a name may be given to itself. */
const OPEN = Symbol('open');
const MAX_HOPS = 40;
const WITH_METHODS: ReadonlySet<string> = new Set(['array', 'string', 'template_string', 'regex', 'number']);

export function createOrigins(
  program: Program,
  scopes: Scopes,
  constants: Constants,
  prototypes: Prototypes,
  returns: Returns,
): Origins {
  const { text } = program;
  const values = createOriginValues(program, scopes, constants, prototypes, returns);
  const { fields } = values;
  const isItself = createItself(program, scopes);
  const { ofParameter, ofClass, typed } = createDeclaredOrigins(program, values, follow);
  const { keyText } = createOriginKeys(program, scopes, constants);
  const known = new Map<Syntax, string | null | typeof OPEN>();
  /** Where all uses of a name come from, where that hangs on nothing that was being worked out just then. */
  const bound = new Map<Binding, string | null>();
  const globals = new Map<string, string | null>();
  let cuts = 0;
  let wildcard: string | null = null;
  const name = (node: Syntax): string => identifier(text.slice(node.start, node.end));

  function origin(node: Syntax): string | null {
    return follow(node, 0);
  }

  function follow(node: Syntax, hops: number): string | null {
    const binding = node.type === 'identifier' ? scopes.lookup(node) : undefined;
    if (binding === null) return ofGlobal(name(node));
    if (binding !== undefined) {
      const before = bound.get(binding);
      if (before !== undefined) return before;
    }
    const cached = known.get(node);
    if (cached !== undefined && cached !== OPEN) return cached;
    if (cached === OPEN || hops > MAX_HOPS) {
      cuts += 1;
      return null;
    }
    known.set(node, OPEN);
    const cutsBefore = cuts;
    const found = binding === undefined ? find(node, hops + 1) : ofBinding(binding, hops + 1);
    if (binding !== undefined && cuts === cutsBefore) bound.set(binding, found);
    known.set(node, found);
    return found;
  }

  function find(node: Syntax, hops: number): string | null {
    switch (node.type) {
      case 'type_identifier':
      case 'shorthand_property_identifier': {
        const binding = scopes.lookup(node);
        return binding === null ? ofGlobal(name(node)) : ofBinding(binding, hops);
      }
      case 'member_expression':
      case 'nested_type_identifier': {
        const object = childOf(node, 'object') ?? childOf(node, 'module');
        const property = childOf(node, 'property') ?? childOf(node, 'name');
        if (object === null || property === null) return null;
        return memberOf(object, name(property), hops) ?? ofTable(node, object, name(property), hops);
      }
      case 'subscript_expression': {
        const object = childOf(node, 'object');
        const index = childOf(node, 'index');
        const key = index === null ? null : keyText(index, hops);
        if (object === null || key === null) return firstOf(values.elements(node), hops);
        return memberOf(object, key, hops) ?? ofTable(node, object, key, hops);
      }
      case 'ternary_expression': {
        const yes = childOf(node, 'consequence');
        const no = childOf(node, 'alternative');
        return (yes === null ? null : follow(yes, hops)) ?? (no === null ? null : follow(no, hops));
      }
      case 'method_definition':
        return firstOf(values.gotten(node), hops);
      case 'sequence_expression': {
        const last = partsOf(node).at(-1);
        return last === undefined ? null : follow(last, hops);
      }
      case 'call_expression':
        return ofCall(node, hops);
      case 'new_expression': {
        const made = childOf(node, 'constructor');
        const from = made === null ? null : follow(made, hops);
        const target = from === '~Proxy' ? partsOf(childOf(node, 'arguments') ?? node)[0] : undefined;
        if (target !== undefined) return follow(target, hops);
        return from === null ? null : `${from}()`;
      }
      case 'assignment_expression': {
        const right = childOf(node, 'right');
        return right === null ? null : follow(right, hops);
      }
      case 'binary_expression': {
        const operator = childOf(node, 'operator');
        if (operator === null || !['||', '??', '&&'].includes(name(operator))) return null;
        const right = childOf(node, 'right');
        const left = childOf(node, 'left');
        const first = left === null ? null : follow(left, hops);
        return first ?? (right === null ? null : follow(right, hops));
      }
      default: {
        const inner = bare(node);
        return inner === node ? null : follow(inner, hops);
      }
    }
  }

  function firstOf(nodes: readonly Syntax[], hops: number): string | null {
    for (const node of nodes) {
      const from = follow(node, hops);
      if (from !== null) return from;
    }
    return null;
  }

  function memberOf(object: Syntax, property: string, hops: number): string | null {
    if (isItself(object)) {
      for (const value of fields(object, property)) {
        const from = value.field === 'type' ? typed(value, hops) : follow(value, hops);
        if (from !== null) return from;
      }
      return null;
    }
    if (property === 'constructor' && isFunction(object, hops)) return '~Function';
    const from = follow(object, hops);
    if (from === null) return ofClass(object, property, hops);
    // Python keeps the members of a module in its `__dict__`, and all modules in one table.
    if (property === '__dict__') return from;
    if (from === 'sys.modules') return moduleOf(property);
    return property === 'default' ? from : joined(from, property);
  }

  /** What a function was made by makes functions of text: `(() => {}).constructor`, `value.constructor.constructor`. */
  function isFunction(object: Syntax, hops: number): boolean {
    const inner = bare(object);
    if (FUNCTIONS.has(inner.type)) return true;
    const callee = inner.type === 'call_expression' ? childOf(inner, 'function') : null;
    if (callee !== null && /^~(?:Object|Reflect)\.getPrototypeOf$/.test(follow(callee, hops) ?? '')) {
      const of = partsOf(childOf(inner, 'arguments') ?? inner)[0];
      return of !== undefined && isFunction(of, hops + 1);
    }
    const made = childOf(inner, 'object');
    const key = childOf(inner, 'property') ?? childOf(inner, 'index');
    if (made === null || key === null) return false;
    const called = inner.type === 'member_expression' ? name(key) : keyText(key, hops);
    // A constructor is a function, and so is nearly every member that a list or a text has.
    return called === 'constructor' || (WITH_METHODS.has(bare(made).type) && called !== null && called !== 'length');
  }

  /** `const tools = { run: cp.exec, ...cp }; tools.run` */
  function ofTable(node: Syntax, object: Syntax, property: string, hops: number): string | null {
    if (!mayBeTable(object, scopes)) return null;
    const value = constants.resolved(node);
    if (value !== node && value !== bare(node)) return follow(value, hops);
    for (const part of constants.object(object)?.children ?? []) {
      const copied = part.type === 'spread_element' ? partsOf(part)[0] : undefined;
      const from = copied === undefined ? null : follow(copied, hops);
      if (from !== null) return joined(from, property);
    }
    return null;
  }

  function ofCall(node: Syntax, hops: number): string | null {
    const callee = childOf(node, 'function');
    const list = childOf(node, 'arguments');
    if (callee === null) return null;
    const first = list === null ? undefined : partsOf(list)[0];
    const from = callee.type === 'import' ? '~import' : follow(callee, hops);
    if (from !== null && LOADS.has(from)) {
      const module = first === undefined ? null : keyText(first, hops);
      return module === null ? null : moduleOf(module);
    }
    if (from === null || from === '~Map().get') return firstOf(values.given(callee), hops);
    if (from === '~Object.assign') return firstOf(list === null ? [] : partsOf(list), hops);
    if (from === 'operator.attrgetter()' && first !== undefined) return attributeOf(callee, first, hops);
    if (LOOKS_UP.has(from)) {
      const second = list === null ? undefined : partsOf(list)[1];
      const key = second === undefined ? null : keyText(second, hops);
      return first === undefined || key === null ? null : memberOf(first, key, hops);
    }
    if (first !== undefined && SAME.has(from)) return follow(first, hops);
    if (from.endsWith('.bind')) return from.slice(0, -'.bind'.length);
    if (from === 'module.createRequire') return '~require';
    return `${from}()`;
  }

  /** `operator.attrgetter('system')(os)` */
  function attributeOf(getter: Syntax, object: Syntax, hops: number): string | null {
    const list = childOf(constants.resolved(getter), 'arguments');
    const named = list === null ? undefined : partsOf(list)[0];
    const key = named === undefined ? null : keyText(named, hops);
    return key === null ? null : memberOf(object, key, hops);
  }

  function ofGlobal(called: string): string | null {
    const before = globals.get(called);
    if (before !== undefined) return before;
    const found =
      called === 'undefined' ? null : (customary(called, program.dialect) ?? ofWildcard(called) ?? `~${called}`);
    globals.set(called, found);
    return found;
  }

  function ofBinding(binding: Binding, hops: number): string | null {
    if (binding.imported !== undefined) {
      const module = moduleOf(binding.imported.module);
      return binding.imported.name === '*' || binding.imported.name === 'default'
        ? module
        : joined(module, binding.imported.name);
    }
    if (binding.kind === 'parameter') return ofParameter(binding, hops);
    if (binding.kind !== 'variable') return null;
    return ofVariable(binding, hops);
  }

  /** `from os import *`: what is neither of this file nor of the language comes from there. */
  function ofWildcard(called: string): string | null {
    wildcard ??= wildcardOf(program);
    return wildcard === '' || isBuiltin(called) ? null : joined(moduleOf(wildcard), called);
  }

  function ofVariable(binding: Binding, hops: number): string | null {
    for (const definition of binding.definitions) {
      const { value, path, how } = definition;
      if (value === null) continue;
      if (how === 'element') {
        const from = firstOf(values.entries(value, path), hops);
        if (from !== null) return from;
      }
      if (how !== 'value') continue;
      let from = follow(value, hops);
      for (const part of path) from = from === null ? null : joined(from, String(part));
      const written = from === null && path.length > 0 ? values.part(value, path) : null;
      if (written !== null) from = follow(written, hops);
      if (from !== null) return from;
    }
    const annotation = binding.declaration.parent === null ? null : childOf(binding.declaration.parent, 'type');
    return annotation === null ? null : typed(annotation, hops);
  }

  function lookedUp(node: Syntax): Taken | null {
    const isCall = node.type === 'call_expression';
    if (!isCall && node.type !== 'subscript_expression') return null;
    const callee = isCall ? childOf(node, 'function') : null;
    if (isCall && (callee === null || !LOOKS_UP.has(follow(callee, 0) ?? ''))) return null;
    const list = isCall ? partsOf(childOf(node, 'arguments') ?? node) : [];
    const object = isCall ? (list[0] ?? null) : childOf(node, 'object');
    const key = isCall ? (list[1] ?? null) : childOf(node, 'index');
    const called = object === null || key === null ? null : keyText(key, 0);
    return object === null || called === null ? null : { object, name: called };
  }

  return {
    origin,
    fields,
    lookedUp,
    taken: values.taken,
    keyText: (node) => keyText(node, 0),
    member: (object, called) => memberOf(object, called, 0),
    resolved: constants.resolved,
    hasPresets: text.includes(program.dialect === 'python' ? 'partial' : '.bind('),
  };
}
