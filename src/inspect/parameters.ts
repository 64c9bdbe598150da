import { childOf, partsOf, type Syntax } from './syntax.ts';

const NONE: readonly Syntax[] = [];

/** Parameters in order, Python's `self` and `cls` included. */
export function parametersOf(node: Syntax): readonly Syntax[] {
  const single = childOf(node, 'parameter');
  if (single !== null) return [single];
  const list = childOf(node, 'parameters');
  if (list === null) return NONE;
  const parts = partsOf(list);
  for (let at = 0; at < parts.length; at += 1) {
    const type = parts[at]?.type;
    if (type === 'this' || type === 'keyword_separator') return parts.filter(isParameter);
  }
  return parts;
}

function isParameter({ type }: Syntax): boolean {
  return type !== 'this' && type !== 'keyword_separator';
}

/** Nest and Angular decorate parameters. */
export function decoratorsOf(parameter: Syntax): readonly Syntax[] {
  const { children } = parameter;
  for (let at = 0; at < children.length; at += 1)
    if (children[at]?.type === 'decorator') return children.filter((child) => child.type === 'decorator');
  return NONE;
}
