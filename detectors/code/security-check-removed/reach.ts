import type { FileFacts, Handler, Syntax } from '../../../src/inspect/facts.ts';
import { within } from '../support/around.ts';
import { guardsElsewhere } from '../support/in-front.ts';
import { behind, type Part, routerOf, type World } from '../support/world.ts';

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
export function reachOf(world: World, node: Syntax, handler: Handler | undefined): readonly Part[] {
  const { facts } = world;
  const own = [node, ...aroundOf(node), ...(handler === undefined ? [] : inFrontOf(facts, handler))];
  let open: readonly Part[] = [...own.map((each) => ({ facts, node: each })), ...guardsElsewhere(world, node, handler)];
  const found = new Map<Syntax, Part>(open.map((part) => [part.node, part]));
  for (let depth = 0; depth < MAX_DEPTH && open.length > 0; depth += 1) {
    const next: Part[] = [];
    for (const part of open) {
      for (const name of within(part.node, NAMES)) {
        if (found.size >= MAX_PARTS) return [...found.values()];
        for (const each of behind(world, part.facts, name)) {
          if (found.has(each.node)) continue;
          found.set(each.node, each);
          next.push(each);
        }
      }
    }
    open = next;
  }
  return [...found.values()];
}

/** Names that are used in any of the parts; a comment or a text that mentions one does not use it. */
export function namesUsed(parts: readonly Part[]): ReadonlySet<string> {
  return new Set(parts.flatMap(({ facts, node }) => [...within(node, NAMES)].map((each) => facts.text(each))));
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
  const router = routerOf(facts, handler);
  const made = facts
    .assignments()
    .find(
      ({ target, value }) =>
        target.type === 'identifier' && facts.text(target) === router && value.end - value.start < MAX_VALUE,
    );
  return made === undefined ? handler.middleware : [...handler.middleware, made.value];
}
