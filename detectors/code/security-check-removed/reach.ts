import type { FileFacts, Handler, Syntax } from '../../../src/inspect/facts.ts';
import { within } from '../support/around.ts';

const NAMES: ReadonlySet<string> = new Set(['identifier', 'property_identifier', 'type_identifier']);
const MAX_DEPTH = 4;
const MAX_PARTS = 40;
/** Longer tables are data, and hold no checks. */
const MAX_VALUE = 4_000;

/**
 * What runs with a function, as far as this file shows: itself, what decorates or wraps it, the functions it calls, the
 * values its names were given (`type Current = Annotated[User, Depends(current_user)]`), and what its route and router
 * put in front.
 */
export function reachOf(facts: FileFacts, node: Syntax, handler: Handler | undefined): readonly Syntax[] {
  const found = new Set<Syntax>([node]);
  let open: readonly Syntax[] = [node, ...aroundOf(node), ...(handler === undefined ? [] : inFrontOf(facts, handler))];
  for (const each of open) found.add(each);
  for (let depth = 0; depth < MAX_DEPTH && open.length > 0; depth += 1) {
    const next: Syntax[] = [];
    for (const part of open) {
      for (const name of within(part, NAMES)) {
        if (found.size >= MAX_PARTS) return [...found];
        for (const behind of behindOf(facts, name)) {
          if (found.has(behind)) continue;
          found.add(behind);
          next.push(behind);
        }
      }
    }
    open = next;
  }
  return [...found];
}

/** Names that are used in any of the parts; a comment or a text that mentions one does not use it. */
export function namesUsed(facts: FileFacts, parts: readonly Syntax[]): ReadonlySet<string> {
  return new Set(parts.flatMap((part) => [...within(part, NAMES)].map((each) => facts.text(each))));
}

function aroundOf(node: Syntax): readonly Syntax[] {
  const decorators = decoratorsOf(node);
  const list = node.parent?.type === 'arguments' ? node.parent.parent : null;
  const wrapper = list?.children.find((part) => part.field === 'function');
  return wrapper?.type === 'identifier' ? [...decorators, wrapper] : decorators;
}

/** Those right above it: others in the same class are its neighbours'. */
function decoratorsOf(node: Syntax): readonly Syntax[] {
  const beside = node.parent?.children ?? [];
  const above = beside.slice(0, Math.max(beside.indexOf(node), 0)).filter((part) => part.type !== 'comment');
  return above.slice(above.findLastIndex((part) => part.type !== 'decorator') + 1);
}

function inFrontOf(facts: FileFacts, handler: Handler): readonly Syntax[] {
  const router = /^@?([\w$]+)\./.exec(facts.text(handler.registration))?.[1];
  const made = facts
    .assignments()
    .find(
      ({ target, value }) =>
        target.type === 'identifier' && facts.text(target) === router && value.end - value.start < MAX_VALUE,
    );
  return made === undefined ? handler.middleware : [...handler.middleware, made.value];
}

function behindOf(facts: FileFacts, name: Syntax): readonly Syntax[] {
  const at = name.field === 'property' && name.parent?.type === 'member_expression' ? name.parent : name;
  const fn = facts.functionOf(at);
  if (fn !== null) return [fn];
  if (at !== name) return [];
  const value = facts.definition(name);
  return value === null || value.end - value.start > MAX_VALUE ? [] : [value];
}
