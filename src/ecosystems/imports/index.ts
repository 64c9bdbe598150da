import { createRequire } from 'node:module';
import Python from 'tree-sitter-python';
import type { DependencyEntry } from '../../core/dependency.ts';
import { descendantsOf, parseSyntax } from '../syntax.ts';
import type { DependencyFormat, ParsedDependencies } from '../types.ts';
import { type Imported, importedByScript, packageOf } from './javascript.ts';
import { importedByPython } from './python.ts';

const load = createRequire(import.meta.url);

const SCRIPT_NODES = ['import_statement', 'export_statement', 'import_require_clause', 'call_expression'];
const PYTHON_NODES = ['import_statement', 'import_from_statement', 'call'];
/** Text of script elements in single-file components. */
const SCRIPT_ELEMENT = /<script\b[^>]*>([\s\S]*?)<\/script>/gi;

/** Imports of packages in JavaScript and TypeScript, `.vue` and `.svelte` components included. */
export const scriptImports: DependencyFormat = {
  id: 'script-imports',
  entry: 'import',
  matches: (path) =>
    /\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/.test(path) && !/\.min\.[cm]?js$|(^|\/)node_modules\//.test(path),
  parse: (text, path) => {
    const { tsx, typescript }: { readonly tsx: unknown; readonly typescript: unknown } = load('tree-sitter-typescript');
    const source = /\.(vue|svelte|astro)$/.test(path) ? scriptsOnly(text) : text;
    // Type assertions in angle brackets are read by the plain grammar only, everything else by both.
    const root = parseSyntax(source, path, /\.[cm]?ts$/.test(path) ? typescript : tsx);
    const found = descendantsOf(root, SCRIPT_NODES).flatMap((node) => importedByScript(node) ?? []);
    return entriesOf('npm', path, found, packageOf);
  },
};

/** Imports of modules in Python. The name is the module's, dotted; which distribution brings it is another question. */
export const pythonImports: DependencyFormat = {
  id: 'python-imports',
  entry: 'import',
  matches: (path) => /\.pyi?$/.test(path),
  parse: (text, path) => {
    const root = parseSyntax(text, path, Python);
    return entriesOf(
      'pypi',
      path,
      descendantsOf(root, PYTHON_NODES).flatMap(importedByPython),
      (specifier) => specifier,
    );
  },
};

/** Everything but the scripts blanked, so that lines and columns stay. */
function scriptsOnly(text: string): string {
  let out = '';
  let end = 0;
  const blank = (part: string): string => part.replaceAll(/[^\n]/g, ' ');
  for (const match of text.matchAll(SCRIPT_ELEMENT)) {
    const body = match[1] ?? '';
    const start = match.index + match[0].lastIndexOf(body, match[0].length - '</script>'.length);
    out += blank(text.slice(end, start)) + body;
    end = start + body.length;
  }
  return out + blank(text.slice(end));
}

function entriesOf(
  type: 'npm' | 'pypi',
  path: string,
  found: readonly Imported[],
  nameOf: (specifier: string) => string | null,
): ParsedDependencies {
  const entries = new Map<string, DependencyEntry>();
  for (const { specifier, row, column, endColumn } of found) {
    const name = nameOf(specifier);
    if (name === null || name.length > 214 || entries.has(name)) continue;
    entries.set(name, {
      entry: 'import',
      type,
      name,
      location: { path, startLine: row + 1, endLine: row + 1, startColumn: column + 1, endColumn: endColumn + 1 },
      scope: 'import',
      relationship: 'direct',
      source: 'registry',
    });
  }
  return { entries: [...entries.values()], unread: [] };
}
