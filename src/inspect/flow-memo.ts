import type { Binding } from './bindings.ts';
import type { SinkKind } from './facts.ts';
import type { Syntax } from './syntax.ts';
import type { Environment, Taint } from './taint.ts';

/** Remembers what was followed, and what is being followed, so that recursion ends and no way is gone twice. */
export interface FlowMemo {
  /** Undefined where nothing that holds here is remembered. */
  recall(node: Syntax, kind: SinkKind, env: Environment): Taint | null | undefined;
  /** Works a result out and remembers it, where it does not hang on what is being followed just now. */
  follow(node: Syntax, kind: SinkKind, env: Environment, evaluate: () => Taint | null): Taint | null;
  /** What a binding has in an environment; undefined where the environment does not say. */
  given(binding: Binding, env: Environment): Taint | null | undefined;
  /** Works out a result for bindings of its own: to those around, they mean nothing. */
  within(own: ReadonlySet<Binding>, evaluate: () => Taint | null): Taint | null;
  /** The same for a function, which is being followed meanwhile. */
  inside(fn: Syntax, own: ReadonlySet<Binding>, evaluate: () => Taint | null): Taint | null;
  /** Whether this is being followed already: what comes of it then hangs on that. */
  isOpen(node: Syntax): boolean;
  /** Says that the result being worked out is not the whole one. */
  cut(): void;
}

/** What bindings had in an environment. */
type Asked = Map<Binding, Taint | null | undefined>;

/** A result under an environment, and what of the environment it hangs on. */
interface Scoped {
  readonly asked: Asked;
  readonly result: Taint | null;
}

/** Nothing is asked of an environment in most steps: they share this one, to which nobody adds. */
const NOTHING: Asked = new Map();

/** Results for one expression under different environments, and bindings one may hang on, all results' together. */
const MAX_RESULTS = 8;
const MAX_ASKED = 200;
const MAX_ASKED_IN_ALL = 1_000_000;

export function createFlowMemo(): FlowMemo {
  const plain = new Map<SinkKind, Map<Syntax, Taint | null>>();
  const scoped = new Map<SinkKind, Map<Syntax, Scoped[]>>();
  /** What is being followed, with its place from the outside in. */
  const open = new Map<Syntax, number>();
  /** Null where there is no environment to ask. */
  let asked: Asked | null = null;
  /** The outermost place that the result being worked out was cut short at. */
  let cutAt = Number.POSITIVE_INFINITY;
  let room = MAX_ASKED_IN_ALL;

  function recall(node: Syntax, kind: SinkKind, env: Environment): Taint | null | undefined {
    if (env === null) return plain.get(kind)?.get(node);
    const entries = scoped.get(kind)?.get(node);
    if (entries === undefined) return undefined;
    for (const entry of entries) {
      if (!holds(entry.asked, env)) continue;
      entry.asked.forEach(note);
      return entry.result;
    }
    return undefined;
  }

  function note(value: Taint | null | undefined, binding: Binding): void {
    if (asked === null) return;
    if (asked === NOTHING) asked = new Map();
    asked.set(binding, value);
  }

  function follow(node: Syntax, kind: SinkKind, env: Environment, evaluate: () => Taint | null): Taint | null {
    const place = open.size;
    const outerAsked = asked;
    const outerCut = cutAt;
    asked = env === null ? null : NOTHING;
    cutAt = Number.POSITIVE_INFINITY;
    open.set(node, place);
    const result = evaluate();
    open.delete(node);
    const own = asked;
    if (env === null) keepPlain(node, kind, result);
    else if (own !== null && cutAt >= place) keepScoped(node, kind, { asked: own, result });
    asked = outerAsked;
    own?.forEach(note);
    cutAt = Math.min(outerCut, cutAt >= place ? Number.POSITIVE_INFINITY : cutAt);
    return result;
  }

  function keepPlain(node: Syntax, kind: SinkKind, result: Taint | null): void {
    const known = plain.get(kind) ?? new Map<Syntax, Taint | null>();
    plain.set(kind, known);
    known.set(node, result);
  }

  function keepScoped(node: Syntax, kind: SinkKind, entry: Scoped): void {
    const { size } = entry.asked;
    if (size > MAX_ASKED || size > room) return;
    const byNode = scoped.get(kind) ?? new Map<Syntax, Scoped[]>();
    scoped.set(kind, byNode);
    const known = byNode.get(node);
    if (known === undefined) byNode.set(node, [entry]);
    else if (known.length < MAX_RESULTS) known.push(entry);
    else return;
    room -= size;
  }

  function given(binding: Binding, env: Environment): Taint | null | undefined {
    const value = env?.get(binding);
    note(value, binding);
    return value;
  }

  function within(own: ReadonlySet<Binding>, evaluate: () => Taint | null): Taint | null {
    const outer = asked;
    asked = NOTHING;
    const result = evaluate();
    const inner = asked;
    asked = outer;
    for (const [binding, value] of inner) if (!own.has(binding)) note(value, binding);
    return result;
  }

  function inside(fn: Syntax, own: ReadonlySet<Binding>, evaluate: () => Taint | null): Taint | null {
    open.set(fn, open.size);
    const result = within(own, evaluate);
    open.delete(fn);
    return result;
  }

  function isOpen(node: Syntax): boolean {
    const place = open.get(node);
    if (place === undefined) return false;
    cutAt = Math.min(cutAt, place);
    return true;
  }

  function cut(): void {
    cutAt = -1;
  }

  return { recall, follow, given, within, inside, isOpen, cut };
}

function holds(asked: Scoped['asked'], env: ReadonlyMap<Binding, Taint | null>): boolean {
  for (const [binding, value] of asked) if (!alike(env.get(binding), value)) return false;
  return true;
}

/** Whether two values lead to the same result, step by step. */
function alike(a: Taint | null | undefined, b: Taint | null | undefined): boolean {
  if (a === b) return true;
  if (a === null || b === null || a === undefined || b === undefined) return false;
  return (
    a.strength === b.strength &&
    a.source === b.source &&
    a.container === b.container &&
    a.before === b.before &&
    a.through === b.through &&
    a.parameter?.exportedAs === b.parameter?.exportedAs &&
    a.parameter?.index === b.parameter?.index &&
    a.steps.length === b.steps.length &&
    a.steps.every((each, index) => each.node === b.steps[index]?.node && each.message === b.steps[index]?.message)
  );
}
