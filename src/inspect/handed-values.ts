import type { FlowNeeds, Walk } from './flow-types.ts';
import { childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** What reaches the parameter of a function that is handed over instead of called by its name. */
export interface HandedValues {
  /** The expressions that a callback's parameter is given, where this file calls the callback. */
  callback(fn: Syntax, index: number): readonly Syntax[];
  /** What `new Promise((resolve) => …)` is resolved with. */
  resolved(executor: Syntax): readonly Syntax[];
}

export function createHandedValues(
  { program, scopes, functionOf }: FlowNeeds,
  parameters: Walk['parameters'],
): HandedValues {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  let emitted: ReadonlyMap<string, readonly Syntax[]> | null = null;

  function callback(fn: Syntax, index: number): readonly Syntax[] {
    const list = fn.parent;
    const call = list?.type === 'arguments' ? list.parent : null;
    const callee = call === null || call === undefined ? null : childOf(call, 'function');
    if (list === null || callee === null) return [];
    const taker = functionOf(callee);
    return taker === null || taker === fn
      ? announced(callee, list, index)
      : given(taker, partsOf(list).indexOf(fn), index);
  }

  /** `take(request, (body) => …)` of `function take(request, done) { done(request.body) }` */
  function given(taker: Syntax, position: number, index: number): readonly Syntax[] {
    const binding = parameters(taker).find(
      ({ parameter }) => parameter?.index === position && parameter.path.length === 0,
    );
    if (binding === undefined) return [];
    return scopes.references(binding).flatMap((reference) => {
      const call = reference.field === 'function' ? reference.parent : null;
      const list = call === null ? null : childOf(call, 'arguments');
      const argument = list === null ? undefined : partsOf(list)[index];
      return argument === undefined ? [] : [argument];
    });
  }

  /** `jobs.on('made', (job) => …)` and `jobs.emit('made', request.body)` */
  function announced(callee: Syntax, list: Syntax, index: number): readonly Syntax[] {
    const object = childOf(callee, 'object');
    const property = childOf(callee, 'property');
    const [event] = partsOf(list);
    if (object === null || property === null || event?.type !== 'string') return [];
    if (!/^(?:on|once|addListener|prependListener)$/.test(name(property))) return [];
    emitted ??= emissions(program);
    return (emitted.get(`${name(object)} ${name(event).slice(1, -1)}`) ?? []).flatMap((call) => {
      const argument = partsOf(call)[index + 1];
      return argument === undefined ? [] : [argument];
    });
  }

  return { callback, resolved: (executor) => given(executor, 0, 0) };
}

/** The arguments of every `emit`, by the emitter as written and the event. */
function emissions(program: Program): ReadonlyMap<string, readonly Syntax[]> {
  const found = new Map<string, Syntax[]>();
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  for (const call of program.byType.get('call_expression') ?? []) {
    const callee = childOf(call, 'function');
    const object = callee === null ? null : childOf(callee, 'object');
    const property = callee === null ? null : childOf(callee, 'property');
    const list = childOf(call, 'arguments');
    if (object === null || property === null || list === null || name(property) !== 'emit') continue;
    const [event] = partsOf(list);
    if (event?.type !== 'string') continue;
    const key = `${name(object)} ${name(event).slice(1, -1)}`;
    found.set(key, [...(found.get(key) ?? []), list]);
  }
  return found;
}
