import { callAt } from './calls.ts';
import type { Constants } from './constants.ts';
import type { Call, Flow, Handler, SinkKind } from './facts.ts';
import { callbackSource, exportsOf, returnsOf } from './functions.ts';
import type { Guards } from './guards.ts';
import type { Origins } from './origins.ts';
import { replacementSanitizes, sanitizes } from './sanitizers.ts';
import { type Binding, type Definition, parametersOf, type Scopes } from './scopes.ts';
import { callSource, memberSource, originSource, parameterSource, type Source } from './sources.ts';
import { bare, childOf, FUNCTIONS, functionAround, type Program, partsOf, type Syntax } from './syntax.ts';
import { HANDING, PASSING, short, step, strongest, type Taint, taint } from './taint.ts';

/** Values of parameters while the returns of a called function are followed. */
type Environment = ReadonlyMap<Binding, Taint | null> | null;

export interface FlowEngine {
  flow(node: Syntax, kind: SinkKind): Flow | null;
}

export interface FlowNeeds {
  readonly program: Program;
  readonly scopes: Scopes;
  readonly origins: Origins;
  readonly constants: Constants;
  readonly guards: Guards;
  readonly handlers: () => readonly Handler[];
  functionOf(node: Syntax): Syntax | null;
}

/** Work for one file; past it everything counts as of unknown origin, which is told and never clears anything. */
const MAX_EVALUATIONS = 300_000;
const MAX_DEPTH = 120;

/** Follows values backwards from where they are used to where they come from. */
export function createFlow(needs: FlowNeeds): FlowEngine {
  const { program, scopes, origins, constants, guards } = needs;
  const memo = new Map<SinkKind, Map<Syntax, Taint | null>>();
  const active = new Set<Syntax>();
  let handlerByFunction: Map<Syntax, Handler> | null = null;
  let exported: ReturnType<typeof exportsOf> | null = null;
  let evaluations = 0;
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function flow(node: Syntax, kind: SinkKind): Flow | null {
    const found = trace(node, kind, null, 0);
    return found === null || found.container !== undefined ? null : found;
  }

  function trace(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    evaluations += 1;
    if (depth > MAX_DEPTH || evaluations > MAX_EVALUATIONS)
      return taint('unknown', 'a value followed no further', node);
    const byKind = memo.get(kind) ?? new Map<Syntax, Taint | null>();
    memo.set(kind, byKind);
    if (env === null) {
      const cached = byKind.get(node);
      if (cached !== undefined) return cached;
    }
    if (active.has(node)) return null;
    active.add(node);
    const found = evaluate(node, kind, env, depth + 1);
    active.delete(node);
    if (env === null) byKind.set(node, found);
    return found;
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
        const given = inner === node ? partsOf(node)[0] : inner;
        return given === undefined ? null : trace(given, kind, env, depth);
      }
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
    if (operator === null || !['+', '||', '??', '&&', 'or', 'and', '%'].includes(name(operator))) return null;
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
            : null;
    return container === null ? ofOrigin(node) : ofSource({ kind: 'container', container }, node);
  }

  function ofOrigin(node: Syntax): Taint | null {
    const from = origins.origin(node);
    const source = from === null ? null : originSource(from);
    return source === null ? null : ofSource(source, node);
  }

  function ofBinding(binding: Binding, use: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const given = env?.get(binding);
    if (given !== undefined) return given;
    const definitions = scopes.reaching(binding, use);
    const values = definitions.map((definition) => ofDefinition(definition, kind, env, depth));
    if (binding.kind === 'parameter' && !replaced(binding, definitions, use))
      values.push(ofParameter(binding, kind, env, depth));
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
      if (reference === use || reference.parent?.type !== 'member_expression') continue;
      const outer = reference.parent.parent;
      if (outer?.type === 'call_expression' && childOf(outer, 'function') === reference.parent) {
        const method = childOf(reference.parent, 'property');
        const list = childOf(outer, 'arguments');
        if (method === null || list === null || !/^(?:push|unshift|append|set|add|extend|insert)$/.test(name(method)))
          continue;
        for (const each of partsOf(list)) found.push(trace(each, kind, env, depth));
      }
      if (outer?.type === 'assignment_expression' && childOf(outer, 'left') === reference.parent) {
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
      return member === null
        ? null
        : strongest(
            origins
              .fields(node, member)
              .filter((each) => each.field !== 'type')
              .map((each) => trace(each, kind, env, depth)),
          );
    }
    if (node.type === 'subscript_expression' && constants.isConstantTable(object)) return null;
    const table = constants.object(object);
    if (table !== null && member !== null) {
      const inner = constants.property(table, member);
      if (inner !== null && !FUNCTIONS.has(inner.type)) return trace(inner, kind, env, depth);
    }
    const whole = trace(object, kind, env, depth);
    if (whole === null) return domValue(node, member);
    if (whole.container === undefined) return guards.guarded(node, kind) ? null : whole;
    const key = member ?? constantKey(node);
    const inner = key === null ? null : memberSource(whole.container, key);
    if (inner === null) return null;
    return inner.kind === 'input' && guards.guarded(node, kind) ? null : ofSource(inner, node);
  }

  function constantKey(node: Syntax): string | null {
    const index = childOf(node, 'index');
    const value = index === null ? undefined : constants.constant(index);
    return value === undefined || value === null ? null : String(value);
  }

  /** `document.getElementById('q').value` */
  function domValue(node: Syntax, member: string | null): Taint | null {
    if (member !== 'value') return null;
    const object = childOf(node, 'object');
    const from = object === null ? null : origins.origin(object);
    const isField =
      from !== null && /^~document\.(?:getElementById|querySelector|forms)|\.(?:target|currentTarget)$/.test(from);
    return isField ? taint('local', 'a form field', node) : null;
  }

  function ofCall(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const call = callAt(node, program, origins);
    if (call === null) return null;
    const from = call.origin;
    const own = needs.functionOf(call.callee);
    // A helper of this file is what it does, not what it is called.
    if (sanitizes(from, call.name, kind) && (own === null || changesValue(own))) return null;
    if (call.name === 'replace' || call.name === 'replaceAll' || from === 're.sub') {
      if (replaces(call, kind)) return null;
    }
    const made = from === null ? null : (originSource(from) ?? originSource(`${from}()`) ?? callSource(from));
    if (made !== null) return ofSource(made, node);
    if (
      call.name !== null &&
      /^(?:parse|safeParse|parseAsync|validate|validateAsync|validateSync|cast)$/.test(call.name) &&
      schemaLike(call)
    )
      return null;
    if (from !== null && HANDING.test(from)) return handed(call, kind, env, depth);
    const fn = own;
    if (
      fn === null &&
      call.name !== null &&
      /escape|encode|sanit|clean|quote|trim|strip/i.test(call.name) &&
      call.arguments.length > 0
    ) {
      const given = handed(call, kind, env, depth);
      if (given !== null) return given;
    }
    if (fn !== null) return ofReturns(fn, call, kind, env, depth);
    return methodOrUnknown(call, kind, env, depth);
  }

  function handed(call: Call, kind: SinkKind, env: Environment, depth: number): Taint | null {
    return strongest(
      call.arguments.map((each) => trace(each, kind, env, depth)).filter((each) => each?.container === undefined),
    );
  }

  function methodOrUnknown(call: Call, kind: SinkKind, env: Environment, depth: number): Taint | null {
    if (
      call.name === 'val' &&
      call.arguments.length === 0 &&
      call.receiver !== null &&
      /^(?:\$|jQuery)/.test(name(call.receiver))
    ) {
      return taint('local', 'a form field', call.node);
    }
    if (call.receiver !== null && call.name !== null) {
      const whole = trace(call.receiver, kind, env, depth);
      if (whole?.container !== undefined) {
        const source = memberSource(whole.container, call.name);
        return source === null ? null : ofSource(source, call.node);
      }
      if (PASSING.test(call.name)) {
        const given = /^(?:concat|join|format|replace|replaceAll|padStart|padEnd)$/.test(call.name)
          ? call.arguments.map((each) => trace(each, kind, env, depth))
          : [];
        const keywords =
          call.name === 'format' ? [...call.keywords.values()].map((each) => trace(each, kind, env, depth)) : [];
        const mapped = call.name === 'map' ? mappedBy(call, whole, kind, env, depth) : undefined;
        if (mapped !== undefined) return mapped;
        return strongest([whole, ...given, ...keywords].filter((each) => each?.container === undefined));
      }
    }
    if (constants.constant(call.node) !== undefined) return null;
    const known = constants.shape(call.node);
    if (known !== null && call.arguments.length === 0) return null;
    return settledCall(call) ? null : taint('unknown', 'a call that is not followed', call.node);
  }

  /** `list.map(x => …)` gives what the callback returns. */
  function mappedBy(
    call: Call,
    whole: Taint | null,
    kind: SinkKind,
    env: Environment,
    depth: number,
  ): Taint | null | undefined {
    const callback = call.arguments[0] === undefined ? null : needs.functionOf(call.arguments[0]);
    if (callback === null) return undefined;
    const inner = new Map<Binding, Taint | null>(env ?? []);
    for (const binding of parameterBindings(callback))
      inner.set(binding, binding.parameter?.index === 0 ? whole : null);
    return strongest(returnsOf(callback).map((each) => trace(each, kind, inner, depth)));
  }

  /** Results of these are settled by the program, not by its input. */
  function settledCall(call: Call): boolean {
    const from = call.origin;
    if (from === null) return false;
    return /^(?:os\.|crypto\.|~process\.|~performance|~Object\.create|~Symbol|~require|import-meta|uuid|~document\.createElement|~Date|~Intl|url\.fileURLToPath|~__dirname|~Map|~Set|~WeakMap|~Array\(|~document\.|~console|path\.(?:dirname|sep)|~super|~range|~type|datetime\.|time\.|express|zod|joi)/.test(
      from,
    );
  }

  /** The body of a named sanitizer tests or rewrites something. */
  function changesValue(fn: Syntax): boolean {
    const body = childOf(fn, 'body');
    return (
      body !== null &&
      /replace|test\(|match|includes|ncode|scape|\bhas\(|indexOf|Number|parse|filter|throw|raise|typeof|anitize|\bre\.|quote|\bint\(|basename|resolve|\bin\b|\?|\[/.test(
        name(body),
      )
    );
  }

  function schemaLike(call: Call): boolean {
    const from = call.origin;
    if (
      from !== null &&
      /^(?:zod|joi|yup|valibot|superstruct|ajv|@hapi\/joi|@sinclair|runtypes|io-ts|arktype|pydantic)/.test(from)
    )
      return true;
    return (
      call.receiver !== null &&
      /schema|validator|model$|Dto$|^[A-Z]\w*(?:Schema|Model|Input|Type)$/i.test(name(call.receiver))
    );
  }

  function replaces(call: Call, kind: SinkKind): boolean {
    const [first] = call.arguments;
    if (first === undefined) return false;
    const pattern = constants.resolved(first);
    if (pattern.type === 'regex') {
      const body = childOf(pattern, 'pattern');
      const flags = childOf(pattern, 'flags');
      return body !== null && replacementSanitizes(name(body), flags === null ? '' : name(flags), kind);
    }
    const text = constants.constant(first);
    if (typeof text !== 'string') return false;
    if (program.dialect === 'python' && call.origin === 're.sub') return replacementSanitizes(text, 'g', kind);
    return (
      (program.dialect === 'python' || call.name === 'replaceAll') &&
      replacementSanitizes(text.replace(/[\r\n]/g, '\\n'), 'g', kind)
    );
  }

  function ofReturns(fn: Syntax, call: Call, kind: SinkKind, env: Environment, depth: number): Taint | null {
    if (active.has(fn)) return null;
    const inner = new Map<Binding, Taint | null>(env ?? []);
    const shift = program.dialect === 'python' && call.receiver !== null ? 1 : 0;
    for (const binding of parameterBindings(fn)) {
      const { parameter } = binding;
      if (parameter === undefined) continue;
      const argument = call.arguments[parameter.index - shift];
      const given =
        argument === undefined ? null : through(trace(argument, kind, env, depth), parameter.path, binding.declaration);
      inner.set(
        binding,
        given === null || given.container !== undefined
          ? given
          : step(given, call.node, `is passed to "${short(call.name ?? 'the function')}"`),
      );
    }
    active.add(fn);
    const found = strongest(returnsOf(fn).map((each) => trace(each, kind, inner, depth)));
    active.delete(fn);
    return found;
  }

  function parameterBindings(fn: Syntax): readonly Binding[] {
    const found: Binding[] = [];
    const visit = (node: Syntax): void => {
      if (node.type === 'identifier' || node.type === 'shorthand_property_identifier_pattern') {
        const binding = scopes.lookup(node);
        if (binding?.parameter?.of === fn && !found.includes(binding)) found.push(binding);
      }
      for (const child of node.children) if (child.field !== 'type' && child.field !== 'value') visit(child);
    };
    for (const parameter of parametersOf(fn)) visit(parameter);
    return found;
  }

  function handlerOf(fn: Syntax): Handler | null {
    handlerByFunction ??= new Map(needs.handlers().map((handler) => [handler.node, handler]));
    return handlerByFunction.get(fn) ?? null;
  }

  function ofParameter(binding: Binding, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const { parameter } = binding;
    if (parameter === undefined) return null;
    const { of: fn, index, path } = parameter;
    const source = parameterSource(binding, handlerOf(fn), program);
    if (source !== null) return through(ofSource(source, binding.declaration), path, binding.declaration);
    if (scalarType(parameter.type)) return null;
    const callback = callbackSource(fn, index, { program, origins });
    if (callback !== null) {
      if (callback.kind === 'constant') return null;
      if (callback.kind === 'source')
        return through(ofSource(callback.source, binding.declaration), path, binding.declaration);
      return through(trace(callback.node, kind, env, depth), path, binding.declaration);
    }
    exported ??= exportsOf(program, scopes);
    const outside = exported.get(fn);
    const own: Taint | null =
      outside === undefined
        ? null
        : {
            strength: 'parameter',
            source: `the parameter "${short(binding.name)}" of an exported function`,
            steps: [{ node: binding.declaration, message: `comes in as the parameter "${short(binding.name)}"` }],
            parameter: { exportedAs: outside, index },
          };
    const passed = callSites(fn).map((site) => {
      const shift = program.dialect === 'python' && site.receiver !== null ? 1 : 0;
      const argument = site.arguments[index - shift];
      if (argument === undefined) return null;
      const given = through(trace(argument, kind, null, depth), path, binding.declaration);
      return given === null || given.container !== undefined
        ? given
        : step(given, binding.declaration, `is passed in as "${short(binding.name)}"`);
    });
    if (own !== null || passed.length > 0) return strongest([own, ...passed]);
    return taint('unknown', `the parameter "${short(binding.name)}"`, binding.declaration);
  }

  function scalarType(type: Syntax | null): boolean {
    return (
      type !== null &&
      /^:?\s*(?:number|boolean|bigint|Date|int|float|bool|UUID|datetime)\b(?!\s*\[)(?!.*\bstring\b)/.test(name(type))
    );
  }

  function callSites(fn: Syntax): readonly Call[] {
    const at =
      fn.type === 'method_definition'
        ? null
        : (childOf(fn, 'name') ?? (fn.parent?.type === 'variable_declarator' ? childOf(fn.parent, 'name') : null));
    if (at === null) return methodSites(fn);
    const binding = scopes.lookup(at);
    if (binding === null) return [];
    const found: Call[] = [];
    for (const reference of scopes.references(binding)) {
      const outer = reference.parent;
      if (outer === null || reference.field !== 'function') continue;
      const call = callAt(outer, program, origins);
      if (call !== null && call.callee === reference) found.push(call);
    }
    return found;
  }

  /** `this.run(x)` and `self.run(x)` within the file. */
  function methodSites(fn: Syntax): readonly Call[] {
    const at = childOf(fn, 'name');
    if (at === null) return [];
    const wanted = name(at);
    if (wanted.length < 3 || /^(?:get|set|constructor|toString|render|handle|run|call)$/.test(wanted)) return [];
    const found: Call[] = [];
    for (const node of program.byType.get('call_expression') ?? []) {
      const callee = childOf(node, 'function');
      if (callee?.type !== 'member_expression') continue;
      const property = childOf(callee, 'property');
      if (property === null || name(property) !== wanted) continue;
      const call = callAt(node, program, origins);
      if (call !== null) found.push(call);
    }
    return found;
  }

  function ofSource(source: Source, node: Syntax): Taint {
    if (source.kind === 'container') {
      return { strength: 'unknown', source: 'the request', steps: [], container: source.container };
    }
    return taint(source.strength, source.what, node);
  }

  return { flow };
}
