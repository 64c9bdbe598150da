import type { Binding } from './bindings.ts';
import { callAt } from './calls.ts';
import { exportsOf } from './exported.ts';
import type { Call, Handler, SinkKind } from './facts.ts';
import { createKept } from './flow-kept.ts';
import type { FlowNeeds, Walk } from './flow-types.ts';
import { type CallbackValue, callbackSource } from './functions.ts';
import { taskArguments } from './handed-tasks.ts';
import { createHandedValues } from './handed-values.ts';
import { messageSource } from './messages.ts';
import { parameterSource } from './parameter-sources.ts';
import { parametersOf } from './parameters.ts';
import { CLASSES } from './prototypes.ts';
import { createDependencies } from './python-dependencies.ts';
import { INJECTED, pythonRole } from './python-roles.ts';
import type { Scopes } from './scopes.ts';
import { ancestorOf, childOf, perNode, type Syntax } from './syntax.ts';
import { tableSites } from './table-sites.ts';
import { short, step, strongest, type Taint, taint } from './taint.ts';

/** Names that methods of many objects have. */
const COMMON = /^(?:get|set|constructor|toString|render|handle|run|call)$/;

/** What a parameter holds: its role in a framework, what a callback is given, what the file's own calls pass, or what callers outside decide. */
export function createParameterFlow(
  needs: FlowNeeds,
  walk: Walk,
): (binding: Binding, kind: SinkKind, depth: number) => Taint | null {
  const { program, scopes, origins, constants, guards } = needs;
  const { trace, through, ofSource } = walk;
  const handed = createHandedValues(needs, walk.parameters);
  const dependencies = createDependencies(program);
  const kept = createKept(needs, walk);
  let handlerByFunction: Map<Syntax, Handler> | null = null;
  let exported: ReturnType<typeof exportsOf> | null = null;
  let methodCalls: ReadonlyMap<string, readonly Syntax[]> | null = null;
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function handlerOf(fn: Syntax): Handler | null {
    handlerByFunction ??= new Map(needs.handlers().map((handler) => [handler.node, handler]));
    return handlerByFunction.get(fn) ?? null;
  }

  function ofParameter(binding: Binding, kind: SinkKind, depth: number): Taint | null {
    const { parameter } = binding;
    if (parameter === undefined) return null;
    const { of: fn, index, path } = parameter;
    if (
      parameter.decorators.some((each) => /Parse(?:Int|Float|UUID|Bool|Enum|Date)Pipe|ParseObjectId/.test(name(each)))
    )
      return null;
    const handler = handlerOf(fn) ?? dependencies.handlerOf(fn);
    if ((kind === 'nosql' || kind === 'data') && handler?.framework === 'fastify' && hasSchema(handler)) return null;
    const role = program.dialect === 'python' ? pythonRole(binding, handler, program) : null;
    if (role === 'settled') return null;
    const asked = role === INJECTED ? dependencies.asked(binding) : null;
    if (asked !== null && walk.returns(asked).length > 0)
      return strongest(
        walk.returns(asked).map((each) => through(trace(each, kind, null, depth), path, binding.declaration)),
      );
    const source = role ?? messageSource(fn, index, needs) ?? parameterSource(binding, handler, program);
    if (source !== null) return through(ofSource(source, binding.declaration), path, binding.declaration);
    if (scalarType(parameter.type)) return null;
    if (kind === 'html' && index === 0 && answersTo(fn))
      return taint('local', "a server's answer", binding.declaration);
    const callback = callbackSource(fn, index, { program, origins });
    if (callback !== null) {
      if (callback.kind === 'value' && index === 0 && kept(callback.node, path, kind)) return null;
      return callback.kind === 'constant' ? null : through(ofCallback(callback), path, binding.declaration);
    }
    exported ??= exportsOf(program, scopes);
    const outside = exported.get(fn);
    // A method is called on what it belongs to: the class or the object is nothing that callers choose freely.
    const isItself = index === 0 && isPythonMethod(fn) && takesItself(fn);
    const own: Taint | null =
      outside === undefined || isItself
        ? null
        : {
            strength: 'parameter',
            source: `the parameter "${short(binding.name)}" of an exported function`,
            steps: [{ node: binding.declaration, message: `comes in as the parameter "${short(binding.name)}"` }],
            parameter: { exportedAs: outside, index },
          };
    const passed = sitesOf(fn).map((site) => {
      const shift =
        program.dialect === 'python' &&
        (isPythonMethod(fn) ? takesItself(fn) : site.receiver !== null || isConstructor(fn))
          ? 1
          : 0;
      const first = site.arguments[index - shift] ?? site.keywords.get(binding.name);
      const all = site.arguments.find((each) => each.type === 'dictionary_splat');
      if (all !== undefined && first === undefined) return ofSplat(all, binding, kind, depth);
      const rest = isRest(binding) ? [...site.arguments.slice(index - shift + 1), ...site.keywords.values()] : [];
      if (first === undefined && rest.length === 0) return null;
      const values = [...(first === undefined ? [] : [first]), ...rest].map((each) => trace(each, kind, null, depth));
      const given = through(strongest(values), path, binding.declaration);
      return given === null || given.container !== undefined
        ? given
        : step(given, binding.declaration, `is passed in as "${short(binding.name)}"`);
    });
    for (const value of handed.callback(fn, index))
      passed.push(through(trace(value, kind, null, depth), path, binding.declaration));
    for (const callback of handedByName(fn, index))
      if (callback.kind !== 'constant') passed.push(through(ofCallback(callback), path, binding.declaration));
    for (const value of tasksOf(fn, index, binding.name))
      passed.push(through(trace(value, kind, null, depth), path, binding.declaration));
    const told = own !== null && isHelper(fn, index, passed, kind) ? null : own;
    if (told !== null || passed.length > 0) return strongest([told, ...passed]);
    return taint('unknown', `the parameter "${short(binding.name)}"`, binding.declaration);

    function ofCallback(callback: Exclude<CallbackValue, { kind: 'constant' }>): Taint | null {
      return callback.kind === 'source'
        ? ofSource(callback.source, binding.declaration)
        : trace(callback.node, kind, null, depth);
    }
  }

  /** `rows.forEach(draw)`, `fetch(url).then(show)`: what calls a function of this file that it was given by its name. */
  function handedByName(fn: Syntax, index: number): readonly CallbackValue[] {
    if (program.dialect === 'python') return [];
    const at = childOf(fn, 'name') ?? (fn.parent?.type === 'variable_declarator' ? childOf(fn.parent, 'name') : null);
    const binding = at === null || fn.type === 'method_definition' ? null : scopes.lookup(at);
    if (binding === null) return [];
    return scopes.references(binding).flatMap((reference) => {
      const callback =
        reference.parent?.type === 'arguments' ? callbackSource(reference, index, { program, origins }) : null;
      return callback === null ? [] : [callback];
    });
  }

  /** `run(**options)`: a parameter that is not given by its place takes what stands under its name. */
  function ofSplat(all: Syntax, binding: Binding, kind: SinkKind, depth: number): Taint | null {
    const inner = all.children.at(-1);
    const given =
      inner === undefined ? null : walk.traceAt(inner, [binding.name], binding.declaration, kind, null, depth);
    return given === null || given.container !== undefined
      ? given
      : step(given, binding.declaration, `is passed in as "${short(binding.name)}"`);
  }

  /**
   * The file's own callers test what they hand over, and hand nothing over untested: the test stands there, and not here,
   * because the function is a part of theirs.
   */
  function isHelper(fn: Syntax, index: number, passed: readonly (Taint | null)[], kind: SinkKind): boolean {
    if (program.dialect === 'python' || passed.some((each) => each !== null)) return false;
    return sitesOf(fn).some((site) => {
      const given = site.arguments[index];
      return given !== undefined && constants.constant(given) === undefined && guards.guarded(given, kind);
    });
  }

  /** Fastify checks a request against the route's JSON Schema before the handler runs (its documentation, "Validation"). */
  function hasSchema(handler: Handler): boolean {
    return handler.middleware.some((part) => {
      const options = needs.constants.object(part);
      return options !== null && needs.constants.property(options, 'schema') !== null;
    });
  }

  /** `$.get('/api', (data) => …)` */
  function answersTo(fn: Syntax): boolean {
    const call = fn.parent?.type === 'arguments' ? fn.parent.parent : null;
    const callee = call === null || call === undefined ? null : childOf(call, 'function');
    return callee !== null && /^(?:\$|jQuery)\.(?:get|post|getJSON)$/.test(name(callee));
  }

  function scalarType(type: Syntax | null): boolean {
    return (
      type !== null &&
      /^:?\s*(?:number|boolean|bigint|Date|int|float|bool|UUID|datetime)\b(?!\s*\[)(?!.*\bstring\b)/.test(name(type))
    );
  }

  const sitesOf = perNode(callSites);

  function isConstructor(fn: Syntax): boolean {
    const at = childOf(fn, 'name');
    return at !== null && name(at) === (program.dialect === 'python' ? '__init__' : 'constructor');
  }

  /** `...parts`, in Python `*parts` and `**options`: everything that is left over. */
  function isRest(binding: Binding): boolean {
    const around = binding.declaration.parent;
    return around !== null && /^(?:rest_pattern|list_splat_pattern|dictionary_splat_pattern)$/.test(around.type);
  }

  /** `new Probe(host)`, in Python `Probe(host)`. */
  function constructions(fn: Syntax): readonly Call[] {
    const around = ancestorOf(fn, CLASSES);
    const at = around === null ? null : childOf(around, 'name');
    const binding = at === null ? null : scopes.lookup(at);
    return binding === null ? [] : calledAs(binding);
  }

  function callSites(fn: Syntax): readonly Call[] {
    if (isConstructor(fn)) return constructions(fn);
    const at =
      fn.type === 'method_definition' || isPythonMethod(fn)
        ? null
        : (childOf(fn, 'name') ?? (fn.parent?.type === 'variable_declarator' ? childOf(fn.parent, 'name') : null));
    if (at === null) {
      const entry = fn.parent?.type === 'object' ? fn : fn.parent?.type === 'pair' ? fn.parent : null;
      const sites = entry === null ? [] : tableSites(entry, needs);
      return fn.parent?.type === 'pair' ? [...sites, ...methodSites(fn)] : sites.length > 0 ? sites : methodSites(fn);
    }
    const binding = scopes.lookup(at);
    return binding === null ? [] : [...calledAs(binding), ...calledFromTable(binding)];
  }

  /** `TOOLS[name](**given)` of `TOOLS = {"fetch": fetch}`: which of them is called is decided only then, so each may be. */
  function calledFromTable(binding: Binding): readonly Call[] {
    return scopes.references(binding).flatMap((reference) => {
      const pair = reference.parent?.type === 'pair' && reference.field === 'value' ? reference.parent : null;
      const holder = pair?.parent?.parent ?? null;
      const at = holder === null ? null : (childOf(holder, 'left') ?? childOf(holder, 'name'));
      const table = at?.type === 'identifier' ? scopes.lookup(at) : null;
      if (table === null) return [];
      return scopes.references(table).flatMap((use) => {
        const entry = use.parent?.type === 'subscript_expression' && use.field === 'object' ? use.parent : null;
        const call =
          entry?.field === 'function' && entry.parent !== null ? callAt(entry.parent, program, origins) : null;
        return call === null ? [] : [call];
      });
    });
  }

  /** In Python a method is a function in the body of a class. */
  function isPythonMethod(fn: Syntax): boolean {
    if (program.dialect !== 'python' || fn.type !== 'function_declaration') return false;
    const holder = fn.parent?.type === 'decorated_definition' ? fn.parent.parent : fn.parent;
    return holder?.type === 'statement_block' && holder.parent?.type === 'class_declaration';
  }

  /** `self` is handed over by the call itself, but for a static method. */
  function takesItself(fn: Syntax): boolean {
    const [first] = parametersOf(fn);
    return first !== undefined && /^(?:self|cls|mcs|_self|klass)$/.test(name(first));
  }

  /** `run.delay(a)`, `pool.submit(run, a)`: a task bound to itself has itself first. */
  function tasksOf(fn: Syntax, index: number, called: string): readonly Syntax[] {
    const at = fn.type === 'method_definition' ? null : childOf(fn, 'name');
    const binding = at === null ? null : scopes.lookup(at);
    if (binding === null) return [];
    const place = takesItself(fn) ? index - 1 : index;
    return scopes.references(binding).flatMap((reference) => taskArguments(reference, place, called, program));
  }

  function calledAs(binding: Binding): readonly Call[] {
    const found: Call[] = [];
    for (const reference of scopes.references(binding)) {
      const outer = reference.parent;
      if (outer === null || (reference.field !== 'function' && reference.field !== 'constructor')) continue;
      const call = callAt(outer, program, origins);
      if (call !== null && call.callee === reference) found.push(call);
    }
    return found;
  }

  /** `this.run(x)` and `self.run(x)` within the file. */
  function methodSites(fn: Syntax): readonly Call[] {
    const at = methodName(fn);
    if (at === null) return [];
    const wanted = name(at);
    methodCalls ??= byMethod();
    const calls = (methodCalls.get(wanted) ?? []).flatMap((node) => callAt(node, program, origins) ?? []);
    // Other objects have methods of these names as well.
    return at.field !== 'name' || wanted.length < 3 || COMMON.test(wanted)
      ? calls.filter(({ node, callee }) => needs.functionOf(callee) === fn || callsItself(node, fn))
      : calls;
  }

  /** Also of `Client.prototype.send = function (text) { … }`, and of a table of methods. */
  function methodName(fn: Syntax): Syntax | null {
    const own = childOf(fn, 'name');
    if (own !== null) return own;
    if (fn.parent?.type === 'pair') return childOf(fn.parent, 'key');
    const left = fn.parent?.type === 'assignment_expression' ? childOf(fn.parent, 'left') : null;
    return left?.type === 'member_expression' ? childOf(left, 'property') : null;
  }

  function callsItself(call: Syntax, method: Syntax): boolean {
    const callee = childOf(call, 'function');
    const object = callee === null ? null : childOf(callee, 'object');
    const around = ancestorOf(call, CLASSES);
    return object?.type === 'this' && around !== null && around === ancestorOf(method, CLASSES);
  }

  function byMethod(): ReadonlyMap<string, readonly Syntax[]> {
    const found = new Map<string, Syntax[]>();
    for (const node of program.byType.get('call_expression') ?? []) {
      const callee = childOf(node, 'function');
      const property = callee?.type === 'member_expression' ? childOf(callee, 'property') : null;
      if (property === null) continue;
      const known = found.get(name(property));
      if (known === undefined) found.set(name(property), [node]);
      else known.push(node);
    }
    return found;
  }

  return ofParameter;
}

/** The names that a function's parameters introduce. */
export function parameterBindings(fn: Syntax, scopes: Scopes): readonly Binding[] {
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
