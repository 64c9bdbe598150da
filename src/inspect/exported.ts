import { FILLS } from './changes.ts';
import { createReturns } from './returns.ts';
import type { Scopes } from './scopes.ts';
import { bare, childOf, FUNCTIONS, functionAround, type Program, partsOf, type Syntax } from './syntax.ts';

/** What a constructor function calls itself in functions inside it: `var self = this`. */
const ITSELF = /^(?:this|self|that|_this|me)$/;
/** `$.extend(Box.prototype, { … })`, and the like of other libraries. */
const MIXES = /(?:^|\.)(?:extend|assign|_extend|mixin|merge)$/;
/** Results of results: a maker of makers is followed this far. */
const MAX_MADE = 2;

/**
 * Functions that code outside this file can call, with the name they have there. A file that exports nothing is taken
 * as a script: its top-level functions are global, unless it loads modules and calls them itself.
 */
export function exportsOf(program: Program, scopes: Scopes): ReadonlyMap<Syntax, string> {
  const found = new Map<Syntax, string>();
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const returnsOf = createReturns(program);
  let exportsAnything = false;

  /** What is being looked at: a table may hold itself, `const api = { api }`. */
  const open = new Set<Syntax>();

  function add(node: Syntax | null, as: string, made = 0): void {
    exportsAnything = true;
    if (node === null || open.has(node)) return;
    open.add(node);
    addOne(node, as, made);
    open.delete(node);
  }

  function addOne(node: Syntax, as: string, made: number): void {
    if (FUNCTIONS.has(node.type)) {
      if (found.has(node)) return;
      found.set(node, as);
      if (program.dialect === 'javascript' && made < MAX_MADE) addMade(node, `${as}()`, made + 1);
      return;
    }
    if (node.type === 'identifier' || node.type === 'shorthand_property_identifier') {
      const binding = scopes.lookup(node);
      for (const definition of binding?.definitions ?? []) {
        if (definition.value !== null && definition.value !== node && definition.path.length === 0)
          add(definition.value, as, made);
      }
      return;
    }
    if (node.type === 'object') {
      addMembers(node, as, made);
      return;
    }
    if (node.type === 'class_declaration' || node.type === 'class' || node.type === 'abstract_class_declaration') {
      for (const member of childOf(node, 'body')?.children ?? []) {
        const at = childOf(member, 'name');
        if (member.type === 'method_definition' && at !== null && !isPrivate(member, name(at)))
          add(member, `${as}.${name(at)}`);
        if (member.type === 'public_field_definition' && at !== null) add(fieldFunction(member), `${as}.${name(at)}`);
      }
      return;
    }
    // `module.exports = new Store(pool)`: whoever loads the file calls the methods of the class.
    if (node.type === 'new_expression') {
      const made = childOf(node, 'constructor');
      if (made?.type === 'identifier') add(made, as);
      return;
    }
    if (node.type === 'call_expression') {
      for (const part of partsOf(childOf(node, 'arguments') ?? node))
        if (FUNCTIONS.has(part.type)) add(part, as, MAX_MADE);
      const callee = childOf(node, 'function');
      const wrapper = callee === null ? null : bare(callee);
      if (wrapper !== null && FUNCTIONS.has(wrapper.type)) addResults(wrapper, as, made);
      return;
    }
    if (node.type === 'assignment_expression') add(childOf(node, 'right'), as, made);
  }

  function addMembers(table: Syntax, as: string, made: number): void {
    for (const part of table.children) {
      const isShort = part.type === 'shorthand_property_identifier';
      const key = isShort ? part : (childOf(part, 'key') ?? childOf(part, 'name'));
      const called = key === null ? as : as.endsWith('()') ? `${as}.${name(key)}` : name(key);
      if (part.type === 'pair') add(childOf(part, 'value'), called, made);
      else if (part.type === 'method_definition' || isShort) add(part, called, made);
    }
  }

  /** What a function gives: a table of functions, or a function, that whoever called it can call. */
  function addResults(fn: Syntax, as: string, made: number): void {
    for (const value of returnsOf(fn)) {
      const result = bare(value);
      if (result.type === 'object' || FUNCTIONS.has(result.type) || result.type === 'identifier') add(result, as, made);
    }
  }

  /** What an exported function makes: its results, and the methods that a constructor gives each of its objects. */
  function addMade(fn: Syntax, as: string, made: number): void {
    addResults(fn, as, made);
    givenTo ??= functionsGiven();
    for (const { left, right } of givenTo.get(fn) ?? []) {
      const object = childOf(left, 'object');
      const property = childOf(left, 'property');
      if (object !== null && property !== null && ITSELF.test(name(object)))
        add(right, `${as}.${name(property)}`, made);
    }
  }

  let givenTo: ReturnType<typeof functionsGiven> | null = null;

  /** `self.run = function () { … }`, by the function around it. */
  function functionsGiven(): ReadonlyMap<Syntax, readonly { readonly left: Syntax; readonly right: Syntax }[]> {
    const given = new Map<Syntax, { left: Syntax; right: Syntax }[]>();
    for (const node of program.byType.get('assignment_expression') ?? []) {
      const left = childOf(node, 'left');
      const right = childOf(node, 'right');
      if (left?.type !== 'member_expression' || right === null || !FUNCTIONS.has(right.type)) continue;
      const around = functionAround(node);
      if (around === null) continue;
      const before = given.get(around);
      if (before === undefined) given.set(around, [{ left, right }]);
      else before.push({ left, right });
    }
    return given;
  }

  function isPrivate(member: Syntax, called: string): boolean {
    return (
      called.startsWith('#') ||
      member.children.some((part) => part.type === 'accessibility_modifier' && name(part) === 'private')
    );
  }

  function fieldFunction(member: Syntax): Syntax | null {
    const value = childOf(member, 'value');
    return value !== null && FUNCTIONS.has(value.type) ? value : null;
  }

  function addDeclared(): void {
    for (const statement of program.byType.get('export_statement') ?? []) {
      const isDefault = /^export\s+default\b/.test(program.text.slice(statement.start, statement.start + 40));
      const declaration = childOf(statement, 'declaration') ?? childOf(statement, 'value');
      if (declaration !== null) {
        const at = childOf(declaration, 'name');
        if (declaration.type.startsWith('lexical') || declaration.type === 'variable_declaration') {
          for (const part of declaration.children) {
            const called = childOf(part, 'name');
            if (part.type === 'variable_declarator' && called !== null) add(childOf(part, 'value'), name(called));
          }
        } else add(declaration, isDefault || at === null ? 'default' : name(at));
      }
      for (const clause of statement.children) {
        if (clause.type !== 'export_clause') continue;
        for (const specifier of clause.children) {
          const at = childOf(specifier, 'name');
          if (at !== null) add(at, name(childOf(specifier, 'alias') ?? at));
        }
      }
    }
  }

  function addAssigned(): void {
    for (const node of program.byType.get('assignment_expression') ?? []) {
      const left = childOf(node, 'left');
      if (left === null) continue;
      const target = name(left);
      if (/^(?:module\.exports|exports)$/.test(target)) add(childOf(node, 'right'), 'default');
      else if (/^(?:module\.)?exports\.\w+$/.test(target))
        add(childOf(node, 'right'), target.slice(target.lastIndexOf('.') + 1));
      else if (/^[\w$]+\.prototype(?:\.\w+)?$|^(?:window|global|globalThis|root)\.\w+$/.test(target))
        add(childOf(node, 'right'), target.slice(target.lastIndexOf('.') + 1));
      else if (
        /^[\w$]+\.[\w$]+$/.test(target) &&
        left.type === 'member_expression' &&
        node.parent?.parent?.type === 'program'
      ) {
        const right = childOf(node, 'right');
        if (right !== null && FUNCTIONS.has(right.type)) found.set(right, target);
      }
    }
  }

  /** Methods that are mixed into a prototype, and what a module's wrapper gets from the function it is handed. */
  function addCalled(): void {
    for (const node of program.byType.get('call_expression') ?? []) {
      const callee = childOf(node, 'function');
      const list = childOf(node, 'arguments');
      if (callee === null || list === null) continue;
      const [first, ...others] = partsOf(list);
      if (first === undefined) continue;
      if (first.type === 'member_expression' && /\.prototype$/.test(name(first))) {
        if (FILLS.test(name(callee)) || MIXES.test(name(callee)))
          for (const each of others) if (each.type === 'object') addMembers(each, 'prototype', 0);
      } else if (isWrapper(node, callee)) {
        for (const each of partsOf(list)) if (FUNCTIONS.has(each.type)) addResults(each, 'default', 0);
      }
    }
  }

  /** `(function (root, factory) { … })(this, function () { return api })`, `define(function () { return api })` */
  function isWrapper(call: Syntax, callee: Syntax): boolean {
    if (name(callee) === 'define') return true;
    return FUNCTIONS.has(bare(callee).type) && functionAround(call) === null;
  }

  function addGlobals(): void {
    const isProgram = program.dialect === 'javascript' && loadsModules();
    for (const type of [...FUNCTIONS, 'class_declaration']) {
      for (const node of program.byType.get(type) ?? []) {
        if (!isTopLevel(node)) continue;
        const at =
          childOf(node, 'name') ?? (node.parent?.type === 'variable_declarator' ? childOf(node.parent, 'name') : null);
        if (at === null || node.type === 'method_definition') continue;
        if (!isProgram || !isCalled(at)) add(node, name(at));
      }
    }
  }

  /** Only scripts without modules share their functions by being there. */
  function loadsModules(): boolean {
    return program.byType.has('import_statement') || program.text.includes('require(');
  }

  function isCalled(at: Syntax): boolean {
    const binding = scopes.lookup(at);
    return (
      binding !== null &&
      scopes.references(binding).some(({ field, parent }) => field === 'function' && parent !== null)
    );
  }

  addDeclared();
  addAssigned();
  if (program.dialect === 'javascript') addCalled();
  if (!exportsAnything || program.dialect !== 'javascript') addGlobals();
  return found;
}

function isTopLevel(node: Syntax): boolean {
  for (let up = node.parent; up !== null; up = up.parent) {
    if (FUNCTIONS.has(up.type) || up.type === 'arguments' || up.type === 'class_body') return false;
  }
  return true;
}
