import { lazily } from '../core/lazily.ts';
import { createCallWords } from './call-words.ts';
import { collectAssignments, collectCalls, collectComparisons } from './calls.ts';
import { createChanges } from './changes.ts';
import { createConstants } from './constants.ts';
import { detectionOf } from './evidence.ts';
import { exportsOf } from './exported.ts';
import type { Assignment, Comparison, FileFacts, Handler } from './facts.ts';
import { createFlow, type FlowEngine } from './flow.ts';
import { createGuards } from './guards.ts';
import { collectHandlers } from './handlers.ts';
import { createHolders } from './holders.ts';
import { createImports, type Imports } from './imports.ts';
import { createItself } from './itself.ts';
import { createLocalChecks } from './local-checks.ts';
import { createOrigins } from './origins.ts';
import { createPrototypes } from './prototypes.ts';
import { createPythonModels } from './python-models.ts';
import { createReturns } from './returns.ts';
import { createSchemas } from './schemas.ts';
import { createScopes } from './scopes.ts';
import { bare, FUNCTIONS, type Program, type Syntax } from './syntax.ts';

const TEST_PATH =
  /(?:^|\/)(?:__tests__|__mocks__)\/|\.(?:test|spec)\.[^/]+$|(?:^|\/)(?:tests|test_[^/]+|[^/]+_test|conftest)\.py$/i;

/** Facts of one file; each part is worked out when a detector first asks for it. */
export function createFileFacts(program: Program, imports: Imports = createImports([], [])): FileFacts {
  const scopes = createScopes(program);
  const changes = createChanges(program, scopes);
  const constants = createConstants(program, scopes, changes);
  const prototypes = createPrototypes(program);
  const isItself = createItself(program, scopes);
  const returns = createReturns(program);
  const origins = createOrigins(program, scopes, constants, prototypes, returns);
  const holders = lazily(() => createHolders(program, scopes, origins, returns));
  const engine = lazily(flowEngine);
  const text = (node: Syntax): string => program.text.slice(node.start, node.end);
  const allCalls = lazily(() => collectCalls(program, origins));
  const callWords = lazily(() => createCallWords(allCalls()));
  let assignments: readonly Assignment[] | null = null;
  let comparisons: readonly Comparison[] | null = null;
  let handlers: readonly Handler[] | null = null;
  let exported: ReturnType<typeof exportsOf> | null = null;

  function allHandlers(): readonly Handler[] {
    handlers ??= collectHandlers({
      program,
      calls: allCalls(),
      origin: origins.origin,
      shape: constants.shape,
      functionOf,
      resolved: constants.resolved,
    });
    return handlers;
  }

  function functionOf(node: Syntax): Syntax | null {
    const inner = bare(node);
    if (FUNCTIONS.has(inner.type)) return inner;
    if (inner.type === 'member_expression') return methodOf(inner);
    const bound = boundTo(inner);
    if (bound !== null) return functionOf(bound);
    const value = constants.resolved(inner);
    return FUNCTIONS.has(value.type) ? value : wrapped(value);
  }

  /** `this.onMessage.bind(this)` */
  function boundTo(call: Syntax): Syntax | null {
    const callee =
      call.type === 'call_expression' ? call.children.find((child) => child.field === 'function') : undefined;
    const property = callee?.children.find((child) => child.field === 'property');
    if (callee?.type !== 'member_expression' || property === undefined || text(property) !== 'bind') return null;
    return callee.children.find((child) => child.field === 'object') ?? null;
  }

  /** `asyncHandler(async (req, res) => …)`, `useCallback(fn)`: the function inside is what runs. */
  function wrapped(value: Syntax): Syntax | null {
    if (value.type !== 'call_expression') return null;
    const list = value.children.find((child) => child.type === 'arguments');
    const functions = (list?.children ?? []).filter((child) => FUNCTIONS.has(child.type));
    return functions.length === 1 ? (functions[0] ?? null) : null;
  }

  function methodOf(member: Syntax): Syntax | null {
    const object = member.children.find((child) => child.field === 'object');
    const property = member.children.find((child) => child.field === 'property');
    if (object === undefined || property === undefined) return null;
    if (isItself(object)) return classMethod(member, text(property)) ?? prototypeMethod(member, text(property));
    if (program.dialect === 'javascript' && /^(?:module\.)?exports$/.test(text(object)))
      return exportedAs(text(property));
    const value = constants.resolved(member);
    return FUNCTIONS.has(value.type) ? value : holders().method(object, text(property));
  }

  /** `this.options` of a class that gives it one object and no other. */
  function ofField(node: Syntax): Syntax | null {
    const member = bare(node);
    const object =
      member.type === 'member_expression' ? member.children.find((child) => child.field === 'object') : undefined;
    const property = member.children.find((child) => child.field === 'property');
    if (object?.type !== 'this' || property === undefined) return null;
    const [only, ...others] = origins.fields(member, text(property));
    return only === undefined || others.length > 0 || only.field === 'type' ? null : constants.object(only);
  }

  function exportedAs(called: string): Syntax | null {
    exported ??= exportsOf(program, scopes);
    for (const [fn, as] of exported) if (as === called) return fn;
    return null;
  }

  function prototypeMethod(at: Syntax, called: string): Syntax | null {
    const owner = prototypes.ownerOf(at);
    return owner === null ? null : prototypes.method(owner, called);
  }

  function classMethod(at: Syntax, called: string): Syntax | null {
    for (let up = at.parent; up !== null; up = up.parent) {
      if (
        up.type !== 'class_body' &&
        !(program.dialect === 'python' && up.type === 'statement_block' && up.parent?.type === 'class_declaration')
      )
        continue;
      for (const part of up.children) {
        const fn =
          part.type === 'decorated_definition' ? part.children.find((child) => FUNCTIONS.has(child.type)) : part;
        if (fn === undefined || !FUNCTIONS.has(fn.type)) continue;
        const name = fn.children.find((child) => child.field === 'name');
        if (name !== undefined && text(name) === called) return fn;
      }
    }
    return null;
  }

  /** `const options = {}; options.secure = true;`: written once, and not under a condition of its own. */
  function setLater(object: Syntax, called: string): Syntax | null {
    const declared = object.parent?.type === 'variable_declarator' ? object.parent : null;
    const at = declared?.children.find((child) => child.field === 'name');
    const binding = at?.type === 'identifier' ? scopes.lookup(at) : null;
    if (binding === null || binding.definitions.length !== 1) return null;
    const given: Syntax[] = [];
    for (const reference of scopes.references(binding)) {
      const target = reference.field === 'object' ? reference.parent : null;
      const outer = target?.field === 'left' ? target.parent : null;
      if (target === null || outer?.type !== 'assignment_expression' || memberOf(target) !== called) continue;
      const value = outer.children.find((child) => child.field === 'right');
      if (value !== undefined) given.push(value);
    }
    return given.length === 1 ? (given[0] ?? null) : null;
  }

  function memberOf(target: Syntax): string | null {
    const property = target.children.find((child) => child.field === 'property');
    if (property !== undefined) return text(property);
    const index = target.children.find((child) => child.field === 'index');
    const key = index === undefined ? undefined : constants.constant(index);
    return typeof key === 'string' ? key : null;
  }

  /** In most files no rule finds a value to follow. */
  function flowEngine(): FlowEngine {
    const checks = createLocalChecks(program, scopes, constants, returns);
    const schemas = createSchemas(program, scopes, constants, checks, allHandlers);
    return createFlow({
      program,
      scopes,
      origins,
      constants,
      guards: createGuards(program, scopes, constants, origins, checks, schemas),
      checks,
      imports,
      models: createPythonModels({ program, scopes, constants, origins }, allHandlers),
      schemas,
      returns,
      holders: holders(),
      changes,
      handlers: allHandlers,
      functionOf,
    });
  }

  return {
    path: program.path,
    program,
    calls: allCalls,
    callsLike: (wanted) => callWords()(wanted),
    assignments() {
      assignments ??= collectAssignments(program);
      return assignments;
    },
    comparisons() {
      comparisons ??= collectComparisons(program);
      return comparisons;
    },
    handlers: allHandlers,
    isTest: TEST_PATH.test(program.path),
    text,
    origin: (node) => origins.origin(bare(node)),
    constant: constants.constant,
    shape: constants.shape,
    flow: (node, kind) => engine().flow(node, kind),
    exported: exportedAs,
    returned: (fn, kind) => engine().returned(fn, kind),
    object: (node) => constants.object(node) ?? ofField(node),
    property: (object, called) => constants.property(object, called) ?? setLater(object, called),
    functionOf,
    definition(node) {
      const value = constants.resolved(node);
      return value === bare(node) ? null : value;
    },
    uses(name) {
      const binding = scopes.lookup(name);
      return binding === null ? [] : scopes.references(binding);
    },
    nodes: (type) => program.byType.get(type) ?? [],
    finding: (spec) => detectionOf(program, origins, spec),
  };
}
