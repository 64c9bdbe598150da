import type { Call, FileFacts, Handler, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, within } from '../support/around.ts';
import { CHECK_CALL, camelCase, isDead, refuses } from '../support/checks.ts';
import { isGuarding } from '../support/guarding.ts';
import { sendsAway } from '../support/refusals.ts';
import { GUARD_NAME } from '../support/security.ts';
import { ROUTES } from '../support/words.ts';
import { usesElsewhere, type World } from '../support/world.ts';
import { inOneLine, type Loss } from './loss.ts';

const FUNCTIONS: ReadonlySet<string> = new Set(['arrow_function', 'function_expression']);
const CALLS: ReadonlySet<string> = new Set(['call_expression']);
const THROWS: ReadonlySet<string> = new Set(['throw_statement']);

const PROTECTS = /helmet|limit|csrf|csurf|valid|sanitiz|hpp|throttle/i;

interface LostPart {
  readonly handler: Handler;
  readonly part: Syntax;
}

/** Guards, limits and checks that stood in front of a route, at the route itself or for the whole application. */
export function routes(world: World, before: FileFacts, wonder: () => void): readonly Loss[] {
  const { facts } = world;
  const old = new Map(before.handlers().map((handler) => [keyOf(handler), handler]));
  const stayed = facts.handlers().flatMap((handler) => {
    const was = handler.route === null ? undefined : old.get(keyOf(handler));
    if (was !== undefined && isGuardedAnew(facts, handler, before, was)) wonder();
    return was === undefined ? [] : [{ handler, was }];
  });
  const lost = stayed.flatMap(({ handler, was }) =>
    lostParts(world, handler, before, was).map((part) => ({ handler, part })),
  );
  const judged = new Set(stayed.flatMap(({ was }) => was.middleware));
  return [...own(before, lost), ...application(facts, before, lost, judged)];
}

function keyOf(handler: Handler): string {
  return `${handler.framework} ${handler.method} ${handler.route ?? ''}`;
}

/** A guard from elsewhere that the base had not: whether it is one is said there. */
function isGuardedAnew(facts: FileFacts, handler: Handler, before: FileFacts, was: Handler): boolean {
  const old = new Set(was.middleware.map((part) => nameOfPart(before, part)));
  return handler.middleware.some((part) => GUARD_NAME.test(facts.text(part)) && !old.has(nameOfPart(facts, part)));
}

function lostParts(world: World, handler: Handler, before: FileFacts, was: Handler): readonly Syntax[] {
  const { facts } = world;
  const texts = handler.middleware.map((part) => inOneLine(facts, part));
  const names = handler.middleware.flatMap((part) => namesOfPart(facts, part));
  // Renamed or swapped for another guard of the same kind.
  const fewer = guardsOf(world, handler) < guardsOf({ facts: before, elsewhere: null }, was);
  const old: World = { facts: before, elsewhere: null };
  const inline = inlineChecks(facts, handler) < inlineChecks(before, was);
  return was.middleware.filter((part) => {
    // Another guard in its place counts with those that have a name.
    if (isInline(part))
      return inline && checksInline(before, part) && (fewer || !isGuarding(old, { facts: before, node: part }));
    const text = inOneLine(before, part);
    if (!isProtection(before, part) || (GUARD_NAME.test(text) && !fewer)) return false;
    const kind = kindOf(before, part);
    if (kind !== null && ofKind(facts, handler, kind) >= ofKind(before, was, kind)) return false;
    return isUsed(before, part) ? !names.includes(nameOfPart(before, part)) : !texts.includes(text);
  });
}

/** A function written in place: what it does is seen, and its text changes for many reasons. */
function isInline(part: Syntax): boolean {
  return within(part, FUNCTIONS).next().done !== true;
}

function checksInline(facts: FileFacts, part: Syntax): boolean {
  if (refuses(facts, part) || sendsAway(facts, part) || [...within(part, THROWS)].some(isUnconditional)) return true;
  return [...within(part, CALLS)].some((call) => {
    const callee = fieldOf(call, 'function');
    const name = callee === undefined ? '' : facts.text(fieldOf(callee, 'property') ?? callee);
    return CHECK_CALL.test(camelCase(name)) && !isDead(facts, call);
  });
}

/** Nobody gets past: a route that is switched off. */
function isUnconditional(statement: Syntax): boolean {
  const fn = statement.parent?.parent;
  return fn !== null && fn !== undefined && FUNCTIONS.has(fn.type);
}

function inlineChecks(facts: FileFacts, handler: Handler): number {
  return handler.middleware.filter((part) => isInline(part) && checksInline(facts, part)).length;
}

/** Guards in front of a route, here and, where each other file that mounts it has one there, elsewhere. */
function guardsOf(world: World, handler: Handler): number {
  const { facts } = world;
  const own = handler.middleware.filter((node) => isGuarding(world, { facts, node }));
  const counts = usesElsewhere(world, handler.node, handler).map(
    (parts) => parts.filter((part) => isGuarding(world, part)).length,
  );
  return own.length + (counts.length === 0 ? 0 : Math.min(...counts));
}

function isProtection(facts: FileFacts, part: Syntax): boolean {
  if (part.type === 'string' || ROUTES.test(nameOfPart(facts, part))) return false;
  const text = withoutClasses(facts.text(part));
  return GUARD_NAME.test(text) || PROTECTS.test(text);
}

/** `transformQuery(params.GetApiKeyParams)`: a class that something works on says nothing of what it does. */
function withoutClasses(text: string): string {
  return text.replace(/(?<=[(,]\s*)(?:[\w$]+\.)*[A-Z]\w*[a-z]\w*(?=\s*[,)])/g, '');
}

/** By what it is called; functions written in place have no name, and count as one. */
function nameOfPart(facts: FileFacts, part: Syntax): string {
  return inOneLine(facts, part).split('(')[0] ?? '';
}

/** What it is called, and what made it: `limiter` of `const limiter = rateLimit(…)`. */
function namesOfPart(facts: FileFacts, part: Syntax): readonly string[] {
  const made = facts.definition(part);
  return made === null ? [nameOfPart(facts, part)] : [nameOfPart(facts, part), nameOfPart(facts, made)];
}

/** What a part protects from; one of a kind stands for another. */
function kindOf(facts: FileFacts, part: Syntax): string | null {
  const names = namesOfPart(facts, part).join(' ');
  return /limit|throttle|csrf|csurf|helmet|hpp|sanitiz/i.exec(names)?.[0].toLowerCase() ?? null;
}

function ofKind(facts: FileFacts, handler: Handler, kind: string): number {
  return handler.middleware.filter((part) => kindOf(facts, part) === kind).length;
}

/** Stands in `app.use(…)`. */
export function isUsed(facts: FileFacts, part: Syntax): boolean {
  const callee = part.parent?.parent?.children.find((child) => child.field === 'function');
  return callee !== undefined && facts.text(callee).endsWith('.use');
}

/** What a route itself lost: the first of it. */
function own(before: FileFacts, lost: readonly LostPart[]): readonly Loss[] {
  const first = new Map<Handler, Loss>();
  for (const { handler, part } of lost) {
    if (isUsed(before, part) || first.has(handler)) continue;
    const text = inOneLine(before, part);
    first.set(handler, {
      at: handler.registration,
      message: `${handler.method.toUpperCase()} ${(handler.route ?? '').slice(0, 60)} loses "${text.slice(0, 60)}".`,
      level: GUARD_NAME.test(text) ? 'error' : 'warning',
    });
  }
  return [...first.values()];
}

/** `app.use(helmet())` and the like, gone while the application stays. */
function application(
  facts: FileFacts,
  before: FileFacts,
  lost: readonly LostPart[],
  judged: ReadonlySet<Syntax>,
): readonly Loss[] {
  const used = usedIn(facts);
  const anchor = used[0] ?? facts.handlers()[0]?.registration ?? facts.calls()[0]?.node;
  if (anchor === undefined) return [];
  const names = new Set(used.map((part) => nameOfPart(facts, part)));
  return usedIn(before)
    .filter((part) =>
      judged.has(part)
        ? lost.some((each) => each.part === part)
        : isProtection(before, part) && !names.has(nameOfPart(before, part)),
    )
    .map((part) => ({
      at: anchor,
      message: `The application no longer uses "${inOneLine(before, part).slice(0, 60)}".`,
      level: 'error',
    }));
}

/** What passport is given to know people by stands in front of no route. */
function isPassport(facts: FileFacts, { receiver }: Call): boolean {
  return receiver !== null && /\bpassport\w*(?:\.default)?$/i.test(facts.text(receiver));
}

function usedIn(facts: FileFacts): readonly Syntax[] {
  return facts.calls().flatMap((call) => (call.name === 'use' && !isPassport(facts, call) ? call.arguments : []));
}
