import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import type { Sink } from '../support/tainted.ts';
import { answer, inserted, isMarkup } from './markup.ts';

const RESPONSE_NAME = /^(?:res|response|reply|ctx|c|h|resp)$/;

const PAGES = oneOf(
  /^(?:(?:quart|starlette\.responses|fastapi|litestar)\.Response|sanic\.response\.html|~Response|next\/server\.NextResponse|aiohttp\.web\.Response|django\.utils\.html\.format_html)$/,
);

/** `new Response(markup, { headers: { 'Content-Type': 'text/html' } })`, and the same in aiohttp. */
export function* pages(facts: FileFacts): Generator<Sink> {
  for (const call of facts.callsLike({ from: PAGES })) {
    const from = call.origin ?? '';
    if (/^(?:~Response|next\/server\.NextResponse)$/.test(from) && call.isNew) {
      const [body, options] = call.arguments;
      if (
        body !== undefined &&
        options !== undefined &&
        /text\/html/i.test(facts.text(facts.definition(options) ?? options))
      )
        yield answer(call.node, body);
    }
    const type = ['content_type', 'mimetype', 'media_type'].flatMap((name) => call.keywords.get(name) ?? [])[0];
    if (from === 'sanic.response.html' && call.arguments[0] !== undefined) yield answer(call.node, call.arguments[0]);
    if (facts.program.dialect === 'python' && type !== undefined && /text\/html/i.test(facts.text(type))) {
      const body =
        call.keywords.get('text') ?? call.keywords.get('body') ?? call.keywords.get('content') ?? call.arguments[0];
      if (body !== undefined) yield answer(call.node, body);
    }
    // Django: only what fills the places of the format is escaped.
    const [format] = call.arguments;
    if (from === 'django.utils.html.format_html' && format !== undefined) yield inserted(call.node, format, 'remote');
  }
}

/** Tornado's handlers themselves, and what those of `http.server` and webapp2 write to. */
const WRITERS = /^self(?:\.wfile|\.response(?:\.out)?)?$/;

/** `res.send(markup)`, and what Python's frameworks make an answer of. */
export function* answered(facts: FileFacts, call: Call, first: Syntax): Generator<Sink> {
  const { name, receiver } = call;
  if (facts.program.dialect === 'python') {
    // Tornado and webapp2 write text as HTML, `http.server` what it is given.
    const answers = name === 'write' && receiver !== null && WRITERS.test(facts.text(receiver));
    const written = answers ? withoutEncoding(facts, first) : first;
    if (answers && isMarkup(facts, written)) yield answer(call.node, written);
    if (
      /^flask\.(?:make_response|Response)$|^django\.http\.HttpResponse$|HTMLResponse$/.test(call.origin ?? '') &&
      !isPlain(facts, call)
    ) {
      yield answer(call.node, first);
    }
    return;
  }
  if (receiver === null || name === null) return;
  const on = facts.text(receiver).replace(/\(.*/s, '').split('.')[0] ?? '';
  if (!RESPONSE_NAME.test(on)) return;
  if (/^(?:send|end|write|html)$/.test(name)) {
    if (isOtherType(facts, call.node) || firstKind(facts, first) !== 'text') return;
    const level = isMarkup(facts, first) || name === 'html' ? 'error' : 'warning';
    yield { ...answer(call.node, first), level };
  }
}

/** The answer says by a constant that it is no page: browsers show plain text and JSON as they are (MIME Sniffing Standard, "scriptable MIME type"). */
function isPlain(facts: FileFacts, call: Call): boolean {
  const type = ['content_type', 'mimetype', 'media_type'].flatMap((name) => call.keywords.get(name) ?? [])[0];
  const known = type === undefined ? undefined : facts.constant(type);
  return (
    typeof known === 'string' &&
    /^(?:text\/(?:plain|csv|calendar|javascript)|application\/(?!xhtml|xml)|audio\/|video\/|font\/|image\/(?!svg))/i.test(
      known,
    )
  );
}

/** `f'<p>{name}</p>'.encode()` */
function withoutEncoding(facts: FileFacts, node: Syntax): Syntax {
  const own = facts.definition(node) ?? node;
  const callee = own.type === 'call_expression' ? fieldOf(own, 'function') : undefined;
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

/** Python handlers answer with what they return, Lambda functions with a `body`. */
export function* returned(facts: FileFacts): Generator<Sink> {
  for (const handler of facts.handlers()) {
    if (handler.framework !== 'flask' && handler.framework !== 'lambda') continue;
    const body = fieldOf(handler.node, 'body');
    const direct = body?.type === 'parenthesized_expression' ? [body] : [];
    for (const node of [...facts.nodes('return_statement'), ...direct]) {
      const value = node.children[0];
      if (value === undefined || node.start < handler.node.start || node.end > handler.node.end) continue;
      const object = handler.framework === 'lambda' ? facts.object(value) : null;
      const given = handler.framework === 'flask' ? value : object === null ? null : facts.property(object, 'body');
      if (given === null || !isMarkup(facts, given)) continue;
      yield answer(node, given);
    }
  }
}
