import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround, isInside, nameOf } from '../support/around.ts';

/** Characters of a function that may be a deep copy; a longer one does more than that. */
const MAX_FUNCTION = 20_000;

/** Whether what is written stands in a function that copies one object into another, all its levels and keys. */
export function copiesDeep(
  facts: FileFacts,
  recurs: (fn: Syntax) => boolean,
  home: Syntax,
  { key, target }: { readonly key: Syntax; readonly target: Syntax },
): boolean {
  const around: Syntax[] = [];
  for (let at: Syntax | null = home; at !== null; at = functionAround(at)) if (recurs(at)) around.push(at);
  if (around.length === 0 || !descends(facts, home, target)) return false;
  // `for (key in source) target[key] = merge(target[key], source[key])`
  const through = goingThrough(facts.text(key));
  if (goesThroughItself(facts, home, target)) return false;
  return around.some((fn) => through.test(facts.text(fn)));
}

/**
 * A copy into something new leaves `Object.prototype` alone: harm is done where what stands under the key already is taken
 * up to be written to, as in `merge(target[key], source[key])`.
 */
function descends(facts: FileFacts, home: Syntax, target: Syntax): boolean {
  const written = facts.text(target);
  let outermost = home;
  for (let fn = functionAround(home); fn !== null; fn = functionAround(fn)) outermost = fn;
  return facts
    .nodes('subscript_expression')
    .some(
      (node) =>
        node.end - node.start === written.length &&
        facts.text(node) === written &&
        isInside(node, outermost) &&
        isTakenUp(facts, node),
    );
}

/** `for (const key of Object.keys(made)) made[key] = …`: the keys are the object's own already. */
function goesThroughItself(facts: FileFacts, home: Syntax, target: Syntax): boolean {
  const object = fieldOf(target, 'object');
  const own = object === undefined ? '' : literally(facts.text(object));
  return new RegExp(`(?:Object\\.(?:keys|entries)\\(\\s*|\\bfor\\s*\\([^()]*\\sin\\s+)${own}\\s*\\)`).test(
    facts.text(home),
  );
}

/** What only tells of a value what it is. */
const LOOKS = /(?:^|\.)(?:is[A-Z]\w*|has[A-Z]\w*|Object|String|Boolean|keys|test)$/;

function callee(facts: FileFacts, list: Syntax): string {
  const called = list.parent === null ? undefined : fieldOf(list.parent, 'function');
  return called === undefined ? '' : facts.text(called);
}

/** The value itself is handed on or kept, and not only looked at. */
function isTakenUp(facts: FileFacts, read: Syntax): boolean {
  let child = read;
  for (let up = read.parent; up !== null; child = up, up = up.parent) {
    switch (up.type) {
      case 'binary_expression':
      case 'ternary_expression':
        if (child.field === 'condition') return false;
        continue;
      case 'parenthesized_expression':
        continue;
      case 'arguments':
        return !LOOKS.test(callee(facts, up));
      case 'variable_declarator':
        return child.field === 'value';
      case 'assignment_expression':
        // What `copy((made[key] = {}), …)` hands on is new, whatever stood there.
        return child.field === 'right';
      case 'augmented_assignment_expression':
        // `merge((target[key] ??= {}), …)` hands on what it writes.
        if (child.field === 'right') return true;
        continue;
      default:
        return false;
    }
  }
  return false;
}

/** A loop over keys, or over an array of them, that calls each by this name. */
function goingThrough(key: string): RegExp {
  const called = literally(key);
  return new RegExp(
    `for\\s*\\(\\s*(?:const|let|var)?\\s*(?:\\[\\s*)?${called}\\b[^)]*\\b(?:in|of)\\b|(?:forEach|map|each|reduce)\\(\\s*(?:function\\s*\\w*)?\\s*\\(?\\s*(?:\\w+\\s*,\\s*)?\\[?\\s*${called}\\b|(?<![\\w$.])${called}\\s*=\\s*\\w+\\[\\w+\\]`,
  );
}

export function callsItself(facts: FileFacts, fn: Syntax): boolean {
  const name = fn.end - fn.start > MAX_FUNCTION ? null : nameOf(fn);
  if (name === null) return false;
  // What a message says of a function is no call of it.
  const body = facts.text(fieldOf(fn, 'body') ?? fn).replace(/'[^'\n]*'|"[^"\n]*"/g, "''");
  return calls(body, facts.text(name).split('.').at(-1) ?? '') || body.includes('arguments.callee');
}

/** Whether a text calls a function by this very name. */
function calls(text: string, name: string): boolean {
  if (name === '') return false;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1))
    if (!WORD.test(text.charAt(at - 1)) && OPENING.test(text.slice(at + name.length))) return true;
  return false;
}

const WORD = /[\w$]/;
const OPENING = /^\s*\(/;

/** A text as part of an expression. */
export function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** A function that goes through keys, or is given them, and calls itself with what stands under each: `merge(target[key], source[key])`. */
export function takesUp(facts: FileFacts, home: Syntax, target: Syntax, key: Syntax): boolean {
  const name = nameOf(home);
  if (name === null || !callsItself(facts, home)) return false;
  const text = facts.text(home);
  const own = literally(facts.text(name).split('.').at(-1) ?? '');
  const down = `${own}\\(\\s*${literally(facts.text(target))}\\[\\s*${literally(facts.text(key))}\\s*\\]`;
  return new RegExp(down).test(text) && (isGiven(facts, home, key) || goingThrough(facts.text(key)).test(text));
}

/** `function set(at, [key, ...rest], value) { … set(at[key], rest, value) … at[key] = value }` */
export function handsDown(
  facts: FileFacts,
  recurs: (fn: Syntax) => boolean,
  home: Syntax,
  { object, key }: { readonly object: Syntax; readonly key: Syntax },
): boolean {
  if (!recurs(home)) return false;
  const name = nameOf(home);
  if (name === null || !isGiven(facts, home, key)) return false;
  const own = literally(facts.text(name).split('.').at(-1) ?? '');
  return new RegExp(`${own}\\(\\s*\\(*\\s*${literally(facts.text(object))}\\[${literally(facts.text(key))}\\]`).test(
    facts.text(home),
  );
}

/** Whether a function's parameters name this key. */
function isGiven(facts: FileFacts, home: Syntax, key: Syntax): boolean {
  const list = fieldOf(home, 'parameters');
  if (list === undefined) return false;
  return new RegExp(`(?:^|[^\\w$])${literally(facts.text(key))}(?:[^\\w$]|$)`).test(facts.text(list));
}
