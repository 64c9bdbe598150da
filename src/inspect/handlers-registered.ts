import type { Call, Handler } from './facts.ts';
import type { HandlerNeeds } from './handler-needs.ts';
import { childOf, partsOf, type Syntax } from './syntax.ts';

const METHODS: ReadonlySet<string> = new Set([
  'get',
  'post',
  'put',
  'patch',
  'delete',
  'del',
  'all',
  'head',
  'options',
]);
const FRAMEWORKS: readonly (readonly [RegExp, string])[] = [
  [/^express(?:\.Router)?(?:\(\)|$)|^express\.Express/, 'express'],
  [/^fastify|^@fastify\//, 'fastify'],
  [/^koa|^@koa\//, 'koa'],
  [/^hono/, 'hono'],
  [/^elysia/, 'elysia'],
  [/^restify/, 'restify'],
  [/^@hapi\/hapi\b|^hapi\b/, 'hapi'],
  [/^flask\./, 'flask'],
  [/^fastapi\./, 'fastapi'],
  [/^polka|^find-my-way|^itty-router|^router\(/, 'express'],
];
const ROUTER_NAMES =
  /^(?:app|router|server|api|fastify|routes?|\w*(?:Router|App|Api|Routes|_app|_router|_bp)|bp|blueprint)$/;

/** Handlers that are given to an application or a router: `app.get(path, handler)` and what the frameworks have like it. */
export function registered(needs: HandlerNeeds): Handler[] {
  const found: Handler[] = [];
  /** What `use` put in front so far: for all routes, or for those of one router (then `only` is its name). */
  const used: Used[] = [];
  const written = (node: Syntax) => needs.program.text.slice(node.start, node.end);
  for (const call of needs.calls) {
    if (call.receiver === null || call.name === null || call.isNew) continue;
    if (call.name === 'route') found.push(...described(call, needs));
    if (call.name !== 'use' && call.name !== 'addHook' && !METHODS.has(call.name)) continue;
    const chained = routeChain(call.receiver, needs);
    const framework = frameworkOf(chained?.router ?? call.receiver, needs);
    if (framework === null) continue;
    if (call.name === 'use') {
      const isRouter = /router/i.test(needs.origin(call.receiver) ?? '');
      const path = call.arguments[0] === undefined ? null : needs.shape(call.arguments[0]);
      const on = written(call.receiver);
      used.push({ only: isRouter ? on : null, on, under: beginningOf(path), parts: call.arguments });
      continue;
    }
    const [first] = call.arguments;
    if (first === undefined) continue;
    // Fastify's hooks run before the handler of every route (Fastify, "Hooks").
    if (call.name === 'addHook') {
      if (/^(?:onRequest|preParsing|preValidation|preHandler)$/.test(needs.shape(first) ?? ''))
        used.push({ only: null, on: written(call.receiver), under: '', parts: call.arguments.slice(1) });
      continue;
    }
    const route = chained?.route ?? needs.shape(first);
    if (chained === null && route === null && first.type !== 'array' && first.type !== 'regex') continue;
    const rest = chained === null ? call.arguments.slice(1) : [...call.arguments];
    // Elysia puts the route's options, its schema among them, behind the handler.
    const given = framework === 'elysia' && rest.length > 1 ? rest[0] : rest.at(-1);
    if (given === undefined) continue;
    const handler = needs.functionOf(given) ?? given;
    const router = written(chained?.router ?? call.receiver);
    found.push({
      node: handler,
      framework,
      method: call.name === 'del' ? 'delete' : call.name,
      route,
      middleware: [
        ...used.filter((each) => isInFront(each, router, route)).flatMap(({ parts }) => parts),
        ...(chained?.middleware ?? []),
        ...rest.filter((part) => part !== given).flatMap((part) => (part.type === 'array' ? partsOf(part) : [part])),
      ],
      registration: call.node,
    });
  }
  return found;
}

/** What `use` was given, on which router, and the beginning of the paths it stands in front of. */
interface Used {
  readonly only: string | null;
  readonly on: string;
  readonly under: string;
  readonly parts: readonly Syntax[];
}

/** The part of a path before its first parameter or wildcard. */
function beginningOf(path: string | null): string {
  return path === null || !path.startsWith('/') ? '' : (path.split(/[:*({\u0000]/)[0] ?? '').replace(/\/$/, '');
}

/** Routes of other routers may be mounted anywhere; of the same one, only those under the path have it in front. */
function isInFront({ only, on, under }: Used, router: string, route: string | null): boolean {
  if (only !== null && only !== router) return false;
  return on !== router || route === null || route === under || under === '' || route.startsWith(`${under}/`);
}

/** `fastify.route({ method, url, preHandler, handler })`, and hapi's `server.route({ method, path, handler })`. */
function described(call: Call, needs: HandlerNeeds): readonly Handler[] {
  const [options] = call.arguments;
  const framework = call.receiver === null ? null : frameworkOf(call.receiver, needs);
  if (framework === null || options === undefined) return [];
  const routes = options.type === 'array' ? partsOf(options) : [options];
  return routes.flatMap((each) =>
    each.type === 'object' ? oneDescribed(each, options.type === 'array' ? each : call.node, framework, needs) : [],
  );
}

function oneDescribed(
  options: Syntax,
  registration: Syntax,
  framework: string,
  needs: HandlerNeeds,
): readonly Handler[] {
  const named = (name: string): Syntax | null => {
    for (const part of options.children) {
      const key = childOf(part, 'key') ?? childOf(part, 'name');
      if (key !== null && needs.program.text.slice(key.start, key.end) === name)
        return part.type === 'method_definition' ? part : childOf(part, 'value');
    }
    return null;
  };
  const handler = named('handler');
  if (handler === null) return [];
  const method = named('method');
  const route = named('url') ?? named('path');
  const before = ['onRequest', 'preParsing', 'preValidation', 'preHandler', 'options', 'config'].map(named);
  return [
    {
      node: needs.functionOf(handler) ?? handler,
      framework: framework === 'express' ? 'fastify' : framework,
      method: (method === null ? null : needs.shape(method))?.toLowerCase() ?? 'any',
      route: route === null ? null : needs.shape(route),
      middleware: before.filter((part) => part !== null),
      registration,
    },
  ];
}

/** `router.route('/x').get(…).post(…)` */
function routeChain(
  receiver: Syntax,
  needs: HandlerNeeds,
): { readonly router: Syntax; readonly route: string | null; readonly middleware: readonly Syntax[] } | null {
  const middleware: Syntax[] = [];
  let at: Syntax = receiver;
  for (let hops = 0; at.type === 'call_expression' && hops < 20; hops += 1) {
    const callee = childOf(at, 'function');
    const list = childOf(at, 'arguments');
    if (callee?.type !== 'member_expression' || list === null) return null;
    const object = childOf(callee, 'object');
    const property = childOf(callee, 'property');
    if (object === null || property === null) return null;
    const method = needs.program.text.slice(property.start, property.end);
    const given = partsOf(list);
    if (method === 'route')
      return { router: object, route: given[0] === undefined ? null : needs.shape(given[0]), middleware };
    if (method === 'all') middleware.push(...given);
    at = object;
  }
  return null;
}

/** The framework an application object belongs to; `express` for names that everybody gives to one. */
function frameworkOf(receiver: Syntax, needs: Pick<HandlerNeeds, 'origin' | 'program'>): string | null {
  const from = needs.origin(receiver);
  const found = FRAMEWORKS.find(([pattern]) => from !== null && pattern.test(from));
  if (found !== undefined) return found[1];
  const written = needs.program.text.slice(receiver.start, receiver.end);
  return (from === null || from.startsWith('~') || from.startsWith('.')) && ROUTER_NAMES.test(written)
    ? 'express'
    : null;
}
