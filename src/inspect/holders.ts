import { expected, hasMatch } from '../core/prefilter.ts';
import { baseClass } from './fields.ts';
import type { Origins } from './origins.ts';
import { CLASSES } from './prototypes.ts';
import type { Returns } from './returns.ts';
import type { Scopes } from './scopes.ts';
import { bare, childOf, FUNCTIONS, type Program, type Syntax } from './syntax.ts';

/** Objects whose class, or whose table of methods, stands in this file. */
export interface Holders {
  /** The method that `query.build` calls, where `query` is made in this file. */
  method(object: Syntax, name: string): Syntax | null;
  /** What a field of the object is given anywhere in its class; null where the object's class is not known. */
  field(object: Syntax, name: string): readonly Syntax[] | null;
  /** How the object was made and which methods were called on it, where all of that is seen; else none. */
  calls(object: Syntax): readonly HolderCall[];
}

export interface HolderCall {
  readonly fn: Syntax;
  readonly call: Syntax;
}

const MAX_HOPS = 10;

const RETURNS_ITSELF = expected(/\breturn this\b/);

export function createHolders(program: Program, scopes: Scopes, origins: Origins, returnsOf: Returns): Holders {
  const text = (node: Syntax): string => program.text.slice(node.start, node.end);
  const isPython = program.dialect === 'python';
  const hasAny =
    ['class_declaration', 'class'].some((type) => program.byType.has(type)) || hasMatch(RETURNS_ITSELF, program.text);

  function method(object: Syntax, called: string): Syntax | null {
    const holder = hasAny ? holderOf(object, 0) : null;
    return holder === null ? null : methodIn(holder, called, 0);
  }

  function field(object: Syntax, called: string): readonly Syntax[] | null {
    const holder = hasAny ? holderOf(object, 0) : null;
    if (holder === null || !CLASSES.has(holder.type)) return null;
    const body = childOf(holder, 'body');
    const values = body === null ? [] : origins.fields(body, called).filter((each) => each.field !== 'type');
    return values.length === 0 ? null : values;
  }

  function calls(object: Syntax): readonly HolderCall[] {
    return hasAny ? (history(object, 0) ?? []) : [];
  }

  /** Null where the object may have been called on elsewhere. */
  function history(node: Syntax, hops: number): readonly HolderCall[] | null {
    const inner = bare(node);
    const holder = hops > MAX_HOPS ? null : holderOf(inner, 0);
    if (holder === null) return null;
    if (inner.type === 'identifier') {
      const binding = scopes.lookup(inner);
      const made = binding?.kind === 'variable' ? binding.definitions[0]?.value : null;
      const before = made === null || made === undefined ? null : history(made, hops + 1);
      if (binding === null || before === null) return null;
      const later = scopes.references(binding).map((reference) => called(reference, holder));
      return later.includes(null) ? null : [...before, ...later.flatMap((each) => each ?? [])];
    }
    const callee = childOf(inner, 'function') ?? childOf(inner, 'constructor');
    if (callee === null) return null;
    const object =
      inner.type === 'call_expression' && callee.type === 'member_expression' ? childOf(callee, 'object') : null;
    if (object === null) {
      const fn = CLASSES.has(holder.type)
        ? methodIn(holder, isPython ? '__init__' : 'constructor', 0)
        : functionNamed(callee);
      return fn === null ? [] : [{ fn, call: inner }];
    }
    const before = history(object, hops + 1);
    const property = childOf(callee, 'property');
    const fn = property === null ? null : methodIn(holder, text(property), 0);
    return before === null ? null : [...before, ...(fn === null ? [] : [{ fn, call: inner }])];
  }

  /** The methods called on one mention of the object, one behind the other; null where it is handed on instead. */
  function called(reference: Syntax, holder: Syntax): readonly HolderCall[] | null {
    const found: HolderCall[] = [];
    for (let at: Syntax = reference; ; ) {
      const member: Syntax | null = at.parent;
      if (member?.type !== 'member_expression' || at.field !== 'object') return at === reference ? null : found;
      const property = childOf(member, 'property');
      const call: Syntax | null = member.parent;
      const fn = property === null ? null : methodIn(holder, text(property), 0);
      if (call?.type !== 'call_expression' || member.field !== 'function' || fn === null) return found;
      found.push({ fn, call });
      at = call;
    }
  }

  /** The class of an object, or the table that a function of this file gives. */
  function holderOf(node: Syntax, hops: number): Syntax | null {
    const inner = bare(node);
    if (hops > MAX_HOPS) return null;
    switch (inner.type) {
      case 'identifier':
        return ofName(inner, hops);
      case 'new_expression': {
        const made = childOf(inner, 'constructor');
        return made === null ? null : classOf(made);
      }
      case 'call_expression':
        return ofCall(inner, hops);
      case 'member_expression':
        return ofOwnField(inner, hops);
      default:
        return null;
    }
  }

  function ofName(node: Syntax, hops: number): Syntax | null {
    const binding = scopes.lookup(node);
    if (binding === null) return null;
    if (binding.kind === 'parameter') {
      const { parameter } = binding;
      return parameter === undefined || parameter.type === null || parameter.path.length > 0
        ? null
        : classNamed(parameter.type);
    }
    const [only, ...others] = binding.definitions;
    if (binding.kind !== 'variable' || only === undefined || others.length > 0) return null;
    if (only.value === null || only.how !== 'value' || only.path.length > 0) return null;
    return holderOf(only.value, hops + 1);
  }

  /** `this.store` of a class that makes it, or whose constructor takes one. */
  function ofOwnField(node: Syntax, hops: number): Syntax | null {
    const object = childOf(node, 'object');
    const property = childOf(node, 'property');
    if (object === null || property === null) return null;
    if (object.type !== 'this' && !(isPython && text(object) === 'self')) return null;
    const values = origins.fields(node, text(property));
    const found = values.map((each) => (each.field === 'type' ? classNamed(each) : holderOf(each, hops + 1)));
    return found.find((each) => each !== null) ?? null;
  }

  /** `new Query()` in Python, and calls that give the object on which they are made: `query.where(x).limit(1)`. */
  function ofCall(call: Syntax, hops: number): Syntax | null {
    const callee = childOf(call, 'function');
    if (callee === null) return null;
    if (callee.type === 'identifier') {
      const made = isPython ? classOf(callee) : null;
      return made ?? given(functionNamed(callee), null, hops);
    }
    const object = callee.type === 'member_expression' ? childOf(callee, 'object') : null;
    const property = childOf(callee, 'property');
    const holder = object === null || property === null ? null : holderOf(object, hops + 1);
    if (holder === null || property === null) return null;
    return given(methodIn(holder, text(property), 0), holder, hops);
  }

  /** What a function gives, where that is an object of a class or table that stands here. */
  function given(fn: Syntax | null, own: Syntax | null, hops: number): Syntax | null {
    const [first, ...others] = fn === null ? [] : returnsOf(fn);
    if (first === undefined || others.length > 0) return null;
    const value = bare(first);
    if (value.type === 'this' || (isPython && text(value) === 'self')) return own;
    return value.type === 'object' && !isPython ? value : holderOf(value, hops + 1);
  }

  function functionNamed(node: Syntax): Syntax | null {
    const value = scopes.lookup(node)?.definitions[0]?.value ?? null;
    const fn = value === null ? null : bare(value);
    return fn !== null && FUNCTIONS.has(fn.type) ? fn : null;
  }

  function classOf(node: Syntax): Syntax | null {
    const definitions = scopes.lookup(node)?.definitions ?? [];
    const value = definitions.length === 1 ? (definitions[0]?.value ?? null) : null;
    return value !== null && CLASSES.has(value.type) ? value : null;
  }

  /** `: Store`, `: Optional[Store]` are told apart from `: Store[]` and `: Map<string, Store>`. */
  function classNamed(type: Syntax): Syntax | null {
    const [only, ...others] = type.children;
    if (only === undefined || others.length > 0) return null;
    return /^(?:type_)?identifier$/.test(only.type) ? classOf(only) : null;
  }

  function methodIn(holder: Syntax, called: string, hops: number): Syntax | null {
    const body = holder.type === 'object' ? holder : childOf(holder, 'body');
    for (const part of body?.children ?? []) {
      const fn = methodAt(part);
      const at =
        fn === null
          ? null
          : fn === part || isPython
            ? childOf(fn, 'name')
            : (childOf(part, 'key') ?? childOf(part, 'name'));
      if (fn !== null && at !== null && text(at) === called) return fn;
    }
    const base = hops > MAX_HOPS ? null : baseClass(holder, scopes);
    return base === null ? null : methodIn(base, called, hops + 1);
  }

  function methodAt(part: Syntax): Syntax | null {
    if (FUNCTIONS.has(part.type)) return part;
    if (part.type === 'decorated_definition') return part.children.find((child) => FUNCTIONS.has(child.type)) ?? null;
    const value = part.type === 'pair' || part.type === 'public_field_definition' ? childOf(part, 'value') : null;
    return value !== null && FUNCTIONS.has(value.type) ? value : null;
  }

  return { method, field, calls };
}
