import type { SyntaxNode } from 'tree-sitter';
import type { Imported } from './javascript.ts';

const CALLS = new Set(['__import__', 'importlib.import_module', 'import_module', 'pytest.importorskip']);

/** What a node of a Python tree imports: dotted module names; relative imports name no package. */
export function importedByPython(node: SyntaxNode): Imported[] {
  switch (node.type) {
    case 'import_statement':
      return node.namedChildren.flatMap((child) =>
        dotted(child.type === 'aliased_import' ? child.childForFieldName('name') : child),
      );
    case 'import_from_statement':
      return fromImport(node);
    case 'call': {
      const argument = node.childForFieldName('arguments')?.namedChild(0) ?? null;
      if (argument?.type !== 'string' || !CALLS.has(node.childForFieldName('function')?.text ?? '')) return [];
      const text = argument.text.replaceAll(/^[rbuf]*['"]{1,3}|['"]{1,3}$/gi, '');
      return /^[A-Za-z_][\w.]*$/.test(text) ? [{ ...placeOf(argument), specifier: text }] : [];
    }
    default:
      return [];
  }
}

/** `from google.cloud import storage` names `google.cloud.storage`: in a namespace the last part tells the package. */
function fromImport(node: SyntaxNode): Imported[] {
  const source = node.childForFieldName('module_name');
  if (source?.type !== 'dotted_name') return [];
  const first = node.childrenForFieldName('name')[0];
  const name = first?.type === 'aliased_import' ? first.childForFieldName('name') : first;
  const tail = name?.type === 'dotted_name' ? `.${name.text}` : '';
  return [{ ...placeOf(source), specifier: `${source.text}${tail}` }];
}

function dotted(node: SyntaxNode | null): Imported[] {
  return node?.type === 'dotted_name' ? [{ ...placeOf(node), specifier: node.text }] : [];
}

function placeOf(node: SyntaxNode): Omit<Imported, 'specifier'> {
  return {
    row: node.startPosition.row,
    column: node.startPosition.column,
    endColumn: node.endPosition.row === node.startPosition.row ? node.endPosition.column : node.startPosition.column,
  };
}
