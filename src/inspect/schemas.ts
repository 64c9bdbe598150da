import { lazily } from '../core/lazily.ts';
import { expected, hasMatch } from '../core/prefilter.ts';
import type { Binding } from './bindings.ts';
import type { Constants } from './constants.ts';
import type { Handler, SinkKind } from './facts.ts';
import { HARMED_BY_TEXT, isHarmless, type Leaves } from './forms.ts';
import { identifier } from './literals.ts';
import type { LocalChecks } from './local-checks.ts';
import { createChains } from './schema-chains.ts';
import { classOfType } from './schema-classes.ts';
import { createSchemaFields } from './schema-fields.ts';
import { type Applied, createSchemaRoutes } from './schema-routes.ts';
import type { Scopes } from './scopes.ts';
import type { Subject } from './subjects.ts';
import { bare, childOf, type Program, partsOf, perNode, type Syntax } from './syntax.ts';

/** What a schema of this file said of a value, and what was given to it. */
export interface Said {
  readonly leaves: Leaves;
  /** The value that the schema was given; null where the request itself was held to it. */
  readonly given: Syntax | null;
  /** The part of the request that the call itself stands for: `c.req.valid('json')`. */
  readonly request: string | null;
  /** The file shows that it is a schema, even where not what it says of this value. */
  readonly isSchema: boolean;
  /** Rules hold it to a text, a number or the like: it is no object with operators. */
  readonly isPlain: boolean;
}

/** What schemas written in the file leave open. */
export interface Schemas {
  said(node: Syntax): Said | null;
  /** A check by a schema that accepted the subject and leaves it any text: that it did decides nothing. */
  leavesOpen(check: Syntax, subject: Subject): boolean;
}

interface Parse {
  readonly schema: Syntax;
  readonly given: Syntax;
  readonly method: string;
}

const PARSES =
  /^(?:safeParse|parse|safeParseAsync|parseAsync|validate|validateSync|validateAsync|attempt|cast|castAsync|create|mask|Parse|Decode|Check|assert|Assert|is|isValid|isValidSync|plainToInstance|plainToClass)$/;
/** What stands in every file with a schema, and in every one with a route that is told what it takes. */
const HAS_SCHEMAS = expected(
  /\b(?:safeParse|parse|validate|attempt|cast|Parse|Decode|Check|create|mask|plainTo\w+)(?:A?[sS]ync)?\(|\.compile\(/,
);
const HAS_ROUTES = expected(
  /\.input\(|\bvalid\(|\bschema\b|[vV]alidat|celebrate|@Body\(|@Query\(|@Payload\(|[eE]lysia/,
);
const MAX_HOPS = 12;

export function createSchemas(
  program: Program,
  scopes: Scopes,
  constants: Constants,
  checks: LocalChecks,
  handlers: () => readonly Handler[],
): Schemas {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const isScript = program.dialect === 'javascript';
  const hasSchemas = lazily(() => isScript && hasMatch(HAS_SCHEMAS, program.text));
  const hasRoutes = lazily(() => isScript && hasMatch(HAS_ROUTES, program.text));
  const { leavesAt } = createSchemaFields(program, scopes, constants, checks);
  const chains = createChains(program, constants);
  const routes = createSchemaRoutes({ program, constants, checks, handlers, chains });
  const found = perNode(saidOf);

  function said(node: Syntax): Said | null {
    return hasSchemas() || hasRoutes() ? found(node) : null;
  }

  function saidOf(node: Syntax): Said | null {
    const applied = goesBack(node, 0);
    if (applied === null) return null;
    const path = unwrapped(applied);
    if (path === null) return null;
    const { chained, given, request } = applied;
    const [part = '', ...field] = path;
    if (chained !== undefined) {
      // The whole of a part holds fields that no rule names.
      if (field.length === 0) return null;
      return { ...chains.leaves(chained, part, field), given, request, isSchema: false };
    }
    return {
      leaves: leavesAt(applied.schema, path),
      given,
      request,
      isSchema: isSchema(applied.schema),
      isPlain: false,
    };
  }

  /** What `safeParse` gives holds the value as `data`, and what Joi's `validate` gives as `value`. */
  function unwrapped({ method, path }: Applied): readonly string[] | null {
    const [first, ...rest] = path;
    if (method.startsWith('safeParse')) return first === 'data' || first === 'output' ? rest : null;
    if (method.startsWith('validate') && first === 'value') return rest;
    return method.startsWith('validate') && /^(?:errors?|warning)$/.test(first ?? '') ? null : path;
  }

  /** The schema that a name or member goes back to, and the members on the way. */
  function goesBack(node: Syntax, hops: number): Applied | null {
    const inner = bare(node);
    if (hops > MAX_HOPS) return null;
    switch (inner.type) {
      case 'identifier':
      case 'shorthand_property_identifier':
        return ofName(inner, hops);
      case 'member_expression':
      case 'subscript_expression': {
        const object = childOf(inner, 'object');
        const key = keyOf(inner);
        if (object === null || key === null) return null;
        const route = hasRoutes() ? ofRoute(object, key) : null;
        return route ?? member(goesBack(object, hops + 1), [key]);
      }
      case 'call_expression':
        return ofCall(inner);
      default:
        return null;
    }
  }

  function keyOf(node: Syntax): string | null {
    const property = childOf(node, 'property');
    if (property !== null) return identifier(name(property));
    const index = childOf(node, 'index');
    const key = index === null ? undefined : constants.constant(index);
    return typeof key === 'string' ? key : '*';
  }

  function ofName(node: Syntax, hops: number): Applied | null {
    const binding = scopes.lookup(node);
    if (binding === null) return null;
    if (binding.kind === 'parameter') return hasRoutes() ? ofParameter(binding) : null;
    const [only, ...others] = binding.definitions;
    if (only === undefined || others.length > 0 || only.value === null || only.how === 'key') return null;
    const path = only.path.map((part) => (typeof part === 'string' ? part : '*'));
    if (only.how === 'element') return member(goesBack(only.value, hops + 1), ['*', ...path]);
    if (only.how !== 'value') return null;
    const [first, ...rest] = path;
    const route = hasRoutes() && first !== undefined ? ofRoute(bare(only.value), first) : null;
    return route === null ? member(goesBack(only.value, hops + 1), path) : member(route, rest);
  }

  /** `request.body` of a route whose options, or whose middleware, hold it to a schema. */
  function ofRoute(object: Syntax, key: string): Applied | null {
    const binding = object.type === 'identifier' ? scopes.lookup(object) : null;
    const of = binding?.parameter;
    return of === undefined || of.index !== 0 || of.path.length > 0 ? null : routes.part(of.of, key);
  }

  function ofParameter({ parameter }: Binding): Applied | null {
    if (parameter === undefined) return null;
    const path = parameter.path.map(String);
    const [first, ...rest] = path;
    // `({ input }) => …` of `procedure.input(schema).query(…)`
    if (first === 'input') {
      const schema = routes.input(parameter.of);
      if (schema !== null) return { schema, path: rest, given: null, request: null, method: '' };
    }
    const isWhole = parameter.decorators.some((each) => /^@(?:Body|Query|Param|Payload|Args)\(\s*\)/.test(name(each)));
    if (isWhole && parameter.type !== null) {
      const schema = classOfType(parameter.type, { program, scopes, constants });
      if (schema !== null) return { schema, path, given: null, request: null, method: '' };
    }
    const part = first === undefined || parameter.index !== 0 ? null : routes.part(parameter.of, first);
    return member(part, rest);
  }

  function member(applied: Applied | null, path: readonly string[]): Applied | null {
    if (applied === null || path.length === 0) return applied;
    return { ...applied, path: [...applied.path, ...path] };
  }

  function ofCall(call: Syntax): Applied | null {
    const valid = hasRoutes() ? routes.valid(call) : null;
    if (valid !== null) return { ...valid, path: [], given: null, method: '' };
    const matched = hasRoutes() ? routes.matched(call) : null;
    if (matched !== null) return matched;
    const parse = hasSchemas() ? parseAt(call) : null;
    if (parse === null || /^(?:Check|is|isValid)/.test(parse.method)) return null;
    // class-transformer makes an object of the class, and class-validator looks at it only when it is asked to.
    if (parse.method.startsWith('plainTo') && !/\bvalidate(?:OrReject|Sync)?\(/.test(program.text)) return null;
    return { schema: parse.schema, path: [], given: parse.given, request: null, method: parse.method };
  }

  function parseAt(call: Syntax): Parse | null {
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    if (callee === null || list === null) return null;
    const [first, second] = partsOf(list);
    if (first === undefined) return null;
    if (callee.type === 'identifier') {
      const check = compiledBy(callee);
      if (check !== null) return { schema: check, given: first, method: 'Check' };
    }
    const property = callee.type === 'member_expression' ? childOf(callee, 'property') : callee;
    const object = callee.type === 'member_expression' ? childOf(callee, 'object') : null;
    if (property === null || !PARSES.test(name(property))) return null;
    const method = name(property);
    // Valibot, TypeBox and Ajv: `v.parse(Schema, value)`; Joi's `attempt` and superstruct have it the other way round.
    if (second !== undefined && isSchema(first)) return { schema: first, given: second, method };
    if (second !== undefined && isSchema(second)) return { schema: second, given: first, method };
    return object === null ? null : { schema: object, given: first, method };
  }

  function isSchema(node: Syntax): boolean {
    const value = constants.resolved(node);
    if (value.type === 'class_declaration') return true;
    if (value.type === 'object')
      return constants.property(value, 'type') !== null && constants.property(value, 'properties') !== null;
    return value.type === 'call_expression' && leavesSomething(value);
  }

  /** A call that makes a schema, and not one that reads the value to be looked at. */
  function leavesSomething(call: Syntax): boolean {
    return /^(?:\w+\.)*(?:object|Object|strictObject|looseObject|array|Array|string|String|pipe|type|union|Union|record|Record)\(/.test(
      name(call),
    );
  }

  /** `const check = ajv.compile(schema)` */
  function compiledBy(callee: Syntax): Syntax | null {
    const made = constants.resolved(callee);
    const maker = made.type === 'call_expression' ? childOf(made, 'function') : null;
    const list = maker === null ? null : childOf(made, 'arguments');
    const method = maker === null ? null : childOf(maker, 'property');
    return list !== null && method !== null && /^compile$/i.test(name(method)) ? (partsOf(list)[0] ?? null) : null;
  }

  function leavesOpen(check: Syntax, subject: Subject): boolean {
    if (!hasSchemas() || !HARMED_BY_TEXT.has(subject.kind)) return false;
    const parse = checkedBy(check, 0);
    if (parse === null) return false;
    // Only a member is used: it is asked about by itself.
    const given = entriesOf(parse.given);
    if (!subject.whole && written(given) === written(subject.text)) return isSchema(parse.schema);
    const path = wayTo(given, subject);
    if (path === null) return false;
    const leaves = leavesAt(parse.schema, path);
    return (leaves === 'text' || leaves === 'address') && !isHarmless(leaves, subject.kind);
  }

  /** The parse whose result is looked at: `check(body)`, `parsed` of `parsed.success`. */
  function checkedBy(node: Syntax, hops: number): Parse | null {
    const inner = bare(node);
    if (hops > MAX_HOPS) return null;
    if (inner.type === 'call_expression') return parseAt(inner);
    if (inner.type === 'member_expression') {
      const object = childOf(inner, 'object');
      return object === null ? null : checkedBy(object, hops + 1);
    }
    const [only, ...others] = inner.type === 'identifier' ? (scopes.lookup(inner)?.definitions ?? []) : [];
    return only === undefined || others.length > 0 || only.value === null ? null : checkedBy(only.value, hops + 1);
  }

  /** `Object.fromEntries(form)`: the schema looks at the form's fields. */
  function entriesOf(given: Syntax): Syntax {
    const call = bare(given);
    const list = call.type === 'call_expression' ? childOf(call, 'arguments') : null;
    const callee = childOf(call, 'function');
    const [table] = list === null ? [] : partsOf(list);
    return callee !== null && table !== undefined && name(callee) === 'Object.fromEntries' ? bare(table) : given;
  }

  function written(of: Syntax | string): string {
    return (typeof of === 'string' ? of : name(bare(of))).replaceAll('?.', '.');
  }

  /** From what a schema looked at to the value that is used: members as written, or a table made of the value. */
  function wayTo(given: Syntax, subject: Subject): readonly string[] | null {
    const whole = written(given);
    const from = subject.binding?.definitions.length === 1 ? subject.binding.definitions[0] : undefined;
    const used = written(subject.text);
    if (used === whole) return [];
    if (used.startsWith(`${whole}.`)) return used.slice(whole.length + 1).split('.');
    if (from?.value !== undefined && from.value !== null && from.path.length > 0 && written(from.value) === whole)
      return from.path.map(String);
    const table = constants.object(given);
    for (const part of table?.children ?? []) {
      const key = part.type === 'pair' ? childOf(part, 'key') : part;
      const value = part.type === 'pair' ? childOf(part, 'value') : part;
      if (key !== null && value !== null && name(value) === subject.text) return [name(key)];
    }
    return null;
  }

  return { said, leavesOpen };
}

/** Whether what a schema accepted may still do harm in a use. */
export function staysOpen({ leaves }: Said, kind: SinkKind): boolean {
  return (leaves === 'text' || leaves === 'escaped' || leaves === 'address') && !isHarmless(leaves, kind);
}

/** Whether it does none. A schema that asks questions of its own is taken at its word. */
export function isSettled({ leaves, given, isSchema, isPlain }: Said, kind: SinkKind): boolean {
  if (kind === 'nosql') return isPlain;
  return isHarmless(leaves, kind) || (leaves === 'unknown' && given !== null && isSchema);
}
