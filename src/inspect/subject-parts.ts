import { childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** Methods that give the part of a table, a form or a query that their argument names. */
const GIVES = /^(?:get|getAll|getlist|has|header|param)$/;
/** Members that say how a check came out, or where an address leads: they are of the whole. */
const OF_ALL = /^(?:success|valid|isValid|ok|errors?|host|hostname|origin|hostName|netloc|length|size)$/;

/** The part of a name's value that is taken there: `cmd` of `body.cmd`, `form.get('cmd')` and `data["cmd"]`; null for all of it. */
export function partTaken(at: Syntax, program: Program): string | null {
  const around = at.parent;
  if (around === null || at.field !== 'object') return null;
  if (around.type === 'subscript_expression') return quoted(childOf(around, 'index'), program);
  const property = around.type === 'member_expression' ? childOf(around, 'property') : null;
  if (property === null) return null;
  const called = program.text.slice(property.start, property.end);
  const call = around.field === 'function' ? around.parent : null;
  if (call?.type !== 'call_expression') return called;
  const list = GIVES.test(called) ? childOf(call, 'arguments') : null;
  return list === null ? null : quoted(partsOf(list)[0] ?? null, program);
}

function quoted(node: Syntax | null, program: Program): string | null {
  return node?.type === 'string' ? program.text.slice(node.start + 1, node.end - 1) : null;
}

/** Whether what is said of one part leaves another as it is. */
export function isOther(part: string | null, wanted: string | null): boolean {
  return part !== null && wanted !== null && part !== wanted && !OF_ALL.test(part);
}
