import { CountersignError } from '../core/errors.ts';
import type { Growing, Grown } from './syntax.ts';

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
  source: { readonly path: string; readonly text: string; readonly dialect: Grown['dialect'] },
  translation: Translation | null,
  vocabulary: Vocabulary,
): Grown {
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
        if (root !== null) return { ...source, root, byType, lineStarts: null };
        throw new CountersignError('unreadable-file', 'has no syntax tree', { place: { path: source.path } });
      }
      open.pop();
    }
  }
}
