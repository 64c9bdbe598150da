import type { FileFacts, Syntax } from '../../../../src/inspect/facts.ts';
import { fieldOf, isFunction } from '../../support/around.ts';
import { ask, emptyField, type Field, type Limits, matchesAll, type Rank } from './limits.ts';
import { pathOf } from './paths.ts';

/** Libraries whose schemas are chains or nests of calls, by their module and by the name that everybody gives them. */
const LIBRARIES: readonly (readonly [library: string, module: RegExp, name: RegExp])[] = [
  ['zod', /^zod\b/, /^(?:z|zod)$/],
  ['joi', /^(?:@hapi\/)?joi\b|^celebrate\b/, /^(?:joi|Joi)$/],
  ['yup', /^yup\b/, /^(?:yup|Yup)$/],
  ['valibot', /^valibot\b/, /^v$/],
  ['typebox', /^(?:@sinclair\/)?typebox\b|^elysia\b/, /^(?:t|Type)$/],
  ['superstruct', /^superstruct\b/, /^s$/],
  ['vine', /^@vinejs\/vine\b/, /^vine$/],
];
/** Ask for every field that is not said to be left out. */
const REQUIRING = /^(?:zod|valibot|typebox|superstruct|vine)$/;
const OBJECTS = /^(?:object|Object|strictObject|looseObject|shape|keys|extend|safeExtend|interface|type|tryObject)$/;

const KINDS: readonly (readonly [kind: string, words: RegExp])[] = [
  [
    'values',
    /^(?:enum_?|enums|Enum|nativeEnum|literal|Literal|oneOf|valid|equals?|picklist|keyof|only|boolean|Boolean|stringbool)$/,
  ],
  [
    'format',
    /^(?:email|rfcEmail|url|uri|httpUrl|uuid(?:v\d)?|guid|cuid2?|ulid|nanoid|xid|ksuid|ip|ipv[46]|cidr(?:v[46])?|mac|datetime|date|isoDate\w*|isoTime\w*|iso|domain|hostname|base64(?:url)?|jwt|creditCard|dataUri|e164|hex\w*|alphanum|token|mobile|passport|postalCode|digits?)$/,
  ],
  ['pattern', /^(?:regex|pattern|matches|match|startsWith|endsWith|includes|templateLiteral)$/],
  [
    'min',
    /^(?:min|minLength|minValue|minSize|minItems|nonempty|nonEmpty|notEmpty|positive|nonnegative|gte?|moreThan|greater)$/,
  ],
  ['max', /^(?:max|maxLength|maxValue|maxSize|maxBytes|maxItems|negative|nonpositive|lte?|lessThan|less)$/],
  ['integer', /^(?:int(?:32|64)?|integer|Integer|safeInteger|multipleOf)$/],
  ['required', /^(?:required|exist|defined|nonoptional|presence)$/],
];
const CHECKS = /^(?:refine|superRefine|test|custom|rawCheck|check|external|notOneOf|invalid|disallow|use|refinement)$/;
const BOTH = /^(?:length|size|len|between|range)$/;
const PATTERNS = /^(?:regex|pattern|matches|match)$/;
const OPEN = /^(?:any|Any|unknown|Unknown|mixed)$/;
const LEFT_OUT = /^(?:optional|Optional|nullish|partial|exactOptional|optionalKey)$/;
const CLOSES = /^(?:strict|strictObject|noUnknown|exact)$/;
const OPENS = /^(?:passthrough|loose|looseObject|catchall|allowUnknownProperties)$/;
/** Bounds and formats of TypeBox stand in options. */
const OPTIONS: Readonly<Record<string, string>> = {
  format: 'format',
  pattern: 'pattern',
  minLength: 'min',
  minimum: 'min',
  minItems: 'min',
  maxLength: 'max',
  maximum: 'max',
  maxItems: 'max',
};
const MAX_HOPS = 6;
const MAX_TEXT = 4_000;

/** Fields and whole schemas that are written as calls: zod, joi, yup, valibot, TypeBox, superstruct, VineJS. */
export function* chains(facts: FileFacts): Generator<Field> {
  if (
    !/\b(?:z|zod|[jJ]oi|[yY]up|v|t|Type|s|vine)\s*\.\s*\w+\s*\(|\b(?:zod|joi|yup|valibot|typebox|superstruct|vine)\b/.test(
      facts.program.text,
    )
  )
    return;
  for (const type of ['pair', 'variable_declarator', 'assignment_expression']) {
    for (const node of facts.nodes(type)) {
      const value = fieldOf(node, type === 'assignment_expression' ? 'right' : 'value');
      if (value === undefined || value.end - value.start > MAX_TEXT * 5) continue;
      if (value.type !== 'call_expression' && !isInTable(facts, node)) continue;
      const field = readField(facts, node, value);
      if (field !== null) yield field;
    }
  }
  for (const node of facts.nodes('shorthand_property_identifier')) {
    const field = isInTable(facts, node) ? readField(facts, node, node) : null;
    if (field !== null) yield field;
  }
}

/** Stands in the table of a schema: `z.object({ email })`. */
function isInTable(facts: FileFacts, node: Syntax): boolean {
  const call = node.parent?.parent?.parent;
  const callee = call === null || call === undefined ? undefined : fieldOf(call, 'function');
  return (
    node.parent?.type === 'object' &&
    callee !== undefined &&
    OBJECTS.test(lastName(facts, callee)) &&
    libraryAt(facts, rootOf(callee)) !== null
  );
}

function readField(facts: FileFacts, node: Syntax, value: Syntax): Field | null {
  const field = emptyField(pathOf(facts, node), node, '');
  const seen: Seen = { type: '', words: new Set() };
  read(facts, value, field, seen, 0);
  if (field.library === '') return isInTable(facts, node) ? { ...field, known: false } : null;
  const { words } = seen;
  if (REQUIRING.test(field.library) && ![...words].some((word) => LEFT_OUT.test(word)))
    ask(field.limits, 'required', 'required', null, true);
  if (words.has('default') || words.has('prefault')) ask(field.limits, 'required', 'required', null, true);
  if (!OPEN.test(seen.type)) ask(field.limits, 'typed', 'its type', null, false);
  if (field.rank === null && [...words].some((word) => OBJECTS.test(word))) field.rank = byItself(field.library);
  return field;
}

/** What libraries do with keys that a table does not name (their documentation, "Objects"). */
function byItself(library: string): Rank {
  if (library === 'joi' || library === 'superstruct') return 2;
  return library === 'yup' || library === 'typebox' ? 0 : 1;
}

interface Seen {
  /** What the library is asked for first: `string` of `z.string().max(3)`. */
  type: string;
  readonly words: Set<string>;
}

function read(facts: FileFacts, node: Syntax, field: Field, seen: Seen, hops: number): void {
  if (hops > MAX_HOPS || isFunction(node)) return;
  switch (node.type) {
    case 'call_expression':
      readCall(facts, node, field, seen, hops);
      return;
    case 'identifier':
    case 'shorthand_property_identifier':
    case 'member_expression':
      readName(facts, node, field, seen, hops);
      return;
    case 'array':
    case 'spread_element':
    case 'parenthesized_expression':
      for (const child of node.children) read(facts, child, field, seen, hops + 1);
      return;
    default:
  }
}

function readName(facts: FileFacts, node: Syntax, field: Field, seen: Seen, hops: number): void {
  const library = libraryAt(facts, node);
  if (library !== null) {
    field.library ||= library;
    return;
  }
  const value = facts.definition(node);
  if (value === null) {
    field.known = false;
    return;
  }
  if (value.type === 'call_expression' && value.end - value.start < MAX_TEXT) read(facts, value, field, seen, hops + 1);
}

function readCall(facts: FileFacts, call: Syntax, field: Field, seen: Seen, hops: number): void {
  const callee = fieldOf(call, 'function');
  if (callee === undefined) return;
  const given = fieldOf(call, 'arguments')?.children ?? [];
  const word = lastName(facts, callee);
  const object = fieldOf(callee, 'object');
  const library = object === undefined ? libraryAt(facts, callee) : null;
  if (library !== null) field.library ||= library;
  if (object !== undefined) read(facts, object, field, seen, object.type === 'call_expression' ? hops : hops + 1);
  if (library !== null || (object !== undefined && libraryAt(facts, object) !== null && !isCall(object)))
    seen.type ||= word;
  seen.words.add(word);
  record(facts, word, given, field, seen);
  if (OBJECTS.test(word) || CHECKS.test(word) || field.library === '') return;
  for (const part of given)
    if (part.type !== 'identifier' || facts.definition(part) !== null) read(facts, part, field, seen, hops + 1);
}

function record(facts: FileFacts, word: string, given: readonly Syntax[], field: Field, seen: Seen): void {
  const [first] = given;
  const { limits, library } = field;
  const said = first === undefined ? undefined : facts.constant(first);
  const bound = typeof said === 'number' ? said : null;
  field.rank = rankOf(word, said !== false, library) ?? field.rank;
  if (BOTH.test(word)) {
    ask(limits, 'min', word, bound, false);
    ask(limits, 'max', word, bound, false);
  }
  if (CHECKS.test(word)) addCheck(limits, word);
  for (const [at, part] of given.entries()) {
    if (part.type !== 'object' || (OBJECTS.test(word) && at === 0)) continue;
    recordOptions(facts, part, limits);
    if (library === 'typebox') recordTable(facts, part, field);
  }
  // Every text has at least no letters.
  if (bound === 0 && [...seen.words].some((each) => /^(?:string|array)$/i.test(each))) return;
  if (PATTERNS.test(word) && first !== undefined && matchesAll(facts.text(first))) return;
  for (const [kind, words] of KINDS) if (words.test(word)) ask(limits, kind, word, bound, false);
}

function rankOf(word: string, isOn: boolean, library: string): Rank | null {
  if (!isOn) return null;
  if (CLOSES.test(word)) return 2;
  if (OPENS.test(word) || (word === 'unknown' && library === 'joi')) return 0;
  return word === 'strip' || word === 'stripUnknown' ? 1 : null;
}

function addCheck(limits: Limits, word: string): void {
  const known = limits.get('check');
  limits.set('check', { word: known?.word ?? word, bound: (known?.bound ?? 0) + 1, silent: false });
}

function recordOptions(facts: FileFacts, options: Syntax, limits: Limits): void {
  for (const [key, kind] of Object.entries(OPTIONS)) {
    const value = facts.property(options, key);
    if (value === null || (kind === 'pattern' && matchesAll(facts.text(value)))) continue;
    const bound = facts.constant(value);
    ask(limits, kind, key, typeof bound === 'number' ? bound : null, false);
  }
}

function recordTable(facts: FileFacts, options: Syntax, field: Field): void {
  const value = facts.property(options, 'additionalProperties');
  if (value !== null) field.rank = facts.constant(value) === false ? 2 : 0;
}

function isCall(node: Syntax): boolean {
  return node.type === 'call_expression';
}

function rootOf(callee: Syntax): Syntax {
  let at = callee;
  for (let object: Syntax | undefined = at; object !== undefined; ) {
    at = object;
    object = fieldOf(at, 'object') ?? fieldOf(at, 'function');
  }
  return at;
}

function libraryAt(facts: FileFacts, node: Syntax): string | null {
  const root = rootOf(node);
  if (root.type !== 'identifier' && root.type !== 'shorthand_property_identifier') return null;
  // What the file makes of a library is a schema, not the library.
  const made = facts.definition(root);
  if (made?.type === 'call_expression' && !/^(?:await\s+)?(?:require|import)\b/.test(facts.text(made))) return null;
  const origin = facts.origin(root);
  if (origin === null || origin.startsWith('~')) {
    if (facts.definition(root) !== null) return null;
    const text = facts.text(root);
    return LIBRARIES.find(([, , name]) => name.test(text))?.[0] ?? null;
  }
  return LIBRARIES.find(([, module]) => module.test(origin))?.[0] ?? null;
}

function lastName(facts: FileFacts, callee: Syntax): string {
  return facts.text(fieldOf(callee, 'property') ?? callee);
}
