import type { FileFacts, Handler, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from './around.ts';

/** Names of things that decide who may: middleware, decorators, calls. */
export const GUARD_NAME =
  /auth(?!or(?!i[sz])|ority)|protect|require_?(?:login|user|role|admin|session|permission|scope|owner)|is_?(?:admin|owner|logged_?in|member|allowed)|has_?(?:role|permission|scope|access)|ensure_?(?:logged|user|admin|owner|role)|check_?(?:permission|role|access|owner|token|session|jwt|user)|verify_?(?:token|jwt|session|user|admin|owner|access|permission)|permission|access_?control|\bacl\b|\brbac\b|passport|roles?_(?:required|accepted)|\breq\.session\b|restrict|admin_?only|login_?required|(?:staff|superuser|member|mfa|otp|scope|group|account)_required|user_passes_test|staff_member|only_?(?:staff|admins?|members|owners?)|logged_?in|jwt|bearer|guard|\bcan\(|currentUser|current_user|getServerSession|getSession|api_?key|clerk|session\.user|req\.user|request\.user|ctx\.user|user_?id\s*[!=]==|locals\.user|\bForbidden|Unauthori[sz]ed|sendStatus\(40[13]\)|status\(40[13]\)|status:\s*40[13]|abort\(40[13]\)/i;

/** Routes that are open by their nature. */
export const OPEN_ROUTE =
  /log[_-]?in|sign[_-]?(?:in|up)|register|health|ping|status|public|webhook|forgot|reset|verify|oauth|callback|csrf|metrics|static|favicon|robots|contact|newsletter|subscribe|token|refresh|log[_-]?out|docs|search|^\/$|ready|(?:^|[^a-z])live|\/sessions?$/i;

export function isGuarded(facts: FileFacts, handler: Handler): boolean {
  return (
    handler.middleware.some((part) => isGuard(facts, part)) ||
    wrappersOf(handler).some((callee) => isGuard(facts, callee)) ||
    injectedTypes(handler).some((type) => isGuard(facts, type)) ||
    dependsOnGuard(facts, handler) ||
    GUARD_NAME.test(bodyText(facts, handler.node))
  );
}

/** Longer values are tables, and say nothing of one route. */
const MAX_VALUE = 2_000;

/** Whether what stands in front of a handler decides who may: by its name, or by what the name stands for in this file. */
export function isGuard(facts: FileFacts, part: Syntax): boolean {
  // hapi: `options: { auth: false }` lets everybody in.
  const text = withoutComments(facts.text(part)).replace(/['"]?auth['"]?\s*:\s*(?:false|null)/g, '');
  if (GUARD_NAME.test(text)) return true;
  const name = part.type === 'spread_element' ? part.children[0] : part;
  if (name?.type !== 'identifier' && name?.type !== 'type_identifier') return false;
  const value = facts.functionOf(name) ?? facts.definition(name);
  return value !== null && value.end - value.start < MAX_VALUE && GUARD_NAME.test(withoutComments(facts.text(value)));
}

/** `withAuth` of `export const DELETE = withAuth(async (request) => …)`, up to where the handler is registered. */
function wrappersOf(handler: Handler): readonly Syntax[] {
  const found: Syntax[] = [];
  for (let up = handler.node.parent; up !== null && up !== handler.registration; up = up.parent) {
    const callee = fieldOf(up, 'function');
    if (callee !== undefined) found.push(callee);
    else if (up.type !== 'arguments') break;
  }
  return found;
}

/** FastAPI: `user: CurrentUser`, where `CurrentUser = Annotated[User, Depends(current_user)]` (FastAPI, "Share Annotated dependencies"). */
function injectedTypes(handler: Handler): readonly Syntax[] {
  if (handler.framework !== 'flask' && handler.framework !== 'fastapi') return [];
  const list = fieldOf(handler.node, 'parameters');
  return (list?.children ?? []).flatMap(({ children }) =>
    children.filter((child) => child.field === 'type').map((type) => type.children[0] ?? type),
  );
}

const DEPENDS = /\b(?:Depends|Security)\(\s*(\w+)/g;
/** `member: CurrentMember`: the name that people give to who is asking. */
const CURRENT = /:\s*Current[A-Z]/;
const MAX_DEPENDENCIES = 20;

/** FastAPI: a dependency of a dependency runs before the handler as well ("Sub-dependencies"). */
function dependsOnGuard(facts: FileFacts, handler: Handler): boolean {
  if (handler.framework !== 'flask' || !facts.program.text.includes('Depends(')) return false;
  const named = new Map(
    facts.nodes('function_declaration').map((fn) => [facts.text(fieldOf(fn, 'name') ?? fn), fn] as const),
  );
  const asked = injectedTypes(handler).map((type) => facts.definition(type) ?? type);
  const open = [
    facts.text(fieldOf(handler.node, 'parameters') ?? handler.node),
    ...asked.map((each) => facts.text(each)),
  ];
  const seen = new Set<Syntax>();
  for (let text = open.pop(); text !== undefined && seen.size < MAX_DEPENDENCIES; text = open.pop()) {
    for (const [, called = ''] of text.matchAll(DEPENDS)) {
      const fn = named.get(called);
      if (fn === undefined || seen.has(fn)) continue;
      seen.add(fn);
      const body = bodyText(facts, fn);
      if (GUARD_NAME.test(body) || CURRENT.test(body)) return true;
      open.push(body);
    }
  }
  return false;
}

/** The text of a function's body, limited: a guard stands at the beginning, and a file may be one function. */
export function bodyText(facts: FileFacts, fn: Syntax): string {
  return withoutComments(facts.program.text.slice(fn.start, Math.min(fn.end, fn.start + 8_000)));
}

/** What a comment says is no check. */
export function withoutComments(text: string): string {
  return text.replace(/(^|[\s;{}(,])\/\/[^\n]*|\/\*[\s\S]*?\*\/|(^|\s)#[^\n]*/g, '$1');
}

export function changesState(handler: Handler): boolean {
  return /^(?:post|put|patch|delete)$/.test(handler.method);
}
