import type { SinkKind } from './facts.ts';
import type { FlowNeeds, Walk } from './flow-types.ts';
import { bare, childOf, partsOf, type Syntax } from './syntax.ts';

/** Methods whose result holds the same entries, or some of them. */
const SAME_ENTRIES = /^(?:filter|slice|sort|reverse|toSorted|toReversed)$/;
const MAX_METHODS = 8;

/**
 * Whether the entries of a list, or one part of each, were kept for being among known ones:
 * `Object.entries(given).filter(([name]) => COLUMNS.includes(name))`.
 */
export function createKept(
  { constants, guards, functionOf, program }: FlowNeeds,
  { returns, parameters }: Pick<Walk, 'returns' | 'parameters'>,
): (list: Syntax, path: readonly (string | number)[], kind: SinkKind) => boolean {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  return (list, path, kind) => {
    let at = constants.resolved(list);
    for (let count = 0; count < MAX_METHODS; count += 1) {
      const callee = at.type === 'call_expression' ? childOf(at, 'function') : null;
      const object = callee === null ? null : childOf(callee, 'object');
      const property = callee === null ? null : childOf(callee, 'property');
      if (object === null || property === null || !SAME_ENTRIES.test(name(property))) return false;
      if (name(property) === 'filter' && keeps(at, path, kind)) return true;
      at = bare(constants.resolved(object));
    }
    return false;
  };

  function keeps(call: Syntax, path: readonly (string | number)[], kind: SinkKind): boolean {
    const list = childOf(call, 'arguments');
    const given = list === null ? undefined : partsOf(list)[0];
    const callback = given === undefined ? null : functionOf(given);
    const [condition, ...others] = callback === null ? [] : returns(callback);
    if (callback === null || condition === undefined || others.length > 0) return false;
    return parameters(callback).some(
      (binding) =>
        binding.parameter?.index === 0 &&
        binding.parameter.path.every((part, index) => part === path[index]) &&
        guards.keepsSettled(condition, binding, kind),
    );
  }
}
