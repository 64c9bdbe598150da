import type { Call, Handler } from './facts.ts';
import { moduleName } from './scopes.ts';
import { bare, childOf, FUNCTIONS, type Program, partsOf, type Syntax } from './syntax.ts';

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
  [/^flask\./, 'flask'],
  [/^fastapi\./, 'fastapi'],
  [/^polka|^find-my-way|^itty-router|^router\(/, 'express'],
];
const ROUTER_NAMES =
  /^(?:app|router|server|api|fastify|routes?|\w*(?:Router|App|Api|Routes|_app|_router|_bp)|bp|blueprint)$/;

interface Needs {
  readonly program: Program;
  readonly calls: readonly Call[];
  origin(node: Syntax): string | null;
  shape(node: Syntax): string | null;
  functionOf(node: Syntax): Syntax | null;
  resolved(node: Syntax): Syntax;
}

/** Functions that answer requests, under every framework known here. */
export function collectHandlers(needs: Needs): readonly Handler[] {
  return [...registered(needs), ...exportedHandlers(needs), ...decorated(needs)];
}

/** The framework an application object belongs to; `express` for names that everybody gives to one. */
export function frameworkOf(receiver: Syntax, needs: Pick<Needs, 'origin' | 'program'>): string | null {
  const from = needs.origin(receiver);
  const found = FRAMEWORKS.find(([pattern]) => from !== null && pattern.test(from));
  if (found !== undefined) return found[1];
  const written = needs.program.text.slice(receiver.start, receiver.end);
  return (from === null || from.startsWith('~') || from.startsWith('.')) && ROUTER_NAMES.test(written)
    ? 'express'
    : null;
}

function registered(needs: Needs): Handler[] {
  const found: Handler[] = [];
  /** What `use` put in front so far: for all routes, or for those of one router (then `only` is its name). */
  const used: { readonly only: string | null; readonly parts: readonly Syntax[] }[] = [];
  const written = (node: Syntax) => needs.program.text.slice(node.start, node.end);
  for (const call of needs.calls) {
    if (call.receiver === null || call.name === null || call.isNew) continue;
    if (call.name === 'route') found.push(...described(call, needs));
    if (call.name !== 'use' && !METHODS.has(call.name)) continue;
    const chained = routeChain(call.receiver, needs);
    const framework = frameworkOf(chained?.router ?? call.receiver, needs);
    if (framework === null) continue;
    if (call.name === 'use') {
      const isRouter = /router/i.test(needs.origin(call.receiver) ?? '');
      used.push({ only: isRouter ? written(call.receiver) : null, parts: call.arguments });
      continue;
    }
    const [first] = call.arguments;
    if (first === undefined) continue;
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
        ...used.filter(({ only }) => only === null || only === router).flatMap(({ parts }) => parts),
        ...(chained?.middleware ?? []),
        ...rest.filter((part) => part !== given).flatMap((part) => (part.type === 'array' ? partsOf(part) : [part])),
      ],
      registration: call.node,
    });
  }
  return found;
}

/** `fastify.route({ method, url, preHandler, handler })`, and hapi's `server.route({ method, path, handler })`. */
function described(call: Call, needs: Needs): readonly Handler[] {
  const [options] = call.arguments;
  const framework = call.receiver === null ? null : frameworkOf(call.receiver, needs);
  if (framework === null || options?.type !== 'object') return [];
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
      registration: call.node,
    },
  ];
}

/** `router.route('/x').get(…).post(…)` */
function routeChain(
  receiver: Syntax,
  needs: Needs,
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

const NEXT_METHODS = /^(?:GET|POST|PUT|PATCH|DELETE)$/;

/** Next.js route handlers and pages, server actions, AWS Lambda. */
function exportedHandlers(needs: Needs): Handler[] {
  const { program } = needs;
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const found: Handler[] = [];
  const add = (node: Syntax, framework: string, method: string, registration: Syntax): void => {
    found.push({ node, framework, method, route: null, middleware: [], registration });
  };
  for (const statement of program.byType.get('export_statement') ?? []) {
    const declaration = childOf(statement, 'declaration') ?? childOf(statement, 'value');
    if (declaration === null) continue;
    for (const [at, fn] of declaredFunctions(declaration, needs)) {
      const called = at === null ? '' : name(at);
      if (NEXT_METHODS.test(called)) add(fn, 'next', called.toLowerCase(), statement);
      else if (/^(?:loader|load|getServerSideProps)$/.test(called) && takesRequest(fn, program))
        add(fn, 'load', 'get', statement);
      else if (called === 'action' && takesRequest(fn, program)) add(fn, 'load', 'post', statement);
      else if (called === 'handler' && !/\bdefault\b/.test(program.text.slice(statement.start, statement.start + 20)))
        add(fn, 'lambda', 'any', statement);
      else if (/^\s*['"]use server['"]/m.test(program.text.slice(0, 300)) || bodyDirective(fn, program))
        add(fn, 'action', 'post', statement);
    }
  }
  for (const fn of formActions(needs)) add(fn, 'load', 'post', fn);
  if (/['"]use server['"]/.test(program.text)) {
    // A server action inside a component is handed to the page without being exported.
    for (const type of ['function_declaration', 'arrow_function', 'function_expression'])
      for (const fn of program.byType.get(type) ?? [])
        if (bodyDirective(fn, program) && !found.some(({ node }) => node === fn)) add(fn, 'action', 'post', fn);
  }
  for (const node of program.byType.get('assignment_expression') ?? []) {
    const left = childOf(node, 'left');
    const right = childOf(node, 'right');
    if (left === null || right === null || !/^(?:module\.)?exports\.(?:handler|lambdaHandler)$/.test(name(left)))
      continue;
    const fn = needs.functionOf(right);
    if (fn !== null) add(fn, 'lambda', 'any', node);
  }
  for (const fn of program.dialect === 'python' ? (program.byType.get('function_declaration') ?? []) : []) {
    const at = childOf(fn, 'name');
    const list = childOf(fn, 'parameters');
    // AWS documentation, "Lambda function handler in Python": any name, with an event and a context.
    if (at === null || list === null) continue;
    if (name(at) === 'lambda_handler' || /^\(\s*_?event\b[^,()]*,\s*_?context\b/.test(name(list)))
      add(fn, 'lambda', 'any', fn);
  }
  return found;
}

/** Remix's `loader` and `action`, SvelteKit's `load`: they take apart one object that holds the request. */
function takesRequest(fn: Syntax, program: Program): boolean {
  const list = childOf(fn, 'parameters');
  const first = list === null ? undefined : partsOf(list)[0];
  return (
    first !== undefined &&
    /^\{[^}]*\b(?:request|req|params|query|url|cookies|context)\b|:\s*\w*(?:LoaderFunctionArgs|ActionFunctionArgs|LoaderArgs|ActionArgs|LoadEvent|RequestEvent)\b/.test(
      program.text.slice(first.start, first.end),
    )
  );
}

/** SvelteKit: `export const actions = { default: async ({ request }) => … }` */
function formActions({ program, functionOf }: Needs): readonly Syntax[] {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  return (program.byType.get('export_statement') ?? []).flatMap((statement) =>
    (childOf(statement, 'declaration')?.children ?? []).flatMap((part) => {
      const at = childOf(part, 'name');
      const value = childOf(part, 'value');
      if (part.type !== 'variable_declarator' || at === null || value === null || name(at) !== 'actions') return [];
      const table = bare(value);
      return table.type === 'object'
        ? table.children.flatMap((member) => {
            const given = member.type === 'method_definition' ? member : childOf(member, 'value');
            const fn = given === null ? null : functionOf(given);
            return fn !== null && takesRequest(fn, program) ? [fn] : [];
          })
        : [];
    }),
  );
}

function bodyDirective(fn: Syntax, program: Program): boolean {
  const body = childOf(fn, 'body');
  return body !== null && /^\{\s*['"]use server['"]/.test(program.text.slice(body.start, body.start + 40));
}

function declaredFunctions(declaration: Syntax, needs: Needs): readonly (readonly [Syntax | null, Syntax])[] {
  if (FUNCTIONS.has(declaration.type)) return [[childOf(declaration, 'name'), declaration]];
  const found: (readonly [Syntax | null, Syntax])[] = [];
  for (const part of declaration.children) {
    if (part.type !== 'variable_declarator') continue;
    const value = childOf(part, 'value');
    const fn = value === null ? null : needs.functionOf(value);
    if (fn !== null) found.push([childOf(part, 'name'), fn]);
  }
  return found;
}

/** NestJS methods and Flask or FastAPI functions. */
function decorated(needs: Needs): Handler[] {
  const { program } = needs;
  const found: Handler[] = [];
  const asksFirst = beforeRequests(program);
  for (const decorator of program.byType.get('decorator') ?? []) {
    const call = decorator.children.find((part) => part.type === 'call_expression');
    const callee = call === undefined ? null : childOf(call, 'function');
    const list = call === undefined ? null : childOf(call, 'arguments');
    if (call === undefined || callee === null || list === null) continue;
    const words = program.text.slice(callee.start, callee.end);
    const method = /(?:^|\.)(route|get|post|put|patch|delete|all|websocket)$/i.exec(words)?.[1]?.toLowerCase();
    if (method === undefined) continue;
    const fn = decoratedFunction(decorator);
    if (fn === null || (program.dialect === 'javascript' && fn.type !== 'method_definition')) continue;
    const [first] = partsOf(list);
    const route = first === undefined ? null : needs.shape(first);
    const said = /methods\s*=\s*[[(]\s*["'](\w+)/.exec(program.text.slice(list.start, list.end))?.[1]?.toLowerCase();
    found.push({
      node: fn,
      framework: program.dialect === 'python' ? 'flask' : 'nest',
      method: method === 'route' ? (said ?? (program.dialect === 'python' ? 'get' : 'any')) : method,
      route,
      middleware: [
        ...[...decoratorsOf(fn), ...classDecorators(fn)].filter((part) => part !== decorator),
        ...dependencies(call, callee, needs),
        ...asksFirst,
      ],
      registration: decorator,
    });
  }
  return found;
}

/** Flask: what runs in front of every view (`@app.before_request`). */
function beforeRequests(program: Program): readonly Syntax[] {
  if (program.dialect !== 'python') return [];
  return (program.byType.get('decorator') ?? []).flatMap((decorator) => {
    const written = program.text.slice(decorator.start, decorator.end);
    const fn = /\.before_(?:app_)?request\b/.test(written) ? decoratedFunction(decorator) : null;
    return fn === null ? [] : [fn];
  });
}

/** FastAPI: `dependencies=[Depends(guard)]` of the route, and of the router it is on. */
function dependencies(call: Syntax, callee: Syntax, { program, resolved }: Needs): readonly Syntax[] {
  if (program.dialect !== 'python') return [];
  const router = childOf(callee, 'object');
  const made = router === null ? null : resolved(router);
  return [call, made?.type === 'call_expression' ? made : null].flatMap((each) => {
    const list = each === null ? null : childOf(each, 'arguments');
    return (list?.children ?? []).filter((part) => {
      const key = part.type === 'keyword_argument' ? childOf(part, 'name') : null;
      return key !== null && program.text.slice(key.start, key.end) === 'dependencies';
    });
  });
}

/** The decorators right above a function: those of its neighbours are not its own. */
function decoratorsOf(fn: Syntax): readonly Syntax[] {
  const siblings = fn.parent?.children ?? [];
  const found: Syntax[] = [];
  for (let at = siblings.indexOf(fn) - 1; at >= 0; at -= 1) {
    const part = siblings[at];
    if (part?.type === 'comment') continue;
    if (part?.type !== 'decorator') break;
    found.push(part);
  }
  return found;
}

/** What stands above the class stands before each of its methods. */
function classDecorators(fn: Syntax): readonly Syntax[] {
  const holder = fn.parent?.type === 'class_body' ? fn.parent.parent : null;
  if (holder === null || holder === undefined) return [];
  const outside = holder.parent?.type === 'export_statement' ? holder.parent.children : decoratorsOf(holder);
  return [...holder.children, ...outside].filter((part) => part.type === 'decorator');
}

function decoratedFunction(decorator: Syntax): Syntax | null {
  const siblings = decorator.parent?.children ?? [];
  const index = siblings.indexOf(decorator);
  return siblings.slice(index + 1).find((part) => FUNCTIONS.has(part.type)) ?? null;
}

/** What a parameter of a function means, from the function's place in a framework. */
export function decoratorName(decorator: Syntax, program: Program): string {
  return moduleName(program.text.slice(decorator.start, decorator.end)).replace(/^@/, '').replace(/\(.*$/s, '');
}
