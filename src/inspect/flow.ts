import type { Flow, Returned, SinkKind } from './facts.ts';
import { createCallFlow } from './flow-calls.ts';
import { createMemberFlow } from './flow-members.ts';
import { createFlowMemo } from './flow-memo.ts';
import { createNameFlow } from './flow-names.ts';
import { parameterBindings } from './flow-parameters.ts';
import { createPartFlow } from './flow-parts.ts';
import { createReturnFlow } from './flow-returns.ts';
import type { FlowNeeds, Walk } from './flow-types.ts';
import { HARMED_BY_TEXT } from './forms.ts';
import { memberSource } from './request-members.ts';
import { isRooted } from './rooted.ts';
import { isSettled, staysOpen } from './schemas.ts';
import type { Source } from './sources.ts';
import { bare, childOf, FUNCTIONS, partsOf, perNode, type Syntax } from './syntax.ts';
import { type Environment, step, strongest, type Taint, taint } from './taint.ts';

export interface FlowEngine {
  flow(node: Syntax, kind: SinkKind): Flow | null;
  returned(fn: Syntax, kind: SinkKind): Returned;
}

/** Work for one file; past it everything counts as of unknown origin, which is told and never clears anything. */
const MAX_EVALUATIONS = 300_000;
const MAX_DEPTH = 120;
/** What can stand for a value that a schema gave back. */
const PARSED: ReadonlySet<string> = new Set([
  'identifier',
  'shorthand_property_identifier',
  'member_expression',
  'call_expression',
]);

/** Follows values backwards from where they are used to where they come from. */
export function createFlow(needs: FlowNeeds): FlowEngine {
  const { program, scopes, guards, schemas } = needs;
  const memo = createFlowMemo();
  const walk: Walk = {
    trace,
    traceAt,
    part: (...given) => partFlow(...given),
    partOfReturns: (...given) => calls.partOfReturns(...given),
    through,
    ofSource,
    memo,
    returns: needs.returns,
    parameters: perNode((fn) => parameterBindings(fn, scopes)),
  };
  const partFlow = createPartFlow(needs, walk);
  const calls = createCallFlow(needs, walk);
  const ofName = createNameFlow(needs, walk);
  const ofMember = createMemberFlow(needs, walk);
  let evaluations = 0;
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function flow(node: Syntax, kind: SinkKind): Flow | null {
    const found = trace(node, kind, null, 0);
    return found === null || found.container !== undefined ? null : found;
  }

  function trace(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    evaluations += 1;
    if (depth > MAX_DEPTH || evaluations > MAX_EVALUATIONS) {
      memo.cut();
      return taint('unknown', 'a value followed no further', node);
    }
    const known = memo.recall(node, kind, env);
    if (known !== undefined) return known;
    if (memo.isOpen(node)) return null;
    return memo.follow(node, kind, env, () => held(node, kind, env, depth + 1));
  }

  function traceAt(
    node: Syntax,
    path: readonly (string | number)[],
    at: Syntax,
    kind: SinkKind,
    env: Environment,
    depth: number,
  ): Taint | null {
    const entry = path.length === 0 ? undefined : partFlow(node, path, kind, env, depth);
    return entry !== undefined ? entry : through(trace(node, kind, env, depth), path, at);
  }

  /** What a schema lets through as any text is as much under another's control as before; what it closes is not. */
  function held(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const isAsked = HARMED_BY_TEXT.has(kind) || kind === 'nosql';
    const said = isAsked && PARSED.has(node.type) ? schemas.said(node) : null;
    if (said !== null && isSettled(said, kind)) return null;
    const found = evaluate(node, kind, env, depth);
    if (said === null || kind === 'nosql' || !staysOpen(said, kind) || (found !== null && found.strength !== 'unknown'))
      return found;
    if (guards.guardedBesides(node, kind)) return found;
    if (said.request !== null) return taint('remote', said.request, node);
    if (said.given === null) return found;
    const given = trace(said.given, kind, env, depth);
    return given === null || given.container !== undefined
      ? found
      : step(given, said.given, 'passes a schema that lets any text through');
  }

  function evaluate(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    switch (node.type) {
      case 'identifier':
      case 'shorthand_property_identifier':
        return ofName(node, kind, env, depth);
      case 'member_expression':
      case 'subscript_expression':
        return ofMember(node, kind, env, depth);
      case 'call_expression':
      case 'new_expression':
        return calls.ofCall(node, kind, env, depth);
      case 'binary_expression':
        return ofBinary(node, kind, env, depth);
      case 'ternary_expression':
        return strongest(['consequence', 'alternative'].map((field) => part(node, field, kind, env, depth)));
      case 'template_string':
      case 'template_substitution':
      case 'concatenated_string':
      case 'array':
      case 'spread_element':
      case 'sequence_expression':
      case 'dictionary_splat':
      case 'list_comprehension':
      case 'dictionary_comprehension':
      case 'set_comprehension':
      case 'generator_expression':
        return strongest(partsOf(node).map((each) => trace(each, kind, env, depth)));
      case 'parenthesized_expression':
      case 'as_expression':
      case 'satisfies_expression':
      case 'non_null_expression':
      case 'type_assertion':
      case 'await_expression':
      case 'yield_expression': {
        const inner = bare(node);
        const given = inner === node ? partsOf(node).find((each) => each.type !== 'yield' && each.type !== '*') : inner;
        return given === undefined ? null : trace(given, kind, env, depth);
      }
      case 'pair':
        return part(node, 'value', kind, env, depth);
      case 'assignment_expression':
      case 'augmented_assignment_expression':
        return part(node, 'right', kind, env, depth);
      case 'object':
        return strongest(
          partsOf(node).map((each) => {
            if (each.type === 'pair') return part(each, 'value', kind, env, depth);
            return FUNCTIONS.has(each.type) ? null : trace(each, kind, env, depth);
          }),
        );
      default:
        return null;
    }
  }

  function part(node: Syntax, field: string, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const child = childOf(node, field);
    return child === null ? null : trace(child, kind, env, depth);
  }

  function ofBinary(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const operator = childOf(node, 'operator');
    // Python's pathlib puts paths together with a slash.
    const joins = kind === 'path' && program.dialect === 'python' && operator !== null && name(operator) === '/';
    if (operator === null || (!joins && !['+', '||', '??', '&&', 'or', 'and', '%'].includes(name(operator))))
      return null;
    if (name(operator) === '%' && program.dialect === 'javascript') return null;
    if (name(operator) === '&&') return part(node, 'right', kind, env, depth);
    const open = name(operator) === '%' ? filledAsText(node) : null;
    if (open !== null) return strongest(open.map((each) => trace(each, kind, env, depth)));
    const behind = childOf(node, 'right');
    if (
      kind === 'path' &&
      name(operator) === '+' &&
      behind !== null &&
      isRooted(behind, needs.origins, needs.constants)
    )
      return part(node, 'left', kind, env, depth);
    return strongest([part(node, 'left', kind, env, depth), part(node, 'right', kind, env, depth)]);
  }

  /**
   * What of `'… %d %s' % (number, text)` is put in as text: the other conversions give numbers, or fail (Python, "printf-style
   * String Formatting"). Null where it is no such format, or fills its places in another way.
   */
  function filledAsText(node: Syntax): readonly Syntax[] | null {
    const [left, right] = [childOf(node, 'left'), childOf(node, 'right')];
    const format = left === null ? undefined : needs.constants.constant(left);
    if (right === null || typeof format !== 'string' || /%[-#0 +]*(?:\(|\*)/.test(format)) return null;
    const kinds = [...format.matchAll(/%[-#0 +]*\d*(?:\.\d+)?([a-zA-Z%])/g)].flatMap(([, kind]) =>
      kind === undefined || kind === '%' ? [] : [kind],
    );
    const given = right.type === 'array' ? right.children.filter(({ type }) => type !== 'comment') : [right];
    if (given.length !== kinds.length) return null;
    return given.filter((_each, at) => !/^[diouxXeEfFgG]$/.test(kinds[at] ?? ''));
  }

  /** Members of a container on the way of a destructuring pattern. */
  function through(found: Taint | null, path: readonly (string | number)[], at: Syntax): Taint | null {
    let value = found;
    for (const member of path) {
      if (value === null) return null;
      if (value.container === undefined) {
        if (member === 'length') return null;
        continue;
      }
      const source = memberSource(value.container, String(member));
      value = source === null ? null : ofSource(source, at);
    }
    return value;
  }

  function ofSource(source: Source, node: Syntax): Taint {
    if (source.kind === 'container') {
      return { strength: 'unknown', source: 'the request', steps: [], container: source.container };
    }
    return taint(source.strength, source.what, node);
  }

  return { flow, returned: createReturnFlow(needs, walk) };
}
