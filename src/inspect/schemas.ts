import type { Constants } from './constants.ts';
import { identifier } from './literals.ts';
import type { Scopes } from './scopes.ts';
import { bare, childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** What schemas written in the file (zod, joi, yup, valibot, TypeBox) leave open. */
export interface Schemas {
  /** What was given to the schema, where a value it gave back is still any text; null where it is not, or not known. */
  freeText(node: Syntax): Syntax | null;
  /** The input of a tRPC procedure, where its schema leaves only values of a list, a number or a fixed form. */
  isClosed(node: Syntax): boolean;
}

/** A text of any characters: length, presence and being an address say nothing of where it leads. */
const FREE =
  /^\w+\s*\.\s*(?:[sS]tring|url)\(\s*(?:\{[^{}]*\})?\s*\)(?:\s*\.\s*(?:min|max|length|nonempty|trim|optional|nullable|nullish|default|describe|url|uri|toLowerCase|toUpperCase|lowercase|uppercase|required|allow|label|message|meta|brand|readonly)\((?:[^()]|\(\))*\))*$/;
/** Numbers, lists of values, and texts of a form that holds nothing that could break out of its place. */
const CLOSED =
  /^\w+\s*\.\s*(?:(?:coerce\s*\.\s*)?(?:number|int|bigint|boolean|date)|enum|nativeEnum|literal|picklist|uuid|cuid2?|ulid)\(|\.(?:regex|uuid|cuid2?|ulid|datetime)\(/;
/** Schemas that leave the fields of the one they are called on as they are. */
const KEEPING =
  /^(?:strict|strip|passthrough|loose|required|partial|optional|nullable|nullish|default|readonly|brand|describe|unknown|noUnknown|options|meta|catchall)$/;
const MAX_HOPS = 12;

export function createSchemas(program: Program, scopes: Scopes, constants: Constants): Schemas {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const hasSchemas =
    program.dialect === 'javascript' && /\b(?:safeParse|parse|validate)(?:A?[sS]ync)?\(/.test(program.text);

  const hasProcedures = /\.input\(/.test(program.text) && /\.(?:query|mutation|subscription)\(/.test(program.text);

  function freeText(node: Syntax): Syntax | null {
    if (!hasSchemas) return null;
    const found = parsed(node, 0);
    if (found === null) return null;
    const field = fieldOf(found.schema, found.path, 0);
    return field !== null && FREE.test(name(field).replace(/\s+/g, ' ')) ? found.argument : null;
  }

  function isClosed(node: Syntax): boolean {
    if (!hasProcedures) return false;
    const found = inputOf(bare(node), 0);
    const field = found === null ? null : fieldOf(found.schema, found.path, 0);
    return field !== null && CLOSED.test(name(field).replace(/\s+/g, ' '));
  }

  /** `({ input }) => input.kind` of `procedure.input(schema).query(…)` */
  function inputOf(node: Syntax, hops: number): { readonly schema: Syntax; readonly path: readonly string[] } | null {
    if (hops > MAX_HOPS) return null;
    if (node.type === 'member_expression') {
      const object = childOf(node, 'object');
      const property = childOf(node, 'property');
      const found = object === null ? null : inputOf(bare(object), hops + 1);
      return found === null || property === null
        ? null
        : { ...found, path: [...found.path, identifier(name(property))] };
    }
    if (node.type !== 'identifier' && node.type !== 'shorthand_property_identifier') return null;
    const binding = scopes.lookup(node);
    const path = (binding?.parameter?.path ?? []).filter((part) => typeof part === 'string');
    const schema = path[0] === 'input' && binding?.parameter !== undefined ? schemaBefore(binding.parameter.of) : null;
    if (schema !== null) return { schema, path: path.slice(1) };
    const [only, ...others] = binding?.definitions ?? [];
    if (binding?.kind !== 'variable' || only === undefined || others.length > 0 || only.value === null) return null;
    const found = only.how === 'value' ? inputOf(bare(only.value), hops + 1) : null;
    return found === null ? null : { ...found, path: [...found.path, ...only.path.map(String)] };
  }

  function schemaBefore(fn: Syntax): Syntax | null {
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

  /** The parse that a name or member goes back to, and the members on the way. */
  function parsed(
    node: Syntax,
    hops: number,
  ): { readonly schema: Syntax; readonly argument: Syntax; readonly path: readonly string[] } | null {
    const inner = bare(node);
    if (hops > MAX_HOPS) return null;
    switch (inner.type) {
      case 'identifier':
      case 'shorthand_property_identifier': {
        const binding = scopes.lookup(inner);
        const [only, ...others] = binding?.definitions ?? [];
        if (only === undefined || others.length > 0 || only.value === null || only.how !== 'value') return null;
        const path = only.path.filter((part) => typeof part === 'string');
        return path.length === only.path.length ? member(parsed(only.value, hops + 1), path) : null;
      }
      case 'member_expression': {
        const object = childOf(inner, 'object');
        const property = childOf(inner, 'property');
        return object === null || property === null
          ? null
          : member(parsed(object, hops + 1), [identifier(name(property))]);
      }
      case 'call_expression':
        return parse(inner);
      default:
        return null;
    }
  }

  type Found = NonNullable<ReturnType<typeof parsed>>;

  function member(found: Found | null, path: readonly string[]): Found | null {
    if (found === null || path.length === 0) return found;
    const whole = [...found.path, ...path];
    // What `safeParse` gives holds the value as `data`, and what Joi's `validate` gives as `value`.
    const wrapped = /^safeParse|^validate$/.test(methodOf(found.argument)) && found.path.length === 0;
    if (!wrapped) return { ...found, path: whole };
    return /^(?:data|value|output)$/.test(whole[0] ?? '') ? { ...found, path: ['', ...whole.slice(1)] } : null;
  }

  function methodOf(argument: Syntax): string {
    const call = argument.parent?.parent;
    const callee = call === null || call === undefined ? null : childOf(call, 'function');
    const property = callee === null ? null : childOf(callee, 'property');
    return property === null ? '' : name(property);
  }

  function parse(call: Syntax): Found | null {
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    const object = callee?.type === 'member_expression' ? childOf(callee, 'object') : null;
    const property = callee === null ? null : childOf(callee, 'property');
    if (object === null || property === null || list === null) return null;
    if (!/^(?:safeParse|parse|safeParseAsync|parseAsync|validate|validateSync|validateAsync)$/.test(name(property)))
      return null;
    const [first, second] = partsOf(list);
    if (first === undefined) return null;
    // Valibot: `v.parse(Schema, value)`.
    const given = second !== undefined && constants.resolved(first).type === 'call_expression' ? second : first;
    return { schema: given === first ? object : first, argument: given, path: [] };
  }

  /** The schema of a field, or of the whole where no field is named. */
  function fieldOf(schema: Syntax, path: readonly string[], hops: number): Syntax | null {
    const inner = constants.resolved(schema);
    const [first, ...rest] = path;
    if (first === undefined) return inner;
    if (first === '') return fieldOf(inner, rest, hops + 1);
    if (hops > MAX_HOPS || inner.type !== 'call_expression') return null;
    const callee = childOf(inner, 'function');
    const property = callee?.type === 'member_expression' ? childOf(callee, 'property') : null;
    const object = callee === null ? null : childOf(callee, 'object');
    const list = childOf(inner, 'arguments');
    if (callee === null || object === null || property === null || list === null) return null;
    const method = name(property);
    if (/^(?:object|Object|strictObject|looseObject|keys|shape)$/.test(method)) {
      const table = partsOf(list)[0];
      const fields = table === undefined ? null : constants.object(table);
      const field = fields === null ? null : constants.property(fields, first);
      return field === null ? null : fieldOf(field, rest, hops + 1);
    }
    return KEEPING.test(method) ? fieldOf(object, path, hops + 1) : null;
  }

  return { freeText, isClosed };
}
