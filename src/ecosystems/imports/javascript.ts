import type { SyntaxNode } from 'tree-sitter';

/** A module specifier and the place it stands at; rows and columns count from 0. */
export interface Imported {
  readonly specifier: string;
  readonly row: number;
  readonly column: number;
  readonly endColumn: number;
}

const CALLS = new Set(['require', 'import', 'require.resolve', 'import.meta.resolve', 'jest.mock', 'vi.mock']);

/** What a node of a JavaScript or TypeScript tree imports, where its specifier is written out. */
export function importedByScript(node: SyntaxNode): Imported | null {
  switch (node.type) {
    case 'import_statement':
    case 'export_statement':
      return literal(node.childForFieldName('source'));
    case 'import_require_clause':
      return literal(node.childForFieldName('source'));
    case 'call_expression': {
      const called = node.childForFieldName('function')?.text ?? '';
      if (!CALLS.has(called)) return null;
      return literal(node.childForFieldName('arguments')?.namedChild(0) ?? null);
    }
    default:
      return null;
  }
}

function literal(node: SyntaxNode | null): Imported | null {
  if (node === null || (node.type !== 'string' && node.type !== 'template_string')) return null;
  if (node.endPosition.row !== node.startPosition.row || node.text.includes('${')) return null;
  return {
    specifier: node.text.slice(1, -1),
    row: node.startPosition.row,
    column: node.startPosition.column,
    endColumn: node.endPosition.column,
  };
}

/** The package a specifier names: `@scope/name/file` → `@scope/name`; null for paths, aliases, protocols and built-ins. */
export function packageOf(specifier: string): string | null {
  if (/^(\.|\/|#|~|\$|@\/|@@|@~|\\)/.test(specifier) || /^[a-z][a-z0-9+.-]*:/i.test(specifier)) return null;
  if (/[?!*\s]/.test(specifier)) return packageOfLoader(specifier);
  const match = /^(@[a-z0-9~_.-]+\/[a-z0-9~_.-]+|[a-z0-9_-][a-z0-9~_.-]*)(\/|$)/i.exec(specifier);
  return match?.[1] ?? null;
}

/** Bundlers put a query or loaders around a specifier: `raw-loader!./file`, `pkg/style.css?inline`. */
function packageOfLoader(specifier: string): string | null {
  const bare = specifier.split('!').at(-1)?.split('?')[0] ?? '';
  return bare === specifier || bare === '' ? null : packageOf(bare);
}
