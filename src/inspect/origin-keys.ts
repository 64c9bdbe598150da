import type { Constants } from './constants.ts';
import { literal } from './literals.ts';
import type { Scopes } from './scopes.ts';
import { bare, childOf, type Program, type Syntax } from './syntax.ts';

const MAX_HOPS = 40;

/** The names that keys in brackets, and the arguments of look-ups, come to. */
export function createOriginKeys(
  { text }: Program,
  scopes: Scopes,
  constants: Constants,
): { readonly keyText: (node: Syntax, hops: number) => string | null } {
  /** A key in brackets: `cp['ex' + 'ec']` is `cp.exec`. */
  function keyText(node: Syntax, hops: number): string | null {
    const inner = bare(node);
    if (hops > MAX_HOPS) return null;
    if (inner.type === 'string') return literal(text.slice(inner.start, inner.end));
    if (inner.type === 'template_string' && !inner.children.some((part) => part.type === 'template_substitution')) {
      return literal(text.slice(inner.start, inner.end));
    }
    if (inner.type === 'identifier') {
      const definitions = scopes.lookup(inner)?.definitions ?? [];
      const value = definitions[0]?.value ?? null;
      return definitions.length === 1 && value !== null ? keyText(value, hops + 1) : null;
    }
    const left = inner.type === 'binary_expression' ? childOf(inner, 'left') : null;
    const right = inner.type === 'binary_expression' ? childOf(inner, 'right') : null;
    const first = left === null ? null : keyText(left, hops + 1);
    const second = right === null ? null : keyText(right, hops + 1);
    if (first !== null && second !== null) return first + second;
    const known = constants.constant(inner);
    return typeof known === 'string' ? known : null;
  }

  return { keyText };
}
