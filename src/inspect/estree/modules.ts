import type { Node } from 'oxc-parser';
import type { Growing } from '../syntax.ts';
import { type Builder, NotRead } from './builder.ts';
import type { Of, Parts } from './parts.ts';

type Named = { readonly start: number; readonly end: number; readonly type: string };

/** Imports and exports. The function says whether a statement was one. */
export function createModules(
  b: Builder,
  parts: Parts,
): (node: Node, field: string | null, parent: Growing) => boolean {
  const { node: make, token, next, skip } = b;

  function name(node: Named, field: string | null, parent: Growing): void {
    make(node.type === 'Literal' ? 'string' : 'identifier', field, node.start, node.end, parent);
  }

  function typeWord(from: number, parent: Growing): number {
    token('type', null, next('type', from), parent);
    return skip(from) + 4;
  }

  function importing(node: Of<'ImportDeclaration'>, field: string | null, parent: Growing): void {
    if (node.phase !== null) throw new NotRead('an import with a phase');
    const made = make('import_statement', field, node.start, node.end, parent);
    let at = node.start + 6;
    if (node.importKind === 'type') at = typeWord(at, made);
    const [first] = node.specifiers;
    const from = b.text.lastIndexOf('from', node.source.start);
    if (first !== undefined || b.text[skip(at)] === '{') {
      const open = skip(at);
      const clause = make('import_clause', null, open, lastBefore(from), made);
      specifiers(node, clause);
    }
    name(node.source, 'source', made);
    attributes(node, made);
  }

  /** `with { type: 'json' }` after the source. */
  function attributes(
    node: Of<'ImportDeclaration' | 'ExportNamedDeclaration' | 'ExportAllDeclaration'>,
    parent: Growing,
  ): void {
    const last = node.attributes.at(-1);
    if (node.source === null || last === undefined) return;
    const start = skip(node.source.end);
    const word = b.text.startsWith('assert', start) ? 'assert' : 'with';
    const open = next('{', next(word, start) + word.length);
    const after = skip(last.end);
    const end = next('}', b.text[after] === ',' ? after + 1 : after) + 1;
    const made = make('import_attribute', null, start, end, parent);
    token(word, null, start, made);
    const object = make('object', null, open, end, made);
    for (const each of node.attributes) {
      const entry = make('pair', null, each.start, each.end, object);
      const { key, value } = each;
      make(key.type === 'Literal' ? 'string' : 'property_identifier', 'key', key.start, key.end, entry);
      make('string', 'value', value.start, value.end, entry);
    }
  }

  /** The end of what stands before an offset, trailing white space aside. */
  function lastBefore(offset: number): number {
    return b.text.slice(0, offset).trimEnd().length;
  }

  function specifiers(node: Of<'ImportDeclaration'>, clause: Growing): void {
    const named: Of<'ImportSpecifier'>[] = [];
    let at = clause.start;
    for (const each of node.specifiers) {
      if (each.type === 'ImportDefaultSpecifier') name(each.local, null, clause);
      else if (each.type === 'ImportNamespaceSpecifier') {
        const made = make('namespace_import', null, each.start, each.end, clause);
        token('*', null, each.start, made);
        token('as', null, next('as', each.start + 1), made);
        name(each.local, null, made);
      } else named.push(each);
      if (each.type !== 'ImportSpecifier') at = each.end;
    }
    if (node.specifiers.some((each) => each.type === 'ImportNamespaceSpecifier')) return;
    if (at > clause.start) {
      at = skip(at);
      if (b.text[at] !== ',') return;
      at += 1;
    }
    const open = next('{', at);
    const made = make('named_imports', null, open, clause.end, clause);
    for (const each of named)
      pair(each, each.imported, each.local, 'import_specifier', each.importKind === 'type', made);
  }

  function pair(
    node: { readonly start: number; readonly end: number },
    first: Named,
    second: Named,
    type: string,
    typed: boolean,
    parent: Growing,
  ): void {
    const made = make(type, null, node.start, node.end, parent);
    if (typed) token('type', null, node.start, made);
    name(first, 'name', made);
    if (second.start <= first.start) return;
    token('as', null, next('as', first.end), made);
    name(second, 'alias', made);
  }

  /** Decorators may stand before the word `export`, outside the statement's own span. */
  function exported(
    node: Of<'ExportNamedDeclaration' | 'ExportDefaultDeclaration'>,
    field: string | null,
    parent: Growing,
  ): Growing {
    const { declaration } = node;
    const before =
      declaration !== null && 'decorators' in declaration
        ? (declaration.decorators ?? []).filter((each) => each.start < node.start)
        : [];
    const made = make('export_statement', field, before[0]?.start ?? node.start, node.end, parent);
    parts.decorators(before, made);
    return made;
  }

  function exporting(node: Of<'ExportNamedDeclaration'>, field: string | null, parent: Growing): void {
    const made = exported(node, field, parent);
    if (node.declaration !== null) {
      parts.declaration(node.declaration, 'declaration', made);
      return;
    }
    let at = node.start + 6;
    if (node.exportKind === 'type') at = typeWord(at, made);
    const open = next('{', at);
    const last = node.specifiers.at(-1);
    let close = skip(last?.end ?? open + 1);
    if (b.text[close] === ',') close = skip(close + 1);
    const clause = make('export_clause', null, open, next('}', close) + 1, made);
    for (const each of node.specifiers)
      pair(each, each.local, each.exported, 'export_specifier', each.exportKind === 'type', clause);
    if (node.source === null) return;
    name(node.source, 'source', made);
    attributes(node, made);
  }

  function exportingAll(node: Of<'ExportAllDeclaration'>, field: string | null, parent: Growing): void {
    const made = make('export_statement', field, node.start, node.end, parent);
    let at = node.start + 6;
    if (node.exportKind === 'type') at = typeWord(at, made);
    const star = next('*', at);
    if (node.exported === null) token('*', null, star, made);
    else {
      const space = make('namespace_export', null, star, node.exported.end, made);
      token('*', null, star, space);
      token('as', null, next('as', star + 1), space);
      name(node.exported, null, space);
    }
    name(node.source, 'source', made);
    attributes(node, made);
  }

  function exportingDefault(node: Of<'ExportDefaultDeclaration'>, field: string | null, parent: Growing): void {
    const made = exported(node, field, parent);
    token('default', null, next('default', node.start + 6), made);
    const { declaration } = node;
    switch (declaration.type) {
      case 'FunctionDeclaration':
      case 'TSDeclareFunction':
        // Without a name it is an expression to the grammar.
        if (declaration.type === 'FunctionDeclaration' && declaration.id === null)
          parts.functionLike(declaration, 'value', made);
        else parts.functionLike(declaration, 'declaration', made);
        return;
      case 'ClassDeclaration':
        parts.classLike(declaration, declaration.id === null ? 'value' : 'declaration', made);
        return;
      case 'TSInterfaceDeclaration':
        parts.declaration(declaration, 'declaration', made);
        return;
      case 'FunctionExpression':
      case 'TSEmptyBodyFunctionExpression':
        throw new NotRead(declaration.type);
      default:
        parts.expression(declaration, 'value', made);
    }
  }

  return (node, field, parent) => {
    switch (node.type) {
      case 'ImportDeclaration':
        importing(node, field, parent);
        return true;
      case 'ExportNamedDeclaration':
        exporting(node, field, parent);
        return true;
      case 'ExportAllDeclaration':
        exportingAll(node, field, parent);
        return true;
      case 'ExportDefaultDeclaration':
        exportingDefault(node, field, parent);
        return true;
      case 'TSExportAssignment':
        parts.expression(node.expression, null, make('export_statement', field, node.start, node.end, parent));
        return true;
      case 'TSImportEqualsDeclaration': {
        if (node.moduleReference.type !== 'TSExternalModuleReference' || node.importKind === 'type')
          throw new NotRead(node.type);
        const made = make('import_statement', field, node.start, node.end, parent);
        const clause = make('import_require_clause', null, node.id.start, node.moduleReference.end, made);
        make('identifier', null, node.id.start, node.id.end, clause);
        token('require', null, node.moduleReference.start, clause);
        name(node.moduleReference.expression, 'source', clause);
        return true;
      }
      default:
        return false;
    }
  };
}
