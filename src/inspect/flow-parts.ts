import type { SinkKind } from './facts.ts';
import type { FlowNeeds, Walk } from './flow-types.ts';
import { isPlainGroup, matchOf } from './match-groups.ts';
import { bare, childOf, FUNCTIONS, partsOf, type Syntax } from './syntax.ts';
import { type Environment, short, step, type Taint } from './taint.ts';

type Path = readonly (string | number)[];

const MAX_DEPTH = 100;

/**
 * One entry of a list, a table, or of what a function of this file gives; undefined where the file does not show the
 * entries one by one.
 */
export function createPartFlow(
  { program, scopes, constants, origins, changes, functionOf }: FlowNeeds,
  walk: Walk,
): Walk['part'] {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function part(node: Syntax, path: Path, kind: SinkKind, env: Environment, depth: number): Taint | null | undefined {
    const inner = bare(node);
    const [first, ...rest] = path;
    if (depth > MAX_DEPTH || first === undefined) return undefined;
    switch (inner.type) {
      case 'object':
        return ofTable(inner, String(first), rest, kind, env, depth);
      case 'array':
        return ofList(partsOf(inner), Number(first), rest, kind, env, depth);
      case 'call_expression':
        return ofCall(inner, path, kind, env, depth);
      case 'identifier':
        return ofName(inner, path, kind, env, depth);
      default:
        return undefined;
    }
  }

  function further(node: Syntax, rest: Path, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const found = part(node, rest, kind, env, depth + 1);
    return found !== undefined ? found : walk.through(walk.trace(node, kind, env, depth + 1), rest, node);
  }

  function ofTable(
    table: Syntax,
    key: string,
    rest: Path,
    kind: SinkKind,
    env: Environment,
    depth: number,
  ): Taint | null | undefined {
    const isPlain = partsOf(table).every(
      (each) =>
        each.type === 'shorthand_property_identifier' ||
        FUNCTIONS.has(each.type) ||
        (each.type === 'pair' &&
          /^(?:property_identifier|string|number|identifier)$/.test(childOf(each, 'key')?.type ?? '')),
    );
    const value = isPlain ? constants.property(table, key) : null;
    if (value === null) return undefined;
    return FUNCTIONS.has(value.type) ? null : further(value, rest, kind, env, depth);
  }

  function ofList(
    all: readonly Syntax[],
    at: number,
    rest: Path,
    kind: SinkKind,
    env: Environment,
    depth: number,
  ): Taint | null | undefined {
    const value = Number.isInteger(at) ? all.at(at) : undefined;
    if (value === undefined || all.some((each) => /spread|splat/.test(each.type))) return undefined;
    return further(value, rest, kind, env, depth);
  }

  function ofCall(call: Syntax, path: Path, kind: SinkKind, env: Environment, depth: number): Taint | null | undefined {
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    if (callee === null || list === null) return undefined;
    const number = Number(path[0]);
    const match = number > 0 ? matchOf(call, program, constants) : null;
    if (match !== null && match.source !== null && isPlainGroup(match.source, number, kind)) return null;
    const from = origins.origin(callee);
    const [given] = partsOf(list);
    if (from === '~Promise.all' && given !== undefined) return part(given, path, kind, env, depth + 1);
    if (from === 'asyncio.gather') return ofList(partsOf(list), Number(path[0]), path.slice(1), kind, env, depth);
    const fn = functionOf(callee);
    const shown = fn !== null && walk.returns(fn).length > 0 && walk.returns(fn).every(isShown);
    return shown ? walk.partOfReturns(call, path, kind, env, depth + 1) : undefined;
  }

  /** A literal that is returned; what is yielded is one of many. */
  function isShown(given: Syntax): boolean {
    return /^(?:object|array)$/.test(bare(given).type) && given.parent?.type !== 'yield_expression';
  }

  /** A name that stands for a literal which nobody changes, or for what a call gave. */
  function ofName(node: Syntax, path: Path, kind: SinkKind, env: Environment, depth: number): Taint | null | undefined {
    const binding = scopes.lookup(node);
    const [only, ...others] = binding?.definitions ?? [];
    if (binding?.kind !== 'variable' || only === undefined || others.length > 0) return undefined;
    if (only.value === null || only.how !== 'value' || only.fallback !== null) return undefined;
    if (!/^(?:object|array|call_expression)$/.test(bare(only.value).type) || !changes.onlyRead(binding))
      return undefined;
    const found = part(only.value, [...only.path, ...path], kind, env, depth + 1);
    return found === undefined || found === null || found.container !== undefined
      ? found
      : step(found, only.at, `is kept in "${short(name(only.at))}"`);
  }

  return part;
}
