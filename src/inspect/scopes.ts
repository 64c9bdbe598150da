import { childOf, FUNCTIONS, functionAround, type Program, partsOf, type Syntax, statementAround } from './syntax.ts';

/** One way a name gets its value. */
export interface Definition {
  /** The name as it stands at this definition. */
  readonly at: Syntax;
  /** The expression; null where the value comes from outside (a parameter without default). */
  readonly value: Syntax | null;
  /** What of the value: property names and positions of a destructuring pattern. */
  readonly path: readonly (string | number)[];
  readonly how: 'value' | 'element' | 'key' | 'augmented';
  /** Default of a destructured name. */
  readonly fallback: Syntax | null;
}

export interface Binding {
  readonly name: string;
  readonly kind: 'import' | 'parameter' | 'variable' | 'function' | 'class' | 'caught';
  readonly declaration: Syntax;
  readonly definitions: Definition[];
  readonly imported?: { readonly module: string; readonly name: string };
  readonly parameter?: {
    readonly of: Syntax;
    readonly index: number;
    readonly path: readonly (string | number)[];
    readonly type: Syntax | null;
    readonly decorators: readonly Syntax[];
  };
}

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
const LOOPS: ReadonlySet<string> = new Set(['for_statement', 'for_in_statement', 'while_statement', 'do_statement']);
const NAMES: ReadonlySet<string> = new Set([
  'identifier',
  'shorthand_property_identifier',
  'shorthand_property_identifier_pattern',
]);

/** Lexical scopes of a program. */
export function createScopes(program: Program): Scopes {
  const { byType, text, dialect } = program;
  const scopes = new Map<Syntax, Map<string, Binding>>();
  const resolved = new Map<Syntax, Binding | null>();
  let uses: Map<string, Syntax[]> | null = null;
  const name = (node: Syntax): string => text.slice(node.start, node.end);

  function scopeFor(node: Syntax, functionWide: boolean): Syntax {
    for (let up = node.parent; up !== null; up = up.parent) {
      if (functionWide ? up.type === 'program' || FUNCTIONS.has(up.type) : BLOCKS.has(up.type)) return up;
    }
    return program.root;
  }

  function bind(scope: Syntax, binding: Binding): Binding {
    const names = scopes.get(scope) ?? new Map<string, Binding>();
    scopes.set(scope, names);
    const earlier = names.get(binding.name);
    if (earlier !== undefined) {
      earlier.definitions.push(...binding.definitions);
      return earlier;
    }
    names.set(binding.name, binding);
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
      const known = lookup(part.at);
      if (known !== null) known.definitions.push(definition);
      else if (dialect === 'python') variable(part.at, scopeFor(node, true), definition);
      else variable(part.at, program.root, definition);
      resolved.delete(part.at);
    }
  }

  function lookup(identifier: Syntax): Binding | null {
    const cached = resolved.get(identifier);
    if (cached !== undefined) return cached;
    const wanted = name(identifier);
    let found: Binding | null = null;
    for (let up: Syntax | null = identifier; up !== null; up = up.parent) {
      const binding = scopes.get(up)?.get(wanted);
      if (binding === undefined) continue;
      found = binding;
      break;
    }
    resolved.set(identifier, found);
    return found;
  }

  function references(binding: Binding): readonly Syntax[] {
    if (uses === null) {
      uses = new Map();
      for (const type of NAMES) {
        for (const node of byType.get(type) ?? []) {
          const known = uses.get(name(node));
          if (known === undefined) uses.set(name(node), [node]);
          else known.push(node);
        }
      }
    }
    const all = uses.get(binding.name) ?? [];
    return all.filter((node) => node !== binding.declaration && lookup(node) === binding);
  }

  return { lookup, references, reaching };
}

/** Definitions in the use's own function that another one before the use always replaces are left out. */
function reaching(binding: Binding, use: Syntax): readonly Definition[] {
  const all = binding.definitions;
  if (all.length < 2) return all;
  const home = functionAround(use);
  const loop = loopAround(use);
  const possible = all.filter((definition) => {
    if (functionAround(definition.at) !== home) return true;
    if (contained(definition.value, use)) return loop !== null;
    return (
      definition.at.start < use.start ||
      (loop !== null && loop.start <= definition.at.start && definition.at.end <= loop.end)
    );
  });
  let last: Definition | null = null;
  for (const definition of possible) {
    if (definition.how === 'augmented' || definition.at.start > use.start) continue;
    if (functionAround(definition.at) !== home || contained(definition.value, use)) continue;
    const block = statementAround(definition.at).parent;
    if (block === null || use.start < block.start || use.end > block.end) continue;
    if (last === null || definition.at.start > last.at.start) last = definition;
  }
  if (last === null) return possible;
  const from = last.at.start;
  return possible.filter((definition) => definition.at.start >= from || functionAround(definition.at) !== home);
}

function contained(outer: Syntax | null, inner: Syntax): boolean {
  return outer !== null && outer.start <= inner.start && inner.end <= outer.end;
}

function loopAround(node: Syntax): Syntax | null {
  for (let up = node.parent; up !== null && !FUNCTIONS.has(up.type); up = up.parent) if (LOOPS.has(up.type)) return up;
  return null;
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

interface PatternName {
  readonly at: Syntax;
  readonly path: readonly (string | number)[];
  readonly fallback: Syntax | null;
}

/** The names a pattern introduces, with the way to each. */
function namesIn(pattern: Syntax, name: (node: Syntax) => string): readonly PatternName[] {
  const found: PatternName[] = [];
  const visit = (node: Syntax, path: readonly (string | number)[], fallback: Syntax | null): void => {
    switch (node.type) {
      case 'identifier':
        found.push({ at: node, path, fallback });
        return;
      case 'shorthand_property_identifier_pattern':
      case 'shorthand_property_identifier':
        found.push({ at: node, path: [...path, name(node)], fallback });
        return;
      case 'pair_pattern':
      case 'pair': {
        const key = childOf(node, 'key');
        const value = childOf(node, 'value');
        if (value !== null) visit(value, key === null ? path : [...path, moduleName(name(key))], fallback);
        return;
      }
      case 'object_assignment_pattern':
      case 'assignment_pattern': {
        const left = childOf(node, 'left');
        if (left !== null) visit(left, path, childOf(node, 'right'));
        return;
      }
      case 'array_pattern':
      case 'array':
        partsOf(node).forEach((part, index) => {
          visit(part, [...path, index], null);
        });
        return;
      case 'object_pattern':
      case 'object':
      case 'rest_pattern':
      case 'spread_element':
      case 'as_pattern_target':
      case 'typed_parameter':
      case 'parenthesized_expression':
        for (const part of node.children) if (part.field !== 'type') visit(part, path, fallback);
        return;
      default:
        return;
    }
  };
  visit(pattern, [], null);
  return found;
}
