import { createRequire } from 'node:module';
import type Parser from 'tree-sitter';
import { CountersignError } from '../core/errors.ts';
import { nativePackage } from '../core/native.ts';
import { type Grammar, languageOf, languageOfFile, type Scripts, scriptsOf } from './languages.ts';
import type { Dialect } from './oxc/memory.ts';
import { readWithOxc } from './oxc/read.ts';
import { PYTHON } from './python.ts';
import { readTree, type Vocabulary } from './read-tree.ts';
import { type Grown, type Program, takeApart } from './syntax.ts';
import { hasTemplateTags, withoutTemplateTags } from './template-tags.ts';

const load = createRequire(import.meta.url);
const parsers = new Map<Grammar, Parser>();
const vocabularies = new Map<Grammar, Vocabulary>();

let careful = false;

/** Has every file read by the reader that counts how deeply it is nested, in place of the fast one, until it is said otherwise. */
export function readCarefully(on: boolean): void {
  careful = on;
}

/** Reads a file; null where no detector reads such files. */
export type Parse = (path: string, text: string) => Program | null;

/** Work that reads programs, and whose result holds nothing of them: their trees are taken apart when it is done. */
export function withPrograms<T>(work: (parse: Parse) => T): T {
  const read: Grown[] = [];
  try {
    return work((path, text) => {
      const program = parseProgram(path, text);
      if (program !== null) read.push(program);
      return program;
    });
  } finally {
    for (const program of read) takeApart(program);
  }
}

/** Parses one file with the grammar of its name, or of what its first line has it run by. Null where no detector reads such files. */
export function parseProgram(path: string, text: string): Grown | null {
  const language = languageOfFile(path, text);
  if (language === null) return null;
  const embedded = language.embedded ? scriptsOf(text, /\.(?:vue|svelte)$/i.test(path)) : null;
  const source = embedded?.text ?? text;
  const grammar = embedded?.grammar ?? language.grammar;
  if (grammar === 'python') return parseTolerantly(path, source, grammar);
  const dialect: Dialect = language.plain ? 'jsx' : grammar === 'tsx' ? 'tsx' : 'ts';
  const fast = readFast(path, source, dialect);
  if (fast !== null) return fast;
  const rendered = hasTemplateTags(source)
    ? withTagsReplaced(path, source, embedded?.bodies ?? [{ start: 0, end: source.length }], grammar, dialect)
    : source;
  return (rendered === source ? null : readFast(path, rendered, dialect)) ?? parseTolerantly(path, rendered, grammar);
}

/**
 * Scripts that a template engine has to render first, with names and comments in the place of its tags. Only what is no
 * program as it stands: nothing of that runs anywhere before it is rendered, so no tag can hide a part of a program.
 */
function withTagsReplaced(
  path: string,
  source: string,
  bodies: Scripts['bodies'],
  grammar: Grammar,
  dialect: Dialect,
): string {
  let rendered = source;
  for (const { start, end } of bodies) {
    const body = source.slice(start, end);
    if (!hasTemplateTags(body) || readFast(path, body, dialect) !== null) continue;
    if (!parseTolerantly(path, body, grammar).byType.has('ERROR')) continue;
    rendered = rendered.slice(0, start) + withoutTemplateTags(body) + rendered.slice(end);
  }
  return rendered;
}

function readFast(path: string, source: string, dialect: Dialect): Grown | null {
  return careful ? null : readWithOxc(path, source, dialect);
}

/** Parses with tree-sitter, which goes on after errors. Throws CountersignError `unreadable-file`. */
export function parseTolerantly(path: string, source: string, grammar: Grammar): Grown {
  const tree = parserFor(grammar, path).parse(source, undefined, { bufferSize: bufferFor(source) });
  // The native parser gives no tree where it stopped; the types do not say so.
  if (tree === undefined || tree === null)
    throw new CountersignError('unreadable-file', 'could not be parsed', { place: { path } });
  const python = grammar === 'python';
  return readTree(
    tree.walk(),
    { path, text: source, dialect: python ? 'python' : 'javascript' },
    python ? PYTHON : null,
    vocabularyOf(grammar),
  );
}

function vocabularyOf(grammar: Grammar): Vocabulary {
  const known = vocabularies.get(grammar) ?? { words: [], fields: [] };
  vocabularies.set(grammar, known);
  return known;
}

/** Texts over 32 KiB need a buffer that holds them; a larger one than needed costs small files most of their time. */
function bufferFor(text: string): number {
  return text.length < 16_000 ? 32 * 1024 : text.length * 2 + 2;
}

function parserFor(grammar: Grammar, path: string): Parser {
  const known = parsers.get(grammar);
  if (known !== undefined) return known;
  // Loaded for the first file that needs it: most programs never do.
  const TreeSitter = nativePackage(() => load('tree-sitter'), 'tree-sitter', path);
  if (!isParser(TreeSitter)) throw new TypeError('tree-sitter is not what it was: its package exports no constructor');
  const parser = new TreeSitter();
  parser.setLanguage(grammarModule(grammar, path));
  parsers.set(grammar, parser);
  return parser;
}

function isParser(value: unknown): value is typeof Parser {
  return typeof value === 'function';
}

function grammarModule(grammar: Grammar, path: string): unknown {
  if (grammar === 'python') return nativePackage(() => load('tree-sitter-python'), 'tree-sitter-python', path);
  const both = nativePackage(() => load('tree-sitter-typescript'), 'tree-sitter-typescript', path);
  return typeof both === 'object' && both !== null ? Reflect.get(both, grammar) : undefined;
}

/** Parsing alone, for comparison: nothing is read from the tree. */
export function bareParse(path: string, text: string): void {
  const language = languageOf(path);
  if (language !== null) parserFor(language.grammar, path).parse(text, undefined, { bufferSize: bufferFor(text) });
}
