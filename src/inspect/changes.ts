import type { Binding } from './bindings.ts';
import { literal } from './literals.ts';
import type { Scopes } from './scopes.ts';
import { childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** What becomes of lists and tables after they are written down. */
export interface Changes {
  /** An entry may be another one than the literal has. */
  replaces(binding: Binding, key: string): boolean;
  /** Nothing is done with the list or table but reading entries. */
  onlyRead(binding: Binding): boolean;
}

type Use = { readonly kind: 'read' | 'changed' | 'handedOn' } | { readonly kind: 'entry'; readonly key: string };

interface Summary {
  readonly changed: boolean;
  readonly onlyRead: boolean;
  readonly entries: ReadonlySet<string>;
}

/** Methods that change the list, set, map or dictionary they are called on. */
const CHANGING =
  /^(?:push|unshift|append|appendleft|set|add|extend|insert|update|setdefault|splice|shift|pop|popitem|reverse|sort|fill|copyWithin|clear|remove|delete)$/;
/** Functions that change what they are given first. */
export const FILLS =
  /^(?:Object\.(?:assign|defineProperty|defineProperties)|(?:_|lodash|\$|jQuery)\.(?:assign\w*|merge\w*|extend|defaults\w*|set)|setattr|Reflect\.set)$/;

export function createChanges(program: Program, scopes: Scopes): Changes {
  const known = new Map<Binding, Summary>();
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function summaryOf(binding: Binding): Summary {
    const before = known.get(binding);
    if (before !== undefined) return before;
    const uses = scopes.references(binding).map(useOf);
    const found = {
      changed: uses.some(({ kind }) => kind === 'changed'),
      onlyRead: uses.every(({ kind }) => kind === 'read'),
      entries: new Set(uses.flatMap((use) => (use.kind === 'entry' ? [use.key] : []))),
    };
    known.set(binding, found);
    return found;
  }

  function useOf(reference: Syntax): Use {
    const around = reference.parent;
    if (around?.type === 'arguments') return { kind: isFilled(around, reference) ? 'changed' : 'handedOn' };
    if (around !== null && isTakenApart(around, reference)) return { kind: 'read' };
    if (reference.field !== 'object' || around === null) return { kind: 'handedOn' };
    const outer = around.parent;
    if (outer?.type === 'assignment_expression' || outer?.type === 'augmented_assignment_expression')
      return childOf(outer, 'left') === around ? replaced(around) : { kind: 'read' };
    const method =
      outer?.type === 'call_expression' && around.field === 'function' ? childOf(around, 'property') : null;
    return { kind: method !== null && CHANGING.test(name(method)) ? 'changed' : 'read' };
  }

  /** `const [first, second] = pair` */
  function isTakenApart(around: Syntax, reference: Syntax): boolean {
    if (reference.field !== 'value' && reference.field !== 'right') return false;
    const target = childOf(around, reference.field === 'value' ? 'name' : 'left');
    return target !== null && /^(?:object|array)_pattern$/.test(target.type);
  }

  function isFilled(list: Syntax, reference: Syntax): boolean {
    const callee = list.parent === null ? null : childOf(list.parent, 'function');
    return callee !== null && partsOf(list)[0] === reference && FILLS.test(name(callee));
  }

  function replaced(entry: Syntax): Use {
    const property = childOf(entry, 'property');
    if (property !== null) return { kind: 'entry', key: name(property) };
    const index = childOf(entry, 'index');
    if (index?.type === 'string') return { kind: 'entry', key: literal(name(index)) };
    return index?.type === 'number' ? { kind: 'entry', key: name(index) } : { kind: 'changed' };
  }

  return {
    replaces(binding, key) {
      const { changed, entries } = summaryOf(binding);
      return changed || entries.has(key);
    },
    onlyRead: (binding) => summaryOf(binding).onlyRead,
  };
}
