import { CountersignError } from '../core/errors.ts';

/**
 * One node of a program, in plain JavaScript: reading the native tree once with a cursor and walking this afterwards
 * is several times cheaper than asking the native tree again and again. Punctuation is left out; operators stay.
 */
export interface Syntax {
  /** Node type of the JavaScript and TypeScript grammars; Python's are translated to the same words. */
  readonly type: string;
  /** The role in the parent, where the grammar names one: `function`, `arguments`, `left`. */
  readonly field: string | null;
  /** UTF-16 offsets into the text. */
  readonly start: number;
  readonly end: number;
  readonly parent: Syntax | null;
  readonly children: readonly Syntax[];
}

/** A whole file as read. */
export interface Program {
  readonly path: string;
  readonly text: string;
  readonly dialect: 'javascript' | 'python';
  readonly root: Syntax;
  /** All nodes of a type, in the order of the text. */
  readonly byType: ReadonlyMap<string, readonly Syntax[]>;
  /** Offsets at which lines start; the first is 0. */
  readonly lineStarts: readonly number[];
}

/** The part of tree-sitter's cursor that is used here. Numbers cross from the native side cheaply; words do not. */
export interface Cursor {
  readonly nodeTypeId: number;
  readonly nodeType: string;
  readonly nodeIsNamed: boolean;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly currentFieldId: number | undefined;
  readonly currentFieldName: string;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
}

/** What a grammar's words are called here. */
export interface Translation {
  type(type: string, cursor: Cursor): string;
  /** @param parent the parent's translated type; @param index the position among the parent's kept children */
  field(field: string | null, parent: string, index: number): string | null;
}

/** Code nested deeper than this is not evaluated: the walks over it are recursive, and nobody writes it by hand. */
const MAX_DEPTH = 2_000;

/**
 * Nodes that are not looked into: they have no parts, or parts that mean nothing here. Not asking the native tree for
 * their children saves a third of the reading.
 */
export const LEAVES: ReadonlySet<string> = new Set([
  'identifier',
  'property_identifier',
  'shorthand_property_identifier',
  'shorthand_property_identifier_pattern',
  'type_identifier',
  'statement_identifier',
  'number',
  'comment',
  'this',
  'true',
  'false',
  'null',
  'undefined',
  'regex_pattern',
  'regex_flags',
  'string_fragment',
  'escape_sequence',
  'predefined_type',
  'jsx_text',
  'interface_declaration',
  'type_alias_declaration',
]);

/** A node while its tree is being made. */
export interface Growing extends Syntax {
  start: number;
  readonly children: Growing[];
}

const PUNCTUATION: ReadonlySet<string> = new Set([
  ',',
  ';',
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  '.',
  ':',
  '"',
  "'",
  '`',
  '${',
  '=>',
  'function',
  'return',
  'const',
  'let',
  'var',
  'if',
  'else',
  'new',
  'class',
  'import',
  'export',
  'from',
  '</',
  '/>',
  '=',
  '...',
  '@',
  'def',
  'string_start',
  'string_end',
]);

/** What a grammar's numbers mean, learnt as they are met; one for each grammar. */
export interface Vocabulary {
  readonly words: (Word | undefined)[];
  readonly fields: (string | undefined)[];
}

interface Word {
  readonly native: string;
  readonly named: boolean;
  readonly dropped: boolean;
  readonly leaf: boolean;
}

function learn(cursor: Cursor, vocabulary: Vocabulary, id: number): Word {
  const native = cursor.nodeType;
  const word: Word = {
    native,
    named: cursor.nodeIsNamed,
    dropped: PUNCTUATION.has(native) && !cursor.nodeIsNamed,
    // Tokens without a name have no parts; what has a name may.
    leaf: LEAVES.has(native) || !cursor.nodeIsNamed,
  };
  vocabulary.words[id] = word;
  return word;
}

function fieldOf(cursor: Cursor, vocabulary: Vocabulary): string | null {
  const id = cursor.currentFieldId;
  if (id === undefined || id === 0) return null;
  let field = vocabulary.fields[id];
  if (field === undefined) {
    field = cursor.currentFieldName;
    vocabulary.fields[id] = field;
  }
  return field;
}

/** Reads the native tree once. Throws CountersignError `unreadable-file` where the code is nested too deeply. */
export function readTree(
  cursor: Cursor,
  source: { readonly path: string; readonly text: string; readonly dialect: Program['dialect'] },
  translation: Translation | null,
  vocabulary: Vocabulary,
): Program {
  const byType = new Map<string, Growing[]>();
  const open: Growing[] = [];
  let root: Growing | null = null;

  for (;;) {
    const id = cursor.nodeTypeId;
    const word = vocabulary.words[id] ?? learn(cursor, vocabulary, id);
    let entered = false;
    if (!word.dropped) {
      const parent = open.at(-1) ?? null;
      const field = parent === null ? null : fieldOf(cursor, vocabulary);
      const node: Growing = {
        // A keyword is no node of its own kind: Python's `await` and `lambda` name both.
        type: translation === null || !word.named ? word.native : translation.type(word.native, cursor),
        field:
          translation === null || parent === null
            ? field
            : translation.field(field, parent.type, parent.children.length),
        start: cursor.startIndex,
        end: cursor.endIndex,
        parent,
        children: [],
      };
      const known = byType.get(node.type);
      if (known === undefined) byType.set(node.type, [node]);
      else known.push(node);
      if (parent === null) root = node;
      else parent.children.push(node);
      const leaf = word.leaf || (translation === null && word.native === 'string');
      if (!leaf && cursor.gotoFirstChild()) {
        entered = true;
        open.push(node);
        if (open.length > MAX_DEPTH) {
          throw new CountersignError('unreadable-file', `is nested deeper than ${MAX_DEPTH} levels`, {
            place: { path: source.path, line: source.text.slice(0, node.start).split('\n').length },
          });
        }
      }
    }
    if (entered) continue;
    while (!cursor.gotoNextSibling()) {
      if (!cursor.gotoParent()) {
        if (root !== null) return { ...source, root, byType, lineStarts: lineStartsOf(source.text) };
        throw new CountersignError('unreadable-file', 'has no syntax tree', { place: { path: source.path } });
      }
      open.pop();
    }
  }
}

export function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) starts.push(index + 1);
  return starts;
}

/** Line and column of an offset, both from 1. */
export function placeOf(program: Program, offset: number): { readonly line: number; readonly column: number } {
  const starts = program.lineStarts;
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

/** Work that gives the same for a node each time, done once; forgotten with the node. */
export function perNode<T>(work: (node: Syntax) => T): (node: Syntax) => T {
  const known = new WeakMap<Syntax, { readonly value: T }>();
  return (node) => {
    const found = known.get(node);
    if (found !== undefined) return found.value;
    const value = work(node);
    known.set(node, { value });
    return value;
  };
}

/** The first child with this role. */
export function childOf(node: Syntax, field: string): Syntax | null {
  for (const child of node.children) if (child.field === field) return child;
  return null;
}

/** Children that are code: comments are not. */
export function partsOf(node: Syntax): readonly Syntax[] {
  return node.children.some((child) => child.type === 'comment')
    ? node.children.filter((child) => child.type !== 'comment')
    : node.children;
}

/** The nearest ancestor of one of the types, the node itself not counted. */
export function ancestorOf(node: Syntax, types: ReadonlySet<string>): Syntax | null {
  for (let up = node.parent; up !== null; up = up.parent) if (types.has(up.type)) return up;
  return null;
}

/** Every node below, the node itself first, in the order of the text. */
export function* descendantsOf(node: Syntax): Generator<Syntax> {
  const stack: Syntax[] = [node];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    yield next;
    for (let index = next.children.length - 1; index >= 0; index -= 1) {
      const child = next.children[index];
      if (child !== undefined) stack.push(child);
    }
  }
}

/** Wrappers that change the type and not the value are taken off: parentheses, casts, `!`, `await`. */
export function bare(node: Syntax): Syntax {
  let inner = node;
  while (WRAPPERS.has(inner.type)) {
    const next = partsOf(inner).find((part) => !TYPE_PARTS.has(part.type) && part.type !== 'await');
    if (next === undefined) return inner;
    inner = next;
  }
  return inner;
}

const WRAPPERS: ReadonlySet<string> = new Set([
  'parenthesized_expression',
  'as_expression',
  'satisfies_expression',
  'non_null_expression',
  'type_assertion',
  'await_expression',
]);
const TYPE_PARTS: ReadonlySet<string> = new Set(['type_arguments', 'as', 'satisfies', '!']);

export const FUNCTIONS: ReadonlySet<string> = new Set([
  'function_declaration',
  'function_expression',
  'arrow_function',
  'method_definition',
  'generator_function',
  'generator_function_declaration',
]);

/** The innermost function around a node, or null at the top of the file. */
export function functionAround(node: Syntax): Syntax | null {
  return ancestorOf(node, FUNCTIONS);
}

/** The innermost function, or else the top-level statement, around a node. */
export function unitAround(node: Syntax): Syntax {
  const around = functionAround(node);
  if (around !== null) return around;
  let unit = node;
  while (unit.parent !== null && unit.parent.parent !== null) unit = unit.parent;
  return unit;
}

/** The statement a node stands in. */
export function statementAround(node: Syntax): Syntax {
  let unit = node;
  while (unit.parent !== null && !BLOCKS.has(unit.parent.type)) unit = unit.parent;
  return unit;
}

const BLOCKS: ReadonlySet<string> = new Set([
  'program',
  'statement_block',
  'class_body',
  'switch_case',
  'switch_default',
]);
