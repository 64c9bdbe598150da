import type { SyntaxNode } from 'tree-sitter';
import type { DependencyEntry } from '../../core/dependency.ts';
import { unreadable } from '../json.ts';
import { openText } from '../opening.ts';
import { type Grammar, parseWithin, type SyntaxLimits } from '../syntax.ts';
import type { DependencyFormat, ParsedDependencies } from '../types.ts';
import { type Imported, importedByScript, packageOf } from './javascript.ts';
import { importedByPython } from './python.ts';

/** Where an import may stand; the tree then says whether it is one, or a comment, or a text. */
const SCRIPT_HINT = /\bfrom\s*['"]|\bimport\s*['"]|\b(?:require|import|resolve|mock)\s*\(/g;
const PYTHON_HINT =
  /^[ \t]*(?:import|from)\b|;[ \t]*(?:import|from)\b|\b(?:__import__|import_module|importorskip)\s*\(/gm;
/** More imports than any file written by hand has; each costs some 100 microseconds to look into. */
const MOST_HINTS = 3_000;
const HIGHEST_CLIMB = 6;
/** Bundles and generated tables import as well; the code rules read files of this length too. */
const LIMITS: SyntaxLimits = { characters: 1_500_000, time: 1_500_000 };

/** The tree of a file that may import something; null where no import can stand in it, whatever its length. */
function treeWith(hint: RegExp, text: string, path: string, grammar: Grammar): SyntaxNode | null {
  if (text.search(hint) >= 0) return parseWithin(LIMITS, text, path, grammar);
  openText(text, path, Number.POSITIVE_INFINITY);
  return null;
}

/** The nodes around each hint, innermost first, that `read` can say something of. */
function importsAt(
  text: string,
  path: string,
  root: SyntaxNode,
  hint: RegExp,
  read: (node: SyntaxNode) => Imported[],
): Imported[] {
  const found: Imported[] = [];
  let hints = 0;
  for (const match of text.matchAll(hint)) {
    hints += 1;
    if (hints > MOST_HINTS) throw unreadable(path, 1, `more than ${MOST_HINTS} imports`);
    const offset = match.index + match[0].length - match[0].trimStart().replace(/^;\s*/, '').length;
    let node: SyntaxNode | null = root.descendantForIndex(offset);
    for (let climbed = 0; node !== null && climbed < HIGHEST_CLIMB; climbed += 1) {
      if (node.type === 'comment' || node.type === 'regex') break;
      const imported = read(node);
      found.push(...imported);
      if (imported.length > 0) break;
      node = node.parent;
    }
  }
  return found;
}

/** Text of script elements in single-file components. */
const SCRIPT_ELEMENT = /<script\b[^>]*>([\s\S]*?)<\/script>/gi;

/** Imports of packages in JavaScript and TypeScript, `.vue` and `.svelte` components included. */
export const scriptImports: DependencyFormat = {
  id: 'script-imports',
  entry: 'import',
  matches: (path) =>
    /\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/.test(path) && !/\.min\.[cm]?js$|(^|\/)node_modules\//.test(path),
  parse: (text, path) => {
    const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
    const source = /\.(vue|svelte|astro)$/.test(path) ? scriptsOnly(plain) : plain;
    // Type assertions in angle brackets are read by the plain grammar only, everything else by both.
    const root = treeWith(SCRIPT_HINT, source, path, /\.[cm]?ts$/.test(path) ? 'typescript' : 'tsx');
    if (root === null) return { entries: [], unread: [] };
    const found = importsAt(source, path, root, SCRIPT_HINT, (node) => {
      const imported = importedByScript(node);
      return imported === null ? [] : [imported];
    });
    return entriesOf('npm', path, found, packageOf);
  },
};

/** Imports of modules in Python. The name is the module's, dotted; which distribution brings it is another question. */
export const pythonImports: DependencyFormat = {
  id: 'python-imports',
  entry: 'import',
  matches: (path) => /\.pyi?$/.test(path),
  parse: (text, path) => {
    const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
    const root = treeWith(PYTHON_HINT, plain, path, 'python');
    if (root === null) return { entries: [], unread: [] };
    const found = importsAt(plain, path, root, PYTHON_HINT, importedByPython);
    return entriesOf('pypi', path, found, (specifier) => specifier);
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
