import type { Origins } from './origins.ts';
import { parametersOf } from './parameters.ts';
import type { Source } from './sources.ts';
import { childOf, FUNCTIONS, type Program, partsOf, type Syntax } from './syntax.ts';

/** What a callback's parameter is, from the call the callback is handed to. */
export type CallbackValue =
  | { readonly kind: 'value'; readonly node: Syntax }
  | { readonly kind: 'source'; readonly source: Source }
  | { readonly kind: 'constant' };

/** jQuery's requests are promises with a method of their own for success (its documentation, `jqXHR.done`). */
const JQUERY = /(?:\$|jQuery)\.(?:ajax|get|getJSON|post)\b/;
const ITERATING = /^(?:map|forEach|filter|find|findIndex|some|every|flatMap|findLast|each)$/;

export function callbackSource(
  fn: Syntax,
  index: number,
  needs: { readonly program: Program; readonly origins: Origins },
): CallbackValue | null {
  const served = servedRequest(fn, index, needs);
  if (served !== null) return served;
  const list = fn.parent;
  const call = list?.type === 'arguments' ? list.parent : null;
  if (list === null || call?.type !== 'call_expression') return null;
  const callee = childOf(call, 'function');
  if (callee?.type !== 'member_expression') return null;
  const object = childOf(callee, 'object');
  const property = childOf(callee, 'property');
  if (object === null || property === null) return null;
  const method = needs.program.text.slice(property.start, property.end);
  const on = needs.program.text.slice(object.start, object.end);
  // Angular's ActivatedRoute: what its observables give is in the page's address.
  if (
    method === 'subscribe' &&
    index === 0 &&
    /[rR]oute\w*\.(?:queryParams|queryParamMap|params|paramMap|fragment)$/.test(on)
  )
    return remoteInput("the page's address");
  if (ITERATING.test(method)) return index === 0 ? { kind: 'value', node: object } : { kind: 'constant' };
  if (method === 'reduce') return index === 1 ? { kind: 'value', node: object } : null;
  if (method === 'then' || (method === 'done' && JQUERY.test(on)))
    return index === 0 && partsOf(list)[0] === fn ? { kind: 'value', node: object } : null;
  if (method === 'catch') return { kind: 'constant' };
  // tRPC: a procedure's resolver gets what the client sent as `input`.
  if (/^(?:mutation|query|subscription)$/.test(method) && index === 0 && partsOf(list).length === 1) {
    return { kind: 'source', source: { kind: 'container', container: 'context' } };
  }
  // Express: what stands at a named place of the route's pattern.
  if (method === 'param' && index === 3) return remoteInput("the request's path parameters");
  const event = partsOf(list)[0];
  const named = event === undefined ? '' : needs.program.text.slice(event.start, event.end).replace(/['"`]/g, '');
  if (method === 'addEventListener' && named === 'message' && index === 0)
    return { kind: 'source', source: { kind: 'container', container: 'message' } };
  // Browser extensions: pages that the extension looks at send these through its scripts, and so do other extensions.
  if (/\bruntime\.onMessage(?:External)?$/.test(on) && method === 'addListener')
    return index === 0 ? remoteInput("a page's message") : { kind: 'constant' };
  // Firebase's callable functions: what the client sent, and who it is.
  if (method === 'onCall' && /\bhttps\b|^functions\b/.test(on))
    return index === 0 ? remoteInput("the call's data") : null;
  // The Model Context Protocol's SDK: a request is what a model asks for.
  if (method === 'setRequestHandler' && index === 0 && partsOf(list)[1] === fn)
    return { kind: 'source', source: { kind: 'container', container: 'request' } };
  // Electron: a page, and whatever came into it, sends these to the process with all rights.
  if (/ipcMain$/.test(on) && /^(?:handle|on|once|handleOnce)$/.test(method))
    return index === 0 ? { kind: 'constant' } : remoteInput("a window's message");
  // commander: what follows the program's name.
  if (method === 'action' && /^commander\b/.test(needs.origins.origin(object) ?? ''))
    return typedInput('the command line');
  if (method === 'on' || method === 'once' || method === 'subscribe' || method === 'consume')
    return listened(object, on, named, index, needs);
  if (method === 'question') return index === 0 ? typedInput('what a person types') : null;
  return null;
}

function listened(
  object: Syntax,
  on: string,
  event: string,
  index: number,
  needs: { readonly program: Program; readonly origins: Origins },
): CallbackValue | null {
  if (event === 'error' || event === 'close' || event === 'end' || event === 'exit') return { kind: 'constant' };
  if (event === 'entry') return index === 0 ? remoteInput("an archive's entry") : null;
  if (event === 'connection') {
    if (index === 0) return { kind: 'source', source: { kind: 'container', container: 'socket' } };
    return { kind: 'source', source: { kind: 'container', container: 'request' } };
  }
  const from = needs.origins.origin(object) ?? '';
  if (/^(?:req|request)$/.test(on)) return index === 0 && event === 'data' ? remoteInput("the request's body") : null;
  if (
    /socket|^ws$|client|conn|io$|peer|channel/i.test(on) ||
    /^(?:ws|socket\.io|net)/.test(from) ||
    isConnection(object, needs.program)
  )
    return remoteInput("a connection's message");
  if (/^(?:rl|readline|stdin)$|process\.stdin/.test(on) || /^readline(?:\/promises)?\.createInterface/.test(from))
    return typedInput('what a person types');
  return null;
}

/** `server.on('connection', (peer) => { peer.on('message', …) })`: the peer, whatever it is called. */
function isConnection(object: Syntax, program: Program): boolean {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  for (let up = object.parent; up !== null; up = up.parent) {
    if (!FUNCTIONS.has(up.type) || up.parent?.type !== 'arguments') continue;
    const [event] = partsOf(up.parent);
    if (event === undefined || !/^['"`](?:secureC|c)onnect(?:ion)?['"`]$/.test(name(event))) continue;
    const first = parametersOf(up)[0];
    if (first === undefined) return false;
    return name(childOf(first, 'pattern') ?? childOf(first, 'name') ?? first) === name(object);
  }
  return false;
}

/**
 * Functions that a server is made with: Node's `createServer` and its event, `Deno.serve`, `Bun.serve`, and what an
 * application `use`s. Their documentation says which parameter is the request.
 */
function servedRequest(
  fn: Syntax,
  index: number,
  { program, origins }: { readonly program: Program; readonly origins: Origins },
): CallbackValue | null {
  if (program.dialect !== 'javascript') return null;
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const request: CallbackValue = { kind: 'source', source: { kind: 'container', container: 'request' } };
  const left = fn.parent?.type === 'assignment_expression' ? childOf(fn.parent, 'left') : null;
  if (left !== null && /^(?:(?:window|self|globalThis)\.)?onmessage$/.test(name(left)))
    return index === 0 ? { kind: 'source', source: { kind: 'container', container: 'message' } } : null;
  const member = fn.type === 'method_definition' ? fn : fn.parent?.type === 'pair' ? fn.parent : null;
  const list = member === null ? fn.parent : member.parent?.parent;
  const call = list?.type === 'arguments' ? list.parent : null;
  const callee = call?.type === 'call_expression' ? childOf(call, 'function') : null;
  if (callee === null) return null;
  const from = origins.origin(callee) ?? '';
  if (member !== null) {
    const key = childOf(member, 'name') ?? childOf(member, 'key');
    // Meteor: every client can call a method, with whatever arguments (its guide, "Methods").
    if (name(callee) === 'Meteor.methods') return remoteInput("a client's arguments");
    return from === '~Bun.serve' && key !== null && name(key) === 'fetch' && index === 0 ? request : null;
  }
  if (/^(?:https?|http2)\.create(?:Secure)?Server$|^~Deno\.serve$/.test(from)) return index === 0 ? request : null;
  if (name(callee) === 'Meteor.publish') return remoteInput("a client's arguments");
  const property = childOf(callee, 'property');
  if (property === null || list === null || list === undefined) return null;
  const [first] = partsOf(list);
  if (name(property) === 'on' && first !== undefined && /^['"]request['"]$/.test(name(first)))
    return index === 0 && /^(?:https?|http2)\./.test(from) ? request : null;
  if (name(property) !== 'use') return null;
  if (/^koa(?:-router)?\b|^@koa\//.test(from))
    return index === 0 ? { kind: 'source', source: { kind: 'container', container: 'context' } } : null;
  // With four parameters the first is an error (Express, "Error-handling middleware").
  const at = parametersOf(fn).length === 4 ? 1 : 0;
  return /^(?:express|polka|connect|restify)\b/.test(from) && index === at ? request : null;
}

function typedInput(what: string): CallbackValue {
  return { kind: 'source', source: { kind: 'input', strength: 'local', what } };
}

function remoteInput(what: string): CallbackValue {
  return { kind: 'source', source: { kind: 'input', strength: 'remote', what } };
}
