import { expected, hasMatch } from '../core/prefilter.ts';
import type { Constants } from './constants.ts';
import type { Handler } from './facts.ts';
import type { LocalChecks } from './local-checks.ts';
import type { Chains } from './schema-chains.ts';
import { childOf, FUNCTIONS, type Program, partsOf, type Syntax } from './syntax.ts';

/** A schema and the way from what it describes to a value. */
export interface Applied {
  readonly schema: Syntax;
  readonly path: readonly string[];
  readonly given: Syntax | null;
  readonly request: string | null;
  /** The method that read the value; empty where there is none. */
  readonly method: string;
  /** The handler before which rules of express-validator stand, where it is these; the way begins with the request's part. */
  readonly chained?: Handler;
}

/** Schemas that a framework, or what stands before a handler, holds a request to. */
export interface SchemaRoutes {
  /** The schema of `request.body`, `request.query` … of a handler. */
  part(handler: Syntax, key: string): Applied | null;
  /** The schema of a tRPC procedure's input. */
  input(resolver: Syntax): Syntax | null;
  /** `matchedData(req)`: the fields that kept the rules of express-validator. */
  matched(call: Syntax): Applied | null;
  /** The schema behind Hono's `c.req.valid('json')`. */
  valid(call: Syntax): { readonly schema: Syntax; readonly request: string } | null;
}

interface RouteNeeds {
  readonly program: Program;
  readonly constants: Constants;
  readonly checks: LocalChecks;
  readonly handlers: () => readonly Handler[];
  readonly chains: Chains;
}

const PARTS = /^(?:body|payload|query|querystring|params|param|headers|cookies)$/;
/** Hono's names of the parts that a validator looks at. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['query', 'query'],
  ['param', 'path parameters'],
  ['header', 'headers'],
  ['cookie', 'cookies'],
]);
const HAS_CHAINS = expected(/express-validator|validationResult|matchedData/);
const MAX_HOPS = 20;

export function createSchemaRoutes({ program, constants, checks, handlers, chains }: RouteNeeds): SchemaRoutes {
  const hasChains = hasMatch(HAS_CHAINS, program.text);
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function handlerOf(fn: Syntax): Handler | null {
    return handlers().find((each) => each.node === fn) ?? null;
  }

  function part(fn: Syntax, key: string): Applied | null {
    const handler = PARTS.test(key) ? handlerOf(fn) : null;
    if (handler === null) return null;
    return chainedTo(handler, key) ?? described(handler, key) ?? validated(handler, key);
  }

  function chainedTo(handler: Handler, part: string): Applied | null {
    return hasChains && chains.has(handler)
      ? { schema: handler.registration, path: [part], given: null, request: null, method: '', chained: handler }
      : null;
  }

  function matched(call: Syntax): Applied | null {
    const callee = hasChains ? childOf(call, 'function') : null;
    if (callee === null || name(callee) !== 'matchedData') return null;
    for (let up = call.parent; up !== null; up = up.parent) {
      const handler = FUNCTIONS.has(up.type) ? handlerOf(up) : null;
      const found = handler === null ? null : chainedTo(handler, '');
      // Asked for, `matchedData` also gives what broke a rule.
      if (found !== null)
        return /onlyValidData\s*:\s*false/.test(name(call)) ? null : { ...found, request: "the request's fields" };
    }
    return null;
  }

  /**
   * Fastify's `schema`, hapi's `options.validate` and Elysia's third argument: the framework looks at the request before
   * the handler runs (their documentation, "Validation").
   */
  function described(handler: Handler, key: string): Applied | null {
    const list = childOf(handler.registration, 'arguments');
    for (const argument of list === null ? [] : partsOf(list)) {
      const options = constants.object(argument);
      if (options === null) continue;
      const inner = propertyObject(options, 'options') ?? propertyObject(options, 'config') ?? options;
      const table =
        propertyObject(inner, 'schema') ??
        propertyObject(inner, 'validate') ??
        (handler.framework === 'elysia' ? inner : null);
      const found =
        table === null ? null : (partOf(table, key) ?? partOf(table, key === 'query' ? 'querystring' : key));
      if (found !== null) return applied(found, []);
    }
    return null;
  }

  function propertyObject(table: Syntax, key: string): Syntax | null {
    const value = constants.property(table, key);
    return value === null ? null : constants.object(value);
  }

  /** `{ body: … }`, celebrate's `{ [Segments.BODY]: … }` */
  function partOf(table: Syntax, key: string): Syntax | null {
    const named = constants.property(table, key);
    if (named !== null) return named;
    for (const pair of table.children) {
      const at = pair.type === 'pair' ? childOf(pair, 'key') : null;
      if (at !== null && name(at).toLowerCase() === `[segments.${key}]`) return childOf(pair, 'value');
    }
    return null;
  }

  function applied(schema: Syntax, path: readonly string[]): Applied {
    return { schema, path, given: null, request: null, method: '' };
  }

  /** `validate(schema)`, `validateBody(schema)`, `celebrate({ body: schema })` before the handler. */
  function validated(handler: Handler, key: string): Applied | null {
    for (const middleware of handler.middleware) {
      const call = constants.resolved(middleware);
      const callee = call.type === 'call_expression' ? childOf(call, 'function') : null;
      const list = callee === null ? null : childOf(call, 'arguments');
      if (callee === null || list === null) continue;
      const called = name(childOf(callee, 'property') ?? callee);
      if (!/valid|celebrate|checkSchema|parse[A-Z]/i.test(called) || checks.neverObjects(callee)) continue;
      const found = givenTo(called, partsOf(list), key);
      if (found !== null) return found;
    }
    return null;
  }

  function givenTo(called: string, given: readonly Syntax[], key: string): Applied | null {
    const words = given.map((each) => constants.constant(each)).filter((each) => typeof each === 'string');
    const schema = given.find((each) =>
      /^(?:object|call_expression|class_declaration)$/.test(constants.resolved(each).type),
    );
    if (schema === undefined) return null;
    const table = constants.object(schema);
    if (table !== null && constants.property(table, 'properties') === null) {
      const found = partOf(table, key);
      return found === null ? null : applied(found, []);
    }
    if (tableOf(schema).some((field) => PARTS.test(field))) return applied(schema, [key]);
    const about =
      words.find((word) => PARTS.test(word)) ?? /body|query|params?/i.exec(called)?.[0].toLowerCase() ?? 'body';
    return key.startsWith(about.replace(/s$/, '')) ? applied(schema, []) : null;
  }

  /** The fields of `z.object({ body: … })`. */
  function tableOf(schema: Syntax): readonly string[] {
    const value = constants.resolved(schema);
    const list = value.type === 'call_expression' ? childOf(value, 'arguments') : null;
    const first = list === null ? undefined : partsOf(list)[0];
    const table = first === undefined ? null : constants.object(first);
    return (table?.children ?? []).flatMap((pair) => {
      const at = childOf(pair, 'key');
      return at === null ? [] : [name(at)];
    });
  }

  function input(fn: Syntax): Syntax | null {
    let at = fn.parent?.type === 'arguments' ? fn.parent.parent : null;
    for (let hops = 0; at?.type === 'call_expression' && hops < MAX_HOPS; hops += 1) {
      const callee = childOf(at, 'function');
      const property = callee?.type === 'member_expression' ? childOf(callee, 'property') : null;
      const list = childOf(at, 'arguments');
      if (callee === null || property === null || list === null) return null;
      if (name(property) === 'input') return partsOf(list)[0] ?? null;
      at = childOf(callee, 'object');
    }
    return null;
  }

  function valid(call: Syntax): ReturnType<SchemaRoutes['valid']> {
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    const [first] = list === null ? [] : partsOf(list);
    if (callee === null || first === undefined || !/\breq\.valid$/.test(name(callee))) return null;
    const target = constants.constant(first);
    for (let up = call.parent; up !== null; up = up.parent) {
      const handler = FUNCTIONS.has(up.type) ? handlerOf(up) : null;
      if (handler === null) continue;
      for (const middleware of handler.middleware) {
        const made = constants.resolved(middleware);
        const given = made.type === 'call_expression' ? childOf(made, 'arguments') : null;
        const [about, schema] = given === null ? [] : partsOf(given);
        if (about !== undefined && schema !== undefined && constants.constant(about) === target)
          return { schema, request: `the request's ${WORDS.get(String(target)) ?? 'body'}` };
      }
    }
    return null;
  }

  return { part, input, matched, valid };
}
