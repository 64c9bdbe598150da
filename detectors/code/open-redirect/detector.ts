import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround, isInside, nameOf } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { type Sink, taintedSinks } from '../support/tainted.ts';
import { beginningOf, staysHere } from './beginning.ts';

const rule = codeRule({
  id: 'open-redirect',
  shortDescription: 'The browser is sent to an address that somebody else decides',
  help: 'A link to your own site then leads to any other, which makes phishing believable and can leak tokens; in the browser a `javascript:` address runs code. Redirect to paths of your own: refuse values that do not start with a single slash, or choose the target from a list.',
  cwe: [601],
  level: 'error',
  confidence: 'high',
});

const REMEDIATION =
  'Redirect only to a path on this site (one leading slash, not two), or choose the target from a list.';
/** Next.js: "you must not send untrusted or unsanitized URLs to router.push or router.replace" (its documentation). */
const CLIENT_ROUTER = /^next\/(?:navigation|router)\.useRouter\(\)\.(?:push|replace)$/;
/** aiohttp's, Pyramid's, Falcon's, CherryPy's and web.py's answers that send elsewhere. */
const RAISED =
  /^(?:(?:aiohttp\.web|pyramid\.httpexceptions|falcon)\.HTTP(?:Found|SeeOther|MovedPermanently|TemporaryRedirect|PermanentRedirect)|cherrypy\.HTTPRedirect|(?:aiohttp\.)?web\.(?:seeother|found|redirect))$/;
const WHAT = 'The browser is redirected to an address that comes from';
const NAMED = oneOf(
  /^(?:redirect|permanentRedirect|HttpResponse(?:Permanent)?Redirect|RedirectResponse|location|setHeader|set_header|header|set|append|writeHead)$/,
);
const OPENS = /^~(?:document\.)?location\.(?:assign|replace)$|^~open$/;
const SENDS = /^(?:h3\.|#imports\.|~)(?:sendRedirect|navigateTo)$/;
const LEAVES = oneOf(new RegExp([OPENS, SENDS, CLIENT_ROUTER, RAISED].map(({ source }) => source).join('|')));

function* sinks(facts: FileFacts): Generator<Sink> {
  for (const call of facts.callsLike({ from: LEAVES, named: NAMED })) {
    const value = call.arguments.at(-1) ?? call.keywords.get('url') ?? call.keywords.get('location');
    if (value === undefined || call.name === null) continue;
    const from = call.origin ?? '';
    const on = call.receiver === null ? '' : facts.text(call.receiver).replace(/\(.*/s, '');
    if (
      call.name === 'redirect' &&
      (call.receiver !== null ||
        isHanded(facts, call) ||
        /^(?:next\/navigation|flask|django\.shortcuts|werkzeug|@remix-run\/|react-router|@sveltejs\/kit|bottle)/.test(
          from,
        ))
    ) {
      const target =
        facts.program.dialect === 'python' ||
        /NextResponse|^@remix-run|^react-router/.test(from) ||
        isStatus(facts, value)
          ? (call.arguments[0] ?? value)
          : value;
      if (leavesSite(facts, target)) yield sink(call.node, target);
    } else if (SENDS.test(from)) {
      // h3 takes the event first; Nuxt's `navigateTo` the address.
      const target = call.arguments[call.name === 'sendRedirect' ? 1 : 0] ?? value;
      if (leavesSite(facts, target)) yield sink(call.node, target);
    } else if (CLIENT_ROUTER.test(from) || from === 'next/navigation.permanentRedirect') {
      const target = call.arguments[0] ?? value;
      if (leavesSite(facts, target)) yield sink(call.node, target);
    } else if (call.name === 'location' && /^(?:res|response)$/.test(on)) {
      if (leavesSite(facts, value)) yield sink(call.node, value);
    } else if (RAISED.test(from)) {
      const target = call.keywords.get('location') ?? call.arguments[0] ?? value;
      if (leavesSite(facts, target)) yield sink(call.node, target);
    } else if (/^(?:HttpResponse(?:Permanent)?Redirect|RedirectResponse)$/.test(call.name)) {
      const target = call.keywords.get('url') ?? call.arguments[0] ?? value;
      if (leavesSite(facts, target)) yield sink(call.node, target);
    } else if (OPENS.test(from) && facts.program.dialect === 'javascript') {
      const target = call.arguments[0] ?? value;
      if (leavesSite(facts, target)) yield sink(call.node, target);
    } else if (
      /^(?:setHeader|set_header|header|set|append)$/.test(call.name) &&
      isResponse(on) &&
      call.arguments.length > 1
    ) {
      const header = call.arguments[0] === undefined ? undefined : facts.constant(call.arguments[0]);
      if (typeof header === 'string' && /^(?:location|refresh)$/i.test(header) && leavesSite(facts, value))
        yield sink(call.node, value);
    } else if (call.name === 'writeHead' || (/^(?:set|header)$/.test(call.name) && isResponse(on))) {
      const headers = facts.object(value);
      const target =
        headers === null ? null : (facts.property(headers, 'Location') ?? facts.property(headers, 'location'));
      if (target !== null && leavesSite(facts, target)) yield sink(call.node, target);
    }
  }
  for (const node of facts.nodes('pair')) {
    const key = fieldOf(node, 'key');
    const value = fieldOf(node, 'value');
    if (key === undefined || value === undefined || !/^['"]?location['"]?$/i.test(facts.text(key))) continue;
    if (isAnswer(facts, node) && leavesSite(facts, value)) yield sink(node, value);
  }
  for (const { node, target, value } of facts.assignments()) {
    if (/\[['"][Ll]ocation['"]\]$/.test(facts.text(target)) && leavesSite(facts, value)) yield sink(node, value);
    if (!/^(?:(?:window|document|self|top|parent|globalThis)\.)?location(?:\.href)?$/.test(facts.text(target)))
      continue;
    if (node.type !== 'assignment_expression' || isOwnName(facts, target)) continue;
    if (leavesSite(facts, value)) yield sink(node, value);
  }
}

/** A variable of the program that is called `location` sends nobody anywhere. */
function isOwnName(facts: FileFacts, target: Syntax): boolean {
  const root = target.type === 'member_expression' ? (fieldOf(target, 'object') ?? target) : target;
  if (root.type !== 'identifier' || facts.text(root) !== 'location') return false;
  const names = facts.nodes('variable_declarator').flatMap((each) => fieldOf(each, 'name') ?? []);
  return [...names, ...facts.nodes('formal_parameters').flatMap(({ children }) => children)].some((name) => {
    if (facts.text(name) !== 'location') return false;
    const around = functionAround(name);
    return around === null || isInside(target, around);
  });
}

/** `redirect(to)` where a framework hands it to the handler (Elysia), or a fragment does not say whose it is. */
function isHanded(facts: FileFacts, call: Call): boolean {
  return (
    facts.program.dialect === 'javascript' &&
    (call.origin === '~redirect' || call.origin === null) &&
    facts.functionOf(call.callee) === null
  );
}

/** `{ statusCode: 302, headers: { Location } }` of a function in the cloud, and the headers of a `Response`. */
function isAnswer(facts: FileFacts, pair: Syntax): boolean {
  const headers = pair.parent;
  const holder = headers?.parent;
  const key = holder?.type === 'pair' ? fieldOf(holder, 'key') : undefined;
  const name = holder?.type === 'keyword_argument' ? fieldOf(holder, 'name') : undefined;
  const around = holder?.parent;
  if (around === null || around === undefined || !/^['"]?headers['"]?$/.test(facts.text(key ?? name ?? pair)))
    return false;
  return /\bstatus(?:_?[cC]ode)?['"]?\s*[:=]\s*30[12378]\b/.test(facts.text(around));
}

function isResponse(on: string): boolean {
  return /^(?:resp?|response|reply|ctx|self)(?:\.(?:status|type|code)$|$)/.test(on);
}

/** Hono and Fastify take the status after the address. */
function isStatus(facts: FileFacts, value: Syntax): boolean {
  return typeof facts.constant(value) === 'number';
}

function sink(at: Syntax, value: Syntax): Sink {
  return { at, value, kind: 'redirect', what: WHAT, remediation: REMEDIATION, atLeast: 'remote' };
}

/** NestJS: what a method under `@Redirect()` returns says where to. */
function* declared(facts: FileFacts): Generator<Sink> {
  for (const handler of facts.handlers()) {
    if (!handler.middleware.some((part) => /^@Redirect\(/.test(facts.text(part)))) continue;
    for (const node of facts.nodes('return_statement')) {
      const value = node.children[0];
      if (value === undefined || !isInside(node, handler.node)) continue;
      const object = facts.object(value);
      const url = object === null ? null : facts.property(object, 'url');
      if (url !== null && leavesSite(facts, url)) yield sink(node, url);
    }
  }
}

/** Django's RedirectView and its views of forms ask a method where to (its documentation, "Generic base views"). */
function* viewed(facts: FileFacts): Generator<Sink> {
  if (facts.program.dialect !== 'python' || !/def get_(?:redirect|success)_url\(/.test(facts.program.text)) return;
  for (const node of facts.nodes('return_statement')) {
    const fn = functionAround(node);
    const name = fn === null ? null : nameOf(fn);
    const value = node.children.find((child) => child.type !== 'return');
    if (name === null || value === undefined || !/^get_(?:redirect|success)_url$/.test(facts.text(name))) continue;
    if (leavesSite(facts, value)) yield sink(node, value);
  }
}

/** A fixed host or a fixed path in front keeps the browser where it is meant to go. */
function leavesSite(facts: FileFacts, value: Syntax): boolean {
  if (isOwnAddress(facts, value) || repeatsRequest(facts, value)) return false;
  const shape = facts.shape(value);
  const first = beginningOf(facts, value);
  if (first !== null && staysHere(facts, first)) return false;
  // What follows a question mark is no part of the host; who decides the beginning decides where it leads.
  if (first !== null && first !== value && shape !== null && /^\u0000[?#]/.test(shape))
    return facts.flow(first, 'redirect')?.strength === 'remote';
  if (shape === null) return true;
  return !/^(?:[a-z][a-z+.-]*:\/\/[^/\u0000]+[/?#]|\/[^/\\\u0000]|\?|#|[\w-]+\/)/i.test(shape);
}

/** The address a web `Request` came to is absolute, so its host is this one (Fetch, "Request class"); Node's `req.url` has none. */
const CAME_TO =
  /^(?:new URL\(\s*(?:\w+\.)*(?:req|request)(?:\.raw)?\.url\s*\)|(?:req|request)\.nextUrl(?:\.clone\(\))?)$/;

/** `const url = new URL(request.url); url.protocol = 'https:'; Response.redirect(url)`, its host left as it was. */
function isOwnAddress(facts: FileFacts, value: Syntax): boolean {
  const written = /^([\w$]+)(?:\.toString\(\)|\.href)?$/.exec(
    facts.text(value).replace(/^String\(([\w$]+)\)$/, '$1'),
  )?.[1];
  if (written === undefined) return false;
  const kept = innermostNamed(value, (node) => node.type === 'identifier' && facts.text(node) === written);
  const made = kept === null ? null : facts.definition(kept);
  if (made === null || !CAME_TO.test(facts.text(made))) return false;
  return !facts
    .assignments()
    .some(({ target }) =>
      new RegExp(`^${written.replaceAll('$', '\\$')}\\.(?:host|hostname|href|port)$`).test(facts.text(target)),
    );
}

const HOST = String.raw`(?:req|request|ctx)\.(?:headers\.host|headers\[['"]host['"]\]|host|hostname|get\(['"]host['"]\)|header\(['"]host['"]\))`;
const PATH = String.raw`(?:req|request|ctx)\.(?:url|originalUrl|path)\b`;
/** A part of a template or of a sum, after the quotes of the text before it were closed. */
const NEXT = String.raw`\s*(?:\}\$\{|\}|['"]\s*\+\s*|\s\+\s*|\$\{)\s*`;
const REPEATS = new RegExp(
  String.raw`^[\x60'"]https?:\/\/(?:[\w.:-]+|(?:\$\{|['"]\s*\+\s*)${HOST})(?:\/|\}\/|\}?[\x60'"]?$|${NEXT}(?:encodeURI\(\s*)?${PATH}|${NEXT}['"]?\/)`,
);

/**
 * `'https://' + req.headers.host + req.url`: the same page once more, as servers send people from http to https. Whoever
 * follows a link sends the host it names, and what they ask for begins with a slash (RFC 9112, "origin-form").
 */
function repeatsRequest(facts: FileFacts, value: Syntax): boolean {
  return REPEATS.test(facts.text(facts.definition(value) ?? value));
}

function innermostNamed(node: Syntax, wanted: (node: Syntax) => boolean): Syntax | null {
  if (wanted(node)) return node;
  for (const child of node.children) {
    const found = innermostNamed(child, wanted);
    if (found !== null) return found;
  }
  return null;
}

/** Follows redirect targets back to where they come from. */
export const openRedirect: CodeDetector = {
  rule,
  triggers:
    /redirect|location|Redirect|refresh|navigateTo|useRouter|HTTPFound|HTTPSeeOther|HTTPMoved|seeother|success_url|\bopen\(/i,
  detect: (facts) => taintedSinks(facts, rule, [...sinks(facts), ...declared(facts), ...viewed(facts)]),
};
