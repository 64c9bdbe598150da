import { lazily } from '../core/lazily.ts';
import type { Binding, Definition } from './bindings.ts';
import { importedNames } from './imported-names.ts';
import { identifier } from './literals.ts';
import { decoratorsOf, parametersOf } from './parameters.ts';
import { namesIn } from './patterns.ts';
import { declaredElsewhere, pythonNames } from './python-scopes.ts';
import { reaching } from './reaching.ts';
import { childOf, FUNCTIONS, type Program, type Syntax } from './syntax.ts';

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

/** Where the bindings of one name are known. */
interface Named {
  readonly scope: Syntax;
  readonly binding: Binding;
  /** By the node in which they are known; null where there is but the one: most names of a file are declared once. */
  others: Map<Syntax, Binding> | null;
}

const NO_PATH: readonly string[] = [];
const NO_NODES: readonly Syntax[] = [];

/** Lexical scopes of a program. */
export function createScopes(program: Program): Scopes {
  const { byType, text, dialect, root } = program;
  const names = new Map<string, Named>();
  /** Names that are declared more than once, or not at the top: which of the bindings is meant hangs on the place. */
  const resolved = new Map<Syntax, Binding | null>();
  const uses = lazily(usesByName);
  const elsewhere = lazily(() => declaredElsewhere(byType, name, scopeFor));
  const hasEscapes = text.includes('\\u');
  const name = (node: Syntax): string => {
    const word = text.slice(node.start, node.end);
    return hasEscapes ? identifier(word) : word;
  };

  function scopeFor(node: Syntax, functionWide: boolean): Syntax {
    for (let up = node.parent; up !== null; up = up.parent) {
      if (functionWide ? up.type === 'program' || FUNCTIONS.has(up.type) : BLOCKS.has(up.type)) return up;
    }
    return root;
  }

  function bind(scope: Syntax, binding: Binding): Binding {
    const named = names.get(binding.name);
    if (named === undefined) {
      names.set(binding.name, { scope, binding, others: null });
      return binding;
    }
    const earlier = named.scope === scope ? named.binding : named.others?.get(scope);
    if (earlier !== undefined) {
      earlier.definitions.push(...binding.definitions);
      return earlier;
    }
    named.others ??= new Map();
    named.others.set(scope, binding);
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

  // By index, here and below: every name of every file comes through these loops, before they are optimised.
  const declarators = byType.get('variable_declarator') ?? NO_NODES;
  for (let index = 0; index < declarators.length; index += 1) {
    const node = declarators[index];
    const target = node === undefined ? null : childOf(node, 'name');
    if (node === undefined || target === null) continue;
    const value = childOf(node, 'value');
    const scope = scopeFor(node, node.parent?.type === 'variable_declaration');
    if (target.type === 'identifier') {
      variable(target, scope, value === null ? null : whole(target, value));
      continue;
    }
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
    const functions = byType.get(type) ?? NO_NODES;
    for (let index = 0; index < functions.length; index += 1) {
      const node = functions[index];
      if (node !== undefined) functionNames(node);
    }
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
  for (const binding of importedNames(program)) bind(root, binding);
  for (const type of ['assignment_expression', 'augmented_assignment_expression']) {
    const assignments = byType.get(type) ?? NO_NODES;
    for (let index = 0; index < assignments.length; index += 1) {
      const node = assignments[index];
      if (node !== undefined) assigned(node);
    }
  }
  for (const { at, by, definition } of pythonNames(byType, name)) variable(at, scopeFor(by, true), definition);

  function functionNames(node: Syntax): void {
    const at = childOf(node, 'name');
    if (at !== null && node.type !== 'method_definition') {
      const scope = node.type.endsWith('declaration') ? scopeFor(node, false) : node;
      bind(scope, { name: name(at), kind: 'function', declaration: at, definitions: [whole(at, node)] });
    }
    const parameters = parametersOf(node);
    for (let index = 0; index < parameters.length; index += 1) {
      const parameter = parameters[index];
      if (parameter === undefined) continue;
      if (parameter.type === 'identifier') parameterName(parameter, NO_PATH, null, parameter, node, index);
      else parameterNames(parameter, node, index);
    }
  }

  function parameterNames(parameter: Syntax, of: Syntax, index: number): void {
    const pattern = childOf(parameter, 'pattern') ?? childOf(parameter, 'name') ?? parameter;
    const fallback = childOf(parameter, 'value');
    if (pattern.type === 'identifier') parameterName(pattern, NO_PATH, fallback, parameter, of, index);
    else
      for (const part of namesIn(pattern, name))
        parameterName(part.at, part.path, part.fallback ?? fallback, parameter, of, index);
  }

  function parameterName(
    at: Syntax,
    path: readonly (string | number)[],
    otherwise: Syntax | null,
    written: Syntax,
    of: Syntax,
    index: number,
  ): void {
    const { definitions } = bind(of, {
      name: name(at),
      kind: 'parameter',
      declaration: at,
      definitions: [],
      parameter: { of, index, path, type: childOf(written, 'type'), decorators: decoratorsOf(written) },
    });
    if (otherwise !== null) definitions.push(whole(at, otherwise));
  }

  function assigned(node: Syntax): void {
    const left = childOf(node, 'left');
    const value = childOf(node, 'right');
    if (left === null || value === null) return;
    if (left.type === 'member_expression' || left.type === 'subscript_expression') return;
    for (const part of namesIn(left, name)) {
      if (!NAMES.has(part.at.type)) continue;
      const how = node.type === 'assignment_expression' ? 'value' : 'augmented';
      const definition: Definition = { ...part, value, how };
      const known = dialect === 'python' ? own(part.at, scopeFor(node, true)) : boundAt(part.at);
      if (known !== null) known.definitions.push(definition);
      else if (dialect === 'python') variable(part.at, scopeFor(node, true), definition);
      else variable(part.at, root, definition);
    }
  }

  /** Python: what a function gives a value is its own, unless it says `global` or `nonlocal` (language reference, 4.2.1). */
  function own(at: Syntax, scope: Syntax): Binding | null {
    const called = name(at);
    const named = names.get(called);
    const here = named?.scope === scope ? named.binding : named?.others?.get(scope);
    if (here !== undefined) return here;
    return scope === root || elsewhere().get(called)?.has(scope) === true ? boundAt(at) : null;
  }

  function boundAt(use: Syntax): Binding | null {
    const named = names.get(name(use));
    return named === undefined ? null : nearest(named, use);
  }

  function lookup(use: Syntax): Binding | null {
    const named = names.get(name(use));
    return named === undefined ? null : meant(named, use);
  }

  function meant(named: Named, use: Syntax): Binding | null {
    if (named.others === null && named.scope === root) return named.binding;
    const cached = resolved.get(use);
    if (cached !== undefined) return cached;
    const found = nearest(named, use);
    resolved.set(use, found);
    return found;
  }

  /** Of the bindings of one name, that of the innermost scope around a use. */
  function nearest({ scope, binding, others }: Named, use: Syntax): Binding | null {
    if (others === null && scope === root) return binding;
    for (let up: Syntax | null = use; up !== null; up = up.parent) {
      if (up === scope) return binding;
      const other = others?.get(up);
      if (other !== undefined) return other;
    }
    return null;
  }

  function usesByName(): ReadonlyMap<string, readonly Syntax[]> {
    const found = new Map<string, Syntax[]>();
    for (const type of NAMES) {
      const nodes = byType.get(type) ?? NO_NODES;
      for (let index = 0; index < nodes.length; index += 1) {
        const node = nodes[index];
        if (node === undefined) continue;
        const called = name(node);
        const known = found.get(called);
        if (known === undefined) found.set(called, [node]);
        else known.push(node);
      }
    }
    return found;
  }

  function references(binding: Binding): readonly Syntax[] {
    const named = names.get(binding.name);
    const all = uses().get(binding.name);
    if (named === undefined || all === undefined) return NO_NODES;
    const { start, end } = scopeOf(named, binding);
    const found: Syntax[] = [];
    for (let index = 0; index < all.length; index += 1) {
      const node = all[index];
      // What stands outside of the scope is another's: names like `i` are declared in every function.
      if (node === undefined || node.start < start || node.end > end || node === binding.declaration) continue;
      if (meant(named, node) === binding) found.push(node);
    }
    return found;
  }

  function scopeOf(named: Named, binding: Binding): Syntax {
    if (named.binding === binding) return named.scope;
    for (const [scope, other] of named.others ?? []) if (other === binding) return scope;
    return root;
  }

  return { lookup, references, reaching };
}

function whole(at: Syntax, value: Syntax): Definition {
  return { at, value, path: NO_PATH, how: 'value', fallback: null };
}
