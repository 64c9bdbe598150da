import type { Binding } from './bindings.ts';
import { identifier } from './literals.ts';
import { childOf, type Program, type Syntax } from './syntax.ts';

/** The names that a file's import statements introduce, in the order of the text; all are known at its top. */
export function importedNames(program: Program): readonly Binding[] {
  const { byType, text, dialect } = program;
  const found: Binding[] = [];
  const name = (node: Syntax): string => identifier(text.slice(node.start, node.end));
  for (const type of ['import_statement', 'import_from_statement'])
    for (const node of byType.get(type) ?? []) {
      if (dialect === 'python') inPython(node);
      else inScript(node);
    }
  return found;

  function inScript(node: Syntax): void {
    const source = childOf(node, 'source');
    const clause = node.children.find((child) => child.type === 'import_clause');
    const required = node.children.find((child) => child.type === 'import_require_clause');
    if (required !== undefined) {
      const at = required.children.find((child) => child.type === 'identifier');
      const from = childOf(required, 'source');
      if (at !== undefined && from !== null) add(at, moduleName(name(from)), '*');
    }
    if (source === null || clause === undefined) return;
    const module = moduleName(name(source));
    for (const part of clause.children) {
      if (part.type === 'identifier') add(part, module, 'default');
      if (part.type === 'namespace_import') {
        const at = part.children.find((child) => child.type === 'identifier');
        if (at !== undefined) add(at, module, '*');
      }
      if (part.type !== 'named_imports') continue;
      for (const specifier of part.children) {
        const imported = childOf(specifier, 'name');
        if (imported === null) continue;
        add(childOf(specifier, 'alias') ?? imported, module, name(imported));
      }
    }
  }

  function inPython(node: Syntax): void {
    const from = childOf(node, 'module_name');
    for (const part of node.children) {
      if (part.field !== 'name') continue;
      const target = part.type === 'aliased_import' ? childOf(part, 'name') : part;
      const alias = part.type === 'aliased_import' ? childOf(part, 'alias') : null;
      if (target === null) continue;
      const first = alias ?? target.children[0] ?? target;
      if (from !== null) add(alias ?? target, name(from), name(target));
      else add(first, alias === null ? name(first) : name(target), '*');
    }
  }

  function add(at: Syntax, module: string, imported: string): void {
    found.push({
      name: name(at),
      kind: 'import',
      declaration: at,
      definitions: [],
      imported: { module, name: imported },
    });
  }
}

/** `./x` as written between the quotes. */
export function moduleName(literal: string): string {
  return literal.replace(/^['"`]|['"`]$/g, '');
}
