import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { functionAround, within } from '../support/around.ts';
import type { Loss } from './loss.ts';

const OWNER_KEY =
  /^(?:owner(?:_?id)?|user(?:_?id)?|tenant(?:_?id)?|org(?:ani[sz]ation)?(?:_?id)?|account_?id|workspace_?id|team_?id|company_?id|author_?id|customer_?id|created_?by|project_?id|deleted_?at|is_?public)$/i;
const QUERY =
  /^(?:find\w*|update\w*|delete\w*|(?:and|or)?[wW]here\w*|count\w*|get\w*|query|remove\w*|destroy|filter|first|aggregate|eq|match|execute|fetch\w*|raw|one|any|none|\$?(?:query|execute)Raw\w*)$/;
/** Asks for all there is; what it is given says what comes back or in which order, not whose. */
const ALL = /^(?:all|values|order_by|iterator|toArray|list|select)$/;
/** Parts of a query's options that say what comes back, in which order, or what is written. */
const PICKS =
  /^(?:select|include|data|order(?:By|_by)?|sort|attributes|projection|omit|columns|fields|returning|\$?set|values|defaults|create|update)$/;

/** Records that hang on a person: `request.user.invoices`, not the person's number. */
const OWNED =
  /(?:^|\.)(?:user|current_?user|account|tenant|org|organi[sz]ation|team|workspace|owner)\.(?!id$|pk$|\w*(?:_id|Id|_pk|email|name)$)\w+$/i;
/** Stands for a filter that what is asked brings with it. */
const OWN = 'its owner';

export interface Asked {
  readonly at: Syntax;
  /** What is asked, and how: `Order.objects` and `filter`. */
  readonly root: string;
  readonly method: string;
  /** The keys that say whose the records are. */
  readonly keys: Set<string>;
}

/** What a function asks of stores, by object and name of the call. */
export type Filters = ReadonlyMap<string, Asked>;

/** Adds a call to what a function asks; calls on one object by one name are one question. */
export function ask(facts: FileFacts, filters: Map<string, Asked>, call: Syntax, callee: Syntax, method: string): void {
  if (!QUERY.test(method) && !ALL.test(method)) return;
  const root = facts.text(rootOf(callee)).slice(0, 200);
  const query = `${root}.${method}`;
  const { keys } = filters.get(query) ?? { keys: new Set<string>() };
  filters.set(query, { at: call, root, method, keys });
  if (!QUERY.test(method)) return;
  for (const key of keysIn(facts, call)) if (OWNER_KEY.test(key)) keys.add(key);
  const [given] = call.children.find((child) => child.field === 'arguments')?.children ?? [];
  if (given?.type === 'member_expression' && OWNED.test(facts.text(given))) keys.add(OWN);
}

export function* lostFilters(was: Filters, now: Filters): Generator<Loss> {
  for (const [query, { keys, root, method }] of was) {
    const left = now.get(query) ?? otherwise(was, now, root, method);
    if (left === undefined) continue;
    for (const key of keys) {
      if (key === OWN || left.keys.has(key) || left.keys.has(OWN)) continue;
      yield {
        at: left.at,
        message: `The query "${query.slice(0, 40)}" loses its filter on "${key.slice(0, 40)}".`,
        level: 'error',
      };
    }
  }
}

/** The same object asked in another way than before: `Order.objects.all()` where `filter(owner=…)` was. */
function otherwise(was: Filters, now: Filters, root: string, method: string): Asked | undefined {
  const asked = [...now.values()].filter((each) => each.root === root);
  if (asked.some(({ keys }) => keys.size > 0)) return undefined;
  // One query that is put together link by link: `knex('orders').where({ id }).andWhere('user_id', user.id)`.
  if (root.includes('(') && /where|filter/i.test(method)) return asked[0];
  return asked.find(
    (each) => !was.has(`${root}.${each.method}`) && !/^(?:update|delete|remove|destroy)/.test(each.method),
  );
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
  'identifier',
  'binary_expression',
  'call_expression',
]);
/** Drizzle's and other builders' operators: `eq(orders.userId, user.id)`. */
const COMPARES = /^(?:eq|inArray|equals?|is)$/;

/** Names a query filters by: keys of its objects, keywords, columns in its text. */
function* keysIn(facts: FileFacts, call: Syntax): Generator<string> {
  const list = call.children.find((child) => child.field === 'arguments');
  if (list !== undefined) yield* keysOf(facts, list, list, 0);
}

function* keysOf(facts: FileFacts, part: Syntax, list: Syntax, hops: number): Generator<string> {
  for (const each of within(part, KEYS)) {
    if (functionAround(each) !== functionAround(list) || isPicked(facts, each, part)) continue;
    // `const where = { id, tenantId }; find({ where })`
    const value =
      each.type === 'identifier' || each.type === 'shorthand_property_identifier' ? facts.definition(each) : null;
    if (value !== null && hops < 2 && /^(?:object|string|template_string)$/.test(value.type))
      yield* keysOf(facts, value, list, hops + 1);
    if (each.type === 'identifier') continue;
    if (each.type === 'binary_expression' || each.type === 'call_expression') {
      const column = comparedIn(facts, each);
      if (column !== undefined) yield facts.text(column);
      continue;
    }
    if (each.type === 'shorthand_property_identifier') yield facts.text(each);
    else if (each.type === 'string' || each.type === 'template_string') {
      for (const match of conditionOf(facts.text(each)).matchAll(/\b(\w+)\s*=\s*(?:\$\d|\?|:\w|\$\{|%s|@\w)/g))
        yield match[1] ?? '';
      if (each.parent === list) yield facts.text(each).replace(/['"]/g, '');
    } else {
      const key = each.children.find((child) => child.field === 'key' || child.field === 'name');
      if (key !== undefined) yield facts.text(key).replace(/['"]/g, '');
    }
  }
}

/** The part of a statement that says which records are meant: what it sets is no filter. */
function conditionOf(text: string): string {
  const at = text.search(/\bwhere\b/i);
  return at < 0 || !/\bset\b/i.test(text) ? text : text.slice(at);
}

const OPTIONS: ReadonlySet<string> = new Set(['pair', 'keyword_argument', 'shorthand_property_identifier']);

/** Stands in what comes back or is written: `select: { userId: true }`; `include: { posts: { where: { userId } } }` filters. */
function isPicked(facts: FileFacts, node: Syntax, within: Syntax): boolean {
  for (let up: Syntax | null = node; up !== null && up !== within; up = up.parent) {
    if (!OPTIONS.has(up.type)) continue;
    const name = facts.text(up.children[0] ?? up);
    if (name === 'where') return false;
    if (PICKS.test(name)) return true;
  }
  return false;
}

/** The column of `Order.user_id == user.id` (SQLAlchemy) and of `eq(orders.userId, user.id)`. */
function comparedIn(facts: FileFacts, node: Syntax): Syntax | undefined {
  const part = (of: Syntax, field: string) => of.children.find((child) => child.field === field);
  const isCall = node.type === 'call_expression';
  const callee = isCall ? part(node, 'function') : undefined;
  if (isCall && (callee?.type !== 'identifier' || !COMPARES.test(facts.text(callee)))) return undefined;
  const operator = part(node, 'operator');
  if (!isCall && (facts.program.dialect !== 'python' || operator === undefined || facts.text(operator) !== '=='))
    return undefined;
  const left = isCall ? part(node, 'arguments')?.children[0] : part(node, 'left');
  return left?.type === 'member_expression' ? part(left, 'property') : undefined;
}
