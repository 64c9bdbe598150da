import type { Assignment, Call, Comparison } from './facts.ts';
import { directly, handedOver } from './handed-calls.ts';
import { identifier } from './literals.ts';
import type { Origins } from './origins.ts';
import { bare, childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** All calls and constructions of a file, in the order of the text. */
export function collectCalls(program: Program, origins: Origins): readonly Call[] {
  const found: Call[] = [];
  const calls = program.byType.get('call_expression') ?? [];
  const constructions = program.byType.get('new_expression') ?? [];
  let inOrder = true;
  let before: Syntax | null = null;
  let made = 0;
  for (let called = 0; called < calls.length || made < constructions.length; ) {
    const call = calls[called];
    const construction = constructions[made];
    const first = call !== undefined && (construction === undefined || order(call, construction) <= 0);
    const node = first ? call : construction;
    if (first) called += 1;
    else made += 1;
    if (node === undefined) continue;
    if (before !== null && order(before, node) > 0) inOrder = false;
    before = node;
    const one = callAt(node, program, origins);
    if (one === null) continue;
    found.push(one);
    const handed = handedOver(one, program, origins);
    if (handed !== null) found.push(handed);
  }
  return inOrder ? found : found.sort((a, b) => order(a.node, b.node));
}

/** What begins first comes first, and what is around another before it. */
function order(a: Syntax, b: Syntax): number {
  return a.start - b.start || b.end - a.end;
}

const NO_KEYWORDS: ReadonlyMap<string, Syntax> = new Map();
const NOTHING: readonly Syntax[] = [];

/** One call. The origin is worked out at once: it is remembered by node, and a rule that looks at calls asks for it. */
export function callAt(node: Syntax, program: Program, origins: Origins): Call | null {
  const isNew = node.type === 'new_expression';
  const python = program.dialect === 'python';
  const callee = childOf(node, isNew ? 'constructor' : 'function');
  if (callee === null) return null;
  const list = childOf(node, 'arguments');
  const given = list === null ? NOTHING : list.type === 'template_string' ? [list] : partsOf(list);
  const written = bare(callee);
  const word = lastName(written, program);
  const direct = directly(written, word, given, program, origins);
  const target = direct?.target ?? written;
  const handed = direct?.given ?? given;
  const last = direct === null ? word : lastName(target, program);
  const origin = origins.origin(target);
  const looked =
    last === null
      ? origins.lookedUp(target)
      : target.type === 'identifier' && (origin === null || origin.includes('()'))
        ? origins.taken(target)
        : null;
  return {
    node,
    callee: target,
    origin,
    name: looked?.name ?? last,
    receiver:
      looked?.object ??
      (target.type === 'member_expression' || target.type === 'subscript_expression'
        ? childOf(target, 'object')
        : null),
    arguments: python ? handed.filter((part) => part.type !== 'keyword_argument') : handed,
    keywords: python ? keywordsOf(handed, program) : NO_KEYWORDS,
    isNew,
  };
}

/** `query` of `db.query`, and a name itself. */
function lastName(callee: Syntax, { text }: Program): string | null {
  const at =
    callee.type === 'member_expression' ? childOf(callee, 'property') : callee.type === 'identifier' ? callee : null;
  return at === null ? null : identifier(text.slice(at.start, at.end));
}

function keywordsOf(given: readonly Syntax[], program: Program): ReadonlyMap<string, Syntax> {
  if (!given.some((part) => part.type === 'keyword_argument')) return NO_KEYWORDS;
  const found = new Map<string, Syntax>();
  for (const part of given) {
    if (part.type !== 'keyword_argument') continue;
    const key = childOf(part, 'name');
    const value = childOf(part, 'value');
    if (key !== null && value !== null) found.set(program.text.slice(key.start, key.end), value);
  }
  return found;
}

/** Every test of two values for equality. */
export function collectComparisons(program: Program): readonly Comparison[] {
  const found: Comparison[] = [];
  for (const node of program.byType.get('binary_expression') ?? []) {
    const operator = childOf(node, 'operator');
    if (operator === null || !EQUALITY.has(program.text.slice(operator.start, operator.end))) continue;
    const left = childOf(node, 'left');
    const right = childOf(node, 'right');
    if (left !== null && right !== null) found.push({ node, left, right });
  }
  return found;
}

const EQUALITY: ReadonlySet<string> = new Set(['==', '===', '!=', '!==']);

/** Every `target = value`, declarations and class fields included. */
export function collectAssignments(program: Program): readonly Assignment[] {
  const found: Assignment[] = [];
  const shapes: readonly (readonly [string, string, string])[] = [
    ['assignment_expression', 'left', 'right'],
    ['augmented_assignment_expression', 'left', 'right'],
    ['variable_declarator', 'name', 'value'],
    ['public_field_definition', 'name', 'value'],
  ];
  for (const [type, left, right] of shapes) {
    for (const node of program.byType.get(type) ?? []) {
      const target = childOf(node, left);
      const value = childOf(node, right);
      if (target !== null && value !== null) found.push({ node, target, value });
    }
  }
  return found.sort((a, b) => a.node.start - b.node.start);
}
