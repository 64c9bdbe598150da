import { type Builder, type Kind, NotRead } from './builder.ts';
import { createJsx } from './jsx.ts';
import { type Readers, readersOf } from './kinds.ts';
import * as at from './layout.ts';
import { bytes, countOf, endOf, firstOf, heldBy, isSet, kindAt, NOTHING, partAt, startOf, words } from './memory.ts';
import { createOperations } from './operations.ts';
import type { Expressions, Parts } from './parts.ts';
import { createTypedValues } from './typed-values.ts';

/** @returns the readers by kind as well: what a value is given to has some of them */
export function createExpressions(b: Builder, parts: () => Parts): Expressions & { readonly readers: Readers } {
  const { kind, open, openAt, close, leaf, leafAt, token, next, skip } = b;
  const IDENTIFIER = kind('identifier');
  const UNDEFINED = kind('undefined');
  const PRIVATE = kind('private_property_identifier');
  const PROPERTY = kind('property_identifier');
  const TRUE = kind('true');
  const FALSE = kind('false');
  const NULL = kind('null');
  const NUMBER = kind('number');
  const STRING = kind('string');
  const REGEX = kind('regex');
  const PATTERN = kind('regex_pattern');
  const FLAGS = kind('regex_flags');
  const SLASH = kind('/');
  const THIS = kind('this');
  const SUPER = kind('super');
  const META = kind('meta_property');
  const CALL = kind('call_expression');
  const NEW = kind('new_expression');
  const ARGUMENTS = kind('arguments');
  const IMPORT = kind('import');
  const MEMBER = kind('member_expression');
  const SUBSCRIPT = kind('subscript_expression');
  const OPTIONAL_CHAIN = kind('optional_chain');
  const OPTIONAL = kind('?.');
  const TEMPLATE = kind('template_string');
  const SUBSTITUTION = kind('template_substitution');
  const FRAGMENT = kind('string_fragment');
  const ESCAPED = kind('escape_sequence');
  const ARRAY = kind('array');
  const OBJECT = kind('object');
  const SPREAD = kind('spread_element');
  const PARENTHESES = kind('parenthesized_expression');
  const SEQUENCE = kind('sequence_expression');

  const readers: Readers = {
    ...createOperations(b, { expression, target: (choice, field) => parts().target(choice, field) }),
    ...createTypedValues(b, expression, parts),
    ...createJsx(b, parts),
    BooleanLiteral: (part, field) => leaf(isSet(part + at.BOOLEAN_LITERAL_VALUE) ? TRUE : FALSE, field, part),
    NullLiteral: (part, field) => leaf(NULL, field, part),
    NumericLiteral: (part, field) => leaf(NUMBER, field, part),
    BigIntLiteral: (part, field) => leaf(NUMBER, field, part),
    StringLiteral: (part, field) => leaf(STRING, field, part),
    RegExpLiteral: regex,
    TemplateLiteral: template,
    IdentifierReference: name,
    Super: (part, field) => leaf(SUPER, field, part),
    ThisExpression: (part, field) => leaf(THIS, field, part),
    ComputedMemberExpression: subscript,
    StaticMemberExpression: (part, field) => member(part, field, PROPERTY),
    PrivateFieldExpression: (part, field) => member(part, field, PRIVATE),
    CallExpression: call,
    NewExpression: construct,
    ImportExpression: importing,
    TaggedTemplateExpression: tagged,
    ChainExpression: (part, field) => chained(part + at.CHAIN_EXPRESSION_EXPRESSION, field),
    ParenthesizedExpression: parenthesized,
    SequenceExpression: sequence,
    ArrayExpression: array,
    ObjectExpression: object,
    SpreadElement: spread,
    Elision: () => undefined,
    ImportMeta: (part, field) => meta(part, field, 'meta'),
    NewTarget: (part, field) => meta(part, field, 'target'),
    Function: (part, field) => parts().functionLike(part, field),
    ArrowFunctionExpression: (part, field) => parts().arrow(part, field),
    Class: (part, field) => parts().classLike(part, field),
  };
  const EXPRESSIONS = readersOf([at.EXPRESSION_KINDS, readers]);
  const ARGUMENT_KINDS = readersOf([at.EXPRESSION_KINDS, readers], [at.ARGUMENT_KINDS, readers]);
  const ELEMENTS = readersOf([at.EXPRESSION_KINDS, readers], [at.ARRAY_EXPRESSION_ELEMENT_KINDS, readers]);
  const CHAINED = readersOf([at.CHAIN_ELEMENT_KINDS, readers]);
  return { expression, list, template, readers };

  function expression(choice: number, field: string | null): void {
    EXPRESSIONS[bytes[choice] ?? NOTHING]?.(words[(choice + 8) >> 2] ?? 0, field);
  }

  function chained(choice: number, field: string | null): void {
    CHAINED[kindAt(choice)]?.(heldBy(choice), field);
  }

  function list(entries: number): void {
    const first = firstOf(entries);
    const end = first + countOf(entries) * at.CHOICE_SIZE;
    for (let each = first; each < end; each += at.CHOICE_SIZE)
      ARGUMENT_KINDS[bytes[each] ?? NOTHING]?.(words[(each + 8) >> 2] ?? 0, null);
  }

  function name(part: number, field: string | null): void {
    const start = startOf(part);
    const undefinedName = endOf(part) - start === 9 && b.text.startsWith('undefined', start);
    leaf(undefinedName ? UNDEFINED : IDENTIFIER, field, part);
  }

  function regex(part: number, field: string | null): void {
    open(REGEX, field, part);
    const start = startOf(part);
    const end = endOf(part);
    const last = b.text.lastIndexOf('/', end - 1);
    token(SLASH, null, start);
    leafAt(PATTERN, 'pattern', start + 1, last);
    token(SLASH, null, last);
    if (last + 1 < end) leafAt(FLAGS, 'flags', last + 1, end);
    close();
  }

  function template(part: number, field: string | null): void {
    open(TEMPLATE, field, part);
    let from = startOf(part) + 1;
    const first = firstOf(part + at.TEMPLATE_LITERAL_EXPRESSIONS);
    const end = first + countOf(part + at.TEMPLATE_LITERAL_EXPRESSIONS) * at.CHOICE_SIZE;
    for (let each = first; each < end; each += at.CHOICE_SIZE) {
      const inner = heldBy(each);
      const begins = b.text.lastIndexOf('${', startOf(inner));
      fragments(from, begins);
      from = next('}', endOf(inner)) + 1;
      openAt(SUBSTITUTION, null, begins, from);
      expression(each, null);
      close();
    }
    fragments(from, endOf(part) - 1);
    close();
  }

  /** Text and the escapes in it. */
  function fragments(from: number, to: number): void {
    let start = from;
    for (let each = b.text.indexOf('\\', from); each >= 0 && each < to; each = b.text.indexOf('\\', start)) {
      if (each > start) leafAt(FRAGMENT, null, start, each);
      ESCAPE.lastIndex = each;
      const length = ESCAPE.exec(b.text)?.[0].length ?? 2;
      leafAt(ESCAPED, null, each, each + length);
      start = each + length;
    }
    if (start < to) leafAt(FRAGMENT, null, start, to);
  }

  function member(part: number, field: string | null, property: Kind): void {
    open(MEMBER, field, part);
    expression(part + at.MEMBER_OBJECT, 'object');
    if (bytes[part + at.MEMBER_OPTIONAL] === 1) optionalChain(part);
    leaf(property, 'property', part + at.MEMBER_PROPERTY);
    close();
  }

  function subscript(part: number, field: string | null): void {
    open(SUBSCRIPT, field, part);
    expression(part + at.MEMBER_OBJECT, 'object');
    if (bytes[part + at.MEMBER_OPTIONAL] === 1) optionalChain(part);
    expression(part + at.MEMBER_PROPERTY, 'index');
    close();
  }

  function optionalChain(part: number): void {
    const start = next('?.', endOf(heldBy(part + at.MEMBER_OBJECT)));
    openAt(OPTIONAL_CHAIN, 'optional_chain', start, start + 2);
    token(OPTIONAL, null, start);
    close();
  }

  function call(part: number, field: string | null): void {
    open(CALL, field, part);
    expression(part + at.CALL_EXPRESSION_CALLEE, 'function');
    let from = endOf(heldBy(part + at.CALL_EXPRESSION_CALLEE));
    if (bytes[part + at.CALL_EXPRESSION_OPTIONAL] === 1) {
      from = next('?.', from) + 2;
      token(OPTIONAL, null, from - 2);
    }
    const types = partAt(part + at.CALL_EXPRESSION_TYPE_ARGUMENTS);
    if (types !== 0) {
      parts().typeArguments(types);
      from = endOf(types);
    }
    openAt(ARGUMENTS, 'arguments', next('(', from), endOf(part));
    list(part + at.CALL_EXPRESSION_ARGUMENTS);
    close();
    close();
  }

  function construct(part: number, field: string | null): void {
    open(NEW, field, part);
    expression(part + at.NEW_EXPRESSION_CALLEE, 'constructor');
    const types = partAt(part + at.NEW_EXPRESSION_TYPE_ARGUMENTS);
    if (types !== 0) parts().typeArguments(types);
    const from = skip(endOf(types === 0 ? heldBy(part + at.NEW_EXPRESSION_CALLEE) : types));
    // `new A` has no list.
    if (from < endOf(part)) {
      openAt(ARGUMENTS, 'arguments', next('(', from), endOf(part));
      list(part + at.NEW_EXPRESSION_ARGUMENTS);
      close();
    }
    close();
  }

  function importing(part: number, field: string | null): void {
    if (bytes[part + at.IMPORT_EXPRESSION_PHASE] !== at.NO_PHASE) throw new NotRead('an import with a phase');
    open(CALL, field, part);
    token(IMPORT, 'function', startOf(part));
    openAt(ARGUMENTS, 'arguments', next('(', startOf(part) + 6), endOf(part));
    expression(part + at.IMPORT_EXPRESSION_SOURCE, null);
    if (kindAt(part + at.IMPORT_EXPRESSION_OPTIONS) !== NOTHING) expression(part + at.IMPORT_EXPRESSION_OPTIONS, null);
    close();
    close();
  }

  function tagged(part: number, field: string | null): void {
    open(CALL, field, part);
    expression(part + at.TAGGED_TEMPLATE_EXPRESSION_TAG, 'function');
    parts().typeArguments(partAt(part + at.TAGGED_TEMPLATE_EXPRESSION_TYPE_ARGUMENTS));
    template(part + at.TAGGED_TEMPLATE_EXPRESSION_QUASI, 'arguments');
    close();
  }

  function parenthesized(part: number, field: string | null): void {
    open(PARENTHESES, field, part);
    expression(part + at.PARENTHESIZED_EXPRESSION_EXPRESSION, null);
    close();
  }

  function sequence(part: number, field: string | null): void {
    open(SEQUENCE, field, part);
    list(part + at.SEQUENCE_EXPRESSION_EXPRESSIONS);
    close();
  }

  function array(part: number, field: string | null): void {
    open(ARRAY, field, part);
    const first = firstOf(part + at.ARRAY_EXPRESSION_ELEMENTS);
    const end = first + countOf(part + at.ARRAY_EXPRESSION_ELEMENTS) * at.CHOICE_SIZE;
    for (let each = first; each < end; each += at.CHOICE_SIZE) ELEMENTS[kindAt(each)]?.(heldBy(each), null);
    close();
  }

  function object(part: number, field: string | null): void {
    open(OBJECT, field, part);
    const { property } = parts();
    const first = firstOf(part + at.OBJECT_EXPRESSION_PROPERTIES);
    const end = first + countOf(part + at.OBJECT_EXPRESSION_PROPERTIES) * at.CHOICE_SIZE;
    for (let each = first; each < end; each += at.CHOICE_SIZE) {
      if (kindAt(each) === at.OBJECT_PROPERTY_KIND_KINDS.SpreadElement) spread(heldBy(each), null);
      else property(heldBy(each));
    }
    close();
  }

  function spread(part: number, field: string | null): void {
    open(SPREAD, field, part);
    expression(part + at.SPREAD_ELEMENT_ARGUMENT, null);
    close();
  }

  function meta(part: number, field: string | null, property: string): void {
    open(META, field, part);
    token(kind(property), null, endOf(part) - property.length);
    close();
  }
}

const ESCAPE = /\\(?:u\{[\da-fA-F]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|[0-7]{1,3}|\r\n|.)/sy;
