import type { Node, VariableDeclaration } from 'oxc-parser';
import type { Growing } from '../syntax.ts';
import { type Builder, NotRead } from './builder.ts';
import { createClasses } from './classes.ts';
import { createFunctions } from './functions.ts';
import type { Declarations, Parts } from './parts.ts';
import { createPatterns } from './patterns.ts';
import { createTypes } from './types.ts';

export function createDeclarations(b: Builder, parts: () => Parts): Declarations {
  const { node: make, token, next } = b;
  const types = createTypes(b);
  const patterns = createPatterns(b, parts);
  const functions = createFunctions(b, parts);
  const classes = createClasses(b, parts);

  function declaration(node: Node, field: string | null, parent: Growing): void {
    const { start, end } = node;
    switch (node.type) {
      case 'VariableDeclaration':
        variables(node, field, parent, end);
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
        if (node.declare) throw new NotRead('a declared type');
        make(
          node.type === 'TSInterfaceDeclaration' ? 'interface_declaration' : 'type_alias_declaration',
          field,
          start,
          end,
          parent,
        );
        return;
      case 'TSEnumDeclaration': {
        if (node.declare) throw new NotRead('a declared enum');
        const made = make('enum_declaration', field, start, end, parent);
        token('enum', null, next('enum', node.const ? start + 5 : start), made);
        make('identifier', 'name', node.id.start, node.id.end, made);
        const body = make('enum_body', 'body', node.body.start, node.body.end, made);
        for (const member of node.body.members) {
          if (member.id.type === 'TemplateLiteral') throw new NotRead('a template as a name');
          const home =
            member.initializer === null ? body : make('enum_assignment', null, member.start, member.end, body);
          patterns.key(member.id, member.computed, 'name', home);
          if (member.initializer !== null) parts().expression(member.initializer, 'value', home);
        }
        return;
      }
      default:
        throw new NotRead(node.type);
    }
  }

  function variables(node: VariableDeclaration, field: string | null, parent: Growing, end: number): void {
    const { start, kind } = node;
    let home = parent;
    let role = field;
    let from = start;
    if (node.declare === true) {
      home = make('ambient_declaration', field, start, end, parent);
      token('declare', null, start, home);
      from = b.skip(start + 7);
      role = null;
    }
    const made = make(kind === 'var' ? 'variable_declaration' : 'lexical_declaration', role, from, end, home);
    for (const each of node.declarations) {
      const part = make('variable_declarator', null, each.start, each.end, made);
      patterns.pattern(each.id, 'name', part);
      if (each.definite === true) throw new NotRead('a mark on a declaration');
      types.annotation(each.id, 'type', part);
      if (each.init !== null) parts().expression(each.init, 'value', part);
    }
  }

  return { ...types, ...patterns, ...functions, ...classes, declaration, variables };
}
