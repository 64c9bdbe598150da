import type { Binding } from './bindings.ts';
import type { SinkKind } from './facts.ts';
import type { FlowNeeds, Walk } from './flow-types.ts';
import { HARMED_BY_TEXT, isHarmless } from './forms.ts';
import type { ModelField } from './python-models.ts';
import { childOf, type Syntax } from './syntax.ts';
import { type Environment, step, strongest, type Taint } from './taint.ts';

/** What a field of a model holds; undefined where the file does not say what the object is. */
export function createModelFlow(
  { models, guards }: FlowNeeds,
  { trace, memo, returns, parameters }: Walk,
): (node: Syntax, kind: SinkKind, env: Environment, depth: number) => Taint | null | undefined {
  function ofModel(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null | undefined {
    const field = models.field(node);
    if (field === null) return undefined;
    if (field.checked && stops(field, kind)) return null;
    if (field.given === null && field.validators.length === 0) return undefined;
    if (guards.guardedBesides(node, kind)) return null;
    const given =
      field.given === null ? ofWhole(node, kind, env, depth) : field.given.map((each) => trace(each, kind, env, depth));
    const found = strongest(given.filter((each) => each?.container === undefined));
    const kept = field.validators.reduce<Taint | null>((value, fn) => passed(fn, value, kind, env, depth), found);
    return kept === null ? null : step(kept, node, 'is a field that may hold any text');
  }

  function ofWhole(node: Syntax, kind: SinkKind, env: Environment, depth: number): readonly (Taint | null)[] {
    const object = childOf(node, 'object');
    return object === null ? [] : [trace(object, kind, env, depth)];
  }

  /** A class that holds its fields to their types; one that does so by rules not known here is taken at its word. */
  function stops({ leaves, given }: ModelField, kind: SinkKind): boolean {
    if (isHarmless(leaves, kind)) return true;
    if (HARMED_BY_TEXT.has(kind)) return leaves === 'unknown' && given !== null;
    return given !== null || (kind === 'nosql' && leaves !== 'unknown');
  }

  /** What a validator of the class gives back for the value. */
  function passed(fn: Syntax, value: Taint | null, kind: SinkKind, env: Environment, depth: number): Taint | null {
    if (value === null || memo.isOpen(fn)) return value;
    const own = new Set(parameters(fn));
    const inner = new Map<Binding, Taint | null>(env ?? []);
    for (const binding of own) inner.set(binding, binding.parameter?.index === 1 ? value : null);
    return memo.inside(fn, own, () => strongest(returns(fn).map((each) => trace(each, kind, inner, depth))));
  }

  return ofModel;
}
