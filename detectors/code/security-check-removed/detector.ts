import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { FileFacts, Handler, Syntax } from '../../../src/inspect/facts.ts';
import { functionAround, isFunction, nameOf, within } from '../support/around.ts';
import { codeRule } from '../support/rule.ts';
import { GUARD_NAME } from '../support/security.ts';

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
  /^(?:(?:require|ensure|assert|check|verify|validate|authenticate|authorize|is|has|can)\w*(?:Auth\w*|Login|Session|User|Role|Admin|Permissions?|Access|Owner\w*|Token|Signature|Webhook|Csrf|Jwt|Scope|Allowed|Password|Body|Input|Schema)|authenticate|authorize|verify|timingSafeEqual|jwtVerify|csrfProtection|csurf|helmet|rateLimit|rateLimiter|limiter|slowDown|throttle|sanitize\w*|escape\w*|DOMPurify|purify|compare_digest|login_required|permission_required|bcryptCompare|getServerSession)$/;
const OWNER_KEY =
  /^(?:owner(?:_?id)?|user(?:_?id)?|tenant(?:_?id)?|org(?:ani[sz]ation)?(?:_?id)?|account_?id|workspace_?id|team_?id|company_?id|author_?id|customer_?id|created_?by|project_?id|deleted_?at|is_?public)$/i;
const QUERY =
  /^(?:find\w*|update\w*|delete\w*|where|count\w*|get\w*|select|query|remove\w*|destroy|filter|first|aggregate)$/;
const TIGHTENERS =
  /^(?:min|max|length|email|url|uuid|regex|pattern|matches|enum|strict|nonempty|positive|int|nonnegative|datetime|cuid|oneOf|valid|required|trim|ip|refine|superRefine|integer)$/;
const CALLS: ReadonlySet<string> = new Set(['call_expression']);

/** Compares base and head function by function and route by route. */
export const securityCheckRemoved: CodeDetector = {
  rule,
  triggers: /./,
  detect(facts, { before }) {
    if (before === null || before.program.text === facts.program.text) return [];
    const found = [
      ...routes(facts, before),
      ...functions(facts, before),
      ...schemas(facts, before),
      ...application(facts, before),
    ];
    return found.filter(
      (each, index) =>
        found.findIndex(
          (other) => other.locations[0].startLine === each.locations[0].startLine && other.message === each.message,
        ) === index,
    );
  },
};

function routes(facts: FileFacts, before: FileFacts): readonly Detection[] {
  const old = new Map(before.handlers.map((handler) => [keyOf(handler), handler]));
  return facts.handlers.flatMap((handler) => {
    const was = old.get(keyOf(handler));
    if (was === undefined || handler.route === null) return [];
    const now = handler.middleware.map((part) => facts.text(part)).join(' ');
    const gone = was.middleware
      .map((part) => before.text(part))
      .filter(
        (text) => (GUARD_NAME.test(text) || /limit|csrf|valid|throttle|sanitiz/i.test(text)) && !now.includes(text),
      );
    // Renamed or swapped for another guard of the same kind.
    const [first] = gone;
    if (
      first === undefined ||
      (GUARD_NAME.test(first) && GUARD_NAME.test(now) && handler.middleware.length >= was.middleware.length)
    )
      return [];
    return [
      report(
        facts,
        handler.registration,
        `${handler.method.toUpperCase()} ${handler.route.slice(0, 60)} loses "${first.replace(/\s+/g, ' ').slice(0, 60)}".`,
        GUARD_NAME.test(first) ? 'error' : 'warning',
      ),
    ];
  });
}

function keyOf(handler: Handler): string {
  return `${handler.framework} ${handler.method} ${handler.route ?? ''}`;
}

interface Unit {
  readonly node: Syntax;
  readonly checks: ReadonlyMap<string, Syntax>;
  /** `callee → filter keys`. */
  readonly filters: ReadonlyMap<string, ReadonlySet<string>>;
  readonly calls: ReadonlySet<string>;
  readonly tests: boolean;
}

function functions(facts: FileFacts, before: FileFacts): readonly Detection[] {
  const now = unitsOf(facts);
  const found: Detection[] = [];
  for (const [name, was] of unitsOf(before)) {
    const unit = now.get(name);
    if (unit === undefined) continue;
    for (const check of was.checks.keys()) {
      if (unit.checks.has(check) || mentionsElsewhere(facts, unit, check)) continue;
      const stays = [...was.calls].some((call) => call !== check && unit.calls.has(call));
      if (!stays || replaced(was, unit)) continue;
      found.push(
        report(
          facts,
          unit.node,
          `"${name.slice(0, 40)}" no longer calls "${check.slice(0, 40)}", and the rest of it stays.`,
          /sanit|escape|purify|limit|throttle|valid/i.test(check) ? 'warning' : 'error',
        ),
      );
    }
    for (const [callee, keys] of was.filters) {
      const left = unit.filters.get(callee);
      if (left === undefined) continue;
      for (const key of keys) {
        if (left.has(key)) continue;
        found.push(
          report(
            facts,
            callNamed(facts, unit.node, callee) ?? unit.node,
            `The query "${callee.slice(0, 40)}" loses its filter on "${key.slice(0, 40)}".`,
            'error',
          ),
        );
      }
    }
    if (was.tests && !unit.tests && sharesCalls(was, unit))
      found.push(
        report(
          facts,
          unit.node,
          `"${name.slice(0, 40)}" no longer refuses anybody, and the rest of it stays.`,
          'error',
        ),
      );
  }
  return found;
}

function mentionsElsewhere(facts: FileFacts, unit: Unit, check: string): boolean {
  return facts.text(unit.node).includes(check);
}

/** One check gave way to another. */
function replaced(was: Unit, now: Unit): boolean {
  return [...now.checks.keys()].some((check) => !was.checks.has(check));
}

function sharesCalls(was: Unit, now: Unit): boolean {
  return [...was.calls].some((call) => now.calls.has(call) && !/^(?:status|json|send|end|log)$/.test(call));
}

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
      if (name !== null && !found.has(name)) found.set(name, unitOf(facts, node));
    }
  }
  return found;
}

function nameText(facts: FileFacts, node: Syntax): string | null {
  const name = nameOf(node);
  return name === null ? null : facts.text(name);
}

function unitOf(facts: FileFacts, node: Syntax): Unit {
  const checks = new Map<string, Syntax>();
  const filters = new Map<string, Set<string>>();
  const calls = new Set<string>();
  for (const call of within(node, CALLS)) {
    const callee = call.children.find((child) => child.field === 'function');
    if (callee === undefined || callee.end - callee.start > 200) continue;
    const name = facts.text(callee).split('.').at(-1) ?? '';
    calls.add(name);
    if (CHECK_CALL.test(name)) checks.set(name, call);
    if (!QUERY.test(name)) continue;
    const keys = filters.get(facts.text(callee)) ?? new Set<string>();
    filters.set(facts.text(callee), keys);
    for (const key of keysIn(facts, call)) if (OWNER_KEY.test(key)) keys.add(key);
  }
  const text = facts.text(node).slice(0, 20_000);
  const tests =
    /(?:status\(|sendStatus\(|status:\s*|abort\()40[13]|Unauthorized|Forbidden|AccessDenied|PermissionDenied/.test(
      text,
    );
  return { node, checks, filters, calls, tests };
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
      if (part.parent === list && OWNER_KEY.test(facts.text(part).replace(/['"]/g, '')))
        yield facts.text(part).replace(/['"]/g, '');
    } else {
      const key = part.children.find((child) => child.field === 'key' || child.field === 'name');
      if (key !== undefined) yield facts.text(key).replace(/['"]/g, '');
    }
  }
}

function callNamed(facts: FileFacts, node: Syntax, callee: string): Syntax | null {
  for (const call of within(node, CALLS)) {
    const target = call.children.find((child) => child.field === 'function');
    if (target !== undefined && facts.text(target) === callee) return call;
  }
  return null;
}

/** Fields of schemas that lost a limit, and strict schemas that became open. */
function schemas(facts: FileFacts, before: FileFacts): readonly Detection[] {
  const old = fieldsOf(before);
  const found: Detection[] = [];
  for (const [path, field] of fieldsOf(facts)) {
    const was = old.get(path);
    if (was === undefined) continue;
    const gone = [...was.limits].filter((limit) => !field.limits.has(limit));
    const [first] = gone;
    if (first === undefined || field.limits.size > was.limits.size) continue;
    found.push(
      report(
        facts,
        field.node,
        `The schema's field "${path.split('.').at(-1) ?? path}" loses its limit "${first}".`,
        'warning',
      ),
    );
  }
  return found;
}

function fieldsOf(
  facts: FileFacts,
): ReadonlyMap<string, { readonly node: Syntax; readonly limits: ReadonlySet<string> }> {
  const found = new Map<string, { readonly node: Syntax; readonly limits: ReadonlySet<string> }>();
  for (const node of facts.nodes('pair')) {
    const key = node.children.find((child) => child.field === 'key');
    const value = node.children.find((child) => child.field === 'value');
    if (key === undefined || value?.type !== 'call_expression' || value.end - value.start > 1_000) continue;
    if (!/^(?:z|zod|joi|Joi|yup|Yup|v|t|s)\b/.test(facts.text(value))) continue;
    const limits = new Set<string>();
    for (const call of within(value, CALLS)) {
      const callee = call.children.find((child) => child.field === 'function');
      const name = callee === undefined ? '' : (facts.text(callee).split('.').at(-1) ?? '');
      if (TIGHTENERS.test(name)) limits.add(name);
    }
    found.set(`${holderOf(facts, node)}.${facts.text(key)}`, { node, limits });
  }
  return found;
}

function holderOf(facts: FileFacts, node: Syntax): string {
  for (let up = node.parent; up !== null; up = up.parent) {
    if (up.type !== 'variable_declarator') continue;
    const name = up.children.find((child) => child.field === 'name');
    return name === undefined ? '' : facts.text(name);
  }
  return '';
}

/** `app.use(helmet())` and the like, gone from the file while the application stays. */
function application(facts: FileFacts, before: FileFacts): readonly Detection[] {
  const used = (each: FileFacts): ReadonlyMap<string, Syntax> =>
    new Map(
      each.calls
        .filter((call) => call.name === 'use' && call.arguments.length > 0 && functionTop(call.node))
        .map((call) => [
          call.arguments
            .map((part) => each.text(part))
            .join(', ')
            .replace(/\s+/g, ' ')
            .slice(0, 200),
          call.node,
        ]),
    );
  const now = used(facts);
  const found: Detection[] = [];
  for (const text of used(before).keys()) {
    if (now.has(text) || !(GUARD_NAME.test(text) || /helmet|limit|csrf|csurf|sanitize|hpp|throttle/i.test(text)))
      continue;
    const name = text.split('(')[0] ?? text;
    if (
      facts.program.text.includes(name.split('.').at(-1) ?? name) &&
      [...now.keys()].some((other) => other.includes(name))
    )
      continue;
    const anchor = [...now.values()][0] ?? facts.handlers[0]?.registration;
    if (anchor === undefined) continue;
    found.push(report(facts, anchor, `The application no longer uses "${text.slice(0, 60)}".`, 'error'));
  }
  return found;
}

function functionTop(node: Syntax): boolean {
  const around = functionAround(node);
  return around === null || isFunction(around);
}

function report(facts: FileFacts, at: Syntax, message: string, level: 'error' | 'warning'): Detection {
  return facts.finding({ rule, at, message, remediation: REMEDIATION, level: facts.isTest ? 'note' : level });
}
