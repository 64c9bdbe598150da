import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { classAround, fieldOf, functionAround, nameOf } from '../support/around.ts';
import { spaced } from '../support/names.ts';

/** Names around the call: what is hashed, what the result is called, the function it stands in. */
export function purposeOf(facts: FileFacts, call: Call): string {
  const parts: string[] = call.arguments.flatMap((each) => {
    const made = facts.definition(each);
    return [each, ...(made === null ? [] : [made])].map((part) => facts.text(part).slice(0, 100));
  });
  let top: Syntax = call.node;
  while (
    top.parent !== null &&
    /member_expression|subscript_expression|call_expression|await_expression|parenthesized|arguments|template|binary_expression/.test(
      top.parent.type,
    )
  )
    top = top.parent;
  parts.push(facts.text(top).slice(0, 300));
  const holder = top.parent;
  // `const password = …`, `user.password = …`, `{ password: … }`, `User(password=…)`
  const name = holder?.children.find(
    (child) => child.field === 'name' || child.field === 'left' || child.field === 'key',
  );
  if (name !== undefined) parts.push(facts.text(name));
  const fn = functionAround(call.node);
  const called = fn === null ? null : nameOf(fn);
  if (fn !== null && called === null) parts.push(...madeWith(facts, fn));
  if (called !== null) parts.push(facts.text(called));
  if (called !== null && /^(?:hash|compute|digest|encode|make)$/.test(facts.text(called)))
    parts.push(className(facts, call.node));
  return parts.join(' ');
}

/** Words of names that tell one thing from another and keep nobody out. */
const NAMING =
  /(?:^|[^a-z])(?:u?u?ids?|guid|identifiers?|names?|file_?names?|path|paths|slug|label|lock_?file|lock|temp|tmp|avatar|node|folder|directory|table|column|constraint|index)(?=$|[^a-z])/;
/** The first few characters of it, which is no length to protect anything with. */
const CUT_SHORT = /\[\s*:\s*(?:\d|1\d)\s*\]|\.(?:slice|substring|substr)\(\s*0\s*,\s*(?:\d|1\d)\s*\)/;

/** Whether what is hashed, or the result, is called after a name that is made: of a file, a row, a node. */
export function isNaming(purpose: string): boolean {
  return CUT_SHORT.test(purpose) || NAMING.test(spaced(purpose).toLowerCase());
}

/** `const digest = (algorithm) => (value) => …` and `const hashPassword = digest('sha256')`. */
function madeWith(facts: FileFacts, inner: Syntax): readonly string[] {
  const outer = functionAround(inner);
  const name = outer === null ? null : nameOf(outer);
  if (name === null) return [];
  const called = facts.text(name);
  return facts.assignments().flatMap(({ target, value }) => {
    const callee = fieldOf(value, 'function');
    return callee !== undefined && facts.text(callee) === called ? [facts.text(target)] : [];
  });
}

/** `class PasswordService { hash(plain) … }` */
function className(facts: FileFacts, node: Syntax): string {
  const around = classAround(node);
  const name = around === null ? undefined : fieldOf(around, 'name');
  return name === undefined ? '' : facts.text(name).replace(/([a-z])([A-Z])/g, '$1_$2');
}
