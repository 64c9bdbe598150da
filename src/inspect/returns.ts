import { childOf, descendantsOf, functionAround, partsOf, type Syntax } from './syntax.ts';

/** What a function can return: the expressions of its own returns, not of functions inside it. */
export function returnsOf(fn: Syntax): readonly Syntax[] {
  const body = childOf(fn, 'body');
  if (body === null) return [];
  if (body.type !== 'statement_block') return [body];
  const found: Syntax[] = [];
  for (const node of descendantsOf(body)) {
    if (node.type !== 'return_statement' && node.type !== 'yield_expression') continue;
    const value = partsOf(node).find((part) => part.type !== 'yield' && part.type !== '*');
    if (value !== undefined && functionAround(node) === fn) found.push(value);
  }
  return found;
}
