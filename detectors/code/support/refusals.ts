import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, within } from './around.ts';
import { CHECK_CALL, camelCase, isDead, isMild, refuses } from './checks.ts';
import { GUARD_NAME, withoutComments } from './security.ts';

const REDIRECTS = /^(?:redirect|permanentRedirect|temporaryRedirect|sendRedirect|navigateTo|rewrite)$/;
const ANSWER = /^(?:Next)?Response$/;
const SIGN_IN = /log-?_?in\b|sign-?_?in\b|\bauth|unauthori[sz]ed|forbidden|denied/i;
export const WHO = /session|token|\buser\b(?!-)|authenticated|authori[sz]ed|is_?auth|logged_?in|is_?admin|\broles?\b/i;
/** A call whose answer is the file's own: `return updateSession(request)`. */
const ANSWERS = /^(?:update|refresh|require|with)\w*Session$/;
const CALLS: ReadonlySet<string> = new Set(['call_expression', 'new_expression']);
const CONDITIONS: ReadonlySet<string> = new Set(['if_statement', 'ternary_expression']);
const NAMES: ReadonlySet<string> = new Set(['identifier']);
/** Longer values are tables, and lead nowhere. */
const MAX_VALUE = 1_000;
const RETURNS: ReadonlySet<string> = new Set(['return_statement']);

/** Whether somebody is turned away: refused, sent to sign in, or checked by a call of that name. */
export function turnsAway(facts: FileFacts, part: Syntax): boolean {
  if (refuses(facts, part)) return true;
  if (sendsAway(facts, part)) return true;
  const calls = liveCalls(facts, part);
  if (calls.some(({ name }) => (CHECK_CALL.test(camelCase(name)) && !isProtection(name)) || ANSWERS.test(name)))
    return true;
  return [...within(part, RETURNS)].some((each) => answersWithGuard(facts, each));
}

/** Sent to a page of signing in, or anywhere else because of who asks. */
export function sendsAway(facts: FileFacts, part: Syntax): boolean {
  const calls = liveCalls(facts, part);
  const redirects = calls.filter(({ name }) => REDIRECTS.test(name));
  if (redirects.some(({ node }) => leadsToSignIn(facts, node))) return true;
  if (calls.some(({ node, name }) => ANSWER.test(name) && sendsToSignIn(facts, node))) return true;
  return redirects.length > 0 && [...within(part, CONDITIONS)].some((each) => asksWho(facts, each));
}

/** Whether requests are limited or cleaned. */
export function protects(facts: FileFacts, part: Syntax): boolean {
  const calls = liveCalls(facts, part);
  if (calls.some(({ name }) => CHECK_CALL.test(camelCase(name)) && isProtection(name))) return true;
  return /status\w*\s*[:(]\s*429\b/.test(withoutComments(facts.text(part)));
}

/** `validateSession` asks who somebody is, `validateBody` what they sent. */
function isProtection(name: string): boolean {
  return isMild(name) && !WHO.test(name);
}

function liveCalls(facts: FileFacts, part: Syntax): readonly { readonly node: Syntax; readonly name: string }[] {
  return [...within(part, CALLS)].flatMap((node) => {
    const callee = fieldOf(node, 'function') ?? fieldOf(node, 'constructor');
    if (callee === undefined || isDead(facts, node)) return [];
    return [{ node, name: facts.text(fieldOf(callee, 'property') ?? callee) }];
  });
}

/** `redirect(303, login)`, where `const login = '/login?next=' + path`. */
function leadsToSignIn(facts: FileFacts, call: Syntax): boolean {
  if (SIGN_IN.test(facts.text(call))) return true;
  const list = fieldOf(call, 'arguments');
  const named = list === undefined ? [] : [...within(list, NAMES)];
  return named.some((name) => {
    const value = facts.definition(name);
    return value !== null && value.end - value.start < MAX_VALUE && SIGN_IN.test(facts.text(value));
  });
}

/** `new Response(null, { status: 302, headers: { location: '/login' } })` */
function sendsToSignIn(facts: FileFacts, call: Syntax): boolean {
  return (
    /\b30[2378]\b[\s\S]*location|location[\s\S]*\b30[2378]\b/i.test(facts.text(call)) && leadsToSignIn(facts, call)
  );
}

function asksWho(facts: FileFacts, condition: Syntax): boolean {
  const asked = fieldOf(condition, 'condition');
  if (asked === undefined || isDead(facts, condition)) return false;
  // A path that is compared says nothing of who asks.
  return WHO.test(withoutComments(facts.text(asked)).replace(/(['"`])\/[^'"`]*\1/g, ''));
}

/** `return auth(request)` */
function answersWithGuard(facts: FileFacts, statement: Syntax): boolean {
  const [callee] = /^return\s+(?:await\s+)?[\w$.]+(?=\()/.exec(facts.text(statement).replace(/\s+/g, ' ')) ?? [];
  return callee !== undefined && !isDead(facts, statement) && GUARD_NAME.test(callee);
}
