import type { Binding } from './bindings.ts';
import type { Constants } from './constants.ts';
import { baseClass, collectFields } from './fields.ts';
import { CLASSES, type Prototypes } from './prototypes.ts';
import type { Returns } from './returns.ts';
import type { Scopes } from './scopes.ts';
import { bare, childOf, FUNCTIONS, type Program, partsOf, type Syntax } from './syntax.ts';

/** A method of an object, by its name. */
export interface Taken {
  readonly object: Syntax;
  readonly name: string;
}

/** Expressions that an expression stands for where no dotted path says so: entries of lists, results of small functions. */
export interface OriginValues {
  /** `runners[0]`; of `runners[kind](…)` every entry, since any of them may be called. */
  elements(subscript: Syntax): readonly Syntax[];
  /** What a destructured name is given of a list or table that stands there. */
  part(value: Syntax, path: readonly (string | number)[]): Syntax | null;
  /** What a getter gives: `{ get run() { return cp.exec } }`. */
  gotten(method: Syntax): readonly Syntax[];
  /** What a function of this file gives back where it is called, and what `table.get(key)` may give. */
  given(callee: Syntax): readonly Syntax[];
  /** The class of `new Tool()`, or of a name that is given one once. */
  classOf(object: Syntax): Syntax | null;
  /** The object and the method that a plain name stands for. */
  taken(name: Syntax): Taken | null;
  /** What a list that stands in the file holds; at a path, what each entry has there: `for (const [key, run] of Object.entries(table))`. */
  entries(list: Syntax, path: readonly (string | number)[]): readonly Syntax[];
  /** What `this.name` is given in the class around a node. */
  fields(node: Syntax, name: string): readonly Syntax[];
  /** `import('x').then((module) => …)`: what the function is called with. */
  promisedTo(fn: Syntax): Syntax | null;
  /** What a module's wrapper hands to a parameter: an expression, or the name of a module. */
  handed(binding: Binding): readonly (Syntax | string)[];
}

const HANDED: ReadonlySet<string> = new Set(['arguments', 'parenthesized_expression', 'call_expression']);
const MAX_ENTRIES = 50;
const MAX_BASES = 8;
/** Whose function is called with each entry (ECMAScript, Array). */
const EACH: ReadonlySet<string> = new Set('forEach,map,flatMap,filter,find,findLast,some,every'.split(','));

export function createOriginValues(
  program: Program,
  scopes: Scopes,
  constants: Constants,
  prototypes: Prototypes,
  returnsOf: Returns,
): OriginValues {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  let classFields: ReadonlyMap<Syntax, ReadonlyMap<string, readonly Syntax[]>> | null = null;

  const hasClasses = ['class_declaration', 'class'].some((type) => program.byType.has(type));

  function elements(subscript: Syntax): readonly Syntax[] {
    const object = childOf(subscript, 'object');
    const index = childOf(subscript, 'index');
    if (object === null || index === null) return [];
    const list = constants.resolved(object);
    const isCalled = subscript.field === 'function';
    if (list.type === 'object' && isCalled) return entriesOf(list);
    if (list.type !== 'array') return [];
    const at = constants.constant(index);
    if (typeof at === 'number') return partsOf(list).slice(at, at + 1);
    return isCalled ? partsOf(list).slice(0, MAX_ENTRIES) : [];
  }

  function entriesOf(table: Syntax): readonly Syntax[] {
    return partsOf(table)
      .slice(0, MAX_ENTRIES)
      .flatMap((part) => {
        if (part.type === 'shorthand_property_identifier') return [part];
        const value = part.type === 'pair' ? childOf(part, 'value') : null;
        return value === null ? [] : [value];
      });
  }

  function part(value: Syntax, path: readonly (string | number)[]): Syntax | null {
    let at: Syntax | null = value;
    for (const each of path) {
      const whole: Syntax | null = at === null ? null : constants.resolved(at);
      if (whole?.type === 'array' && typeof each === 'number') at = partsOf(whole)[each] ?? null;
      else if (whole?.type === 'object' && typeof each === 'string') at = constants.property(whole, each);
      else return null;
    }
    return at;
  }

  function gotten(method: Syntax): readonly Syntax[] {
    const property = childOf(method, 'name');
    if (property === null || !/\bget\s+$/.test(program.text.slice(method.start, property.start))) return [];
    return returnsOf(method);
  }

  function given(callee: Syntax): readonly Syntax[] {
    if (callee.type === 'member_expression') return held(callee);
    const binding = callee.type === 'identifier' ? scopes.lookup(callee) : null;
    if (binding === null || binding.definitions.length !== 1 || binding.kind === 'parameter') return [];
    const fn = bare(binding.definitions[0]?.value ?? callee);
    return FUNCTIONS.has(fn.type) && !/generator/.test(fn.type) ? returnsOf(fn) : [];
  }

  function classOf(object: Syntax): Syntax | null {
    if (!hasClasses) return null;
    const made = bare(object);
    const called = made.type === 'new_expression' ? childOf(made, 'constructor') : made;
    if (called?.type !== 'identifier') return null;
    const binding = scopes.lookup(called);
    const only = binding?.definitions.length === 1 ? binding.definitions[0] : undefined;
    if (only?.value === undefined || only.value === null || only.path.length > 0) return null;
    if (CLASSES.has(only.value.type)) return only.value;
    return made === called && only.value.type === 'new_expression' ? classOf(only.value) : null;
  }

  function entries(list: Syntax, path: readonly (string | number)[]): readonly Syntax[] {
    const whole = constants.resolved(list);
    if (whole.type === 'array' && path.length === 0) return partsOf(whole).slice(0, MAX_ENTRIES);
    const callee = whole.type === 'call_expression' ? childOf(whole, 'function') : null;
    if (callee?.type !== 'member_expression') return [];
    const first = partsOf(childOf(whole, 'arguments') ?? whole)[0];
    const called = name(callee);
    const table = /^Object\.(?:entries|values)$/.test(called) ? first : childOf(callee, 'object');
    if (table === undefined || table === null || !/\.(?:entries|items|values)$/.test(called)) return [];
    const wanted = called.endsWith('.values') ? '' : '1';
    return path.join('.') === wanted ? valuesOf(table) : [];
  }

  /** What a table or a `Map` may hold: what it is made with, and what is put into it. */
  function valuesOf(table: Syntax): readonly Syntax[] {
    const whole = constants.resolved(table);
    if (whole.type === 'object') return entriesOf(whole);
    const made = whole.type === 'new_expression' ? childOf(whole, 'constructor') : null;
    if (made === null || name(made) !== 'Map') return [];
    const first = partsOf(childOf(whole, 'arguments') ?? made)[0];
    const list = first === undefined ? null : constants.resolved(first);
    const pairs = list?.type === 'array' ? partsOf(list).slice(0, MAX_ENTRIES) : [];
    const values = pairs.flatMap((pair) => (pair.type === 'array' ? partsOf(pair).slice(1, 2) : []));
    const binding = table.type === 'identifier' ? scopes.lookup(table) : null;
    const put = binding === null ? [] : scopes.references(binding).flatMap(putThrough).slice(0, MAX_ENTRIES);
    return [...values, ...put];
  }

  /** `table.set('run', exec)` */
  function putThrough(table: Syntax): readonly Syntax[] {
    const member = table.field === 'object' ? table.parent : null;
    const property = member === null ? null : childOf(member, 'property');
    const call = member?.field === 'function' ? member.parent : null;
    if (call === null || property === null || name(property) !== 'set') return [];
    return argumentsOf(call, 1);
  }

  /** `table.get('run')`, of a `Map` or a dictionary. */
  function held(callee: Syntax): readonly Syntax[] {
    const object = childOf(callee, 'object');
    const property = childOf(callee, 'property');
    return object === null || property === null || name(property) !== 'get' ? [] : valuesOf(object);
  }

  function taken(at: Syntax): Taken | null {
    const binding = scopes.lookup(at);
    const only = binding?.kind === 'variable' && binding.definitions.length === 1 ? binding.definitions[0] : undefined;
    if (only === undefined || only.value === null || only.how !== 'value') return null;
    const [part, ...deeper] = only.path;
    if (part !== undefined)
      return typeof part === 'string' && deeper.length === 0 ? { object: only.value, name: part } : null;
    const value = bare(only.value);
    const callee = value.type === 'call_expression' ? childOf(value, 'function') : null;
    const member = callee !== null && /\.bind$/.test(name(callee)) ? childOf(callee, 'object') : value;
    if (member?.type !== 'member_expression') return null;
    const object = childOf(member, 'object');
    const property = childOf(member, 'property');
    return object === null || property === null ? null : { object, name: name(property) };
  }

  function fields(node: Syntax, property: string): readonly Syntax[] {
    classFields ??= collectFields(program, scopes, prototypes);
    let around = prototypes.ownerOf(node);
    for (let hops = 0; around !== null && hops < MAX_BASES; hops += 1) {
      const own = classFields.get(around)?.get(property);
      if (own !== undefined) return own;
      around = baseClass(around, scopes);
    }
    return [];
  }

  function promisedTo(fn: Syntax): Syntax | null {
    const call = fn.parent?.type === 'arguments' ? fn.parent.parent : null;
    const callee = call === null ? null : childOf(call, 'function');
    const property = callee?.type === 'member_expression' ? childOf(callee, 'property') : null;
    return callee !== null && property !== null && name(property) === 'then' ? childOf(callee, 'object') : null;
  }

  function handed(binding: Binding): readonly (Syntax | string)[] {
    const { parameter } = binding;
    // Most functions are handed to nothing, and have to be told apart cheaply.
    if (parameter === undefined || parameter.path.length > 0 || !HANDED.has(parameter.of.parent?.type ?? '')) return [];
    return ofFunction(parameter.of, parameter.index, binding.name, 0);
  }

  function ofFunction(fn: Syntax, index: number, called: string, hops: number): readonly (Syntax | string)[] {
    let whole = fn;
    while (whole.parent?.type === 'parenthesized_expression') whole = whole.parent;
    const around = whole.parent;
    if (around?.type === 'call_expression' && whole.field === 'function') return argumentsOf(around, index);
    const call = around?.type === 'arguments' ? around.parent : null;
    if (around === null || call?.type !== 'call_expression') return [];
    return handedOn(call, around, fn, index, called, hops);
  }

  function argumentsOf(call: Syntax, index: number): readonly Syntax[] {
    const list = childOf(call, 'arguments');
    const argument = list === null ? undefined : partsOf(list)[index];
    return argument === undefined ? [] : [argument];
  }

  /** `define(['child_process'], (cp) => …)`, and what a wrapper does with the factory that it is called with. */
  function handedOn(
    call: Syntax,
    list: Syntax,
    fn: Syntax,
    index: number,
    called: string,
    hops: number,
  ): readonly (Syntax | string)[] {
    const callee = childOf(call, 'function');
    if (callee === null) return [];
    if (name(callee) === 'define' || name(callee) === 'requirejs') return fromLoader(partsOf(list), fn, index, called);
    const object = callee.type === 'member_expression' ? childOf(callee, 'object') : null;
    const method = childOf(callee, 'property');
    if (object !== null) return index === 0 && method !== null && EACH.has(name(method)) ? entries(object, []) : [];
    const wrapper = bare(callee);
    if (!FUNCTIONS.has(wrapper.type) || hops > 1) return [];
    const position = partsOf(list).indexOf(fn);
    const taken = parameterAt(wrapper, position);
    const binding = taken === null ? null : scopes.lookup(taken);
    if (binding === null) return [];
    return scopes.references(binding).flatMap((reference): readonly (Syntax | string)[] => {
      const outer = reference.parent;
      if (outer?.type === 'call_expression' && reference.field === 'function') return argumentsOf(outer, index);
      const inner = outer?.type === 'arguments' ? outer.parent : null;
      if (outer === null || inner?.type !== 'call_expression') return [];
      const loader = childOf(inner, 'function');
      return loader !== null && name(loader) === 'define' ? fromLoader(partsOf(outer), reference, index, called) : [];
    });
  }

  function parameterAt(fn: Syntax, index: number): Syntax | null {
    const list = childOf(fn, 'parameters');
    const parameter = list === null ? undefined : partsOf(list)[index];
    if (parameter === undefined) return null;
    const at = childOf(parameter, 'pattern') ?? parameter;
    return at.type === 'identifier' ? at : null;
  }

  /** The Asynchronous Module Definition: dependencies by name, or `require`, `exports` and `module` without any. */
  function fromLoader(given: readonly Syntax[], factory: Syntax, index: number, called: string): readonly string[] {
    const before = given[given.indexOf(factory) - 1];
    const dependencies = before === undefined ? null : constants.resolved(before);
    if (dependencies?.type !== 'array') return index === 0 && called === 'require' ? [LOADER] : [];
    const entry = partsOf(dependencies)[index];
    const module = entry === undefined ? undefined : constants.constant(entry);
    return typeof module === 'string' ? [module === 'require' ? LOADER : module] : [];
  }

  return { elements, part, gotten, given, classOf, taken, entries, fields, promisedTo, handed };
}

/** Stands for the function that loads modules, where a wrapper hands that over. */
export const LOADER = '~require';
