import type { Binding, Definition } from './bindings.ts';
import { identifier } from './literals.ts';
import { capturesOf } from './match-patterns.ts';
import { namesIn } from './patterns.ts';
import { reaching } from './reaching.ts';
import { childOf, FUNCTIONS, type Program, partsOf, type Syntax } from './syntax.ts';

export interface Scopes {
  /** The binding a name refers to; null for a global. */
  lookup(identifier: Syntax): Binding | null;
  /** All uses of a binding but its declaration. */
  references(binding: Binding): readonly Syntax[];
  /** Definitions that can reach a use, the order of statements considered. */
  reaching(binding: Binding, use: Syntax): readonly Definition[];
}

const BLOCKS: ReadonlySet<string> = new Set([
  'statement_block',
  'program',
  'for_statement',
  'for_in_statement',
  'switch_case',
  'switch_default',
  'class_body',
  ...FUNCTIONS,
]);
const NAMES: ReadonlySet<string> = new Set([
  'identifier',
  'shorthand_property_identifier',
  'shorthand_property_identifier_pattern',
]);

/** Lexical scopes of a program. */
export function createScopes(program: Program): Scopes {
  const { byType, text, dialect } = program;
  /** By name, then by the node in which the name is known: most names of a file are declared once. */
  const names = new Map<string, Map<Syntax, Binding>>();
  const resolved = new Map<Syntax, Binding | null>();
  let uses: Map<string, Syntax[]> | null = null;
  let elsewhere: ReadonlyMap<string, ReadonlySet<Syntax>> | null = null;
  const name = (node: Syntax): string => identifier(text.slice(node.start, node.end));

  function scopeFor(node: Syntax, functionWide: boolean): Syntax {
    for (let up = node.parent; up !== null; up = up.parent) {
      if (functionWide ? up.type === 'program' || FUNCTIONS.has(up.type) : BLOCKS.has(up.type)) return up;
    }
    return program.root;
  }

  function bind(scope: Syntax, binding: Binding): Binding {
    const alike = names.get(binding.name);
    if (alike === undefined) {
      names.set(binding.name, new Map([[scope, binding]]));
      return binding;
    }
    const earlier = alike.get(scope);
    if (earlier !== undefined) {
      earlier.definitions.push(...binding.definitions);
      return earlier;
    }
    alike.set(scope, binding);
    return binding;
  }

  function variable(at: Syntax, scope: Syntax, definition: Definition | null): void {
    bind(scope, {
      name: name(at),
      kind: 'variable',
      declaration: at,
      definitions: definition === null ? [] : [definition],
    });
  }

  for (const node of byType.get('variable_declarator') ?? []) {
    const target = childOf(node, 'name');
    if (target === null) continue;
    const value = childOf(node, 'value');
    const scope = scopeFor(node, node.parent?.type === 'variable_declaration');
    for (const part of namesIn(target, name)) {
      variable(part.at, scope, value === null ? null : { ...part, value, how: 'value' });
    }
  }
  for (const node of byType.get('for_in_statement') ?? []) {
    const left = childOf(node, 'left');
    const right = childOf(node, 'right');
    if (left === null || right === null) continue;
    const how =
      node.children.some((child) => child.field === 'operator' && name(child) === 'in') && dialect === 'javascript'
        ? 'key'
        : 'element';
    const declared = dialect === 'python' || /\b(?:const|let|var|using)\b/.test(text.slice(node.start, left.start));
    for (const part of namesIn(left, name)) {
      const scope = dialect === 'python' ? scopeFor(node, true) : node;
      if (declared) variable(part.at, scope, { ...part, value: right, how });
    }
  }
  for (const type of FUNCTIONS) {
    for (const node of byType.get(type) ?? []) functionNames(node);
  }
  for (const type of ['class_declaration', 'class', 'abstract_class_declaration', 'enum_declaration']) {
    for (const node of byType.get(type) ?? []) {
      const at = childOf(node, 'name');
      if (at === null) continue;
      bind(scopeFor(node, dialect === 'python'), {
        name: name(at),
        kind: 'class',
        declaration: at,
        definitions: [whole(at, node)],
      });
    }
  }
  for (const node of byType.get('catch_clause') ?? []) {
    const at = childOf(node, 'parameter');
    if (at === null) continue;
    for (const part of namesIn(at, name))
      bind(node, { name: name(part.at), kind: 'caught', declaration: part.at, definitions: [] });
  }
  for (const node of byType.get('import_statement') ?? []) imports(node);
  for (const node of byType.get('import_from_statement') ?? []) imports(node);
  for (const type of ['assignment_expression', 'augmented_assignment_expression']) {
    for (const node of byType.get(type) ?? []) assigned(node);
  }
  for (const node of byType.get('as_pattern') ?? []) {
    const target = node.children.find((child) => child.type === 'as_pattern_target');
    const value = node.children[0];
    if (target === undefined || value === undefined) continue;
    for (const part of namesIn(target, name)) variable(part.at, scopeFor(node, true), { ...part, value, how: 'value' });
  }
  for (const node of byType.get('case_clause') ?? []) {
    for (const { of, ...part } of capturesOf(node, name))
      variable(part.at, scopeFor(node, true), of === null ? null : { ...part, value: of, how: 'value' });
  }

  function functionNames(node: Syntax): void {
    const at = childOf(node, 'name');
    if (at !== null && node.type !== 'method_definition') {
      const scope = node.type.endsWith('declaration') ? scopeFor(node, false) : node;
      bind(scope, { name: name(at), kind: 'function', declaration: at, definitions: [whole(at, node)] });
    }
    parametersOf(node).forEach((parameter, index) => {
      const pattern = childOf(parameter, 'pattern') ?? childOf(parameter, 'name') ?? parameter;
      const fallback = childOf(parameter, 'value');
      const type = childOf(parameter, 'type');
      const decorators = parameter.children.filter((child) => child.type === 'decorator');
      for (const part of namesIn(pattern, name)) {
        const otherwise = part.fallback ?? fallback;
        bind(node, {
          name: name(part.at),
          kind: 'parameter',
          declaration: part.at,
          definitions: [],
          parameter: { of: node, index, path: part.path, type, decorators },
        }).definitions.push(...(otherwise === null ? [] : [whole(part.at, otherwise)]));
      }
    });
  }

  function imports(node: Syntax): void {
    if (dialect === 'python') {
      pythonImports(node);
      return;
    }
    const source = childOf(node, 'source');
    const clause = node.children.find((child) => child.type === 'import_clause');
    const required = node.children.find((child) => child.type === 'import_require_clause');
    if (required !== undefined) {
      const at = required.children.find((child) => child.type === 'identifier');
      const from = childOf(required, 'source');
      if (at !== undefined && from !== null) importing(at, moduleName(name(from)), '*');
    }
    if (source === null || clause === undefined) return;
    const module = moduleName(name(source));
    for (const part of clause.children) {
      if (part.type === 'identifier') importing(part, module, 'default');
      if (part.type === 'namespace_import') {
        const at = part.children.find((child) => child.type === 'identifier');
        if (at !== undefined) importing(at, module, '*');
      }
      if (part.type !== 'named_imports') continue;
      for (const specifier of part.children) {
        const imported = childOf(specifier, 'name');
        if (imported === null) continue;
        importing(childOf(specifier, 'alias') ?? imported, module, name(imported));
      }
    }
  }

  function pythonImports(node: Syntax): void {
    const from = childOf(node, 'module_name');
    for (const part of node.children) {
      if (part.field !== 'name') continue;
      const target = part.type === 'aliased_import' ? childOf(part, 'name') : part;
      const alias = part.type === 'aliased_import' ? childOf(part, 'alias') : null;
      if (target === null) continue;
      const first = alias ?? target.children[0] ?? target;
      if (from !== null) importing(alias ?? target, name(from), name(target));
      else importing(first, alias === null ? name(first) : name(target), '*');
    }
  }

  function importing(at: Syntax, module: string, imported: string): void {
    bind(program.root, {
      name: name(at),
      kind: 'import',
      declaration: at,
      definitions: [],
      imported: { module, name: imported },
    });
  }

  function assigned(node: Syntax): void {
    const left = childOf(node, 'left');
    const value = childOf(node, 'right');
    if (left === null || value === null) return;
    for (const part of namesIn(left, name)) {
      if (!NAMES.has(part.at.type)) continue;
      const how = node.type === 'assignment_expression' ? 'value' : 'augmented';
      const definition: Definition = { ...part, value, how };
      const known = dialect === 'python' ? own(part.at, scopeFor(node, true)) : lookup(part.at);
      if (known !== null) known.definitions.push(definition);
      else if (dialect === 'python') variable(part.at, scopeFor(node, true), definition);
      else variable(part.at, program.root, definition);
      resolved.delete(part.at);
    }
  }

  /** Python: what a function gives a value is its own, unless it says `global` or `nonlocal` (language reference, 4.2.1). */
  function own(at: Syntax, scope: Syntax): Binding | null {
    const here = names.get(name(at))?.get(scope);
    if (here !== undefined) return here;
    elsewhere ??= declaredElsewhere();
    return scope === program.root || elsewhere.get(name(at))?.has(scope) === true ? lookup(at) : null;
  }

  function declaredElsewhere(): ReadonlyMap<string, ReadonlySet<Syntax>> {
    const found = new Map<string, Set<Syntax>>();
    for (const type of ['global_statement', 'nonlocal_statement']) {
      for (const node of byType.get(type) ?? []) {
        for (const part of node.children) {
          if (part.type === 'identifier')
            found.set(name(part), (found.get(name(part)) ?? new Set()).add(scopeFor(node, true)));
        }
      }
    }
    return found;
  }

  function lookup(identifier: Syntax): Binding | null {
    const cached = resolved.get(identifier);
    if (cached !== undefined) return cached;
    const found = nearest(names.get(name(identifier)), identifier);
    resolved.set(identifier, found);
    return found;
  }

  /** Of the bindings of one name, that of the innermost scope around a use. */
  function nearest(alike: ReadonlyMap<Syntax, Binding> | undefined, use: Syntax): Binding | null {
    if (alike === undefined) return null;
    const outermost = alike.get(program.root);
    if (outermost !== undefined && alike.size === 1) return outermost;
    for (let up: Syntax | null = use; up !== null; up = up.parent) {
      const binding = alike.get(up);
      if (binding !== undefined) return binding;
    }
    return null;
  }

  function references(binding: Binding): readonly Syntax[] {
    if (uses === null) {
      uses = new Map();
      for (const type of NAMES) {
        for (const node of byType.get(type) ?? []) {
          const called = name(node);
          const known = uses.get(called);
          if (known === undefined) uses.set(called, [node]);
          else known.push(node);
        }
      }
    }
    const all = uses.get(binding.name) ?? [];
    return all.filter((node) => node !== binding.declaration && lookup(node) === binding);
  }

  return { lookup, references, reaching };
}

/** Parameters in order, Python's `self` and `cls` included. */
export function parametersOf(node: Syntax): readonly Syntax[] {
  const single = childOf(node, 'parameter');
  if (single !== null) return [single];
  const list = childOf(node, 'parameters');
  return list === null ? [] : partsOf(list).filter((part) => part.type !== 'this' && part.type !== 'keyword_separator');
}

/** `./x` as written between the quotes. */
export function moduleName(literal: string): string {
  return literal.replace(/^['"`]|['"`]$/g, '');
}

function whole(at: Syntax, value: Syntax): Definition {
  return { at, value, path: [], how: 'value', fallback: null };
}
