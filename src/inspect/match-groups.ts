import type { Constants } from './constants.ts';
import { leavesOpen } from './decision-calls.ts';
import type { SinkKind } from './facts.ts';
import { coversAll } from './forms.ts';
import { bare, childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** A regular expression that is matched against a text, and the text. */
export interface Match {
  readonly text: Syntax;
  /** Null where the expression is not known. */
  readonly source: string | null;
}

/** `expression.exec(text)`, `text.match(expression)` and `text.matchAll(expression)` (ECMA-262, "RegExp Objects"). */
export function matchOf(call: Syntax, program: Program, constants: Constants): Match | null {
  const callee = call.type === 'call_expression' ? childOf(call, 'function') : null;
  const object = callee?.type === 'member_expression' ? childOf(callee, 'object') : null;
  const property = callee?.type === 'member_expression' ? childOf(callee, 'property') : null;
  const list = childOf(call, 'arguments');
  const first = list === null ? undefined : partsOf(list)[0];
  if (program.dialect !== 'javascript' || object === null || property === null || first === undefined) return null;
  const method = program.text.slice(property.start, property.end);
  if (method === 'exec') {
    const pattern = patternOf(object, program, constants);
    return pattern === undefined ? null : { text: first, source: pattern };
  }
  if (method !== 'match' && method !== 'matchAll') return null;
  return { text: object, source: patternOf(first, program, constants) ?? null };
}

/** The source of an expression, null where it is built at run time; undefined where the value is none. */
export function patternOf(node: Syntax, program: Program, constants: Constants): string | null | undefined {
  const value = bare(constants.resolved(node));
  if (value.type === 'regex') {
    const body = childOf(value, 'pattern');
    return body === null ? undefined : program.text.slice(body.start, body.end);
  }
  const made = value.type === 'new_expression' ? childOf(value, 'constructor') : childOf(value, 'function');
  return made !== null && program.text.slice(made.start, made.end) === 'RegExp' ? null : undefined;
}

/** Whether all that a group can hold does no harm in a place of this kind: `(\d+)`, `([a-z]+)`. */
export function isPlainGroup(source: string, number: number, kind: SinkKind): boolean {
  const group = groupsOf(source)[number - 1];
  if (group === undefined) return false;
  const whole = `^(?:${group})$`;
  return coversAll(whole) && !/\\[WSD]|\[\^/.test(group) && !leavesOpen(whole, kind);
}

/** What stands in the capturing groups, in the order of their brackets. */
function groupsOf(source: string): readonly string[] {
  const found: string[] = [];
  const open: { readonly start: number; readonly number: number | null }[] = [];
  let inClass = false;
  for (let at = 0; at < source.length; at += 1) {
    const sign = source[at];
    if (sign === '\\') at += 1;
    else if (inClass) inClass = sign !== ']';
    else if (sign === '[') inClass = true;
    else if (sign === '(') {
      const named = /^\(\?<[A-Za-z_$][\w$]*>/.exec(source.slice(at, at + 80))?.[0];
      const captures = named !== undefined || source[at + 1] !== '?';
      open.push({ start: at + (named ?? '(').length, number: captures ? found.push('') - 1 : null });
    } else if (sign === ')') {
      const group = open.pop();
      if (group !== undefined && group.number !== null) found[group.number] = source.slice(group.start, at);
    }
  }
  return found;
}
