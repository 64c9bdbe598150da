import { childOf, functionAround, type Program, partsOf, type Syntax } from './syntax.ts';

/** What a function can return: the expressions of its own returns, not of functions inside it. */
export type Returns = (fn: Syntax) => readonly Syntax[];

/** All returns of a file are told apart once, when the first are asked for. */
export function createReturns(program: Program): Returns {
  let byFunction: ReadonlyMap<Syntax, readonly Syntax[]> | null = null;
  return (fn) => {
    const body = childOf(fn, 'body');
    if (body === null) return [];
    if (body.type !== 'statement_block') return [body];
    byFunction ??= valuesByFunction(program);
    return byFunction.get(fn) ?? [];
  };
}

function valuesByFunction({ byType }: Program): ReadonlyMap<Syntax, readonly Syntax[]> {
  const found = new Map<Syntax, Syntax[]>();
  const yields = byType.get('yield_expression') ?? [];
  const returns = byType.get('return_statement') ?? [];
  for (const node of yields.length === 0 ? returns : [...returns, ...yields].sort((a, b) => a.start - b.start)) {
    const value = partsOf(node).find((part) => part.type !== 'yield' && part.type !== '*');
    const fn = value === undefined ? null : functionAround(node);
    if (value === undefined || fn === null) continue;
    const known = found.get(fn);
    if (known === undefined) found.set(fn, [value]);
    else known.push(value);
  }
  return found;
}
