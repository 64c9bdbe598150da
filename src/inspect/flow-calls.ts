import type { Binding } from './bindings.ts';
import { changesValue, isPlainMethod, isScalar, replaces, schemaLike, settledCall } from './call-results.ts';
import { callAt } from './calls.ts';
import { ADDING } from './constant-tables.ts';
import type { Call, SinkKind } from './facts.ts';
import { createHolderFlow } from './flow-holders.ts';
import { createImportFlow } from './flow-imports.ts';
import { createKept } from './flow-kept.ts';
import type { FlowNeeds, Walk } from './flow-types.ts';
import { createHandedValues } from './handed-values.ts';
import { matchOf } from './match-groups.ts';
import { callValue } from './outside-values.ts';
import { isEnum } from './python-roles.ts';
import { memberSource } from './request-members.ts';
import { isRooted } from './rooted.ts';
import { sanitizes } from './sanitizers.ts';
import { answerSource, callSource, originSource } from './sources.ts';
import { childOf, FUNCTIONS, partsOf, type Syntax } from './syntax.ts';
import { type Environment, HANDING, PASSING, short, step, strongest, type Taint, taint } from './taint.ts';

/** Parameters that take all arguments that are left. */
const REST: ReadonlySet<string> = new Set(['rest_pattern', 'list_splat_pattern']);
/** Give what their function gives, whenever what it reads has changed. */
const COMPUTES = /^(?:vue\.|~)computed$|^react\.useMemo$|^~useMemo$/;
/** Methods of pathlib whose result is made of the path they are called on. */
const PATHLIB = /^(?:resolve|absolute|joinpath|expanduser|as_posix|with_suffix)$/;
/** Calls that ask a server. */
const ANSWERS =
  /^(?:~fetch|node-fetch|axios(?:\.(?:get|post|request|create\(\)\.\w+))?|~?\$\.(?:get|post|getJSON|ajax)|jquery\.(?:get|post|getJSON|ajax)|ky(?:\.\w+)?)$/;

/** What a call gives: what it sanitizes, hands on, returns, or brings in. */
export function createCallFlow(
  needs: FlowNeeds,
  walk: Walk,
): {
  readonly ofCall: (node: Syntax, kind: SinkKind, env: Environment, depth: number) => Taint | null;
  readonly partOfReturns: Walk['partOfReturns'];
} {
  const { program, origins, constants, scopes } = needs;
  const { trace, ofSource, memo, returns, parameters } = walk;
  const ofHolder = createHolderFlow(needs, walk);
  const ofImport = createImportFlow(needs, trace);
  const handedValues = createHandedValues(needs, parameters);
  const kept = createKept(needs, walk);
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function ofCall(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const call = callAt(node, program, origins);
    if (call === null) return null;
    const from = call.origin;
    const own = needs.functionOf(call.callee);
    const imported = own === null && from !== null ? ofImport(call, from, kind, env, depth) : null;
    if (imported?.certain === true) return imported.taint;
    const here = ofCallHere(call, own, kind, env, depth);
    return imported === null ? here : strongest([imported.taint, here]);
  }

  function ofCallHere(call: Call, own: Syntax | null, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const { node, origin: from } = call;
    // A helper of this file is what it does, not what it is called.
    if (
      sanitizes(from, isPlainMethod(call, program) ? null : call.name, kind) &&
      (own === null || (changesValue(own, program) && !needs.checks.givesBack(own)))
    )
      return null;
    if (call.name === 'replace' || call.name === 'replaceAll' || /^re\.(?:compile\(\)\.)?sub$/.test(from ?? '')) {
      if (replaces(call, kind, program, constants)) return null;
    }
    // What a server answers was written by its users: as markup it is theirs.
    if (kind === 'html' && from !== null && ANSWERS.test(from)) return taint('local', "a server's answer", node);
    const answered = kind === 'code' && from !== null ? answerSource(from) : null;
    if (answered !== null) return ofSource(answered, node);
    const made = from === null ? null : (originSource(from) ?? originSource(`${from}()`) ?? callSource(from));
    if (made !== null) return ofSource(made, node);
    if (
      call.name !== null &&
      /^(?:parse|safeParse|parseAsync|validate|validateAsync|validateSync|cast)$/.test(call.name) &&
      schemaLike(call, program)
    )
      return null;
    if (from === '~URL' && call.arguments.length === 2) return ofAddress(call, kind, env, depth);
    // `new Request(address, init)`: the second says how to ask, not whom (Fetch Standard).
    if (from === '~Request' && call.isNew && kind === 'url' && call.arguments[0] !== undefined)
      return trace(call.arguments[0], kind, env, depth);
    if (call.isNew && call.arguments.length > 0 && /^~(?:Map|Set|Array)$/.test(from ?? ''))
      return handed(call, kind, env, depth);
    if (call.isNew && from === '~Promise') return ofPromise(call, kind, env, depth);
    if (from === '~getattr') return ofAttribute(call, kind, env, depth);
    // One of an enumeration's own values, or an error.
    if (program.dialect === 'python' && call.callee.type === 'identifier' && isEnum(name(call.callee), program))
      return null;
    if (from !== null && HANDING.test(from)) return handed(call, kind, env, depth);
    const given = from !== null && COMPUTES.test(from) ? (call.arguments[0] ?? null) : null;
    const computes = given === null ? null : needs.functionOf(given);
    if (computes !== null) return strongest(returns(computes).map((each) => trace(each, kind, env, depth)));
    const fn = own ?? curried(call);
    if (
      fn === null &&
      call.name !== null &&
      /escape|encode|sanit|clean|quote|trim|strip/i.test(call.name) &&
      call.arguments.length > 0
    ) {
      const given = handed(call, kind, env, depth);
      if (given !== null) return given;
    }
    if (fn !== null) return ofReturns(fn, call, kind, env, depth, []);
    return methodOrUnknown(call, kind, env, depth);
  }

  /**
   * `new URL(path, base)`: the first part decides where it leads, and what it leaves open the base does. The request's own
   * address is the usual base for a path of this site.
   */
  function ofAddress(call: Call, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const [first, base] = call.arguments;
    if (first === undefined || base === undefined) return null;
    const found = trace(first, kind, env, depth);
    const isWhole = /^[a-z][a-z+.-]*:/i.test(constants.shape(first) ?? '');
    const isOwn = /\.(?:url|nextUrl|origin|href|baseURI|location)$|^(?:location|origin|baseURI)$/.test(name(base));
    return isWhole || isOwn ? found : strongest([found, trace(base, kind, env, depth)]);
  }

  function ofPromise(call: Call, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const executor = call.arguments[0] === undefined ? null : needs.functionOf(call.arguments[0]);
    return executor === null
      ? null
      : strongest(handedValues.resolved(executor).map((each) => trace(each, kind, env, depth)));
  }

  /** Python: `getattr(request, 'args')` is `request.args`. */
  function ofAttribute(call: Call, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const [object, key] = call.arguments;
    const whole = object === undefined ? null : trace(object, kind, env, depth);
    if (whole?.container === undefined) return whole ?? taint('unknown', 'a call that is not followed', call.node);
    const member = key === undefined ? undefined : constants.constant(key);
    const source = typeof member === 'string' ? memberSource(whole.container, member) : null;
    return source === null ? null : ofSource(source, call.node);
  }

  function handed(call: Call, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const joins = kind === 'path' && /^path(?:\.posix)?\.join$/.test(call.origin ?? '');
    return strongest(
      [...call.arguments, ...call.keywords.values()]
        .filter((each, index) => !joins || index === 0 || !isRooted(each, origins, constants))
        .map((each) => trace(each, kind, env, depth))
        .filter((each) => each?.container === undefined),
    );
  }

  function methodOrUnknown(call: Call, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const read = callValue(call, kind, program);
    if (read !== null) return ofSource(read, call.node);
    // Names inside an archive are chosen by whoever packed it (adm-zip `getEntries`, Python `namelist` and `getmembers`).
    if (
      /^(?:getEntries|namelist|infolist|getmembers|getnames)$/.test(call.name ?? '') &&
      (kind === 'path' || kind === 'shell') &&
      call.origin !== 'inspect.getmembers'
    ) {
      return taint('remote', "an archive's entries", call.node);
    }
    const match = call.name === 'exec' ? matchOf(call.node, program, constants) : null;
    if (match !== null) return trace(match.text, kind, env, depth);
    if (call.receiver !== null && call.name !== null) {
      const whole = trace(call.receiver, kind, env, depth);
      if (whole?.container === 'context' && call.name === 'get' && name(call.receiver) === 'ctx')
        return taint('remote', "the request's headers", call.node);
      if (whole?.container !== undefined) {
        const source = memberSource(whole.container, call.name);
        return source === null ? null : ofSource(source, call.node);
      }
      if (PASSING.test(call.name) || (program.dialect === 'python' && PATHLIB.test(call.name))) {
        if (isScalar(call, program) || (call.name === 'filter' && kept(call.node, [], kind))) return null;
        const others = program.dialect === 'python' && /^(?:get|pop|setdefault)$/.test(call.name) ? 1 : null;
        const given = /^(?:concat|join|joinpath|format|replace|replaceAll|padStart|padEnd)$/.test(call.name)
          ? call.arguments.map((each) => trace(each, kind, env, depth))
          : others === null
            ? []
            : call.arguments.slice(others).map((each) => trace(each, kind, env, depth));
        const keywords =
          call.name === 'format' ? [...call.keywords.values()].map((each) => trace(each, kind, env, depth)) : [];
        const mapped = /^(?:map|reduce)$/.test(call.name) ? mappedBy(call, whole, kind, env, depth) : undefined;
        if (mapped !== undefined) return mapped;
        return strongest([whole, ...given, ...keywords].filter((each) => each?.container === undefined));
      }
    }
    if (constants.constant(call.node) !== undefined) return null;
    const known = constants.shape(call.node);
    if (known !== null && call.arguments.length === 0) return null;
    return settledCall(call) ? null : taint('unknown', 'a call that is not followed', call.node);
  }

  /** `join('ls ')(name)`: the function that the first call gives. */
  function curried(call: Call): Syntax | null {
    const outer = call.callee.type === 'call_expression' ? childOf(call.callee, 'function') : null;
    const maker = outer === null ? null : needs.functionOf(outer);
    const made = maker === null ? [] : returns(maker).filter((each) => FUNCTIONS.has(each.type));
    return made.length === 1 ? (made[0] ?? null) : null;
  }

  /** `list.map(x => …)` gives what the callback returns, `list.reduce((all, x) => …, start)` that of the last. */
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
    const own = new Set(parameters(callback));
    const folds = call.name === 'reduce';
    const start = folds ? call.arguments[1] : undefined;
    const first = start === undefined ? whole : trace(start, kind, env, depth);
    for (const binding of own) {
      const { index, path } = binding.parameter ?? { index: undefined, path: [] };
      const isEntry = index === (folds ? 1 : 0);
      const settled = isEntry && call.receiver !== null && kept(call.receiver, path, kind);
      inner.set(binding, settled ? null : index === 0 ? first : folds && index === 1 ? whole : null);
    }
    const given = folds ? [...returns(callback), ...gathered(own)] : returns(callback);
    return memo.within(own, () => strongest(given.map((each) => trace(each, kind, inner, depth))));
  }

  /** What a `reduce` puts into what it carries along: `all.push(x)`, `all[key] = x`. */
  function gathered(own: ReadonlySet<Binding>): readonly Syntax[] {
    const carried = [...own].find(({ parameter }) => parameter?.index === 0 && parameter.path.length === 0);
    return (carried === undefined ? [] : scopes.references(carried)).flatMap((reference) => {
      const member = reference.field === 'object' ? reference.parent : null;
      const outer = member?.parent;
      if (member === null || outer === null || outer === undefined) return [];
      const right = member.field === 'left' ? childOf(outer, 'right') : null;
      if (right !== null) return [right];
      const list = member.field === 'function' ? childOf(outer, 'arguments') : null;
      const method = childOf(member, 'property');
      return list !== null && method !== null && ADDING.test(name(method)) ? partsOf(list) : [];
    });
  }

  /** A tag gets the fixed parts of its template as a list, and then each value (ECMAScript, "Tagged Templates"). */
  function positional(call: Call): readonly (Syntax | null)[] {
    const [template] = call.arguments;
    if (template?.type !== 'template_string' || template.parent !== call.node) return call.arguments;
    return [null, ...partsOf(template).filter((part) => part.type === 'template_substitution')];
  }

  function ofReturns(
    fn: Syntax,
    call: Call,
    kind: SinkKind,
    env: Environment,
    depth: number,
    path: readonly (string | number)[],
  ): Taint | null {
    if (memo.isOpen(fn)) return null;
    const held = call.receiver === null ? [] : ofHolder.values(call.receiver, kind, env, depth);
    const inner = new Map<Binding, Taint | null>([...(env ?? []), ...held]);
    const shift = program.dialect === 'python' && call.receiver !== null ? 1 : 0;
    const handedTo = positional(call);
    const own = new Set(parameters(fn));
    for (const binding of own) {
      const { parameter } = binding;
      if (parameter === undefined) continue;
      const itself = shift > parameter.index ? call.receiver : null;
      const argument = itself ?? handedTo[parameter.index - shift] ?? call.keywords.get(binding.name);
      const more = REST.has(binding.declaration.parent?.type ?? '') ? handedTo.slice(parameter.index - shift + 1) : [];
      const first =
        argument === undefined || argument === null
          ? null
          : walk.traceAt(argument, parameter.path, binding.declaration, kind, env, depth);
      const given =
        more.length === 0
          ? first
          : strongest([first, ...more.map((each) => (each === null ? null : trace(each, kind, env, depth)))]);
      inner.set(
        binding,
        given === null || given.container !== undefined || itself !== null
          ? given
          : step(given, call.node, `is passed to "${short(call.name ?? 'the function')}"`),
      );
    }
    for (const [binding] of held) own.add(binding);
    return memo.inside(fn, own, () =>
      strongest(returns(fn).map((each) => walk.traceAt(each, path, each, kind, inner, depth))),
    );
  }

  /** Undefined where the function is being followed already, or cleans what it is given. */
  function partOfReturns(
    node: Syntax,
    path: readonly (string | number)[],
    kind: SinkKind,
    env: Environment,
    depth: number,
  ): Taint | null | undefined {
    const call = callAt(node, program, origins);
    const fn = call === null ? null : needs.functionOf(call.callee);
    if (call === null || fn === null || memo.isOpen(fn) || sanitizes(call.origin, call.name, kind)) return undefined;
    return ofReturns(fn, call, kind, env, depth, path);
  }

  return { ofCall, partOfReturns };
}
