import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { once, oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { isBuilt, isTagged, type Sink, taintedSinks } from '../support/tainted.ts';
import { address, isOpenAddress } from './addresses.ts';

const rule = codeRule({
  id: 'cross-site-scripting',
  shortDescription: 'Text that somebody else decides is put into a page as markup',
  help: "Markup in the value becomes part of the page, so its scripts run with the rights of whoever looks at it. Write text with textContent or the framework's own interpolation, escape values that go into HTML, and clean markup that must stay markup with a sanitizer such as DOMPurify.",
  cwe: [79],
  level: 'error',
  confidence: 'high',
});

const TEXT = 'Use textContent, or clean the markup with a sanitizer before it is inserted.';
const RESPONSE = 'Escape the value for HTML, or answer with res.json or a template that escapes.';
const WHAT = 'Markup of a page is made from';
const ANSWER = 'An HTML answer contains, unescaped,';

/** Properties of elements that take markup or an address, and Koa's `ctx.body`. */
const PROPERTIES: ReadonlySet<string> = new Set([
  'innerHTML',
  'outerHTML',
  'srcdoc',
  'href',
  'src',
  'action',
  'formAction',
  'body',
]);
const RESPONSE_NAME = /^(?:res|response|reply|ctx|c|h|resp)$/;
const DOM_PROPERTIES = /^(?:innerHTML|outerHTML|srcdoc)$/;
const URL_PROPERTIES = /^(?:href|src|action|formAction)$/;
/** Signs that a file works on a page at all: the parts of an address have the same names as those of an element. */
const PAGE = /\b(?:document|window|navigator|HTML\w*Element|createElement|querySelector|getElement\w+|jQuery)\b|\$\(/;
/** How the engine reads `v-html="…"` and `{@html …}` of a template. */
const TEMPLATES = /\.(?:vue|svelte)$/i;
const RAW_NAMES: ReadonlySet<string> = new Set(['v_html', '$html']);
const JQUERY =
  /^(?:html|append|prepend|after|before|replaceWith|wrap|wrapAll|insertAfter|insertBefore|appendTo|prependTo)$/;
const TRUSTS =
  /^(?:createContextualFragment|parseHTML|bypassSecurityTrustHtml|setHTMLUnsafe|SafeString|mark_safe|Markup|raw)$/;
const NAMED = oneOf(
  new RegExp(`${JQUERY.source}|${TRUSTS.source}|^(?:insertAdjacentHTML|setAttribute|send|end|write|html)$`),
);
const MAKES = oneOf(
  /^~document\.(?:write|writeln)$|^~Reflect\.set$|^~(?:\$|jQuery)$|^jquery$|^flask\.(?:make_response|Response)$|^django\.http\.HttpResponse$|HTMLResponse$/,
);

function* sinks(facts: FileFacts): Generator<Sink> {
  yield* pages(facts);
  yield* templates(facts);
  yield* assigned(facts);
  yield* called(facts);
  yield* attributes(facts);
  yield* properties(facts);
}

function* assigned(facts: FileFacts): Generator<Sink> {
  for (const { node, target, value } of facts.assignments()) {
    if (target.type === 'identifier' && TEMPLATES.test(facts.path) && RAW_NAMES.has(facts.text(target))) {
      yield { at: node, value, kind: 'html', what: WHAT, remediation: TEXT, atLeast: 'parameter' };
      continue;
    }
    if (target.type !== 'member_expression' && target.type !== 'subscript_expression') continue;
    // `element['innerHTML']` is the same property.
    const property = target.children.find((child) => child.field === 'property' || child.field === 'index');
    if (property === undefined) continue;
    const name = property.field === 'index' ? String(facts.constant(property) ?? '') : facts.text(property);
    if (!PROPERTIES.has(name)) continue;
    if (/^ctx\.(?:response\.)?body$/.test(facts.text(target)) && isMarkup(facts, value)) {
      yield { at: node, value, kind: 'html', what: ANSWER, remediation: RESPONSE, atLeast: 'remote' };
      continue;
    }
    if (DOM_PROPERTIES.test(name)) {
      yield {
        at: node,
        value,
        kind: 'html',
        what: WHAT,
        remediation: TEXT,
        atLeast: isBuilt(facts, value) ? 'unknown' : 'parameter',
      };
    } else if (name === 'href' && /(?:^|\.)location$/.test(facts.text(target.children[0] ?? target))) {
      // A redirect; `open-redirect` answers for it.
    } else if (URL_PROPERTIES.test(name) && isOpenAddress(facts, value) && PAGE.test(facts.program.text)) {
      yield address(node, value);
    }
  }
}

function* called(facts: FileFacts): Generator<Sink> {
  const jquery = once(() => /jquery|\$\(|jQuery/.test(facts.program.text));
  for (const call of facts.callsLike({ from: MAKES, named: NAMED })) {
    if (call.name === null || isTagged(call)) continue;
    const [first, second, third] = call.arguments;
    if (first === undefined) continue;
    const from = call.origin ?? '';
    if (from === '~Reflect.set' || call.name === 'setAttribute') {
      yield* set(facts, call, from === '~Reflect.set' ? second : first, from === '~Reflect.set' ? third : second);
      continue;
    }
    if (/^~document\.(?:write|writeln)$/.test(from)) {
      yield { at: call.node, value: first, kind: 'html', what: WHAT, remediation: TEXT, atLeast: 'parameter' };
    } else if (call.name === 'insertAdjacentHTML' && second !== undefined) {
      yield {
        at: call.node,
        value: second,
        kind: 'html',
        what: WHAT,
        remediation: TEXT,
        atLeast: isBuilt(facts, second) ? 'unknown' : 'parameter',
      };
    } else if (TRUSTS.test(call.name) && !/^(?:knex|sequelize|~?db|prisma|String)/.test(from)) {
      if (call.name !== 'raw' || /^hono\//.test(from))
        yield { at: call.node, value: first, kind: 'html', what: WHAT, remediation: TEXT, atLeast: 'parameter' };
    } else if (JQUERY.test(call.name) && call.receiver !== null && jquery() && isWrapped(facts, call.receiver)) {
      const atLeast = call.name === 'html' || isMarkup(facts, first) ? 'parameter' : 'remote';
      yield { at: call.node, value: first, kind: 'html', what: WHAT, remediation: TEXT, atLeast };
    } else if (/^~(?:\$|jQuery)$|^jquery$/.test(from)) {
      if (isMarkup(facts, first))
        yield { at: call.node, value: first, kind: 'html', what: WHAT, remediation: TEXT, atLeast: 'parameter' };
    } else yield* answered(facts, call, first);
  }
}

/** `element.setAttribute('onclick', text)`, `Reflect.set(element, 'innerHTML', text)` */
function* set(facts: FileFacts, call: Call, key: Syntax | undefined, value: Syntax | undefined): Generator<Sink> {
  const name = key === undefined ? undefined : facts.constant(key);
  if (typeof name !== 'string' || value === undefined) return;
  if (DOM_PROPERTIES.test(name) || /^on[a-z]+$/i.test(name)) {
    yield { at: call.node, value, kind: 'html', what: WHAT, remediation: TEXT, atLeast: 'remote' };
  } else if (/^(?:href|src|action|formaction)$/i.test(name) && isOpenAddress(facts, value)) {
    yield address(call.node, value);
  }
}

/** What jQuery made, or what is named as such: `$('#a')`, `$box`, `box` of `const box = $('<div>')`. */
function isWrapped(facts: FileFacts, receiver: Syntax): boolean {
  const made = facts.definition(receiver);
  return [receiver, made].some((each) => each !== null && /^(?:\$|jQuery)|\$\w*$/.test(facts.text(each)));
}

/** Files whose markup nobody reads as a page. */
const NO_PAGE = /\.(?:txt|text|md|sql|ya?ml|json|toml|ini|conf|cfg|py|sh|tex|csv)(?:\.\w+)?$/i;

/**
 * Jinja escapes only where its environment is told to ("Autoescaping"), and `{{ value|safe }}` never does: values handed
 * to such a template stand in the page as they are.
 */
function* templates(facts: FileFacts): Generator<Sink> {
  if (facts.program.dialect !== 'python' || !/jinja2|\|\s*safe\b/.test(facts.program.text)) return;
  for (const call of facts.callsLike({ from: JINJA })) {
    const from = call.origin ?? '';
    if (from === 'flask.render_template_string') {
      const text = call.arguments[0] === undefined ? undefined : facts.constant(call.arguments[0]);
      for (const [name, value] of call.keywords)
        if (typeof text === 'string' && new RegExp(`\\{\\{-?\\s*${name}\\s*\\|\\s*safe\\b`).test(text))
          yield page(call.node, value, ANSWER, RESPONSE);
      continue;
    }
    const template = call.receiver === null ? null : (facts.definition(call.receiver) ?? call.receiver);
    const made = template?.type === 'call_expression' ? template : null;
    if (made === null || !rendersRaw(facts, made)) continue;
    for (const value of [...call.arguments, ...call.keywords.values()]) yield page(call.node, value, ANSWER, RESPONSE);
  }
}

const JINJA = oneOf(
  /^flask\.render_template_string$|^jinja2\.(?:Template\(\)|Environment\(\)\.(?:get_template|from_string)\(\))\.render$/,
);

/** `Template('<p>{{ x }}</p>')`, `Environment(…).get_template('page.html')` without escaping. */
function rendersRaw(facts: FileFacts, made: Syntax): boolean {
  const calls = facts.calls();
  const maker = calls.find(({ node }) => node === made);
  const named = maker?.arguments[0] === undefined ? undefined : facts.constant(maker.arguments[0]);
  if (maker === undefined || typeof named !== 'string') return false;
  const isMarkup = maker.name === 'get_template' ? !NO_PAGE.test(named) : /<\w/.test(named);
  if (!isMarkup) return false;
  const environment = maker.receiver === null ? null : (facts.definition(maker.receiver) ?? maker.receiver);
  const own = maker.name === 'Template' ? maker : calls.find(({ node }) => node === environment);
  const escapes = own?.keywords.get('autoescape');
  if (own === undefined) return false;
  return escapes === undefined || facts.constant(escapes) === false;
}

const PAGES = oneOf(
  /^(?:(?:quart|starlette\.responses|fastapi|litestar)\.Response|sanic\.response\.html|~Response|next\/server\.NextResponse|aiohttp\.web\.Response|django\.utils\.html\.format_html)$/,
);

/** `new Response(markup, { headers: { 'Content-Type': 'text/html' } })`, and the same in aiohttp. */
function* pages(facts: FileFacts): Generator<Sink> {
  for (const call of facts.callsLike({ from: PAGES })) {
    const from = call.origin ?? '';
    if (/^(?:~Response|next\/server\.NextResponse)$/.test(from) && call.isNew) {
      const [body, options] = call.arguments;
      if (
        body !== undefined &&
        options !== undefined &&
        /text\/html/i.test(facts.text(facts.definition(options) ?? options))
      )
        yield page(call.node, body, ANSWER, RESPONSE);
    }
    const type = ['content_type', 'mimetype', 'media_type'].flatMap((name) => call.keywords.get(name) ?? [])[0];
    if (from === 'sanic.response.html' && call.arguments[0] !== undefined)
      yield page(call.node, call.arguments[0], ANSWER, RESPONSE);
    if (facts.program.dialect === 'python' && type !== undefined && /text\/html/i.test(facts.text(type))) {
      const body =
        call.keywords.get('text') ?? call.keywords.get('body') ?? call.keywords.get('content') ?? call.arguments[0];
      if (body !== undefined) yield page(call.node, body, ANSWER, RESPONSE);
    }
    // Django: only what fills the places of the format is escaped.
    const [format] = call.arguments;
    if (from === 'django.utils.html.format_html' && format !== undefined) yield page(call.node, format, WHAT, TEXT);
  }
}

function page(at: Syntax, value: Syntax, what: string, remediation: string): Sink {
  return { at, value, kind: 'html', what, remediation, atLeast: 'remote' };
}

/** Tornado's handlers themselves, and what those of `http.server` and webapp2 write to. */
const WRITERS = /^self(?:\.wfile|\.response(?:\.out)?)?$/;

function* answered(facts: FileFacts, call: Call, first: Syntax): Generator<Sink> {
  const { name, receiver } = call;
  if (facts.program.dialect === 'python') {
    // Tornado and webapp2 write text as HTML, `http.server` what it is given.
    const answers = name === 'write' && receiver !== null && WRITERS.test(facts.text(receiver));
    const written = answers ? withoutEncoding(facts, first) : first;
    if (answers && isMarkup(facts, written))
      yield { at: call.node, value: written, kind: 'html', what: ANSWER, remediation: RESPONSE, atLeast: 'remote' };
    if (/^flask\.(?:make_response|Response)$|^django\.http\.HttpResponse$|HTMLResponse$/.test(call.origin ?? '')) {
      yield { at: call.node, value: first, kind: 'html', what: ANSWER, remediation: RESPONSE, atLeast: 'remote' };
    }
    return;
  }
  if (receiver === null || name === null) return;
  const on = facts.text(receiver).replace(/\(.*/s, '').split('.')[0] ?? '';
  if (!RESPONSE_NAME.test(on)) return;
  if (/^(?:send|end|write|html)$/.test(name)) {
    if (isOtherType(facts, call.node) || firstKind(facts, first) !== 'text') return;
    const level = isMarkup(facts, first) || name === 'html' ? 'error' : 'warning';
    yield { at: call.node, value: first, kind: 'html', what: ANSWER, remediation: RESPONSE, atLeast: 'remote', level };
  }
}

/** `f'<p>{name}</p>'.encode()` */
function withoutEncoding(facts: FileFacts, node: Syntax): Syntax {
  const own = facts.definition(node) ?? node;
  const callee = own.type === 'call_expression' ? own.children.find((child) => child.field === 'function') : undefined;
  const object = callee?.children.find((child) => child.field === 'object');
  return callee !== undefined && object !== undefined && /\.encode$/.test(facts.text(callee)) ? object : node;
}

/** What is handed to `send`: objects become JSON, and JSON is no page. */
function firstKind(facts: FileFacts, node: Syntax): 'text' | 'data' {
  if (node.type === 'object' || node.type === 'array') return 'data';
  const own = facts.definition(node) ?? node;
  if (own.type === 'call_expression' && /^JSON\.stringify\(/.test(facts.text(own))) return 'data';
  if (facts.object(node) !== null) return 'data';
  return 'text';
}

/** The handler says that it answers with something that is no page. */
function isOtherType(facts: FileFacts, node: Syntax): boolean {
  for (let up = node.parent; up !== null; up = up.parent) {
    if (up.type !== 'statement_block' && up.type !== 'arrow_function') continue;
    const text = facts.text(up);
    if (text.length > 20_000) return false;
    return /(?:type|setHeader|set|header|contentType|writeHead)\s*\([^)]*(?:text\/plain|application\/(?!xhtml)|image\/|text\/csv|['"](?:txt|json|text)['"])/i.test(
      text,
    );
  }
  return false;
}

function isMarkup(facts: FileFacts, node: Syntax): boolean {
  const shape = facts.shape(node);
  return shape !== null && /<\/?[a-z!\u0000]/i.test(shape);
}

function* attributes(facts: FileFacts): Generator<Sink> {
  for (const node of facts.nodes('jsx_attribute')) {
    const [name, given] = node.children;
    if (name === undefined || given === undefined) continue;
    const value = given.type === 'jsx_expression' ? given.children[0] : undefined;
    if (value === undefined) continue;
    const called = facts.text(name);
    if (called === 'dangerouslySetInnerHTML') {
      const object = facts.object(value);
      const html = object === null ? value : facts.property(object, '__html');
      if (html !== null)
        yield { at: node, value: html, kind: 'html', what: WHAT, remediation: TEXT, atLeast: 'parameter' };
    } else if (called === 'innerHTML') {
      // Solid's attribute for markup.
      yield { at: node, value, kind: 'html', what: WHAT, remediation: TEXT, atLeast: 'parameter' };
    } else if (
      /^(?:href|src|srcDoc|action|formAction)$/.test(called) &&
      (called === 'srcDoc' ? facts.shape(value) === null : isOpenAddress(facts, value))
    ) {
      yield address(node, value);
    }
  }
}

/**
 * The same as properties of an object: `createElement('div', { dangerouslySetInnerHTML: { __html: text } })`, what a spread
 * gives an element, `Object.assign(element, { innerHTML: text })`.
 */
function* properties(facts: FileFacts): Generator<Sink> {
  if (!/dangerouslySetInnerHTML|\b(?:innerHTML|outerHTML|srcdoc)['"]?\s*:/.test(facts.program.text)) return;
  for (const node of facts.nodes('pair')) {
    const [key, value] = node.children;
    if (key === undefined || value === undefined) continue;
    const name = facts.text(key).replace(/['"]/g, '');
    if (name === 'dangerouslySetInnerHTML') {
      const object = facts.object(value);
      const html = object === null ? value : facts.property(object, '__html');
      if (html !== null)
        yield { at: node, value: html, kind: 'html', what: WHAT, remediation: TEXT, atLeast: 'parameter' };
    } else if (DOM_PROPERTIES.test(name)) {
      yield { at: node, value, kind: 'html', what: WHAT, remediation: TEXT, atLeast: 'remote' };
    }
  }
}

/** Python handlers answer with what they return, Lambda functions with a `body`. */
function* returned(facts: FileFacts): Generator<Sink> {
  for (const handler of facts.handlers()) {
    if (handler.framework !== 'flask' && handler.framework !== 'lambda') continue;
    const body = handler.node.children.find((child) => child.field === 'body');
    const direct = body?.type === 'parenthesized_expression' ? [body] : [];
    for (const node of [...facts.nodes('return_statement'), ...direct]) {
      const value = node.children[0];
      if (value === undefined || node.start < handler.node.start || node.end > handler.node.end) continue;
      const object = handler.framework === 'lambda' ? facts.object(value) : null;
      const answer = handler.framework === 'flask' ? value : object === null ? null : facts.property(object, 'body');
      if (answer === null || !isMarkup(facts, answer)) continue;
      yield { at: node, value: answer, kind: 'html', what: ANSWER, remediation: RESPONSE, atLeast: 'remote' };
    }
  }
}

/** A request is answered where no element is: `parsed.href = req.url` is no address of one. */
function isOfPage({ message }: Detection): boolean {
  return !(message.startsWith('The address of an element') && message.includes("the request's"));
}

/** Follows what becomes part of a page back to where it comes from. */
export const crossSiteScripting: CodeDetector = {
  rule,
  triggers:
    /HTML|setAttribute|v-html|@html|srcdoc|document\.write|insertAdjacent|\$\(|jQuery|\.(?:send|end|write|html|append)\s*\(|href|src=|createContextualFragment|Markup|mark_safe|format_html|ueryStringParameters|return\s+(?:f?["']|\{)|[Rr]esponse|\.body\s*=|jinja2|\|\s*safe\b/,
  detect: (facts) => [
    ...taintedSinks(facts, rule, sinks(facts)).filter(isOfPage),
    ...taintedSinks(facts, rule, returned(facts)),
  ],
};
