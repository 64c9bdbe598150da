import type { Binding, Definition } from './bindings.ts';
import { ADDING } from './constants.ts';
import type { Flow, Returned, SinkKind } from './facts.ts';
import { createCallFlow, parameterBindings } from './flow-calls.ts';
import { createFlowMemo } from './flow-memo.ts';
import { createParameterFlow } from './flow-parameters.ts';
import { createReturnFlow } from './flow-returns.ts';
import type { FlowNeeds, Walk } from './flow-types.ts';
import { keptOn, memberValue, ON_REQUEST } from './outside-values.ts';
import { returnsOf } from './returns.ts';
import { createSchemas, HARMED_BY_TEXT } from './schemas.ts';
import { memberSource, originSource, type Source } from './sources.ts';
import { bare, childOf, FUNCTIONS, functionAround, partsOf, perNode, type Syntax } from './syntax.ts';
import { type Environment, short, step, strongest, type Taint, taint } from './taint.ts';

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
  const { program, scopes, origins, constants, guards } = needs;
  const memo = createFlowMemo();
  const walk: Walk = {
    trace,
    through,
    ofSource,
    memo,
    returns: perNode(returnsOf),
    parameters: perNode((fn) => parameterBindings(fn, scopes)),
  };
  const ofCall = createCallFlow(needs, walk);
  const schemas = createSchemas(program, scopes, constants);
  const ofParameter = createParameterFlow(needs, walk);
  let evaluations = 0;
  let keptValues: ReadonlyMap<string, readonly Syntax[]> | null = null;
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
    return memo.follow(node, kind, env, () =>
      HARMED_BY_TEXT.has(kind) && PARSED.has(node.type) && schemas.isClosed(node)
        ? null
        : (evaluate(node, kind, env, depth + 1) ?? ofSchema(node, kind, env, depth + 1)),
    );
  }

  /** What a schema lets through as any text is as much under another's control as before. */
  function ofSchema(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    if (!PARSED.has(node.type) || !HARMED_BY_TEXT.has(kind)) return null;
    const argument = schemas.freeText(node);
    if (argument === null || guards.guardedBesides(node, kind)) return null;
    const found = trace(argument, kind, env, depth);
    return found === null || found.container !== undefined
      ? null
      : step(found, argument, 'passes a schema that lets any text through');
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
        return ofCall(node, kind, env, depth);
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
    return strongest([part(node, 'left', kind, env, depth), part(node, 'right', kind, env, depth)]);
  }

  function ofName(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const binding = scopes.lookup(node);
    if (binding === null) return ofGlobal(node);
    if (binding.kind === 'import') return ofOrigin(node);
    if (binding.kind === 'function' || binding.kind === 'class') return null;
    if (binding.kind === 'caught') return null;
    const found = ofBinding(binding, node, kind, env, depth);
    return found !== null && found.container === undefined && guards.guarded(node, kind) ? null : found;
  }

  /** A fragment of a handler uses its request without the function around it. */
  function ofGlobal(node: Syntax): Taint | null {
    const container =
      program.dialect === 'python'
        ? null
        : /^req(?:uest)?$/.test(name(node))
          ? 'request'
          : name(node) === 'ctx'
            ? 'context'
            : name(node) === 'event' && isLambdaEvent(node)
              ? 'event'
              : null;
    return container === null ? ofOrigin(node) : ofSource({ kind: 'container', container }, node);
  }

  /** AWS Lambda: no other event has these members. */
  function isLambdaEvent(node: Syntax): boolean {
    return (
      node.parent?.type === 'member_expression' &&
      /\.(?:queryStringParameters|pathParameters|multiValueQueryStringParameters|rawQueryString)$/.test(
        name(node.parent),
      )
    );
  }

  function ofOrigin(node: Syntax): Taint | null {
    const from = origins.origin(node);
    const source = from === null ? null : originSource(from);
    return source === null ? null : ofSource(source, node);
  }

  function ofBinding(binding: Binding, use: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const given = memo.given(binding, env);
    if (given !== undefined) return given;
    const definitions = scopes.reaching(binding, use);
    const values = definitions.map((definition) => ofDefinition(definition, kind, env, depth));
    if (binding.kind === 'parameter' && !replaced(binding, definitions, use))
      values.push(ofParameter(binding, kind, depth));
    if (binding.kind === 'variable') values.push(addedTo(binding, use, kind, env, depth));
    return strongest(values);
  }

  /** A parameter that is given another value before the use no longer holds what came in. */
  function replaced(binding: Binding, definitions: readonly Definition[], use: Syntax): boolean {
    const home = binding.parameter?.of;
    return definitions.some((definition) => {
      if (definition.how !== 'value' || definition.at === binding.declaration || definition.at.start > use.start)
        return false;
      let statement: Syntax = definition.at;
      while (statement.parent !== null && statement.parent.type !== 'statement_block') statement = statement.parent;
      const block = statement.parent;
      return block !== null && block.parent === home && functionAround(definition.at) === home;
    });
  }

  /** `list.push(x)`, `object.key = x` on a name that started empty. */
  function addedTo(binding: Binding, use: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const start = binding.definitions[0]?.value;
    if (
      start === undefined ||
      start === null ||
      !['array', 'object', 'new_expression', 'list_comprehension'].includes(bare(start).type)
    )
      return null;
    const found: (Taint | null)[] = [];
    for (const reference of scopes.references(binding)) {
      const member = reference.parent;
      if (reference === use || reference.field !== 'object' || member === null) continue;
      const outer = member.parent;
      if (outer?.type === 'call_expression' && childOf(outer, 'function') === member) {
        const method = childOf(member, 'property');
        const list = childOf(outer, 'arguments');
        if (method === null || list === null || !ADDING.test(name(method))) continue;
        for (const each of partsOf(list)) found.push(trace(each, kind, env, depth));
      }
      if (outer?.type === 'assignment_expression' && childOf(outer, 'left') === member) {
        found.push(part(outer, 'right', kind, env, depth));
      }
    }
    return strongest(found);
  }

  function ofDefinition(definition: Definition, kind: SinkKind, env: Environment, depth: number): Taint | null {
    if (definition.value === null || definition.how === 'key') {
      return definition.value === null ? null : keysOf(definition, kind, env, depth);
    }
    let node: Syntax = definition.value;
    let path = definition.path;
    if (definition.how === 'value' && node.type === 'object' && typeof path[0] === 'string') {
      const inner = constants.property(node, path[0]);
      if (inner !== null) {
        node = inner;
        path = path.slice(1);
      }
    }
    const found = through(trace(node, kind, env, depth), path, definition.at);
    // `for await (const chunk of request)`: a request gives its body in pieces.
    if (found?.container === 'request' && definition.how === 'element')
      return taint('remote', "the request's body", definition.at);
    if (found === null || found.container !== undefined) {
      return found ?? (definition.fallback === null ? null : trace(definition.fallback, kind, env, depth));
    }
    return step(found, definition.at, `is kept in "${short(name(definition.at))}"`);
  }

  /** The keys of an input are input too. */
  function keysOf(definition: Definition, kind: SinkKind, env: Environment, depth: number): Taint | null {
    if (definition.value === null) return null;
    const found = trace(definition.value, kind, env, depth);
    return found === null || found.container !== undefined
      ? null
      : step(found, definition.at, 'its keys are gone through');
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

  function ofMember(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const from = origins.origin(node);
    const source = from === null ? null : originSource(from);
    if (source !== null) return guards.guarded(node, kind) ? null : ofSource(source, node);
    const object = childOf(node, 'object');
    if (object === null) return null;
    const property = childOf(node, 'property');
    const member = property === null ? null : name(property);
    if (member === 'length' || member === 'size') return null;
    const settled = constants.resolved(node);
    if (settled !== node && settled.type !== node.type) return trace(settled, kind, env, depth);
    if (object.type === 'this' || (program.dialect === 'python' && name(object) === 'self')) {
      if (member === null) return null;
      const kept = origins.fields(node, member).filter((each) => each.field !== 'type');
      if (kept.length === 0 && program.dialect === 'python' && member === 'request')
        return ofSource({ kind: 'container', container: 'request' }, node);
      return kept.length === 0
        ? fromOutside(node, member, kind)
        : strongest(kept.map((each) => trace(each, kind, env, depth)));
    }
    if (node.type === 'subscript_expression' && constants.isConstantTable(object)) return null;
    const table = constants.object(object);
    if (table !== null && member !== null) {
      const inner = constants.property(table, member);
      if (inner !== null && !FUNCTIONS.has(inner.type)) return trace(inner, kind, env, depth);
    }
    const whole = trace(object, kind, env, depth);
    if (whole === null) return fromOutside(node, member, kind) ?? keptOnRequest(node, kind, env, depth);
    if (kind === 'path' && (isStoredUpload(object, member) || isLastPart(object, member))) return null;
    if (whole.strength === 'unknown' && whole.container === undefined) {
      const brought = fromOutside(node, member, kind) ?? keptOnRequest(node, kind, env, depth);
      if (brought !== null) return brought;
    }
    if (whole.container === undefined) return guards.guarded(node, kind) ? null : whole;
    const key = member ?? constantKey(node);
    const inner = key === null ? null : memberSource(whole.container, key);
    if (inner === null) return keptOnRequest(node, kind, env, depth);
    return inner.kind === 'input' && guards.guarded(node, kind) ? null : ofSource(inner, node);
  }

  /** `req.filter = req.query` and `res.locals.filter = …` of a middleware, read by a handler. */
  function keptOnRequest(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const written = name(node);
    if (!ON_REQUEST.test(written)) return null;
    keptValues ??= keptOn(program);
    const found = strongest((keptValues.get(written) ?? []).map((each) => trace(each, kind, env, depth)));
    return found?.container !== undefined || found?.strength === 'unknown' || guards.guarded(node, kind) ? null : found;
  }

  /** Multer names the files it stores; only `originalname` is the sender's. */
  function isStoredUpload(object: Syntax, member: string | null): boolean {
    return (
      program.dialect === 'javascript' &&
      /^(?:path|destination|filename)$/.test(member ?? '') &&
      /\.files?(?:\[\w+\])?$/.test(name(object))
    );
  }

  /** pathlib: what `basename` gives elsewhere. */
  function isLastPart(object: Syntax, member: string | null): boolean {
    if (program.dialect !== 'python' || !/^(?:name|stem|suffix)$/.test(member ?? '')) return false;
    return /^pathlib\.(?:Pure)?(?:Posix|Windows)?Path\(\)$/.test(origins.origin(object) ?? '');
  }

  function constantKey(node: Syntax): string | null {
    const index = childOf(node, 'index');
    const value = index === null ? undefined : constants.constant(index);
    return value === undefined || value === null ? null : String(value);
  }

  function fromOutside(node: Syntax, member: string | null, kind: SinkKind): Taint | null {
    const source = memberValue(node, member, kind, program, origins);
    return source === null || guards.guarded(node, kind) ? null : ofSource(source, node);
  }

  function ofSource(source: Source, node: Syntax): Taint {
    if (source.kind === 'container') {
      return { strength: 'unknown', source: 'the request', steps: [], container: source.container };
    }
    return taint(source.strength, source.what, node);
  }

  return { flow, returned: createReturnFlow(needs, walk) };
}
