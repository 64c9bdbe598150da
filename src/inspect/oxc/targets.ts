import type { Builder } from './builder.ts';
import { type Readers, readersOf } from './kinds.ts';
import * as at from './layout.ts';
import { countOf, endOf, firstOf, heldBy, isSet, kindAt, NOTHING, partAt, startOf } from './memory.ts';
import type { Parts, Patterns } from './parts.ts';

/**
 * What a value is given to after it was declared: the parser has nodes of its own for it, with the same shape here.
 * @param expressions readers of members and casts, which can be given values too
 */
export function createTargets(b: Builder, expressions: Readers, parts: () => Parts): Patterns['target'] {
  const { kind, open, openAt, close, leaf } = b;
  const IDENTIFIER = kind('identifier');
  const OBJECT = kind('object_pattern');
  const ARRAY = kind('array_pattern');
  const ASSIGNED = kind('assignment_pattern');
  const REST = kind('rest_pattern');
  const SHORT = kind('shorthand_property_identifier_pattern');
  const SHORT_ASSIGNED = kind('object_assignment_pattern');
  const PAIR_PATTERN = kind('pair_pattern');

  const readers: Readers = {
    ...expressions,
    IdentifierReference: (part, field) => leaf(IDENTIFIER, field, part),
    ArrayAssignmentTarget: array,
    ObjectAssignmentTarget: object,
    AssignmentTargetWithDefault: assigned,
  };
  const TARGETS = readersOf([at.ASSIGNMENT_TARGET_MAYBE_DEFAULT_KINDS, readers]);
  return target;

  function target(choice: number, field: string | null): void {
    TARGETS[kindAt(choice)]?.(heldBy(choice), field);
  }

  function array(part: number, field: string | null): void {
    open(ARRAY, field, part);
    const first = firstOf(part + at.ARRAY_ASSIGNMENT_TARGET_ELEMENTS);
    const end = first + countOf(part + at.ARRAY_ASSIGNMENT_TARGET_ELEMENTS) * at.CHOICE_SIZE;
    for (let each = first; each < end; each += at.CHOICE_SIZE) if (kindAt(each) !== NOTHING) target(each, null);
    rest(partAt(part + at.TARGET_REST));
    close();
  }

  function object(part: number, field: string | null): void {
    open(OBJECT, field, part);
    const first = firstOf(part + at.OBJECT_ASSIGNMENT_TARGET_PROPERTIES);
    const end = first + countOf(part + at.OBJECT_ASSIGNMENT_TARGET_PROPERTIES) * at.CHOICE_SIZE;
    for (let each = first; each < end; each += at.CHOICE_SIZE) {
      if (kindAt(each) === at.ASSIGNMENT_TARGET_PROPERTY_KINDS.AssignmentTargetPropertyProperty) entry(heldBy(each));
      else short(heldBy(each));
    }
    rest(partAt(part + at.TARGET_REST));
    close();
  }

  function entry(part: number): void {
    open(PAIR_PATTERN, null, part);
    const computed = isSet(part + at.ASSIGNMENT_TARGET_PROPERTY_PROPERTY_COMPUTED);
    parts().key(part + at.ASSIGNMENT_TARGET_PROPERTY_PROPERTY_KEY, computed, 'key');
    target(part + at.ASSIGNMENT_TARGET_PROPERTY_PROPERTY_VALUE, 'value');
    close();
  }

  function short(part: number): void {
    const given = part + at.ASSIGNMENT_TARGET_PROPERTY_IDENTIFIER_VALUE;
    if (kindAt(given) === NOTHING) {
      leaf(SHORT, null, part);
      return;
    }
    open(SHORT_ASSIGNED, null, part);
    leaf(SHORT, 'left', part + at.ASSIGNMENT_TARGET_PROPERTY_IDENTIFIER_KEY);
    parts().expression(given, 'right');
    close();
  }

  function assigned(part: number, field: string | null): void {
    open(ASSIGNED, field, part);
    target(part + at.ASSIGNMENT_TARGET_WITH_DEFAULT_LEFT, 'left');
    parts().expression(part + at.ASSIGNMENT_TARGET_WITH_DEFAULT_RIGHT, 'right');
    close();
  }

  function rest(part: number): void {
    if (part === 0) return;
    openAt(REST, null, startOf(part), endOf(heldBy(part + at.ASSIGNMENT_TARGET_REST_ARGUMENT)));
    target(part + at.ASSIGNMENT_TARGET_REST_ARGUMENT, null);
    close();
  }
}
