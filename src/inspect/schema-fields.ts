import type { Constants } from './constants.ts';
import { coversAll, type Leaves } from './forms.ts';
import { identifier } from './literals.ts';
import type { LocalChecks } from './local-checks.ts';
import { leavesOfClass } from './schema-classes.ts';
import type { Scopes } from './scopes.ts';
import { childOf, FUNCTIONS, type Program, partsOf, type Syntax } from './syntax.ts';

/** What schemas written in the file (zod, joi, yup, valibot, TypeBox, JSON Schema, class-validator) leave of a value. */
export interface SchemaFields {
  /** @param path names of fields from the whole to the value; `*` is any element of a list or table */
  leavesAt(schema: Syntax, path: readonly string[]): Leaves;
}

/** Numbers, lists of values, and texts of a form that holds nothing that could break out of its place. */
const CLOSED =
  /^(?:number|Number|int|int32|uint32|float32|float64|integer|Integer|bigint|BigInt|boolean|Boolean|bool|stringbool|date|Date|enum|enum_|enums|Enum|nativeEnum|keyof|literal|Literal|picklist|null|Null|undefined|void|nan|never|uuid|uuidv[4-8]|guid|cuid2?|ulid|xid|ksuid|nanoid|ipv[46]|ip|cidrv[46]|mac|e164|jwt|hash|hex|datetime|time|duration|isoDate|isoDateTime|isoTime|isoTimestamp|base64url|alphanum|token|hexColor|hexadecimal|digits|decimal|creditCard|valid|equal|oneOf|only|value|values|safeInteger|finite|isoDuration|imei)$/;
/** Texts of any characters: that one is a URL says nothing of where it leads. */
const TEXT = /^(?:string|String|str|text|url|uri|httpUrl|any|Any|unknown|Unknown|mixed|base64)$/;
const PATTERNS = /^(?:regex|pattern|matches|match)$/;
/** Rules and remarks that leave open which characters a text has. */
const KEEPING =
  /^(?:min|max|gte?|lte?|length|size|minLength|maxLength|nonempty|nonEmpty|trim|trimmed|trimStart|trimEnd|optional|nullable|nullish|exactOptional|default|defaulted|prefault|catch|fallback|describe|description|title|examples?|metadata|meta|to(?:Lower|Upper)Case|lowercase|uppercase|normalize|case|required|defined|notRequired|nonNullable|nonNullish|unwrap|ensure|allow|empty|label|messages?|error|prefs|options|brand|readonly|strict|strip|passthrough|loose|partial|deepPartial|noUnknown|unknown|catchall|url|uri|includes|truncate|insensitive|presence|exist|note|tag|array|typeError|meta|openapi|register|clone|bytes|isRequired|Readonly|Optional)$/;
/** Calls whose first argument is the schema that they make something of. */
const AROUND =
  /^(?:optional|nullable|nullish|exactOptional|undefinedable|nonOptional|nonNullable|nonNullish|array|Array|set|promise|readonly|Readonly|Optional|lazy|defaulted|trimmed|size|nonempty|fallback|partial|strict|looseObject|pipe|pattern|items|of|assign)$/;
const CHOICES = /^(?:union|Union|discriminatedUnion|variant|alternatives|try|or|xor)$/;
const OBJECTS =
  /^(?:object|Object|strictObject|looseObject|objectAsync|interface|type|keys|shape|extend|safeExtend|augment|append|setKey)$/;
const JOINED = /^(?:merge|and|concat|intersection|intersect|Intersect|Composite)$/;
/** Let through what the table does not name. */
const LOOSENING = /^(?:passthrough|loose|unknown|nonstrict)$/;
/** Functions of one's own: what they let through is theirs to say. */
const ASKED = /^(?:refine|superRefine|check|test|custom|transform|rawTransform|rawCheck|overwrite)$/;
const MAX_HOPS = 14;

export function createSchemaFields(
  program: Program,
  scopes: Scopes,
  constants: Constants,
  checks: LocalChecks,
): SchemaFields {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function at(node: Syntax, path: readonly string[], hops: number): Leaves {
    if (hops > MAX_HOPS) return 'unknown';
    const inner = constants.resolved(node);
    if (inner.type === 'object') return ofJson(inner, path, hops + 1);
    if (FUNCTIONS.has(inner.type)) {
      const body = childOf(inner, 'body');
      return body === null || body.type === 'statement_block' ? 'unknown' : at(body, path, hops + 1);
    }
    if (inner.type === 'class_declaration') return leavesOfClass(inner, path, { program, scopes, constants });
    return inner.type === 'call_expression' ? ofCall(inner, path, hops + 1) : 'unknown';
  }

  function ofCall(call: Syntax, path: readonly string[], hops: number): Leaves {
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    if (callee === null || list === null) return 'unknown';
    const property = callee.type === 'member_expression' ? childOf(callee, 'property') : callee;
    const object = callee.type === 'member_expression' ? childOf(callee, 'object') : null;
    const method = property === null ? '' : identifier(name(property));
    const inner = object === null || constants.resolved(object).type !== 'call_expression' ? null : object;
    const given = partsOf(list);
    if (OBJECTS.test(method) && given[0] !== undefined) {
      const found = ofTable(given[0], path, hops);
      if (found !== null) return found;
      if (inner !== null) return at(inner, path, hops);
      // What these do not name they let through as it is; the others take it out, or object.
      return path.length > 0 && (/^loose/.test(method) || /^(?:\w+\.)?yup\./i.test(name(callee))) ? 'text' : 'unknown';
    }
    if (JOINED.test(method)) return ofJoined(inner === null ? given : [...given, inner], path, hops);
    if (CHOICES.test(method)) {
      const all = given.flatMap((part) =>
        part.type === 'array' ? partsOf(part) : part.type === 'string' ? [] : [part],
      );
      return widest((inner === null ? all : [...all, inner]).map((part) => at(part, path, hops)));
    }
    return inner === null ? ofBase(method, given, path, hops) : ofChained(method, given, inner, path, hops);
  }

  /** Null where the table does not name the field. */
  function ofTable(table: Syntax, path: readonly string[], hops: number): Leaves | null {
    const [first, ...rest] = path;
    const fields = first === undefined ? null : constants.object(table);
    const field = fields === null || first === undefined ? null : constants.property(fields, first);
    return field === null ? null : at(field, rest, hops);
  }

  /** Of schemas that all hold, the first that names the field. */
  function ofJoined(all: readonly Syntax[], path: readonly string[], hops: number): Leaves {
    const parts = all.flatMap((part) => (part.type === 'array' ? partsOf(part) : [part]));
    return parts.map((part) => at(part, path, hops)).find((each) => each !== 'unknown') ?? 'unknown';
  }

  /** `z.string()`, `v.pipe(v.string(), v.regex(…))`, `Type.String({ pattern })` */
  function ofBase(method: string, given: readonly Syntax[], path: readonly string[], hops: number): Leaves {
    const [first, ...others] = given;
    if (method === 'record' || method === 'Record' || method === 'map') {
      const last = given.at(-1);
      return last === undefined ? 'unknown' : at(last, path.slice(1), hops);
    }
    if (method === 'preprocess') return others[0] === undefined ? 'unknown' : at(others[0], path, hops);
    if (AROUND.test(method) && first !== undefined) {
      const own = at(first, isList(method) ? path.slice(1) : path, hops);
      return method === 'pipe' || method === 'pattern'
        ? others.reduce((left, rule) => narrowed(left, rule, hops), own)
        : own;
    }
    if (path.length > 0) return 'unknown';
    if (CLOSED.test(method)) return 'nothing';
    if (method === 'email') return 'address';
    if (method === 'custom' && first === undefined) return 'text';
    if (!TEXT.test(method)) return 'unknown';
    const options = first === undefined ? null : constants.object(first);
    return options === null ? 'text' : ofFormat(options);
  }

  /** Valibot's actions and superstruct's patterns stand behind what they narrow. */
  function narrowed(left: Leaves, rule: Syntax, hops: number): Leaves {
    const value = constants.resolved(rule);
    if (value.type === 'regex') return covers(value) ? 'nothing' : left;
    const callee = value.type === 'call_expression' ? childOf(value, 'function') : null;
    const list = callee === null ? null : childOf(value, 'arguments');
    if (callee === null || list === null) return 'unknown';
    return ruled(left, name(childOf(callee, 'property') ?? callee), partsOf(list), hops);
  }

  function ofChained(
    method: string,
    given: readonly Syntax[],
    inner: Syntax,
    path: readonly string[],
    hops: number,
  ): Leaves {
    if (path.length > 0) {
      if (isList(method)) return at(inner, path.slice(1), hops);
      if (/^(?:items|of)$/.test(method) && given[0] !== undefined) return at(given[0], path.slice(1), hops);
      const own = LOOSENING.test(method) ? at(inner, path, hops) : null;
      if (own !== null) return own === 'unknown' ? 'text' : own;
      return KEEPING.test(method) || ASKED.test(method) || /^(?:pick|omit|pipe)$/.test(method)
        ? at(inner, path, hops)
        : 'unknown';
    }
    return ruled(at(inner, path, hops), method, given, hops);
  }

  function ruled(left: Leaves, method: string, given: readonly Syntax[], hops: number): Leaves {
    const [first] = given;
    if (left === 'nothing') return left;
    if (PATTERNS.test(method)) {
      const value = first === undefined ? null : constants.resolved(first);
      return value?.type === 'regex' && covers(value) ? 'nothing' : left;
    }
    if (CLOSED.test(method)) return 'nothing';
    if (method === 'email') return left === 'text' ? 'address' : left;
    if (/^(?:pipe|of|items)$/.test(method) && first !== undefined) return at(first, [], hops);
    if (ASKED.test(method)) return first !== undefined && leavesAsIs(method, first) ? left : 'unknown';
    return KEEPING.test(method) ? left : 'unknown';
  }

  /** A check that says yes to every text, a change that at most trims. */
  function leavesAsIs(method: string, given: Syntax): boolean {
    const fn = constants.resolved(given);
    if (!FUNCTIONS.has(fn.type)) return false;
    return /ransform|overwrite/.test(method) ? checks.givesBack(fn) : checks.saysYes(fn);
  }

  function covers(pattern: Syntax): boolean {
    const body = childOf(pattern, 'pattern');
    const flags = childOf(pattern, 'flags');
    return body !== null && !(flags !== null && name(flags).includes('m')) && coversAll(name(body));
  }

  /** JSON Schema (Validation vocabulary, sections 6 and 7), as Ajv and Fastify take it. */
  function ofJson(schema: Syntax, path: readonly string[], hops: number): Leaves {
    const part = (key: string): Syntax | null => constants.property(schema, key);
    const [first, ...rest] = path;
    const choices = part('anyOf') ?? part('oneOf');
    if (choices?.type === 'array') return widest(partsOf(choices).map((each) => at(each, path, hops)));
    if (first !== undefined) {
      const fields = part('properties');
      const found = fields === null ? null : ofTable(fields, path, hops);
      if (found !== null) return found;
      const items = first === '*' ? part('items') : part('additionalProperties');
      if (items !== null && items.type !== 'true') return items.type === 'false' ? 'unknown' : at(items, rest, hops);
      // What a schema does not name it lets through, unless it is told otherwise (JSON Schema, "additionalProperties").
      return fields === null || first === '*' ? 'unknown' : 'text';
    }
    if (part('enum') !== null || part('const') !== null) return 'nothing';
    const type = part('type');
    const said = type === null ? undefined : constants.constant(type);
    if (
      typeof said === 'string' &&
      /^(?:integer|number|boolean|null|int(?:8|16|32)|uint(?:8|16|32)|float(?:32|64)|timestamp)$/.test(said)
    )
      return 'nothing';
    if (said === 'array') {
      const items = part('items');
      return items === null ? 'unknown' : at(items, [], hops);
    }
    return said === 'string' ? ofFormat(schema) : 'unknown';
  }

  function ofFormat(options: Syntax): Leaves {
    const value = (key: string) => {
      const found = constants.property(options, key);
      return found === null ? undefined : constants.constant(found);
    };
    if (constants.property(options, 'enum') !== null) return 'nothing';
    const pattern = value('pattern');
    if (typeof pattern === 'string' && coversAll(pattern)) return 'nothing';
    const format = value('format');
    if (typeof format !== 'string') return 'text';
    if (/^(?:uuid|date|time|date-time|duration|ipv[46]|iso-(?:date-)?time)$/.test(format)) return 'nothing';
    return format === 'email' ? 'address' : 'text';
  }

  return { leavesAt: (schema, path) => at(schema, path, 0) };
}

function isList(method: string): boolean {
  return /^(?:array|Array|set)$/.test(method);
}

/** A choice leaves what the most open of its parts does. */
function widest(all: readonly Leaves[]): Leaves {
  const order: readonly Leaves[] = ['text', 'escaped', 'address', 'unknown', 'nothing'];
  return order.find((each) => all.includes(each)) ?? 'unknown';
}
