import type { Successor } from '../../../src/inspect/detector.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, within } from '../support/around.ts';
import { GUARD_NAME, withoutComments } from '../support/security.ts';
import { CHECK_CALL, camelCase, isDead, isMild, refuses } from './checks.ts';
import { inOneLine, type Loss } from './loss.ts';
import { reachOf } from './reach.ts';

/** `access`: somebody is turned away. `protection`: requests are limited or cleaned. */
type Kind = 'access' | 'protection';

/** Names under which the frameworks of `runByName` take what they run. */
const RUN = /\b(?:middleware|proxy|onRequest|handle|default)\b|^module\.exports\s*=/;
const EXPORTS = ['export_statement', 'assignment_expression'];
/** Modules of these libraries are handed to an application, which then misses them. */
const REGISTERED =
  /(?:from|require\()\s*['"](?:(?:express|koa|fastify|hono|elysia|polka|connect|redux)['"/]|@(?:reduxjs|nestjs|hono|trpc)\/)/;
/** A file of `server/middleware` that Nitro runs, and not a module of another server. */
const NITRO =
  /ventHandler\b|fromNodeMiddleware|\bdefine(?:Handler|Middleware)\b|['"][\w@/-]*(?:h3|nitro|nuxt|#imports)/;
const REDIRECTS = /^(?:redirect|permanentRedirect|temporaryRedirect|sendRedirect|navigateTo|rewrite)$/;
const ANSWER = /^(?:Next)?Response$/;
const SIGN_IN = /log-?_?in\b|sign-?_?in\b|\bauth|unauthori[sz]ed|forbidden|denied/i;
const WHO = /session|token|\buser\b(?!-)|authenticated|authori[sz]ed|is_?auth|logged_?in|is_?admin|\broles?\b/i;
/** A call whose answer is the file's own: `return updateSession(request)`. */
const ANSWERS = /^(?:update|refresh|require|with)\w*Session$/;
const CALLS: ReadonlySet<string> = new Set(['call_expression', 'new_expression']);
const CONDITIONS: ReadonlySet<string> = new Set(['if_statement', 'ternary_expression']);
const NAMES: ReadonlySet<string> = new Set(['identifier']);
/** Longer values are tables, and lead nowhere. */
const MAX_VALUE = 1_000;
const RETURNS: ReadonlySet<string> = new Set(['return_statement']);
const BODIES: ReadonlySet<string> = new Set(['statement_block', 'type_annotation']);

/** What the base did in front of every request, and nothing that runs there now does. */
export function lostByName(before: FileFacts, successors: readonly Successor[]): readonly Loss[] {
  if (!isRun(before)) return [];
  const taken = new Set(successors.flatMap(({ facts, before: formerly }) => newIn(facts, formerly)));
  return lossesOf(
    before,
    taken,
    (what) => `"${fileOf(before)}", which ran before every request, ${what}, and is gone.`,
  );
}

/**
 * The same where the file stays and no longer does it. A module that the head brings in may do it now: then nothing is
 * said here.
 */
export function emptiedByName(facts: FileFacts, before: FileFacts): readonly Loss[] {
  if (!isRun(before)) return [];
  const known = new Set(modulesOf(before));
  if (modulesOf(facts).some((module) => !known.has(module))) return [];
  const held = new Set(kindsOf(facts).keys());
  const at = facts.nodes('export_statement')[0] ?? facts.nodes('program')[0];
  if (at === undefined) return [];
  return lossesOf(before, held, (what) => `"${fileOf(facts)}" ${what} before every request, and no longer does.`).map(
    (loss) => ({ ...loss, at }),
  );
}

function lossesOf(before: FileFacts, held: ReadonlySet<Kind>, say: (what: string) => string): readonly Loss[] {
  return [...kindsOf(before)]
    .filter(([kind]) => !held.has(kind))
    .map(([kind, at]) => ({
      at,
      message: say(kind === 'access' ? 'checked who may' : 'limited or cleaned requests'),
      level: kind === 'access' ? 'error' : 'warning',
    }));
}

/** What a successor took over: a file that did the same before took over nothing. */
function newIn(facts: FileFacts, formerly: FileFacts | null): readonly Kind[] {
  const had = formerly === null ? new Map<Kind, Syntax>() : kindsOf(formerly);
  return [...kindsOf(facts).keys()].filter((kind) => !had.has(kind));
}

function isRun(facts: FileFacts): boolean {
  const text = withoutComments(facts.program.text);
  if (facts.isTest || REGISTERED.test(text)) return false;
  return !/(?:^|\/)server\/middleware\//.test(facts.path) || NITRO.test(text);
}

function kindsOf(facts: FileFacts): ReadonlyMap<Kind, Syntax> {
  const found = new Map<Kind, Syntax>();
  for (const root of EXPORTS.flatMap((type) => facts.nodes(type))) {
    const head = withoutComments(headOf(facts, root));
    if (!RUN.test(head)) continue;
    if (!found.has('access') && GUARD_NAME.test(head)) found.set('access', root);
    for (const part of reachOf(facts, root, undefined)) {
      if (!found.has('access') && turnsAway(facts, part)) found.set('access', root);
      if (!found.has('protection') && protects(facts, part)) found.set('protection', root);
    }
  }
  return found;
}

/** An export without what its functions do: `export default clerkMiddleware(async (auth, request) => )`. */
function headOf(facts: FileFacts, root: Syntax): string {
  let text = '';
  let at = root.start;
  for (const body of within(root, BODIES)) {
    if (body.start < at) continue;
    text += facts.text(root).slice(at - root.start, body.start - root.start);
    at = body.end;
  }
  return text + facts.text(root).slice(at - root.start);
}

function turnsAway(facts: FileFacts, part: Syntax): boolean {
  if (refuses(facts, part)) return true;
  const calls = liveCalls(facts, part);
  if (calls.some(({ name }) => (CHECK_CALL.test(camelCase(name)) && !isProtection(name)) || ANSWERS.test(name)))
    return true;
  const redirects = calls.filter(({ name }) => REDIRECTS.test(name));
  if (redirects.some(({ node }) => leadsToSignIn(facts, node))) return true;
  if (calls.some(({ node, name }) => ANSWER.test(name) && sendsToSignIn(facts, node))) return true;
  const asks = redirects.length > 0 && [...within(part, CONDITIONS)].some((each) => asksWho(facts, each));
  return asks || [...within(part, RETURNS)].some((each) => answersWithGuard(facts, each));
}

function protects(facts: FileFacts, part: Syntax): boolean {
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
  const [callee] = /^return\s+(?:await\s+)?[\w$.]+(?=\()/.exec(inOneLine(facts, statement)) ?? [];
  return callee !== undefined && !isDead(facts, statement) && GUARD_NAME.test(callee);
}

/** Modules of the repository that a file uses. */
function modulesOf(facts: FileFacts): readonly string[] {
  const text = withoutComments(facts.program.text);
  return [...text.matchAll(/(?:from|import|require\(|import\()\s*['"]([.~@$#][^'"]*)['"]/g)].map(
    ([, name]) => name ?? '',
  );
}

function fileOf(facts: FileFacts): string {
  return facts.path.slice(-80);
}
