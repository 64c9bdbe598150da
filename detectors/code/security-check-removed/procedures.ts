import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { isGuarding } from '../support/guarding.ts';
import type { World } from '../support/world.ts';
import type { Loss } from './loss.ts';

const ENDS = /^(?:mutation|query|subscription)$/;

/** tRPC: procedures that stood on a guarded one, and stand on an open one now (tRPC, "Reusable base procedures"). */
export function* procedures(world: World, before: FileFacts): Generator<Loss> {
  const old = basesOf(before);
  for (const [name, root] of basesOf(world.facts)) {
    const was = old.get(name);
    if (was === undefined || !isGuarding({ facts: before, elsewhere: null }, { facts: before, node: was })) continue;
    if (!isOpen(world.facts, root)) continue;
    const from = before.text(was).slice(0, 40);
    yield { at: root, message: `The procedure "${name.slice(0, 40)}" no longer stands on "${from}".`, level: 'error' };
  }
}

/** `publicProcedure`, `procedure` of `t`, and what the file says is one of these. */
function isOpen(facts: FileFacts, root: Syntax): boolean {
  if (/^(?:(?:public|open|base|anon\w*|unauth\w*|unprotected)_?procedure|procedure|t)$/i.test(facts.text(root)))
    return true;
  const made = facts.definition(root);
  return made !== null && /^\w+\.procedure$/.test(facts.text(made));
}

/** What each procedure begins with: `protectedProcedure` of `remove: protectedProcedure.input(…).mutation(…)`. */
function basesOf(facts: FileFacts): ReadonlyMap<string, Syntax> {
  const found = new Map<string, Syntax>();
  for (const call of facts.callsLike({ named: (name) => ENDS.test(name) })) {
    const pair = call.node.parent;
    const key = pair?.type === 'pair' ? fieldOf(pair, 'key') : undefined;
    const root = call.receiver === null ? null : rootOf(call.receiver);
    if (key !== undefined && root?.type === 'identifier') found.set(facts.text(key), root);
  }
  return found;
}

function rootOf(receiver: Syntax): Syntax {
  let at = receiver;
  for (let inner: Syntax | undefined = at; inner !== undefined; ) {
    at = inner;
    inner = fieldOf(at, 'function') ?? fieldOf(at, 'object');
  }
  return at;
}
