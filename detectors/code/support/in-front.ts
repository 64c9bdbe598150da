import { runByName } from '../../../src/core/run-by-name.ts';
import type { FileFacts, Handler, Syntax } from '../../../src/inspect/facts.ts';
import { isGuarding } from './guarding.ts';
import { turnsAway } from './refusals.ts';
import { declarationOf, type Part, usesElsewhere, type World } from './world.ts';

/** Pages, which their layouts stand in front of; what answers requests by itself has none. */
const PAGES = /(?:^|\/)(?:\+page(?:\.server)?\.[jt]s|\+layout(?:\.server)?\.[jt]s|(?:page|layout)\.[jt]sx?)$/;
const LAYOUT = /(?:^|\/)(?:\+layout(?:\.server)?\.[jt]s|layout\.[jt]sx?)$/;
/** Names under which the frameworks take what they run (SvelteKit, "Loading data", "Hooks"; Next.js, "Layouts", "Proxy"; Astro). */
const LAYOUT_EXPORTS = ['load', 'default'];
const HOOK_EXPORTS = ['handle', 'middleware', 'proxy', 'onRequest', 'default'];

/** What frameworks run in front of a file because of where changed files stand. */
function standingInFront({ facts, elsewhere }: World): readonly Part[] {
  if (elsewhere === null) return [];
  return elsewhere.inFront().flatMap((other): readonly Part[] => {
    const isLayout = LAYOUT.test(other.path);
    if (isLayout ? !isSameKind(other.path, facts.path) : !isCovered(other, facts.path)) return [];
    return (isLayout ? LAYOUT_EXPORTS : HOOK_EXPORTS).flatMap((name) => {
      const node = other.exported(name) ?? defaultOf(other, name);
      return node === null ? [] : [{ facts: other, node }];
    });
  });
}

function defaultOf(facts: FileFacts, name: string): Syntax | null {
  if (name !== 'default') return declarationOf(facts, name);
  return facts.nodes('export_statement').find((node) => facts.text(node).startsWith('export default')) ?? null;
}

function isSameKind(layout: string, page: string): boolean {
  return PAGES.test(page) && layout.includes('+layout') === page.includes('/+');
}

/** Next.js runs its middleware in front of the paths that it names; those of others are run always. */
function isCovered(other: FileFacts, path: string): boolean {
  if (!isOfItsKind(other.path, path)) return false;
  const matcher = other.nodes('pair').find((pair) => /^['"]?matcher['"]?\s*:/.test(other.text(pair)));
  if (matcher === undefined) return true;
  const route = routeOf(path);
  const value = matcher.children.at(-1);
  const patterns = value === undefined ? [] : value.type === 'array' ? value.children : [value];
  return (
    route !== null &&
    patterns.some((each) => {
      const said = other.constant(each);
      return typeof said === 'string' && covers(said, route);
    })
  );
}

/** A hook stands in front of what its own framework runs: a file of that name in another program does not. */
function isOfItsKind(hook: string, path: string): boolean {
  const slot = runByName(hook)?.slot ?? '';
  if (slot.startsWith('hooks')) return /(?:^|\/)routes\/(?:.*\/)?\+[\w.]+$/.test(path);
  if (slot.startsWith('server middleware')) return /(?:^|\/)server\/(?:api|routes)\//.test(path);
  if (slot.startsWith('functions')) return /(?:^|\/)functions\//.test(path);
  return slot.startsWith('middleware') && routeOf(path) !== null;
}

/** `/dashboard/users` of `app/dashboard/(admin)/users/page.tsx`; null where the path says no route. */
function routeOf(path: string): string | null {
  const inner = /(?:^|\/)(?:app\/(?=(?:.*\/)?(?:page|route|layout)\.[jt]sx?$)|pages\/)(.*)$/.exec(path)?.[1];
  if (inner === undefined) return null;
  const parts = inner
    .replace(/\.[jt]sx?$/, '')
    .split('/')
    .filter((part) => !/^\(.*\)$|^@/.test(part) && !/^(?:page|route|layout|index)$/.test(part));
  return `/${parts.join('/')}`;
}

/** Plain beginnings, and those that are open behind: `/admin`, `/admin/:path*`. Whatever else a pattern says is not known. */
function covers(pattern: string, route: string): boolean {
  const [, begin = '', open] = /^(\/[\w/-]*?)(\/?:\w+\*|\/?\(\.\*\))?$/.exec(pattern) ?? [];
  if (begin === '') return false;
  return route === begin || (open !== undefined && (begin === '/' || route.startsWith(`${begin.replace(/\/$/, '')}/`)));
}

/** What other changed files put in front of a function wherever they use it, where each of them puts a guard there. */
export function guardsElsewhere(world: World, node: Syntax, handler: Handler | undefined): readonly Part[] {
  const uses = usesElsewhere(world, node, handler);
  const [first] = uses;
  const guarded = uses.every((parts) => parts.some((part) => isGuarding(world, part)));
  return [...(first === undefined || !guarded ? [] : first), ...standingInFront(world)];
}

/** Whether other changed files let few through to a function. */
export function isGuardedElsewhere(world: World, node: Syntax, handler: Handler | undefined): boolean {
  return guardsElsewhere(world, node, handler).some(
    (part) => isGuarding(world, part) || turnsAway(part.facts, part.node),
  );
}
