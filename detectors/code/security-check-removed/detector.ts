import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { FileFacts, Handler, Syntax } from '../../../src/inspect/facts.ts';
import { functionAround, nameOf, within } from '../support/around.ts';
import { codeRule } from '../support/rule.ts';
import { GUARD_NAME, withoutComments } from '../support/security.ts';
import type { Loss } from './loss.ts';
import { isUsed, routes } from './routes.ts';
import { schemas } from './schemas.ts';

const rule = codeRule({
  id: 'security-check-removed',
  shortDescription: 'The change takes a security check away and leaves what it protected',
  help: 'The base guards a route, filters a query by its owner, limits a rate, checks a signature or validates a field; the head does the same work without it. Put the check back, or say in the review where it went.',
  cwe: [693, 862, 285],
  level: 'error',
  confidence: 'medium',
  requires: ['file', 'beforeAfter'],
});

const REMEDIATION = 'Put the check back, or let a person sign that it went elsewhere.';
const CHECK_CALL =
  /^(?:(?:require|ensure|assert|check|verify|validate|authenticate|authorize|is|has|can)\w*(?:Auth\w*|Login|Session|User|Role|Admin|Permissions?|Access|Owner\w*|Token|Signature|Webhook|Csrf|Jwt|Scope|Allowed|Password|Body|Input|Schema)|authenticate|authorize|verify|timingSafeEqual|jwtVerify|csrfProtection|csurf|helmet|rateLimit|rateLimiter|limiter|slowDown|throttle|sanitize\w*|escape\w*|DOMPurify|purify|compareDigest|loginRequired|permissionRequired|bcryptCompare|getServerSession)$/;
const OWNER_KEY =
  /^(?:owner(?:_?id)?|user(?:_?id)?|tenant(?:_?id)?|org(?:ani[sz]ation)?(?:_?id)?|account_?id|workspace_?id|team_?id|company_?id|author_?id|customer_?id|created_?by|project_?id|deleted_?at|is_?public)$/i;
const QUERY =
  /^(?:find\w*|update\w*|delete\w*|where|count\w*|get\w*|select|query|remove\w*|destroy|filter|first|aggregate)$/;
const CALLS: ReadonlySet<string> = new Set(['call_expression']);

/** Compares base and head function by function and route by route. */
export const securityCheckRemoved: CodeDetector = {
  rule,
  triggers: /./,
  detect(facts, { before }) {
    if (before === null) return [];
    const losses = [...routes(facts, before), ...functions(facts, before), ...schemas(facts, before)];
    // A function inside another one loses what it loses for both.
    const found = losses.map((loss) => report(facts, loss));
    return [...new Map(found.map((each) => [`${each.locations[0].startLine} ${each.message}`, each])).values()];
  },
};

/** One function with what it checks and asks for. */
interface Unit {
  readonly name: string;
  readonly node: Syntax;
  readonly checks: ReadonlySet<string>;
  /** By the object that is asked and the name of the call: the keys that say whose the records are. */
  readonly filters: ReadonlyMap<string, { readonly at: Syntax; readonly keys: ReadonlySet<string> }>;
  readonly calls: ReadonlySet<string>;
  /** Whether it refuses anybody. */
  readonly refuses: boolean;
}

function functions(facts: FileFacts, before: FileFacts): readonly Loss[] {
  const now = unitsOf(facts);
  return [...unitsOf(before)].flatMap(([key, was]) => {
    const unit = now.get(key);
    return unit === undefined ? [] : [...lostChecks(facts, was, unit), ...lostFilters(was, unit)];
  });
}

function* lostChecks(facts: FileFacts, was: Unit, now: Unit): Generator<Loss> {
  const name = was.name.slice(0, 40);
  const replaced = [...now.checks].some((check) => !was.checks.has(check));
  const stays = [...was.calls].some((call) => now.calls.has(call));
  for (const check of was.checks) {
    if (!stays || replaced || now.checks.has(check) || mentions(facts, now.node, check)) continue;
    yield {
      at: now.node,
      message: `"${name}" no longer calls "${check.slice(0, 40)}", and the rest of it stays.`,
      level: /sanit|escape|purify|limit|throttle|valid/i.test(check) ? 'warning' : 'error',
    };
  }
  if (was.refuses && !now.refuses && sharesWork(was, now))
    yield {
      at: now.node,
      message: `"${name}" no longer refuses anybody, and the rest of it stays.`,
      level: 'error',
    };
}

function* lostFilters(was: Unit, now: Unit): Generator<Loss> {
  for (const [query, { keys }] of was.filters) {
    const left = now.filters.get(query);
    if (left === undefined) continue;
    for (const key of keys) {
      if (left.keys.has(key)) continue;
      yield {
        at: left.at,
        message: `The query "${query.slice(0, 40)}" loses its filter on "${key.slice(0, 40)}".`,
        level: 'error',
      };
    }
  }
}

const IDENTIFIERS: ReadonlySet<string> = new Set(['identifier', 'property_identifier']);

/** Handed on instead of called; a comment or a text that mentions it is no check. */
function mentions(facts: FileFacts, node: Syntax, check: string): boolean {
  return [...within(node, IDENTIFIERS)].some((each) => facts.text(each) === check);
}

function sharesWork(was: Unit, now: Unit): boolean {
  return [...was.calls].some((call) => now.calls.has(call) && !/^(?:status|json|send|end|log)$/.test(call));
}

/** Functions by route or name; those of one name are told apart by their order. */
function unitsOf(facts: FileFacts): ReadonlyMap<string, Unit> {
  const found = new Map<string, Unit>();
  const handlers = new Map(facts.handlers.map((handler) => [handler.node, handler]));
  for (const type of ['function_declaration', 'function_expression', 'arrow_function', 'method_definition']) {
    for (const node of facts.nodes(type)) {
      const handler = handlers.get(node);
      const name =
        handler !== undefined && handler.route !== null
          ? `${handler.method.toUpperCase()} ${handler.route}`
          : nameText(facts, node);
      if (name === null) continue;
      let key = name;
      for (let copy = 2; found.has(key); copy += 1) key = `${name} (${copy})`;
      found.set(key, unitOf(facts, name, node, handler));
    }
  }
  return found;
}

function nameText(facts: FileFacts, node: Syntax): string | null {
  const name = nameOf(node);
  return name === null ? null : facts.text(name);
}

function unitOf(facts: FileFacts, name: string, node: Syntax, handler: Handler | undefined): Unit {
  // Those of a route are compared with the route.
  const checks = new Set(handler === undefined ? decorators(facts, node) : []);
  const filters = new Map<string, { readonly at: Syntax; readonly keys: Set<string> }>();
  const calls = new Set<string>();
  for (const call of within(node, CALLS)) {
    const callee = call.children.find((child) => child.field === 'function');
    if (callee === undefined) continue;
    const last = callee.children.find((child) => child.field === 'property') ?? callee;
    const called = facts.text(last);
    calls.add(called);
    // What stands in front of routes is compared with the routes.
    if (isUsed(facts, call)) continue;
    if (CHECK_CALL.test(camelCase(called))) checks.add(called);
    if (called === 'Depends' || called === 'Security') for (const guard of injected(facts, call)) checks.add(guard);
    if (!QUERY.test(called)) continue;
    const query = `${facts.text(rootOf(callee)).slice(0, 200)}.${called}`;
    const { keys } = filters.get(query) ?? { keys: new Set<string>() };
    filters.set(query, { at: call, keys });
    for (const key of keysIn(facts, call)) if (OWNER_KEY.test(key)) keys.add(key);
  }
  const text = withoutComments(facts.text(node).slice(0, 20_000));
  const refuses =
    /(?:status\(|sendStatus\(|status:\s*|abort\()40[13]|Unauthorized|Forbidden|AccessDenied|PermissionDenied/.test(
      text,
    );
  return { name, node, checks, filters, calls, refuses };
}

/** `@login_required` */
function decorators(facts: FileFacts, node: Syntax): readonly string[] {
  return (node.parent?.children ?? [])
    .filter((part) => part.type === 'decorator')
    .map((part) => /[\w.]+/.exec(facts.text(part))?.[0].split('.').at(-1) ?? '')
    .filter((name) => CHECK_CALL.test(camelCase(name)));
}

/** `user: User = Depends(get_current_user)` */
function injected(facts: FileFacts, call: Syntax): readonly string[] {
  const list = call.children.find((child) => child.field === 'arguments');
  return (list?.children ?? []).map((part) => facts.text(part)).filter((text) => GUARD_NAME.test(text));
}

function camelCase(name: string): string {
  return name.replace(/(?<=\w)_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Calls in one chain; more than any query written by hand has. */
const MAX_LINKS = 100;

/** What a chain of calls begins at: `db('orders')` of `db('orders').join(…).where`, `prisma.order` of `prisma.order.findMany`. */
function rootOf(callee: Syntax): Syntax {
  let at = callee;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const object: Syntax | undefined = at.children.find((child) => child.field === 'object');
    if (object === undefined) return at;
    const inner = object.children.find((child) => child.field === 'function');
    if (inner?.type !== 'member_expression') return object;
    at = inner;
  }
  return at;
}

const KEYS: ReadonlySet<string> = new Set([
  'pair',
  'shorthand_property_identifier',
  'keyword_argument',
  'string',
  'template_string',
]);

/** Names a query filters by: keys of its objects, keywords, columns in its text. */
function* keysIn(facts: FileFacts, call: Syntax): Generator<string> {
  const list = call.children.find((child) => child.field === 'arguments');
  if (list === undefined) return;
  for (const part of within(list, KEYS)) {
    if (functionAround(part) !== functionAround(list)) continue;
    if (part.type === 'shorthand_property_identifier') yield facts.text(part);
    else if (part.type === 'string' || part.type === 'template_string') {
      for (const match of facts.text(part).matchAll(/\b(\w+)\s*=\s*(?:\$\d|\?|:\w|\$\{|%s|@\w)/g)) yield match[1] ?? '';
      if (part.parent === list) yield facts.text(part).replace(/['"]/g, '');
    } else {
      const key = part.children.find((child) => child.field === 'key' || child.field === 'name');
      if (key !== undefined) yield facts.text(key).replace(/['"]/g, '');
    }
  }
}

function report(facts: FileFacts, { at, message, level }: Loss): Detection {
  return facts.finding({ rule, at, message, remediation: REMEDIATION, level: facts.isTest ? 'note' : level });
}
