import type { FileFacts, Syntax } from '../../../../src/inspect/facts.ts';
import { fieldOf } from '../../support/around.ts';
import { ask, emptyField, type Field, type Limits, matchesAll, type Rank } from './limits.ts';
import { pathOf, plain } from './paths.ts';

/** JSON Schema, draft 2020-12, "Validation vocabularies"; Mongoose, "Validation" and "SchemaTypes". */
const KINDS: Readonly<Record<string, string>> = {
  format: 'format',
  pattern: 'pattern',
  match: 'pattern',
  enum: 'values',
  const: 'values',
  validate: 'check',
  immutable: 'readonly',
  readOnly: 'readonly',
  minLength: 'min',
  minlength: 'min',
  minimum: 'min',
  min: 'min',
  exclusiveMinimum: 'min',
  minItems: 'min',
  maxLength: 'max',
  maxlength: 'max',
  maximum: 'max',
  max: 'max',
  exclusiveMaximum: 'max',
  maxItems: 'max',
};

/** Ask what other schemas ask, or one of several. */
const JOINED = ['$ref', '$dynamicRef', 'anyOf', 'oneOf', 'allOf', 'if'];

/** Fields of schemas that are tables: JSON Schema (ajv, Fastify, jsonschema) and Mongoose. */
export function* tables(facts: FileFacts): Generator<Field> {
  const { text } = facts.program;
  if (text.includes('properties')) yield* jsonSchemas(facts);
  if (/mongoose/i.test(text)) yield* mongooseSchemas(facts);
}

function* jsonSchemas(facts: FileFacts): Generator<Field> {
  for (const pair of facts.nodes('pair')) {
    const value = fieldOf(pair, 'value');
    if (plain(facts, fieldOf(pair, 'key')) !== 'properties' || value?.type !== 'object' || pair.parent === null)
      continue;
    const table = pair.parent;
    const required = facts.property(table, 'required');
    const needed = new Set(required?.type === 'array' ? required.children.map((each) => facts.constant(each)) : []);
    const whole = emptyField([...pathOf(facts, table), '{}'], table, 'json');
    whole.rank = rankOf(facts, table);
    yield whole;
    for (const each of value.children) {
      if (each.type !== 'pair') continue;
      const field = emptyField(pathOf(facts, each), each, 'json');
      const described = fieldOf(each, 'value');
      const object = described === undefined ? null : facts.object(described);
      if (object === null) field.known = false;
      else describe(facts, object, field.limits);
      if (object !== null && JOINED.some((key) => facts.property(object, key) !== null)) field.known = false;
      if (needed.has(plain(facts, fieldOf(each, 'key')))) ask(field.limits, 'required', 'required', null, false);
      yield field;
    }
  }
}

function rankOf(facts: FileFacts, table: Syntax): Rank | null {
  if (table.children.some(({ type }) => type === 'spread_element')) return null;
  const value = facts.property(table, 'additionalProperties') ?? facts.property(table, 'unevaluatedProperties');
  return value !== null && facts.constant(value) === false ? 2 : 0;
}

function* mongooseSchemas(facts: FileFacts): Generator<Field> {
  for (const call of facts.calls()) {
    const [table, options] = call.arguments;
    if (call.name !== 'Schema' || table?.type !== 'object') continue;
    const whole = emptyField([...pathOf(facts, call.node), '{}'], call.node, 'mongoose');
    const strict = options === undefined ? null : facts.property(facts.object(options) ?? options, 'strict');
    const said = strict === null ? undefined : facts.constant(strict);
    whole.rank = said === false ? 0 : said === 'throw' ? 2 : 1;
    yield whole;
    for (const each of table.children) {
      const value = each.type === 'pair' ? fieldOf(each, 'value') : undefined;
      if (value === undefined) continue;
      const field = emptyField(pathOf(facts, each), each, 'mongoose');
      const inner = value.type === 'array' ? value.children[0] : value;
      const object = inner === undefined ? null : facts.object(inner);
      if (object !== null) describe(facts, object, field.limits);
      else if (inner !== undefined && !/\b(?:Mixed|Object)$/.test(facts.text(inner)))
        ask(field.limits, 'typed', 'its type', null, false);
      yield field;
    }
  }
}

function describe(facts: FileFacts, object: Syntax, limits: Limits): void {
  for (const part of object.children) {
    if (part.type !== 'pair' && part.type !== 'shorthand_property_identifier') continue;
    const key = part.type === 'pair' ? plain(facts, fieldOf(part, 'key')) : facts.text(part);
    const value = part.type === 'pair' ? fieldOf(part, 'value') : part;
    const said = value === undefined ? undefined : facts.constant(value);
    if (value === undefined || said === false || said === null) continue;
    if (key === 'required' && value.type !== 'array') ask(limits, 'required', key, null, false);
    if (key === 'required' && value.type === 'array' && facts.constant(value.children[0] ?? value) === true)
      ask(limits, 'required', key, null, false);
    if (key === 'type') describeType(facts, value, limits);
    const kind = Object.hasOwn(KINDS, key) ? KINDS[key] : undefined;
    if (kind === undefined || (kind === 'pattern' && matchesAll(facts.text(value)))) continue;
    const bound = value.type === 'array' ? facts.constant(value.children[0] ?? value) : said;
    ask(limits, kind, key, typeof bound === 'number' ? bound : null, false);
  }
}

function describeType(facts: FileFacts, value: Syntax, limits: Limits): void {
  const said = facts.constant(value);
  const text = typeof said === 'string' ? said : facts.text(value);
  if (!/\b(?:Mixed|Object|object)$/.test(text)) ask(limits, 'typed', 'its type', null, false);
  if (/^integer$/.test(text)) ask(limits, 'integer', 'integer', null, false);
  if (/^[bB]oolean$/.test(text)) ask(limits, 'values', text, null, false);
}
