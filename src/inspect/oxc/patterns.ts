import { type Builder, NotRead } from './builder.ts';
import { type Readers, readersOf } from './kinds.ts';
import * as at from './layout.ts';
import { bytes, countOf, endOf, firstOf, heldBy, isSet, kindAt, NOTHING, partAt, startOf } from './memory.ts';
import type { Parts, Patterns } from './parts.ts';

type Declared = Pick<Patterns, 'pattern' | 'rest' | 'property' | 'key'>;

/** What a value is given to as it is declared, and the properties of objects. */
export function createPatterns(b: Builder, parts: () => Parts): Declared {
  const { kind, open, openAt, close, leaf, next } = b;
  const IDENTIFIER = kind('identifier');
  const OBJECT = kind('object_pattern');
  const ARRAY = kind('array_pattern');
  const ASSIGNED = kind('assignment_pattern');
  const REST = kind('rest_pattern');
  const SHORT = kind('shorthand_property_identifier_pattern');
  const SHORT_ASSIGNED = kind('object_assignment_pattern');
  const SHORT_PROPERTY = kind('shorthand_property_identifier');
  const PAIR_PATTERN = kind('pair_pattern');
  const PAIR = kind('pair');
  const COMPUTED = kind('computed_property_name');
  const PROPERTY = kind('property_identifier');
  const PRIVATE = kind('private_property_identifier');

  const readers: Readers = {
    BindingIdentifier: (part, field) => leaf(IDENTIFIER, field, part),
    ObjectPattern: object,
    ArrayPattern: array,
    AssignmentPattern: assigned,
  };
  const PATTERNS = readersOf([at.BINDING_PATTERN_KINDS, readers]);
  return { pattern, rest, property, key };

  function pattern(choice: number, field: string | null): void {
    PATTERNS[kindAt(choice)]?.(heldBy(choice), field);
  }

  function object(part: number, field: string | null): void {
    open(OBJECT, field, part);
    const first = firstOf(part + at.OBJECT_PATTERN_PROPERTIES);
    const count = countOf(part + at.OBJECT_PATTERN_PROPERTIES);
    for (let each = 0; each < count; each += 1) entry(first + each * at.BINDING_PROPERTY_SIZE);
    rest(partAt(part + at.PATTERN_REST), null);
    close();
  }

  function entry(part: number): void {
    const value = part + at.BINDING_PROPERTY_VALUE;
    if (!isSet(part + at.BINDING_PROPERTY_SHORTHAND)) {
      open(PAIR_PATTERN, null, part);
      key(part + at.BINDING_PROPERTY_KEY, isSet(part + at.BINDING_PROPERTY_COMPUTED), 'key');
      pattern(value, 'value');
      close();
    } else if (kindAt(value) === at.BINDING_PATTERN_KINDS.AssignmentPattern) {
      open(SHORT_ASSIGNED, null, part);
      const given = heldBy(value);
      leaf(SHORT, 'left', heldBy(given + at.ASSIGNMENT_PATTERN_LEFT));
      parts().expression(given + at.ASSIGNMENT_PATTERN_RIGHT, 'right');
      close();
    } else leaf(SHORT, null, part);
  }

  function array(part: number, field: string | null): void {
    open(ARRAY, field, part);
    const first = firstOf(part + at.ARRAY_PATTERN_ELEMENTS);
    const end = first + countOf(part + at.ARRAY_PATTERN_ELEMENTS) * at.CHOICE_SIZE;
    for (let each = first; each < end; each += at.CHOICE_SIZE) if (kindAt(each) !== NOTHING) pattern(each, null);
    rest(partAt(part + at.PATTERN_REST), null);
    close();
  }

  function assigned(part: number, field: string | null): void {
    open(ASSIGNED, field, part);
    pattern(part + at.ASSIGNMENT_PATTERN_LEFT, 'left');
    parts().expression(part + at.ASSIGNMENT_PATTERN_RIGHT, 'right');
    close();
  }

  function rest(part: number, field: string | null): void {
    if (part === 0) return;
    openAt(REST, field, startOf(part), endOf(heldBy(part + at.BINDING_REST_ELEMENT_ARGUMENT)));
    pattern(part + at.BINDING_REST_ELEMENT_ARGUMENT, null);
    close();
  }

  function key(choice: number, computed: boolean, field: string): void {
    const part = heldBy(choice);
    if (computed) {
      openAt(COMPUTED, field, b.text.lastIndexOf('[', startOf(part) - 1), next(']', endOf(part)) + 1);
      parts().expression(choice, null);
      close();
      return;
    }
    const of = kindAt(choice);
    if (of === at.PROPERTY_KEY_KINDS.IdentifierName) leaf(PROPERTY, field, part);
    else if (of === at.PROPERTY_KEY_KINDS.PrivateIdentifier) leaf(PRIVATE, field, part);
    else if (of <= at.EXPRESSION_KINDS.StringLiteral) parts().expression(choice, field);
    else throw new NotRead('a key that is no name');
  }

  function property(part: number): void {
    const value = part + at.OBJECT_PROPERTY_VALUE;
    const named = part + at.OBJECT_PROPERTY_KEY;
    const computed = isSet(part + at.OBJECT_PROPERTY_COMPUTED);
    // A getter or setter is one as well.
    if (isSet(part + at.OBJECT_PROPERTY_METHOD) || bytes[part + at.OBJECT_PROPERTY_KIND] !== 0) {
      if (kindAt(value) !== at.EXPRESSION_KINDS.Function) throw new NotRead('a method that is no function');
      parts().method(
        {
          abstract: false,
          from: startOf(part),
          end: endOf(part),
          key: named,
          computed,
          optional: false,
          value: heldBy(value),
        },
        null,
      );
    } else if (isSet(part + at.OBJECT_PROPERTY_SHORTHAND)) {
      if (kindAt(value) !== at.EXPRESSION_KINDS.IdentifierReference) throw new NotRead('a short property with a value');
      leaf(SHORT_PROPERTY, null, part);
    } else {
      open(PAIR, null, part);
      key(named, computed, 'key');
      parts().expression(value, 'value');
      close();
    }
  }
}
