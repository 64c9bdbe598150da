import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, nameOf } from '../support/around.ts';
import { GUARD_NAME, withoutComments } from '../support/security.ts';
import { LENIENT, ROUTES } from '../support/words.ts';
import { inOneLine, type Loss } from './loss.ts';

/** What an application says once for all of its routes, by where it says it: names of guards, paths that are guarded. */
type Slots = ReadonlyMap<string, ReadonlyMap<string, Syntax>>;

const PROTECTION = /helmet|limit|csrf|csurf|valid|throttle|talisman|security|clickjack|xframe/i;
/** NestJS's application. */
const REGISTERS = /^(?:useGlobalGuards|useGlobalPipes)$/;
/** Extensions of Flask. */
const EXTENSIONS = /(?:^|\.)(?:CSRFProtect|CsrfProtect|SeaSurf|Talisman|Limiter)$/;
/** Lists of Django and of its REST framework. */
const LISTS = /^(?:MIDDLEWARE|DEFAULT_(?:PERMISSION|AUTHENTICATION|THROTTLE)_CLASSES)$/;
const MAX_PART = 4_000;
/** Lists that are made of lists, one in the other. */
const MAX_HOPS = 4;

/** Guards and protections of a whole application that the head no longer names, and names no other for. */
export function* settings(facts: FileFacts, before: FileFacts): Generator<Loss> {
  const now = slotsOf(facts);
  for (const [slot, was] of slotsOf(before)) {
    const left = now.get(slot) ?? new Map<string, Syntax>();
    const gone = [...was.keys()].filter(
      (name) => !left.has(name) && (!/^Depends\(/.test(name) || GUARD_NAME.test(name)),
    );
    // Another one in its place.
    if ([...left.keys()].some((name) => !was.has(name))) continue;
    const at =
      [...left.values()][0] ??
      mountOf(facts, slot) ??
      listOf(facts, slot) ??
      facts.calls()[0]?.node ??
      facts.assignments()[0]?.node;
    if (at === undefined) continue;
    for (const name of gone)
      yield {
        at,
        message: `${slot} loses "${name.slice(0, 60)}".`,
        level: 'error',
      };
  }
}

function slotsOf(facts: FileFacts): Slots {
  const slots = new Map<string, Map<string, Syntax>>();
  const put = (slot: string, name: string, at: Syntax): void => {
    const known = slots.get(slot) ?? new Map<string, Syntax>();
    slots.set(slot, known.set(name, at));
  };
  const isFastify = /\bfastify\b/i.test(facts.program.text);
  for (const call of facts.calls()) {
    if (call.name !== null && (REGISTERS.test(call.name) || (call.name === 'register' && isFastify))) {
      for (const part of call.name === 'register' ? call.arguments.slice(0, 1) : call.arguments)
        if (protects(facts, part)) put('The application', inOneLine(facts, part).split('(')[0] ?? '', call.node);
    }
    if (EXTENSIONS.test(call.origin ?? '')) put('The application', call.name ?? '', call.node);
    // Nuxt: `definePageMeta({ middleware: 'auth' })`
    if (call.name === 'definePageMeta') ofPage(facts, call, put);
    if (call.name === 'include_router') ofRouter(facts, call, put);
  }
  for (const node of facts.nodes('pair')) ofPair(facts, node, put);
  for (const { node, target, value } of facts.assignments())
    if (LISTS.test(facts.text(target))) ofList(facts, facts.text(target), value, node, put);
  for (const node of facts.nodes('decorator')) ofHook(facts, node, put);
  return slots;
}

/** FastAPI: `app.include_router(admin.router, dependencies=[Depends(require_admin)])`. */
function ofRouter(facts: FileFacts, { node, arguments: [router], keywords }: Call, put: Put): void {
  if (router === undefined) return;
  const slot = `The router "${facts.text(router).slice(0, 60)}"`;
  for (const part of keywords.get('dependencies')?.children ?? []) put(slot, inOneLine(facts, part), node);
}

function ofPage(facts: FileFacts, { node, arguments: [meta] }: Call, put: Put): void {
  const value = meta === undefined ? null : facts.property(facts.object(meta) ?? meta, 'middleware');
  if (value !== null) ofList(facts, 'The page', value.type === 'array' ? value : node, node, put);
  const said = value === null ? undefined : facts.constant(value);
  if (typeof said === 'string' && GUARD_NAME.test(said)) put('The page', said, node);
}

/** Where the head still mounts a router that the slot is about. */
function mountOf(facts: FileFacts, slot: string): Syntax | undefined {
  return facts
    .calls()
    .find(
      ({ name, arguments: [router] }) =>
        name === 'include_router' && router !== undefined && slot === `The router "${facts.text(router).slice(0, 60)}"`,
    )?.node;
}

/** Where the head still has the list that the slot is about, with nothing in it that guards. */
function listOf(facts: FileFacts, slot: string): Syntax | undefined {
  return facts.assignments().find(({ target }) => facts.text(target) === slot)?.node;
}

type Put = (slot: string, name: string, at: Syntax) => void;

function ofPair(facts: FileFacts, node: Syntax, put: Put): void {
  const key = fieldOf(node, 'key');
  const value = fieldOf(node, 'value');
  if (key === undefined || value === undefined) return;
  const name = facts.text(key).replace(/['"]/g, '');
  // NestJS: `{ provide: APP_GUARD, useClass: JwtAuthGuard }`
  if (name === 'provide' && facts.text(value) === 'APP_GUARD' && node.parent !== null) {
    const used = facts.property(node.parent, 'useClass') ?? facts.property(node.parent, 'useExisting');
    put('The application', used === null ? 'APP_GUARD' : facts.text(used), node);
  }
  // Next.js: the paths that its middleware, or proxy, stands in front of.
  if (name === 'matcher' && /(?:^|\/)(?:middleware|proxy)\.[jt]s$/.test(facts.path) && guards(facts.program.text))
    ofList(facts, 'The matcher', value, node, put);
  if (LISTS.test(name)) ofList(facts, name, value, node, put);
}

function ofList(facts: FileFacts, slot: string, value: Syntax, at: Syntax, put: Put): void {
  for (const part of partsOf(facts, value, 0)) {
    const name = facts.constant(part);
    if (typeof name !== 'string' || LENIENT.test(name)) continue;
    if (slot === 'The matcher' || GUARD_NAME.test(name) || PROTECTION.test(name)) put(slot, name, at);
  }
}

/** What a list holds, as far as this file shows: `MIDDLEWARE = COMMON + ["…"]`, where `COMMON` is another list. */
function partsOf(facts: FileFacts, value: Syntax, hops: number): readonly Syntax[] {
  if (value.type === 'array') return value.children;
  if (hops === MAX_HOPS) return [];
  if (value.type === 'binary_expression') return value.children.flatMap((side) => partsOf(facts, side, hops + 1));
  const made = facts.definition(value);
  return made === null ? [] : partsOf(facts, made, hops + 1);
}

/** Flask's `@app.before_request`, FastAPI's `@app.middleware("http")`: a function that turns somebody away. */
function ofHook(facts: FileFacts, decorator: Syntax, put: Put): void {
  if (!/\.(?:before_request|before_app_request|middleware)\b/.test(facts.text(decorator))) return;
  const fn = decorator.parent?.children.find((part) => part.type === 'function_declaration');
  const name = fn === undefined ? null : nameOf(fn);
  if (fn === undefined || name === null || !guards(facts.text(fn).slice(0, MAX_PART))) return;
  put('The application', 'what runs before each request', fn);
}

function protects(facts: FileFacts, part: Syntax): boolean {
  const text = withoutComments(facts.text(part).slice(0, MAX_PART));
  if (ROUTES.test(text.split('(')[0] ?? '')) return false;
  return (GUARD_NAME.test(text) || PROTECTION.test(text)) && !LENIENT.test(text);
}

function guards(text: string): boolean {
  return GUARD_NAME.test(withoutComments(text));
}
