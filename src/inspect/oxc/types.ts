import type { Builder, Kind } from './builder.ts';
import * as at from './layout.ts';
import { countOf, endOf, firstOf, heldBy, kindAt, partAt, startOf } from './memory.ts';
import type { Types } from './parts.ts';

/** What the parser's kinds of types are called; all others are a `type`. */
const NAMES: Readonly<Record<string, string>> = {
  TSLiteralType: 'literal_type',
  TSNullKeyword: 'literal_type',
  TSUnionType: 'union_type',
  TSIntersectionType: 'intersection_type',
  TSArrayType: 'array_type',
  TSTypeLiteral: 'object_type',
  TSMappedType: 'object_type',
  TSFunctionType: 'function_type',
  TSTypeQuery: 'type_query',
  TSTupleType: 'tuple_type',
  TSTypePredicate: 'type_predicate',
  TSParenthesizedType: 'parenthesized_type',
  TSConditionalType: 'conditional_type',
  TSIndexedAccessType: 'lookup_type',
  TSTypeOperator: 'index_type_query',
  TSThisType: 'this_type',
};

export function createTypes(b: Builder): Types {
  const { kind, open, close, leaf, token } = b;
  const OTHER = kind('type');
  const GENERIC = kind('generic_type');
  const NAME = kind('type_identifier');
  const NESTED_NAME = kind('nested_type_identifier');
  const NESTED = kind('nested_identifier');
  const IDENTIFIER = kind('identifier');
  const PROPERTY = kind('property_identifier');
  const ARGUMENTS = kind('type_arguments');
  const PARAMETERS = kind('type_parameters');
  const ANNOTATION = kind('type_annotation');
  const LESS = kind('<');
  const MORE = kind('>');
  const KINDS: Kind[] = [];
  for (const [name, number] of Object.entries(at.TS_TYPE_KINDS)) {
    const keyword = name.endsWith('Keyword') ? 'predefined_type' : 'type';
    KINDS[number] = kind(NAMES[name] ?? keyword);
  }
  return { type, typeArguments, typeParameters, annotation };

  function type(choice: number, field: string | null): void {
    const part = heldBy(choice);
    const of = kindAt(choice);
    if (of !== at.TS_TYPE_KINDS.TSTypeReference) {
      leaf(KINDS[of] ?? OTHER, field, part);
      return;
    }
    const given = partAt(part + at.TS_TYPE_REFERENCE_TYPE_ARGUMENTS);
    if (given === 0) {
      typeName(part + at.TS_TYPE_REFERENCE_TYPE_NAME, field);
      return;
    }
    open(GENERIC, field, part);
    typeName(part + at.TS_TYPE_REFERENCE_TYPE_NAME, 'name');
    typeArguments(given);
    close();
  }

  function typeName(choice: number, field: string | null): void {
    const part = heldBy(choice);
    if (kindAt(choice) !== at.TS_TYPE_NAME_KINDS.TSQualifiedName) {
      leaf(NAME, field, part);
      return;
    }
    open(NESTED_NAME, field, part);
    entityName(part + at.TS_QUALIFIED_NAME_LEFT, 'module');
    leaf(NAME, 'name', part + at.TS_QUALIFIED_NAME_RIGHT);
    close();
  }

  /** A name with dots: `A.B`. */
  function entityName(choice: number, field: string): void {
    const part = heldBy(choice);
    if (kindAt(choice) !== at.TS_TYPE_NAME_KINDS.TSQualifiedName) {
      leaf(IDENTIFIER, field, part);
      return;
    }
    open(NESTED, field, part);
    entityName(part + at.TS_QUALIFIED_NAME_LEFT, 'object');
    leaf(PROPERTY, 'property', part + at.TS_QUALIFIED_NAME_RIGHT);
    close();
  }

  function typeArguments(part: number): void {
    if (part === 0) return;
    open(ARGUMENTS, 'type_arguments', part);
    token(LESS, null, startOf(part));
    const first = firstOf(part + at.TS_TYPE_PARAMETER_INSTANTIATION_PARAMS);
    const count = countOf(part + at.TS_TYPE_PARAMETER_INSTANTIATION_PARAMS);
    for (let each = 0; each < count; each += 1) type(first + each * at.CHOICE_SIZE, null);
    token(MORE, null, endOf(part) - 1);
    close();
  }

  function typeParameters(part: number): void {
    if (part !== 0) leaf(PARAMETERS, 'type_parameters', part);
  }

  function annotation(part: number, field: string): void {
    if (part === 0) return;
    open(ANNOTATION, field, part);
    type(part + at.TS_TYPE_ANNOTATION_TYPE_ANNOTATION, null);
    close();
  }
}
