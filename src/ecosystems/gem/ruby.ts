import type { SyntaxNode } from 'tree-sitter';

/** One call as the DSL sees it: plain arguments, and options by name. */
export interface Call {
  readonly node: SyntaxNode;
  readonly method: string;
  readonly receiver: SyntaxNode | null;
  readonly values: readonly SyntaxNode[];
  readonly options: ReadonlyMap<string, SyntaxNode>;
}

/** Reads `name(a, b, key: c)`, with or without brackets; `null` where the node is no call of a plain name. */
export function callOf(node: SyntaxNode): Call | null {
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

/** For a variable: what it runs through in `%w[a b].each { |name| … }` around it; `null` where that cannot be told. */
export function iteratedOf(variable: SyntaxNode): string[] | null {
  if (variable.type !== 'identifier') return null;
  for (let node = variable.parent; node !== null; node = node.parent) {
    if (node.type !== 'block' && node.type !== 'do_block') continue;
    const names = node.childForFieldName('parameters')?.namedChildren.map((child) => child.text) ?? [];
    if (!names.includes(variable.text)) continue;
    const call = node.parent === null ? null : callOf(node.parent);
    return call?.method === 'each' && names.length === 1 ? literalsOf(call.receiver) : null;
  }
  return null;
}
