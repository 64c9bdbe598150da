import type { Binding } from './bindings.ts';
import type { Scopes } from './scopes.ts';
import { bare, childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** The path of the request itself: it begins with a slash (RFC 9112, "origin-form"; URL Standard, "path state"). */
const OWN_PATH = /(?:\.pathname|\b(?:req|request|ctx|this)(?:\.req(?:uest)?)?\.(?:url|originalUrl|path))$/;
const MAX_HOPS = 6;

/** Whether a name is given nothing but the request's own path, or what begins as it does. */
export function createOwnPaths(program: Program, scopes: Scopes): (binding: Binding) => boolean {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function isOwn(binding: Binding, open: readonly Binding[]): boolean {
    const values = binding.definitions.flatMap(({ value }) => value ?? []);
    // A name that is made from itself begins as it did before.
    return (
      values.some((value) => begins(value, binding, open)) &&
      values.every((value) => isMadeOf(value, binding) || begins(value, binding, open))
    );
  }

  function begins(value: Syntax, binding: Binding, open: readonly Binding[]): boolean {
    const start = startOf(value, 0);
    if (start.type === 'member_expression') return OWN_PATH.test(name(start));
    const from = start.type === 'identifier' ? scopes.lookup(start) : null;
    return from !== null && from !== binding && open.length < MAX_HOPS && isOwn(from, [...open, binding]);
  }

  function isMadeOf(value: Syntax, binding: Binding): boolean {
    const start = startOf(value, 0);
    return start.type === 'identifier' && scopes.lookup(start) === binding;
  }

  /** The expression that the beginning of a text is taken from. */
  function startOf(value: Syntax, hops: number): Syntax {
    const inner = bare(value);
    const next = hops > MAX_HOPS ? null : beginning(inner);
    return next === null ? inner : startOf(next, hops + 1);
  }

  function beginning(inner: Syntax): Syntax | null {
    if (inner.type === 'binary_expression') return childOf(inner, 'left');
    if (inner.type === 'template_string') return partsOf(inner.children[0] ?? inner)[0] ?? null;
    if (inner.type !== 'call_expression') return null;
    const callee = childOf(inner, 'function');
    const list = childOf(inner, 'arguments');
    if (callee === null || list === null) return null;
    if (/^decodeURI(?:Component)?$/.test(name(callee))) return partsOf(list)[0] ?? null;
    return /\.(?:slice|substr|substring|replace|trimEnd|toLowerCase)$/.test(name(callee))
      ? childOf(callee, 'object')
      : null;
  }

  return (binding) => isOwn(binding, []);
}
