import { classDecorators, decoratedFunction, decoratorsOf } from './decorators.ts';
import type { Handler } from './facts.ts';
import type { HandlerNeeds } from './handler-needs.ts';
import { childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** NestJS methods and Flask or FastAPI functions. */
export function decorated(needs: HandlerNeeds): Handler[] {
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
    if (method === 'patch' && isStandIn(words, route, program)) continue;
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

/** `@mock.patch('shop.orders.send')`: a test's stand-in for a name, and no route (Python, "unittest.mock"). */
function isStandIn(words: string, route: string | null, program: Program): boolean {
  if (program.dialect !== 'python' || route?.startsWith('/') === true) return false;
  return (
    /\bmock\w*\.patch$/.test(words) ||
    (words === 'patch' && /^\s*from\s+(?:unittest\.)?mock\s+import\b/m.test(program.text)) ||
    (route !== null && /^\w+(?:\.\w+)+$/.test(route))
  );
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
function dependencies(call: Syntax, callee: Syntax, { program, resolved }: HandlerNeeds): readonly Syntax[] {
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
