import type { SyntaxNode } from 'tree-sitter';

/** Blocks inside blocks; real files have fewer than five. */
const DEEPEST = 100;

/** One call as the DSL sees it: plain arguments, and options by name. */
export interface Call {
  readonly node: SyntaxNode;
  readonly method: string;
  readonly receiver: SyntaxNode | null;
  readonly values: readonly SyntaxNode[];
  readonly options: ReadonlyMap<string, SyntaxNode>;
}

/** Reads `name(a, b, key: c)`, with or without brackets; `null` where the node is no call of a plain name. */
function callOf(node: SyntaxNode): Call | null {
  const method = node.childForFieldName('method');
  if (node.type !== 'call' || method === null) return null;
  const values: SyntaxNode[] = [];
  const options = new Map<string, SyntaxNode>();
  const readPair = (pair: SyntaxNode): void => {
    const key = pair.childForFieldName('key');
    const value = pair.childForFieldName('value');
    if (key !== null && value !== null) options.set(key.text.replaceAll(/^:|[:"']/g, ''), value);
  };
  for (const argument of node.childForFieldName('arguments')?.namedChildren ?? []) {
    if (argument.type === 'pair') readPair(argument);
    else if (argument.type === 'hash')
      argument.namedChildren.filter((child) => child.type === 'pair').forEach(readPair);
    else if (argument.type !== 'comment' && argument.type !== 'block_argument') values.push(argument);
  }
  return { node, method: method.text, receiver: node.childForFieldName('receiver'), values, options };
}

/** The value of a plain string or symbol; `null` for anything that is computed. */
export function literalOf(node: SyntaxNode | undefined | null): string | null {
  if (node === undefined || node === null) return null;
  if (node.type === 'simple_symbol') return node.text.slice(1);
  if (node.type === 'call' && node.childForFieldName('method')?.text === 'freeze') {
    return literalOf(node.childForFieldName('receiver'));
  }
  if (node.type === 'chained_string') {
    const parts = node.namedChildren.map((child) => literalOf(child));
    return parts.some((part) => part === null) ? null : parts.join('');
  }
  if (!['string', 'bare_string', 'bare_symbol', 'delimited_symbol'].includes(node.type)) return null;
  const parts: string[] = [];
  for (const child of node.namedChildren) {
    if (child.type === 'string_content') parts.push(child.text);
    else if (child.type === 'escape_sequence') parts.push(child.text.slice(1));
    else return null;
  }
  return parts.join('');
}

/** The values of a literal, or of an array of literals; `null` where one of them is computed. */
export function literalsOf(node: SyntaxNode | undefined | null): string[] | null {
  if (node === undefined || node === null) return null;
  if (!['array', 'string_array', 'symbol_array'].includes(node.type)) {
    const one = literalOf(node);
    return one === null ? null : [one];
  }
  const values: string[] = [];
  for (const child of node.namedChildren) {
    const value = child.type === 'comment' ? '' : literalOf(child);
    if (value === null) return null;
    if (value !== '') values.push(value);
  }
  return values;
}

/** A call with the calls whose blocks it stands in, outermost first. */
export interface PlacedCall {
  readonly call: Call;
  readonly around: readonly Call[];
}

/**
 * All calls in the order of the text. A node's parent is found from the root each time, so the blocks around a call
 * are told by their reach instead. `null` where blocks nest deeper than any real file.
 */
export function placedCallsOf(nodes: readonly SyntaxNode[]): PlacedCall[] | null {
  const placed: PlacedCall[] = [];
  let around: Call[] = [];
  for (const node of nodes) {
    while ((around.at(-1)?.node.endIndex ?? Number.POSITIVE_INFINITY) <= node.startIndex) around = around.slice(0, -1);
    const call = callOf(node);
    if (call === null) continue;
    placed.push({ call, around });
    if (node.childForFieldName('block') !== null) around = [...around, call];
    if (around.length > DEEPEST) return null;
  }
  return placed;
}

/** For a variable: what it runs through in `%w[a b].each { |name| … }` around it; `null` where that cannot be told. */
function iteratedOf(variable: SyntaxNode | undefined, around: readonly Call[]): string[] | null {
  if (variable?.type !== 'identifier') return null;
  for (const call of around.toReversed()) {
    const parameters = call.node.childForFieldName('block')?.childForFieldName('parameters');
    const names = parameters?.namedChildren.map((child) => child.text) ?? [];
    if (!names.includes(variable.text)) continue;
    return call.method === 'each' && names.length === 1 ? literalsOf(call.receiver) : null;
  }
  return null;
}

/** The names that the first argument gives, iterated ones included; `null` where they are computed. */
export function namesOf({ call, around }: PlacedCall): string[] | null {
  const name = literalOf(call.values[0]);
  return name !== null ? [name] : iteratedOf(call.values[0], around);
}
