import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround, nameOf } from '../support/around.ts';

/** Parts within parts that are looked into: more than any target has that is written by hand. */
const DEEPEST = 8;

/**
 * What stands first in a target that is put together, since the host is decided there: the left of a sum, what fills the
 * first place of a template or format. Null where that is a constant text.
 */
export function beginningOf(facts: FileFacts, value: Syntax): Syntax | null {
  let at: Syntax = value;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const first = firstPart(facts, at);
    if (first === null || first === at) return first;
    at = first;
  }
  return at;
}

function firstPart(facts: FileFacts, node: Syntax): Syntax | null {
  switch (node.type) {
    case 'identifier':
      return facts.definition(node) ?? node;
    case 'parenthesized_expression':
    case 'await_expression':
      return node.children.at(-1) ?? node;
    case 'string':
      return null;
    case 'template_string': {
      const [first] = node.children.filter(({ type }) => type !== 'string_start');
      return first?.type === 'template_substitution' ? (first.children[0] ?? null) : null;
    }
    case 'binary_expression':
      return ofOperation(facts, node);
    case 'call_expression': {
      const callee = fieldOf(node, 'function');
      const format = callee === undefined ? undefined : fieldOf(callee, 'object');
      if (callee === undefined || format === undefined || !/\.format$/.test(facts.text(callee))) return node;
      const text = facts.constant(format);
      if (typeof text !== 'string') return node;
      return /^\{0?\}/.test(text) ? (fieldOf(node, 'arguments')?.children[0] ?? null) : null;
    }
    default:
      return node;
  }
}

/** `first + rest`, and Python's `'%s?next=%s' % (first, rest)`. */
function ofOperation(facts: FileFacts, node: Syntax): Syntax | null {
  const left = fieldOf(node, 'left');
  const right = fieldOf(node, 'right');
  const operator = fieldOf(node, 'operator');
  if (left === undefined || right === undefined || operator === undefined) return node;
  const sign = facts.text(operator);
  if (sign === '+') return left;
  const format = sign === '%' ? facts.constant(left) : undefined;
  if (typeof format !== 'string') return node;
  if (!format.startsWith('%s')) return null;
  return right.type === 'array' ? (right.children[0] ?? null) : right;
}

/** The address of the page that runs the script, with its host (HTML Standard, "The Location interface"). */
const OWN_PAGE = /^(?:(?:window|self|document|globalThis)\.)?location(?:\.href)?(?:\.toString\(\))?$|^document\.URL$/;
/** The address that was asked for, with its host or as a path below it (Django, Flask, Starlette, aiohttp and Falcon). */
const ASKED_FOR =
  /^(?:str\()?(?:self\.)?req(?:uest)?\.(?:get_full_path\(\)|build_absolute_uri\(\)|url|base_url)(?:\.replace\((?:scheme\s*=|['"]https?:)[^()]*\))?\)?$/;
const PATH_ASKED_FOR = /^(?:self\.)?request\.(?:path|path_info|full_path)$/;
/** Functions that are called for whatever path is asked for, two slashes at its beginning included. */
const FOR_EVERY_PATH = /^(?:__call__|process_\w+|dispatch|\w*middleware\w*|before_request|prepare|\w*not_found\w*)$/i;

/** Whether a target begins with the page that is shown, or asked for, already: the browser stays on its host. */
export function staysHere(facts: FileFacts, first: Syntax): boolean {
  if (facts.program.dialect === 'javascript') return OWN_PAGE.test(facts.text(withoutEnd(facts, first)));
  const written = facts.text(first);
  if (ASKED_FOR.test(written)) return true;
  if (!PATH_ASKED_FOR.test(written)) return false;
  // An address names the views, so what it leads to begins as the address does.
  const fn = functionAround(first);
  const name = fn === null ? null : nameOf(fn);
  return name !== null && !FOR_EVERY_PATH.test(facts.text(name));
}

/** `location.href.split('#')[0]` and `location.href.replace(/[?#].*$/, '')`, in as many steps: the address without its end. */
function withoutEnd(facts: FileFacts, value: Syntax): Syntax {
  let at = value;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const call = at.type === 'subscript_expression' ? firstOf(facts, at) : at;
    const callee = call?.type === 'call_expression' ? fieldOf(call, 'function') : undefined;
    const on = callee?.type === 'member_expression' ? fieldOf(callee, 'object') : undefined;
    if (call === null || callee === undefined || on === undefined) return at;
    const method = /\.(split|replace)$/.exec(facts.text(callee))?.[1];
    const [cut] = fieldOf(call, 'arguments')?.children ?? [];
    if (method === undefined || cut === undefined || (method === 'split') === (call === at)) return at;
    if (!(method === 'split' ? /^['"][?#]/ : /^(?:['"][?#]|\/(?:\[[?#\\]|\\\?|#))/).test(facts.text(cut))) return at;
    at = on;
  }
  return at;
}

/** What `parts` is made of in `parts[0]`. */
function firstOf(facts: FileFacts, node: Syntax): Syntax | null {
  const index = fieldOf(node, 'index');
  const object = fieldOf(node, 'object');
  if (index === undefined || object === undefined || facts.constant(index) !== 0) return null;
  return facts.definition(object) ?? object;
}
