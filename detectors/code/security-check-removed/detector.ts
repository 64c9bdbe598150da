import type { Detection } from '../../../src/core/detection.ts';
import { runByName } from '../../../src/core/run-by-name.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { FileFacts, Handler, Syntax } from '../../../src/inspect/facts.ts';
import { nameOf, within } from '../support/around.ts';
import { CHECK_CALL, camelCase, isMild, refuses } from '../support/checks.ts';
import { isHollowName, isHollowUnit } from '../support/guarding.ts';
import { sendsAway } from '../support/refusals.ts';
import { codeRule } from '../support/rule.ts';
import { GUARD_NAME } from '../support/security.ts';
import type { Part, World } from '../support/world.ts';
import { emptiedByName, lostByName } from './by-name.ts';
import { classes } from './classes.ts';
import { loosened, stillStops } from './conditions.ts';
import { type Asked, ask, type Filters, lostFilters } from './filters.ts';
import { inOneLine, type Loss } from './loss.ts';
import { options } from './options.ts';
import { checkedTooLate, leftBefore } from './order.ts';
import { procedures } from './procedures.ts';
import { namesUsed, reachOf } from './reach.ts';
import { isUsed, routes } from './routes.ts';
import { schemas } from './schemas.ts';
import { settings } from './settings.ts';
import { tenantsIn } from './tenant.ts';
import { notAwaited } from './waiting.ts';
import { wrapped } from './wrapped.ts';

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
/** Functions that by their name answer whether somebody may. */
const CHECKS =
  /^(?:(?:is|has|can|may|check|verify|validate|require|ensure|assert|only|must|enforce)_?\w*(?:auth|login|logged|session|user|role|admin|permi|access|owner|token|signature|signed|genuine|webhook|csrf|jwt|scope|allow|trust|origin|password|member|tenant)|authori[sz]e|authenticate|guard|protect|restrict|canActivate|has_permission|has_object_permission)/i;
const CALLS: ReadonlySet<string> = new Set(['call_expression']);
const NAMES: ReadonlySet<string> = new Set(['identifier', 'property_identifier', 'type_identifier']);

/** Compares base and head function by function and route by route. */
export const securityCheckRemoved: CodeDetector = {
  rule,
  triggers: /./,
  detect(facts, { before, elsewhere, wonder }) {
    if (before === null) return [];
    const world: World = { facts, elsewhere };
    const losses = [
      ...routes(world, before, wonder),
      ...functions(world, before, wonder),
      ...schemas(facts, before, elsewhere?.used() ?? [], wonder),
      ...classes(facts, before),
      ...settings(facts, before),
      ...options(facts, before),
      ...wrapped(world, before),
      ...procedures(world, before),
    ];
    if (losses.length === 0 && runByName(facts.path) !== null) losses.push(...emptiedByName(facts, before));
    if (losses.length > 0) wonder();
    // A function inside another one loses what it loses for both.
    const found = losses.map((loss) => report(facts, loss));
    return [...new Map(found.map((each) => [`${each.locations[0].startLine} ${each.message}`, each])).values()];
  },
  gone(before, successors) {
    return lostByName(before, successors).map((loss) => report(before, loss));
  },
};

/** One function with what it checks and asks for. */
interface Unit {
  readonly name: string;
  readonly node: Syntax;
  readonly checks: ReadonlySet<string>;
  readonly filters: Filters;
  readonly calls: ReadonlySet<string>;
  readonly handler: Handler | undefined;
  /** The text without line breaks and double spaces, and without comments. */
  readonly text: string;
  /** Statements with a check around a value, as they read without it: `return Markup(text)` of `return Markup(clean(text))`. */
  readonly bare: ReadonlyMap<string, string>;
  /** Whether it refuses anybody. */
  readonly refuses: boolean;
  /** Whose rows its queries see. */
  readonly tenants: ReadonlySet<string>;
}

function functions(world: World, before: FileFacts, wonder: () => void): readonly Loss[] {
  const now = unitsOf(world.facts);
  return [...unitsOf(before)].flatMap(([key, was]) => {
    const unit = now.get(key);
    return unit === undefined
      ? []
      : [
          ...lostChecks(world, before, was, unit, wonder),
          ...weakened(world, before, was, unit),
          ...lostFilters(was.filters, unit.filters),
        ];
  });
}

function* lostChecks(world: World, before: FileFacts, was: Unit, now: Unit, wonder: () => void): Generator<Loss> {
  const name = was.name.slice(0, 40);
  const gone = [...was.checks].filter((check) => !now.checks.has(check));
  const refused = was.refuses && !now.refuses && sharesWork(was, now);
  if (gone.length === 0 && !refused) return;
  const parts = reachOf(world, now.node, now.handler);
  const used = namesUsed(parts);
  const formerly = namesUsed(reachOf({ facts: before, elsewhere: null }, was.node, was.handler));
  // Another check in its place, here or in what runs with it.
  const replaced = isReplaced(world, parts, formerly);
  if (replaced) wonder();
  const stays = [...was.calls].some((call) => now.calls.has(call));
  for (const check of gone) {
    const stripped = was.bare.get(check);
    const isStripped = stripped !== undefined && now.text.includes(stripped);
    if (!(stays || isStripped) || replaced || used.has(check)) continue;
    yield {
      at: now.node,
      message: `"${name}" no longer calls "${check.slice(0, 40)}", and the rest of it stays.`,
      level: isMild(check) ? 'warning' : 'error',
    };
  }
  if (refused && !replaced && !parts.some(turns) && !stillStops(before, was.node, world.facts, parts))
    yield {
      at: now.node,
      message: `"${name}" no longer refuses anybody, and the rest of it stays.`,
      level: 'error',
    };
}

/** A check that still stands, and refuses fewer, or nobody, or too late. */
function* weakened(world: World, before: FileFacts, was: Unit, now: Unit): Generator<Loss> {
  if (was.text === now.text) return;
  const { facts } = world;
  const say = (what: string, level: Loss['level'], at: Syntax): Loss => ({
    at,
    message: `"${was.name.slice(0, 40)}" ${what}.`,
    level,
  });
  const isCheck = CHECKS.test(was.name) || [...was.checks].some((check) => !isMild(check)) || was.refuses;
  const isOpen = isCheck && isHollowUnit(world, now.node);
  if (isOpen && !isHollowUnit({ facts: before, elsewhere: null }, was.node))
    yield say('lets everybody through', 'error', now.node);
  const waits = notAwaited(world, before, was.node, now.node);
  if (waits !== null) yield say(`no longer waits for "${waits.slice(0, 40)}"`, 'error', now.node);
  if (was.refuses && now.refuses) {
    const own = reachOf({ facts, elsewhere: null }, now.node, now.handler).map(({ node }) => node);
    const looser = loosened(before, was.node, facts, own);
    if (looser === 'same') yield say('refuses others than it did, by the same questions', 'error', now.node);
    if (looser === 'others') yield say('refuses fewer than it did', 'warning', now.node);
  }
  const late = checkedTooLate(before, was.node, facts, now.node);
  if (late !== null) yield say(`checks only after "${late.slice(0, 40)}"`, 'error', now.node);
  const left = leftBefore(before, was.node, facts, now.node);
  if (left !== null) yield say('can answer before its check', 'warning', left);
  for (const tenant of was.tenants)
    if (now.tenants.size === 0 && sharesWork(was, now))
      yield say(`no longer sets "${tenant.slice(0, 40)}"`, 'error', now.node);
}

/** A check that the base had not, unless its code is known and checks nothing; or one in another changed file. */
function isReplaced(world: World, parts: readonly Part[], formerly: ReadonlySet<string>): boolean {
  return parts.some(({ facts, node }) => {
    if (facts.path !== world.facts.path && (refuses(facts, node) || sendsAway(facts, node))) return true;
    return [...within(node, NAMES)].some((name) => {
      const text = facts.text(name);
      return !formerly.has(text) && CHECK_CALL.test(camelCase(text)) && !isHollowName(world, facts, name);
    });
  });
}

/** Whom a file that runs by its name sends away is told of the file as a whole. */
function turns({ facts, node }: Part): boolean {
  return refuses(facts, node) || (runByName(facts.path) === null && sendsAway(facts, node));
}

function sharesWork(was: Unit, now: Unit): boolean {
  return [...was.calls].some((call) => now.calls.has(call) && !/^(?:status|json|send|end|log)$/.test(call));
}

/** Functions by route or name; those of one name are told apart by their order. */
function unitsOf(facts: FileFacts): ReadonlyMap<string, Unit> {
  const found = new Map<string, Unit>();
  const handlers = new Map(facts.handlers().map((handler) => [handler.node, handler]));
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
  const filters = new Map<string, Asked>();
  const bare = new Map<string, string>();
  const calls = new Set<string>();
  for (const call of within(node, CALLS)) {
    const callee = call.children.find((child) => child.field === 'function');
    if (callee === undefined) continue;
    const last = callee.children.find((child) => child.field === 'property') ?? callee;
    const called = facts.text(last);
    calls.add(called);
    // What stands in front of routes is compared with the routes.
    if (isUsed(facts, call)) continue;
    if (CHECK_CALL.test(camelCase(called))) {
      checks.add(called);
      bare.set(called, withoutCall(facts, call));
    }
    if (called === 'Depends' || called === 'Security') for (const guard of injected(facts, call)) checks.add(guard);
    ask(facts, filters, call, callee, called);
  }
  const text = inOneLine(facts, node).slice(0, 20_000);
  return {
    name,
    node,
    handler,
    checks,
    filters,
    calls,
    text,
    bare,
    refuses: turns({ facts, node }),
    tenants: tenantsIn(facts, node),
  };
}

/** The statement around a check, with what the check was given in its place. */
function withoutCall(facts: FileFacts, call: Syntax): string {
  const [given] = call.children.find((child) => child.field === 'arguments')?.children ?? [];
  let statement: Syntax = call;
  while (statement.parent !== null && !/statement_block|program|statement$/.test(statement.type)) {
    if (/statement_block|program/.test(statement.parent.type)) break;
    statement = statement.parent;
  }
  const whole = facts.text(statement);
  if (given === undefined || statement === call || whole.length > 2_000) return '\u0000';
  const at = call.start - statement.start;
  return (whole.slice(0, at) + facts.text(given) + whole.slice(at + call.end - call.start)).replace(/\s+/g, ' ');
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

function report(facts: FileFacts, { at, message, level }: Loss): Detection {
  return facts.finding({ rule, at, message, remediation: REMEDIATION, level: facts.isTest ? 'note' : level });
}
