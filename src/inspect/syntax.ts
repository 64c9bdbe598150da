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
  /** Offsets at which lines start, once a place was asked for: of most files nobody asks one. */
  lineStarts: readonly number[] | null;
}

/** A node while its tree is being made, or taken apart. */
export interface Growing extends Syntax {
  start: number;
  parent: Growing | null;
  children: Growing[];
}

/** A program as its reader gives it. */
export interface Grown extends Program {
  readonly byType: Map<string, readonly Growing[]>;
}

/**
 * What a node without parts has: one array for all of them, which nobody adds to. It has held an object, so that V8
 * knows it for an array of objects as the others are.
 */
export const NO_CHILDREN: Growing[] = [{ type: '', field: null, start: 0, end: 0, parent: null, children: [] }];
NO_CHILDREN.length = 0;

/**
 * Parts the nodes of a program that nobody needs any more. V8 remembers at each call which function was called there
 * last, until its next full collection: a function that was made for one file would keep all of the file's tree.
 */
export function takeApart({ byType }: Grown): void {
  for (const nodes of byType.values()) {
    for (let at = 0; at < nodes.length; at += 1) {
      const node = nodes[at];
      if (node === undefined) continue;
      node.parent = null;
      node.children = NO_CHILDREN;
    }
  }
  byType.clear();
}

/** Offsets at which lines start; the first is 0. */
function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) starts.push(index + 1);
  return starts;
}

/** Line and column of an offset, both from 1. */
export function placeOf(program: Program, offset: number): { readonly line: number; readonly column: number } {
  program.lineStarts ??= lineStartsOf(program.text);
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

/** Work that gives the same for a node each time, done once; made for one file, and forgotten with it. */
export function perNode<T>(work: (node: Syntax) => T): (node: Syntax) => T {
  const known = new Map<Syntax, { readonly value: T }>();
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
  // By index, here and below: before code is optimised, each step of an iterator makes an object.
  const { children } = node;
  for (let at = 0; at < children.length; at += 1) {
    const child = children[at];
    if (child !== undefined && child.field === field) return child;
  }
  return null;
}

/** Children that are code: comments are not. */
export function partsOf(node: Syntax): readonly Syntax[] {
  const { children } = node;
  for (let at = 0; at < children.length; at += 1)
    if (children[at]?.type === 'comment') return children.filter((child) => child.type !== 'comment');
  return children;
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

/** Node types that are functions with a body of their own. */
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
