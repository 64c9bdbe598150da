import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { FileFacts, Handler } from '../../../src/inspect/facts.ts';
import { isFunction, nameOf } from '../support/around.ts';
import { isGuardedElsewhere } from '../support/in-front.ts';
import { codeRule } from '../support/rule.ts';
import { bodyText, changesState, isGuard, isGuarded, OPEN_ROUTE } from '../support/security.ts';
import { routerOf, type World } from '../support/world.ts';
import { openMethods } from './class-views.ts';
import { withoutOwner } from './owner.ts';
import { openProcedures, openViews } from './siblings.ts';

const rule = codeRule({
  id: 'missing-authorization',
  shortDescription: 'A route that changes or administers something has no guard, while its siblings have one',
  help: 'Whoever knows the address can call the route. Put the guard that the neighbouring routes have in front of it, or in front of the whole router, and check that the person may touch this very record.',
  cwe: [862, 306, 639],
  level: 'warning',
  confidence: 'medium',
});

const REMEDIATION = 'Put the guard of the neighbouring routes in front of this one.';
const ADMIN =
  /(?:^|\/)(?:admin|internal|manage|management|users?\/:\w+\/(?:role|permissions|promote|ban)|settings\/system)(?:\/|$)/i;
const STORES =
  /\.(?:delete\w*|destroy|remove\w*|update\w*|findByIdAnd\w+|findOneAnd\w+|save|insert\w*|create|execute|query|drop\w*|unlink\w*|rm)\s*\(|db\[|DELETE FROM|UPDATE \w+ SET/;

/** Routes without a guard: where siblings have one, or where the path says that it is for few. */
export const missingAuthorization: CodeDetector = {
  rule,
  triggers:
    /\.(?:get|post|put|patch|delete|route|all)\s*\(|@(?:Post|Put|Patch|Delete)|use server|export (?:async )?function|export const|login_required|permission_required|permission_classes|authenticated|jwt_required|objects\.get|\.mutation\(/,
  detect(facts, { elsewhere, wonder }) {
    const world: World = { facts, elsewhere };
    const handlers = facts
      .handlers()
      .filter(
        (handler) => handler.framework !== 'lambda' && handler.framework !== 'action' && handler.framework !== 'next',
      );
    const guarded = handlers.filter((handler) => byMiddleware(facts, handler));
    return [
      ...handlers.flatMap((handler) => openHere(world, handler, wonder, judge(facts, handler, guarded))),
      ...facts.handlers().flatMap((handler) => openHere(world, handler, wonder, exported(facts, handler))),
      ...withoutOwner(facts, rule),
      ...openProcedures(facts, rule),
      ...openViews(world, rule, wonder),
      ...openMethods(facts, rule),
    ];
  },
};

/** What is open in this file may be guarded where another changed file mounts it. */
function openHere(
  world: World,
  handler: Handler,
  wonder: () => void,
  found: readonly Detection[],
): readonly Detection[] {
  if (found.length === 0) return found;
  wonder();
  return isGuardedElsewhere(world, handler.node, handler) ? [] : found;
}

/** Next.js: a route handler or server action that changes records and never asks who is calling. */
function exported(facts: FileFacts, handler: Handler): readonly Detection[] {
  if (handler.framework !== 'next' && handler.framework !== 'action') return [];
  const own = nameOf(handler.node);
  const name = own === null ? handler.method.toUpperCase() : facts.text(own);
  const changes =
    handler.framework === 'next'
      ? /^(?:delete|put|patch)$/.test(handler.method)
      : /^(?:delete|remove|update|ban|promote|grant|set[A-Z]|edit)/.test(name);
  if (!changes || !STORES.test(bodyText(facts, handler.node)) || isGuarded(facts, handler)) return [];
  return [
    facts.finding({
      rule,
      at: handler.registration,
      message: `${name.slice(0, 60)} changes records and never asks who is calling.`,
      remediation: 'Check who is asking, and whether they may, before anything else.',
      level: facts.isTest ? 'note' : 'warning',
    }),
  ];
}

/** Every guarded sibling on the same router is named just as this one is, with its guard in front. */
function leftOut(facts: FileFacts, handler: Handler, siblings: readonly Handler[]): boolean {
  const router = (each: Handler) => /^[\w$]*/.exec(facts.text(each.registration))?.[0];
  const beside = siblings.filter((each) => router(each) === router(handler));
  return (
    /^(?:put|patch|delete)$/.test(handler.method) &&
    beside.length >= 2 &&
    beside.every((each) => !isFunction(each.node))
  );
}

/** A router that is mounted elsewhere may have something in front there. */
function unseen(facts: FileFacts, handler: Handler): string {
  const router = routerOf(facts, handler);
  const isMounted =
    router !== null &&
    facts
      .assignments()
      .some(
        ({ target, value }) =>
          facts.text(target) === router && /\bRouter\(|APIRouter\(|Blueprint\(/.test(facts.text(value).slice(0, 80)),
      );
  return isMounted ? ` No changed file puts one in front of "${router.slice(0, 40)}".` : '';
}

function byMiddleware(facts: FileFacts, handler: Handler): boolean {
  return handler.middleware.some((part) => isGuard(facts, part));
}

function judge(facts: FileFacts, handler: Handler, guarded: readonly Handler[]): readonly Detection[] {
  const route = handler.route ?? '';
  if (isGuarded(facts, handler) || OPEN_ROUTE.test(route)) return [];
  const name = `${handler.method.toUpperCase()} ${route.slice(0, 60)}`;
  const siblings = guarded.filter((each) => each.framework === handler.framework);
  // A handler from elsewhere may check for itself: it counts only where its siblings from elsewhere do not rely on that.
  if (!isFunction(handler.node) && !leftOut(facts, handler, siblings)) return [];
  if (
    siblings.length > 0 &&
    (changesState(handler) || (/[:<{]/.test(route) && siblings.some((each) => each.method === handler.method)))
  ) {
    const message = `${name} has no guard, while ${siblings.length} other ${siblings.length === 1 ? 'route' : 'routes'} of this file ${siblings.length === 1 ? 'has' : 'have'} one.${unseen(facts, handler)}`;
    const sibling = siblings[0];
    return [
      facts.finding({
        rule,
        at: handler.registration,
        message,
        remediation: REMEDIATION,
        ...(sibling === undefined
          ? {}
          : {
              related: [
                {
                  node: sibling.middleware.find((part) => isGuard(facts, part)) ?? sibling.registration,
                  message: 'this route has a guard',
                },
              ],
            }),
      }),
    ];
  }
  if (ADMIN.test(route) || (handler.method === 'delete' && STORES.test(bodyText(facts, handler.node)))) {
    return [
      facts.finding({
        rule,
        at: handler.registration,
        message: `${name} has no guard: whoever knows the address can call it.${unseen(facts, handler)}`,
        remediation: 'Check who is asking, and whether they may, before anything else.',
        level: facts.isTest ? 'note' : 'warning',
      }),
    ];
  }
  return [];
}
