import type { SinkKind } from './facts.ts';
import { HARMED_BY_TEXT } from './forms.ts';
import type { Origins } from './origins.ts';
import { inClass } from './python-roles.ts';
import type { Source } from './sources.ts';
import { childOf, functionAround, type Program, type Syntax } from './syntax.ts';

const REMOTE_ADDRESS: Source = { kind: 'input', strength: 'remote', what: "the page's address" };
const UPLOAD_NAME: Source = { kind: 'input', strength: 'remote', what: "an uploaded file's name" };
const FIELD: Source = { kind: 'input', strength: 'local', what: 'a form field' };
const ATTRIBUTE: Source = { kind: 'input', strength: 'local', what: "an element's attribute or text" };

const PATH: Source = { kind: 'input', strength: 'remote', what: "the request's path parameters" };
const ARGUMENT: Source = { kind: 'input', strength: 'remote', what: "the request's query" };
/** Methods that Tornado's RequestHandler alone has (its documentation, "Input"). */
const TORNADO = /^get_(?:(?:query_|body_)?arguments?|cookie)$/;
const MESSAGE: Source = { kind: 'input', strength: 'remote', what: "the client's message" };
/** Methods that Starlette's WebSocket alone has. */
const SOCKET = /^(?:receive|iter)_(?:text|json|bytes)$/;

/** A field of its own that a middleware puts on the request or beside it. */
export const ON_REQUEST = /^(?:(?:req|request|ctx)(?:\.session)?|ctx\.state|(?:res|response)\.locals)\.\w+$/;

/** What is put there, by where it is read. */
export function keptOn(program: Program): ReadonlyMap<string, readonly Syntax[]> {
  const found = new Map<string, Syntax[]>();
  for (const node of program.byType.get('assignment_expression') ?? []) {
    const left = childOf(node, 'left');
    const right = childOf(node, 'right');
    if (left?.type !== 'member_expression' || right === null) continue;
    const written = program.text.slice(left.start, left.end);
    if (ON_REQUEST.test(written)) found.set(written, [...(found.get(written) ?? []), right]);
  }
  return found;
}

/** What a member of something unknown brings in from outside: of pages, and of Python's request handlers. */
export function memberValue(
  node: Syntax,
  member: string | null,
  kind: SinkKind,
  program: Program,
  origins: Origins,
): Source | null {
  const text = program.text.slice(node.start, node.end);
  if (program.dialect === 'python') return requestOf(node, member, program) ?? cleaned(member, kind);
  if (/^(?:queryParams|queryParamMap|paramMap|params)$/.test(member ?? '') && /\.snapshot\.\w+$/.test(text))
    return REMOTE_ADDRESS;
  // What the sender called an uploaded file (Multer, Formidable).
  if (/^(?:originalname|originalFilename)$/.test(member ?? '')) return UPLOAD_NAME;
  if (/\$route\.(?:query|params|hash)$|^\$page\.(?:url|params)$/.test(text)) return REMOTE_ADDRESS;
  // Text that the page showed safely becomes markup when it is read and written back as such.
  if (kind === 'html' && /\.(?:dataset(?:\.\w+|\[[^\]]+\])|textContent|innerText)$/.test(text)) return ATTRIBUTE;
  if (member !== 'value') return null;
  const object = childOf(node, 'object');
  const from = object === null ? null : origins.origin(object);
  return from !== null && /^~document\.(?:getElementById|querySelector|forms)|\.(?:target|currentTarget)$/.test(from)
    ? FIELD
    : null;
}

/** What a call without a known origin reads from a page: `$(box).val()`, `link.getAttribute('data-title')`. */
export function callValue(
  call: { readonly name: string | null; readonly receiver: Syntax | null; readonly arguments: readonly Syntax[] },
  kind: SinkKind,
  program: Program,
): Source | null {
  if (call.receiver === null) return null;
  const on = program.text.slice(call.receiver.start, call.receiver.end);
  if (program.dialect === 'python') {
    if (on === 'self' && TORNADO.test(call.name ?? '')) return ARGUMENT;
    return SOCKET.test(call.name ?? '') || isReceived(call.name, call.arguments.length) ? MESSAGE : null;
  }
  const jquery = /^(?:\$|jQuery)/.test(on);
  if (call.name === 'val' && call.arguments.length === 0 && jquery) return FIELD;
  if (kind !== 'html') return null;
  if (call.name === 'text' && call.arguments.length === 0 && jquery) return ATTRIBUTE;
  const [first] = call.arguments;
  if (first === undefined || call.arguments.length !== 1) return null;
  const reads = call.name === 'getAttribute' || (jquery && (call.name === 'attr' || call.name === 'data'));
  return reads && first.type === 'string' ? ATTRIBUTE : null;
}

/** A socket is told how much to receive; a pipe between processes of one program is not (`socket`, `multiprocessing`). */
function isReceived(name: string | null, given: number): boolean {
  return given > 0 && /^recv(?:from|msg)?$/.test(name ?? '');
}

/** Class-based handlers keep the request, and what was taken from its path, in themselves. */
function requestOf(node: Syntax, member: string | null, program: Program): Source | null {
  const object = childOf(node, 'object');
  if (object === null || program.text.slice(object.start, object.end) !== 'self') return null;
  const bases = inClass(node, program) ?? ofFragment(node, program);
  if (bases === null) return null;
  // `http.server`: a handler's own members are the request (Python documentation, BaseHTTPRequestHandler).
  if (/HTTPRequestHandler\b/.test(bases) && /^(?:path|headers|rfile|requestline)$/.test(member ?? '')) {
    const what = member === 'rfile' ? 'body' : member === 'headers' ? 'headers' : 'path';
    return { kind: 'input', strength: 'remote', what: `the request's ${what}` };
  }
  // `socketserver`: what the other side of the connection sent (Python documentation, RequestHandler objects).
  if (/(?:Base|Stream|Datagram)RequestHandler\b/.test(bases) && /^(?:rfile|request)$/.test(member ?? ''))
    return { kind: 'input', strength: 'remote', what: "a connection's message" };
  // Django's views, aiohttp's and Tornado's, Starlette's endpoints.
  if (!/(?:View(?:Set)?|Mixin|Handler|HTTPEndpoint|Resource)\b/.test(bases)) return null;
  if (member === 'request') return { kind: 'container', container: 'request' };
  return /^(?:kwargs|path_kwargs|path_args)$/.test(member ?? '') ? PATH : null;
}

/** `def do_GET(self)` without its class around it. */
function ofFragment(node: Syntax, program: Program): string | null {
  const fn = functionAround(node);
  const at = fn === null ? null : childOf(fn, 'name');
  return at !== null && /^do_(?:GET|POST|PUT|PATCH|DELETE)$/.test(program.text.slice(at.start, at.end))
    ? 'BaseHTTPRequestHandler'
    : null;
}

/** Django's forms and the REST framework's serializers say that a text is one, and leave open which. */
function cleaned(member: string | null, kind: SinkKind): Source | null {
  return /^(?:cleaned_data|validated_data)$/.test(member ?? '') && HARMED_BY_TEXT.has(kind) ? FORM : null;
}

const FORM: Source = { kind: 'input', strength: 'remote', what: "the request's form" };
