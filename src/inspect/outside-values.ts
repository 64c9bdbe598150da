import type { SinkKind } from './facts.ts';
import { CLASSES } from './fields.ts';
import type { Origins } from './origins.ts';
import type { Source } from './sources.ts';
import { ancestorOf, childOf, type Program, type Syntax } from './syntax.ts';

const REMOTE_ADDRESS: Source = { kind: 'input', strength: 'remote', what: "the page's address" };
const UPLOAD_NAME: Source = { kind: 'input', strength: 'remote', what: "an uploaded file's name" };
const FIELD: Source = { kind: 'input', strength: 'local', what: 'a form field' };
const ATTRIBUTE: Source = { kind: 'input', strength: 'local', what: "an element's attribute or text" };

const ARGUMENT: Source = { kind: 'input', strength: 'remote', what: "the request's query" };
/** Methods that Tornado's RequestHandler alone has (its documentation, "Input"). */
const TORNADO = /^get_(?:query_|body_)?arguments?$/;

/** What a member of something unknown brings in from outside: of pages, and of Python's request handlers. */
export function memberValue(
  node: Syntax,
  member: string | null,
  kind: SinkKind,
  program: Program,
  origins: Origins,
): Source | null {
  const text = program.text.slice(node.start, node.end);
  if (program.dialect === 'python') return requestOf(node, member, program);
  if (/^(?:queryParams|queryParamMap|paramMap|params)$/.test(member ?? '') && /\.snapshot\.\w+$/.test(text))
    return REMOTE_ADDRESS;
  // What the sender called an uploaded file (Multer, Formidable).
  if (/^(?:originalname|originalFilename)$/.test(member ?? '')) return UPLOAD_NAME;
  if (/\$route\.(?:query|params|hash)$/.test(text)) return REMOTE_ADDRESS;
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
  if (program.dialect === 'python') return on === 'self' && TORNADO.test(call.name ?? '') ? ARGUMENT : null;
  const jquery = /^(?:\$|jQuery)/.test(on);
  if (call.name === 'val' && call.arguments.length === 0 && jquery) return FIELD;
  if (kind !== 'html') return null;
  if (call.name === 'text' && call.arguments.length === 0 && jquery) return ATTRIBUTE;
  const [first] = call.arguments;
  if (first === undefined || call.arguments.length !== 1) return null;
  const reads = call.name === 'getAttribute' || (jquery && (call.name === 'attr' || call.name === 'data'));
  return reads && first.type === 'string' ? ATTRIBUTE : null;
}

/** `http.server`: a handler's own members are the request (Python documentation, BaseHTTPRequestHandler). */
function requestOf(node: Syntax, member: string | null, program: Program): Source | null {
  if (!/^(?:path|headers|rfile|requestline)$/.test(member ?? '')) return null;
  const around = ancestorOf(node, CLASSES);
  const bases = around === null ? null : childOf(around, 'superclasses');
  if (bases === null || !/HTTPRequestHandler\b/.test(program.text.slice(bases.start, bases.end))) return null;
  const what = member === 'rfile' ? 'body' : member === 'headers' ? 'headers' : 'path';
  return { kind: 'input', strength: 'remote', what: `the request's ${what}` };
}
