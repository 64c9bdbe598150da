import type { Binding } from './bindings.ts';
import type { SinkKind } from './facts.ts';
import type { FlowNeeds, Walk } from './flow-types.ts';
import { childOf, partsOf, type Syntax } from './syntax.ts';
import { type Environment, strongest, type Taint } from './taint.ts';

type Values = Map<Binding, Taint | null>;

/** What objects hold whose class stands in this file: by what this one was made and called with, where that is seen. */
export interface HolderFlow {
  /** A field of such an object; undefined for all others. */
  field(object: Syntax, name: string, kind: SinkKind, env: Environment, depth: number): Taint | null | undefined;
  /** Parameters of the constructor and of the methods that were called on the object before. */
  values(object: Syntax, kind: SinkKind, env: Environment, depth: number): Values;
}

export function createHolderFlow({ program, holders }: FlowNeeds, walk: Walk): HolderFlow {
  const { trace, through, parameters, memo } = walk;
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  /** Objects whose calls are being followed: one may be handed to its own method. */
  const following = new Set<Syntax>();

  function values(object: Syntax, kind: SinkKind, env: Environment, depth: number): Values {
    const found: Values = new Map();
    const calls = following.has(object) ? [] : holders.calls(object);
    following.add(object);
    for (const { fn, call } of calls) {
      const list = childOf(call, 'arguments');
      const given = list === null ? [] : partsOf(list);
      const placed = given.filter((part) => part.type !== 'keyword_argument');
      const shift = program.dialect === 'python' ? 1 : 0;
      for (const binding of parameters(fn)) {
        const { parameter } = binding;
        if (parameter === undefined || parameter.index < shift) continue;
        const named = given.find(
          (part) => part.type === 'keyword_argument' && name(childOf(part, 'name') ?? part) === binding.name,
        );
        const isRest = /rest_pattern|splat_pattern/.test(binding.declaration.parent?.type ?? '');
        const argument = named === undefined ? placed[parameter.index - shift] : childOf(named, 'value');
        const all = isRest
          ? placed.slice(parameter.index - shift)
          : argument === undefined || argument === null
            ? []
            : [argument];
        const value = strongest(all.map((each) => trace(each, kind, env, depth)));
        const before = found.get(binding) ?? null;
        found.set(binding, strongest([before, through(value, parameter.path, binding.declaration)]));
      }
    }
    following.delete(object);
    return found;
  }

  function field(
    object: Syntax,
    called: string,
    kind: SinkKind,
    env: Environment,
    depth: number,
  ): Taint | null | undefined {
    const kept = holders.field(object, called);
    if (kept === null) return undefined;
    const own = values(object, kind, env, depth);
    const inner = new Map([...(env ?? []), ...own]);
    return memo.within(new Set(own.keys()), () => strongest(kept.map((each) => trace(each, kind, inner, depth))));
  }

  return { field, values };
}
