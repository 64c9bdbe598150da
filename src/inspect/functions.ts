import type { Origins } from './origins.ts';
import { parametersOf } from './parameters.ts';
import type { Scopes } from './scopes.ts';
import type { Source } from './sources.ts';
import { childOf, FUNCTIONS, type Program, partsOf, type Syntax } from './syntax.ts';

/**
 * Functions that code outside this file can call, with the name they have there. A file that exports nothing is taken
 * as a script: its top-level functions are global.
 */
export function exportsOf(program: Program, scopes: Scopes): ReadonlyMap<Syntax, string> {
  const found = new Map<Syntax, string>();
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  let exportsAnything = false;

  /** What is being looked at: a table may hold itself, `const api = { api }`. */
  const open = new Set<Syntax>();

  function add(node: Syntax | null, as: string): void {
    exportsAnything = true;
    if (node === null || open.has(node)) return;
    open.add(node);
    addOne(node, as);
    open.delete(node);
  }

  function addOne(node: Syntax, as: string): void {
    if (FUNCTIONS.has(node.type)) {
      found.set(node, as);
      return;
    }
    if (node.type === 'identifier' || node.type === 'shorthand_property_identifier') {
      const binding = scopes.lookup(node);
      for (const definition of binding?.definitions ?? []) {
        if (definition.value !== null && definition.value !== node && definition.path.length === 0)
          add(definition.value, as);
      }
      return;
    }
    if (node.type === 'object') {
      for (const part of node.children) {
        const key = childOf(part, 'key') ?? childOf(part, 'name');
        if (part.type === 'pair') add(childOf(part, 'value'), key === null ? as : name(key));
        else if (part.type === 'method_definition') add(part, key === null ? as : name(key));
        else if (part.type === 'shorthand_property_identifier') add(part, name(part));
      }
      return;
    }
    if (node.type === 'class_declaration' || node.type === 'class' || node.type === 'abstract_class_declaration') {
      for (const member of childOf(node, 'body')?.children ?? []) {
        const at = childOf(member, 'name');
        if (member.type === 'method_definition' && at !== null && !isPrivate(member, name(at)))
          add(member, `${as}.${name(at)}`);
        if (member.type === 'public_field_definition' && at !== null) add(fieldFunction(member), `${as}.${name(at)}`);
      }
      return;
    }
    if (node.type === 'call_expression') {
      for (const part of partsOf(childOf(node, 'arguments') ?? node)) if (FUNCTIONS.has(part.type)) add(part, as);
      return;
    }
    if (node.type === 'assignment_expression') add(childOf(node, 'right'), as);
  }

  function isPrivate(member: Syntax, called: string): boolean {
    return (
      called.startsWith('#') ||
      member.children.some((part) => part.type === 'accessibility_modifier' && name(part) === 'private')
    );
  }

  function fieldFunction(member: Syntax): Syntax | null {
    const value = childOf(member, 'value');
    return value !== null && FUNCTIONS.has(value.type) ? value : null;
  }

  for (const statement of program.byType.get('export_statement') ?? []) {
    const isDefault = /^export\s+default\b/.test(program.text.slice(statement.start, statement.start + 40));
    const declaration = childOf(statement, 'declaration') ?? childOf(statement, 'value');
    if (declaration !== null) {
      const at = childOf(declaration, 'name');
      if (declaration.type.startsWith('lexical') || declaration.type === 'variable_declaration') {
        for (const part of declaration.children) {
          const called = childOf(part, 'name');
          if (part.type === 'variable_declarator' && called !== null) add(childOf(part, 'value'), name(called));
        }
      } else add(declaration, isDefault || at === null ? 'default' : name(at));
    }
    for (const clause of statement.children) {
      if (clause.type !== 'export_clause') continue;
      for (const specifier of clause.children) {
        const at = childOf(specifier, 'name');
        if (at !== null) add(at, name(childOf(specifier, 'alias') ?? at));
      }
    }
  }
  for (const node of program.byType.get('assignment_expression') ?? []) {
    const left = childOf(node, 'left');
    if (left === null) continue;
    const target = name(left);
    if (/^(?:module\.exports|exports)$/.test(target)) add(childOf(node, 'right'), 'default');
    else if (/^(?:module\.)?exports\.\w+$/.test(target))
      add(childOf(node, 'right'), target.slice(target.lastIndexOf('.') + 1));
    else if (/^[\w$]+\.prototype\.\w+$|^(?:window|global|globalThis|root)\.\w+$/.test(target))
      add(childOf(node, 'right'), target.slice(target.lastIndexOf('.') + 1));
    else if (
      /^[\w$]+\.[\w$]+$/.test(target) &&
      left.type === 'member_expression' &&
      node.parent?.parent?.type === 'program'
    ) {
      const right = childOf(node, 'right');
      if (right !== null && FUNCTIONS.has(right.type)) found.set(right, target);
    }
  }
  if (exportsAnything && program.dialect === 'javascript') return found;
  for (const type of [...FUNCTIONS, 'class_declaration']) {
    for (const node of program.byType.get(type) ?? []) {
      if (!isTopLevel(node)) continue;
      const at =
        childOf(node, 'name') ?? (node.parent?.type === 'variable_declarator' ? childOf(node.parent, 'name') : null);
      if (at !== null && node.type !== 'method_definition') add(node, name(at));
    }
  }
  return found;
}

function isTopLevel(node: Syntax): boolean {
  for (let up = node.parent; up !== null; up = up.parent) {
    if (FUNCTIONS.has(up.type) || up.type === 'arguments' || up.type === 'class_body') return false;
  }
  return true;
}

/** What a callback's parameter is, from the call the callback is handed to. */
export type CallbackValue =
  | { readonly kind: 'value'; readonly node: Syntax }
  | { readonly kind: 'source'; readonly source: Source }
  | { readonly kind: 'constant' };

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
  if (method === 'then') return index === 0 && partsOf(list)[0] === fn ? { kind: 'value', node: object } : null;
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
