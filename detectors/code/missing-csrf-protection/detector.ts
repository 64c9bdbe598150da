import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, isFunction } from '../support/around.ts';
import { codeRule } from '../support/rule.ts';
import { bodyText, changesState } from '../support/security.ts';

const rule = codeRule({
  id: 'missing-csrf-protection',
  shortDescription: 'Requests that change something are accepted on a cookie alone',
  help: 'A browser sends the cookie along with requests that other sites cause, so a visitor of those sites acts without knowing. Set SameSite on the session cookie and check a token, or the Origin header, for every request that changes something.',
  cwe: [352],
  level: 'warning',
  confidence: 'medium',
});

const REMEDIATION =
  "Set sameSite: 'lax' or 'strict' on the session cookie and check a token or the Origin header on every change.";
const SESSIONS =
  /^(?:express-session|cookie-session|koa-session|client-sessions|@fastify\/(?:session|secure-session)|iron-session\/express\.\w+)$/;
const DEFENCE =
  /csrf|csurf|xsrf|lusca|sameSite\s*:\s*['"](?:strict|lax)['"]|sameSite\s*:\s*true|SESSION_COOKIE_SAMESITE|headers\.origin|get\(['"]origin['"]\)|sec-fetch-site/i;

/** Session cookies with routes that change something, and nothing against requests from other sites. */
export const missingCsrfProtection: CodeDetector = {
  rule,
  triggers: /session|[cx]srf|cookie/i,
  detect: (facts) =>
    facts.program.dialect === 'python'
      ? [...exempted(facts), ...unlisted(facts), ...switchedOff(facts)]
      : [...sessions(facts), ...changingGets(facts)],
};

function sessions(facts: FileFacts): readonly Detection[] {
  if (DEFENCE.test(codeOf(facts))) return [];
  const changing = facts.handlers().filter(changesState);
  const [first] = changing;
  if (first === undefined) return [];
  const session = facts
    .calls()
    .find(
      (call) =>
        SESSIONS.test(call.origin ?? '') ||
        (call.name === 'register' &&
          call.arguments[0] !== undefined &&
          SESSIONS.test(facts.origin(call.arguments[0]) ?? '')),
    );
  const at =
    session?.node ??
    cookieChecked(
      facts,
      changing.flatMap((handler) => [handler.node, ...handler.middleware]),
    );
  if (at === null) return [];
  return [
    facts.finding({
      rule,
      at,
      message: `${changing.length === 1 ? 'A route that changes something is' : `${changing.length} routes that change something are`} open to requests caused by other sites.`,
      remediation: REMEDIATION,
      related: [{ node: first.registration, message: 'this route changes something' }],
    }),
  ];
}

const VERB =
  /(?:^|\/)(?:delete|remove|destroy|transfer|cancel|update|change|set|add|create|approve|promote|revoke|deactivate|disable|enable)(?:[-_A-Z][\w-]*)?(?:\/|$)/;
const WRITES =
  /\b(?!session\b)\w+\s*\.\s*(?:delete|remove|destroy|update|save|insert|create|transfer|cancel|set|add|findByIdAnd|findOneAnd)\w*\(|\b(?:DELETE\s+FROM|UPDATE\s+\w+\s+SET|INSERT\s+INTO)\b/;
const BY_SESSION = /\b(?:req|request|ctx|c)\.(?:session|cookies|signedCookies)\b|isAuthenticated\b|ensureLoggedIn/;

/**
 * `app.get('/account/delete', …)`: an image on another site is enough to cause it, and a SameSite=Lax cookie goes along with
 * a link (RFC 9110, "Safe Methods"; RFC 6265bis, "Lax").
 */
function changingGets(facts: FileFacts): readonly Detection[] {
  return facts.handlers().flatMap((handler) => {
    if (handler.method !== 'get' || handler.route === null || !VERB.test(handler.route) || !isFunction(handler.node))
      return [];
    const body = bodyText(facts, handler.node);
    const known = [body, ...handler.middleware.map((part) => facts.text(part))].some((text) => BY_SESSION.test(text));
    if (
      !known ||
      !WRITES.test(body.replace(/\bsession\s*\.\s*\w+\(/g, '(')) ||
      /csrf|xsrf|nonce|signature|verify\w*Token/i.test(body)
    )
      return [];
    return [
      facts.finding({
        rule,
        at: handler.registration,
        message: `GET ${handler.route.slice(0, 60)} changes something: a link or an image on any site is enough to cause it.`,
        remediation: 'Change things with POST, PUT or DELETE only, and check a token or the Origin header there.',
      }),
    ];
  });
}

/** A route that knows people by a cookie it reads itself. */
function cookieChecked(facts: FileFacts, functions: readonly Syntax[]): Syntax | null {
  for (const node of facts.nodes('member_expression')) {
    if (!/^req\.(?:cookies|signedCookies)\.\w*(?:sess|token|auth|user|sid)\w*$/i.test(facts.text(node))) continue;
    if (functions.some((fn) => fn.start <= node.start && node.end <= fn.end)) return node;
  }
  return null;
}

function codeOf(facts: FileFacts): string {
  return facts.program.text.replace(/\/\/[^\n]*/g, '');
}

/** Django: sessions in the list of middleware, and the check for requests from other sites not. */
function unlisted(facts: FileFacts): readonly Detection[] {
  return facts.assignments().flatMap(({ node, target, value }) => {
    if (!/^MIDDLEWARE(?:_CLASSES)?$/.test(facts.text(target)) || value.type !== 'array') return [];
    const names = value.children.map((part) => (part.type === 'string' ? String(facts.constant(part) ?? '') : ''));
    const sessions = names.some((name) => /SessionMiddleware$/.test(name));
    if (!sessions || names.some((name) => /csrf/i.test(name))) return [];
    return [
      facts.finding({
        rule,
        at: node,
        message: 'The list of middleware has sessions and no check for requests caused by other sites.',
        remediation: 'Add django.middleware.csrf.CsrfViewMiddleware.',
        level: 'warning',
      }),
    ];
  });
}

/** Tornado's and Pyramid's switches, and that of a form of Flask-WTF (their documentation). */
function switchedOff(facts: FileFacts): readonly Detection[] {
  const off = (at: Syntax): Detection =>
    facts.finding({
      rule,
      at,
      message: 'The check for requests caused by other sites is switched off.',
      remediation: 'Leave it on.',
      level: 'warning',
    });
  const named = facts.nodes('keyword_argument').filter((node) => {
    const name = fieldOf(node, 'name');
    const value = fieldOf(node, 'value');
    if (name === undefined || value === undefined || facts.constant(value) !== false) return false;
    return /^(?:xsrf_cookies|require_csrf|check_csrf)$/.test(facts.text(name));
  });
  const inForms = facts
    .assignments()
    .filter(
      ({ node, target, value }) =>
        facts.text(target) === 'csrf' && facts.constant(value) === false && isMetaOfForm(facts, node),
    );
  return [...named, ...inForms.map(({ node }) => node)].map(off);
}

function isMetaOfForm(facts: FileFacts, node: Syntax): boolean {
  const classes: Syntax[] = [];
  for (let up = node.parent; up !== null; up = up.parent) if (up.type === 'class_declaration') classes.push(up);
  const [meta, form] = classes;
  const name = meta === undefined ? undefined : fieldOf(meta, 'name');
  const bases = form === undefined ? undefined : fieldOf(form, 'superclasses');
  return name !== undefined && facts.text(name) === 'Meta' && bases !== undefined && /Form\b/.test(facts.text(bases));
}

/** Checks of who sent a message by what it carries, which no browser adds by itself. */
const SENDER =
  /\bconstruct_event\s*\(|\bcompare_digest\s*\(|\b(?:verify|validate|check)_?\w*(?:signature|webhook|hmac)\w*\s*\(|\bRequestValidator\s*\(/;

/** The view under the decorator checks a signature of the sender. */
function asksSender(facts: FileFacts, decorator: Syntax): boolean {
  const beside = decorator.parent?.children ?? [];
  const view = beside.slice(beside.indexOf(decorator)).find((part) => isFunction(part));
  return view !== undefined && SENDER.test(bodyText(facts, view));
}

/** Django's own switch for one view. */
function exempted(facts: FileFacts): readonly Detection[] {
  return facts.nodes('decorator').flatMap((node) => {
    if (!/csrf_exempt|csrf\.exempt/.test(facts.text(node)) || asksSender(facts, node)) return [];
    return [
      facts.finding({
        rule,
        at: node,
        message: 'This view is exempt from the check for requests caused by other sites.',
        remediation: 'Take the exemption out, or check a signature of the sender.',
        level: 'warning',
      }),
    ];
  });
}
