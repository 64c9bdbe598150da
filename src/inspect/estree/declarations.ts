import type { Node, VariableDeclaration } from 'oxc-parser';
import type { Growing } from '../syntax.ts';
import { type Builder, NotRead } from './builder.ts';
import { createClasses } from './classes.ts';
import { createFunctions } from './functions.ts';
import type { Declarations, Of, Parts } from './parts.ts';
import { createPatterns } from './patterns.ts';
import { createTypes } from './types.ts';

export function createDeclarations(b: Builder, parts: () => Parts): Declarations {
  const { node: make, token, next } = b;
  const types = createTypes(b);
  const patterns = createPatterns(b, parts);
  const functions = createFunctions(b, parts);
  const classes = createClasses(b, parts);

  function declaration(node: Node, field: string | null, parent: Growing): void {
    switch (node.type) {
      case 'VariableDeclaration':
        variables(node, field, parent, node.end);
        return;
      case 'FunctionDeclaration':
      case 'TSDeclareFunction':
        functions.functionLike(node, field, parent);
        return;
      case 'ClassDeclaration':
        classes.classLike(node, field, parent);
        return;
      case 'TSTypeAliasDeclaration':
      case 'TSInterfaceDeclaration':
        ambient(node, field, parent, (role, from, home) => {
          const type = node.type === 'TSInterfaceDeclaration' ? 'interface_declaration' : 'type_alias_declaration';
          make(type, role, from, node.end, home);
        });
        return;
      case 'TSModuleDeclaration':
        ambient(node, field, parent, (role, from, home) => space(node, role, from, home));
        return;
      case 'TSEnumDeclaration':
        ambient(node, field, parent, (role, from, home) => enumeration(node, role, from, home));
        return;
      default:
        throw new NotRead(node.type);
    }
  }

  /** What stands after `declare`, in a node for that word where there is one. */
  function ambient(
    node: { readonly start: number; readonly end: number; readonly declare?: boolean },
    field: string | null,
    parent: Growing,
    inner: (field: string | null, from: number, parent: Growing) => void,
  ): void {
    const { start, end } = node;
    if (node.declare !== true) {
      inner(field, start, parent);
      return;
    }
    const home = make('ambient_declaration', field, start, end, parent);
    token('declare', null, next('declare', start), home);
    inner(null, b.skip(start + 7), home);
  }

  /** `namespace A.B { … }`, `module 'x' { … }`, `global { … }`. */
  function space(node: Of<'TSModuleDeclaration'>, field: string | null, from: number, parent: Growing): void {
    if (node.body === null) throw new NotRead('a module without a body');
    if (node.kind === 'global') {
      if (!node.declare) throw new NotRead('globals that are not declared');
      token('global', null, next('global', from), parent);
      parts().block(node.body, null, parent);
      return;
    }
    const named = node.kind === 'namespace';
    // By itself a namespace on lines of its own is an expression to the grammar.
    const home =
      named && !node.declare && parent.type !== 'export_statement'
        ? make('expression_statement', field, from, node.end, parent)
        : parent;
    const made = make(named ? 'internal_module' : 'module', home === parent ? field : null, from, node.end, home);
    token(node.kind, null, next(node.kind, from), made);
    if (node.id.type === 'Literal') make('string', 'name', node.id.start, node.id.end, made);
    else types.entityName(node.id, 'name', made);
    parts().block(node.body, 'body', made);
  }

  function enumeration(node: Of<'TSEnumDeclaration'>, field: string | null, from: number, parent: Growing): void {
    const made = make('enum_declaration', field, from, node.end, parent);
    token('enum', null, next('enum', node.const ? next('const', from) + 5 : from), made);
    make('identifier', 'name', node.id.start, node.id.end, made);
    const body = make('enum_body', 'body', node.body.start, node.body.end, made);
    for (const member of node.body.members) {
      if (member.id.type === 'TemplateLiteral') throw new NotRead('a template as a name');
      const home = member.initializer === null ? body : make('enum_assignment', null, member.start, member.end, body);
      patterns.key(member.id, member.computed, 'name', home);
      if (member.initializer !== null) parts().expression(member.initializer, 'value', home);
    }
  }

  function variables(node: VariableDeclaration, field: string | null, parent: Growing, end: number): void {
    ambient({ start: node.start, end, declare: node.declare === true }, field, parent, (role, from, home) =>
      list(node, role, from, end, home),
    );
  }

  function list(node: VariableDeclaration, role: string | null, from: number, end: number, home: Growing): void {
    const { kind } = node;
    const made = make(kind === 'var' ? 'variable_declaration' : 'lexical_declaration', role, from, end, home);
    for (const each of node.declarations) {
      const part = make('variable_declarator', null, each.start, each.end, made);
      patterns.pattern(each.id, 'name', part);
      if (each.definite === true) token('!', null, next('!', nameEnd(each.id)), part);
      types.annotation(each.id, 'type', part);
      if (each.init !== null) parts().expression(each.init, 'value', part);
    }
  }

  /** The end of a name, its annotation left out. */
  function nameEnd(node: { readonly start: number; readonly end: number; readonly name?: string }): number {
    return node.start + (node.name ?? '').length;
  }

  return { ...types, ...patterns, ...functions, ...classes, declaration, variables };
}
