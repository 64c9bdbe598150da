import type { Binding, Definition } from './bindings.ts';
import { FUNCTIONS, functionAround, type Syntax, statementAround } from './syntax.ts';

const LOOPS: ReadonlySet<string> = new Set(['for_statement', 'for_in_statement', 'while_statement', 'do_statement']);

/** Definitions in the use's own function that another one before the use always replaces are left out. */
export function reaching(binding: Binding, use: Syntax): readonly Definition[] {
  const all = binding.definitions;
  if (all.length < 2) return all;
  const home = functionAround(use);
  const loop = loopAround(use);
  const possible = all.filter((definition) => {
    if (functionAround(definition.at) !== home) return true;
    if (contained(definition.value, use)) return loop !== null;
    return (
      definition.at.start < use.start ||
      (loop !== null && loop.start <= definition.at.start && definition.at.end <= loop.end)
    );
  });
  let last: Definition | null = null;
  for (const definition of possible) {
    if (definition.how === 'augmented' || definition.at.start > use.start) continue;
    if (functionAround(definition.at) !== home || contained(definition.value, use)) continue;
    const block = statementAround(definition.at).parent;
    if (block === null || use.start < block.start || use.end > block.end) continue;
    if (last === null || definition.at.start > last.at.start) last = definition;
  }
  if (last === null) return possible;
  const from = last.at.start;
  return possible.filter((definition) => definition.at.start >= from || functionAround(definition.at) !== home);
}

function contained(outer: Syntax | null, inner: Syntax): boolean {
  return outer !== null && outer.start <= inner.start && inner.end <= outer.end;
}

function loopAround(node: Syntax): Syntax | null {
  for (let up = node.parent; up !== null && !FUNCTIONS.has(up.type); up = up.parent) if (LOOPS.has(up.type)) return up;
  return null;
}
