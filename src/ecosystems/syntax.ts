import { createRequire } from 'node:module';
import type Parser from 'tree-sitter';
import type { SyntaxNode } from 'tree-sitter';
import type { Location } from '../core/location.ts';
import { nativePackage } from '../core/native.ts';
import { unreadable } from './json.ts';
import { openText } from './opening.ts';

export type Grammar = 'python' | 'ruby' | 'typescript' | 'tsx';

const load = createRequire(import.meta.url);

/** How long a file may be, in characters, and its parsing, in microseconds: the grammars recover from any error, some inputs take them minutes. */
export interface SyntaxLimits {
  readonly characters: number;
  readonly time: number;
}

/** Manifests that are programs: files written by hand. */
const MANIFESTS: SyntaxLimits = { characters: 250_000, time: 500_000 };
const MOST_NODES = 8_000;

/**
 * The syntax tree of a file written in a programming language. Throws CountersignError `unreadable-file` where the
 * file is too long or takes the parser too long, and where the parser does not load on this platform; a syntax error is
 * no reason, as most of such a file can be read.
 */
export function parseSyntax(text: string, path: string, grammar: Grammar): SyntaxNode {
  return parseWithin(MANIFESTS, text, path, grammar);
}

/** As `parseSyntax`, within limits of the caller's. */
export function parseWithin(limits: SyntaxLimits, text: string, path: string, grammar: Grammar): SyntaxNode {
  const opened = openText(text, path, limits.characters);
  const parser = parserFor(grammar, path);
  parser.setTimeoutMicros(limits.time);
  // Typed as never missing, but it is where the time is over.
  const tree: Parser.Tree | null | undefined = parser.parse(opened, undefined, { bufferSize: opened.length * 2 + 64 });
  if (tree === null || tree === undefined)
    throw unreadable(path, 1, `takes longer than ${limits.time / 1e6} s to parse`);
  return tree.rootNode;
}

/** The parser and its grammars are native code: loaded with the first file that needs them. */
function parserFor(grammar: Grammar, path: string): Parser {
  const TreeSitter = constructorOf(nativePackage(() => load('tree-sitter'), 'tree-sitter', path));
  const parser = new TreeSitter();
  parser.setLanguage(languageOf(grammar, path));
  return parser;
}

function languageOf(grammar: Grammar, path: string): unknown {
  if (grammar === 'python') return nativePackage(() => load('tree-sitter-python'), 'tree-sitter-python', path);
  if (grammar === 'ruby') return nativePackage(() => load('tree-sitter-ruby'), 'tree-sitter-ruby', path);
  const both = nativePackage(() => load('tree-sitter-typescript'), 'tree-sitter-typescript', path);
  return typeof both === 'object' && both !== null ? Reflect.get(both, grammar) : undefined;
}

function constructorOf(loaded: unknown): typeof Parser {
  if (isConstructor(loaded)) return loaded;
  throw new TypeError('tree-sitter is not what it was: its package exports no constructor');
}

function isConstructor(value: unknown): value is typeof Parser {
  return typeof value === 'function';
}

export function syntaxLocation(path: string, node: SyntaxNode): Location {
  return {
    path,
    startLine: node.startPosition.row + 1,
    startColumn: node.startPosition.column + 1,
    endLine: node.endPosition.row + 1,
    endColumn: node.endPosition.column + 1,
  };
}

/**
 * All nodes of some types, in the order of the text, whatever their depth. Throws CountersignError `unreadable-file`
 * where there are more than any file written by hand has: each costs some 100 microseconds to look into.
 */
export function descendantsOf(root: SyntaxNode, types: readonly string[], path: string): readonly SyntaxNode[] {
  const nodes = root.descendantsOfType([...types]);
  if (nodes.length > MOST_NODES) throw unreadable(path, 1, `more than ${MOST_NODES} calls and arguments`);
  return nodes;
}

/** Line of the first thing the grammar could not read; `null` where there is none. */
export function firstErrorLine(root: SyntaxNode): number | null {
  if (!root.hasError) return null;
  const cursor = root.walk();
  for (;;) {
    const node = cursor.currentNode;
    if (node.type === 'ERROR' || node.isMissing) return node.startPosition.row + 1;
    if (node.hasError && cursor.gotoFirstChild()) continue;
    while (!cursor.gotoNextSibling()) if (!cursor.gotoParent()) return root.startPosition.row + 1;
  }
}
