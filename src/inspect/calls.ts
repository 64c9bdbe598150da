import type { Assignment, Call, Comparison } from './facts.ts';
import { directly, handedOver } from './handed-calls.ts';
import { identifier } from './literals.ts';
import type { Origins } from './origins.ts';
import { bare, childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** All calls and constructions of a file, in the order of the text. */
export function collectCalls(program: Program, origins: Origins): readonly Call[] {
  const found: Call[] = [];
  for (const type of ['call_expression', 'new_expression']) {
    for (const node of program.byType.get(type) ?? []) {
      const call = callAt(node, program, origins);
      if (call === null) continue;
      found.push(call);
      const handed = handedOver(call, program, origins);
      if (handed !== null) found.push(handed);
    }
  }
  return found.sort((a, b) => a.node.start - b.node.start || b.node.end - a.node.end);
}

const NO_KEYWORDS: ReadonlyMap<string, Syntax> = new Map();

/** One call. The origin is worked out at once: it is remembered by node, and a rule that looks at calls asks for it. */
export function callAt(node: Syntax, program: Program, origins: Origins): Call | null {
  const isNew = node.type === 'new_expression';
  const python = program.dialect === 'python';
  const callee = childOf(node, isNew ? 'constructor' : 'function');
  if (callee === null) return null;
  const list = childOf(node, 'arguments');
  const given = list === null ? [] : list.type === 'template_string' ? [list] : partsOf(list);
  const written = bare(callee);
  const direct = directly(written, given, program, origins);
  const target = direct?.target ?? written;
  const handed = direct?.given ?? given;
  const last =
    target.type === 'member_expression' ? childOf(target, 'property') : target.type === 'identifier' ? target : null;
  const looked = last === null ? origins.lookedUp(target) : null;
  return {
    node,
    callee: target,
    origin: origins.origin(target),
    name: last === null ? (looked?.name ?? null) : identifier(program.text.slice(last.start, last.end)),
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
