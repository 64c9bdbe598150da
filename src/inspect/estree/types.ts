import type { BindingIdentifier, Node, TSTypeName, TSTypeParameterInstantiation } from 'oxc-parser';
import type { Growing } from '../syntax.ts';
import type { Builder } from './builder.ts';
import type { Types } from './parts.ts';

const KEYWORD = /^TS(?:Any|BigInt|Boolean|Never|Number|Object|String|Symbol|Undefined|Unknown|Void|Intrinsic)Keyword$/;
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
  const { node: make, token } = b;

  function type(node: Node, field: string | null, parent: Growing): void {
    const { start, end } = node;
    if (node.type !== 'TSTypeReference') {
      make(KEYWORD.test(node.type) ? 'predefined_type' : (NAMES[node.type] ?? 'type'), field, start, end, parent);
      return;
    }
    if (node.typeArguments === null) {
      typeName(node.typeName, field, parent);
      return;
    }
    const made = make('generic_type', field, start, end, parent);
    typeName(node.typeName, 'name', made);
    typeArguments(node.typeArguments, made);
  }

  function typeName(node: TSTypeName, field: string | null, parent: Growing): void {
    const { start, end } = node;
    if (node.type !== 'TSQualifiedName') {
      make('type_identifier', field, start, end, parent);
      return;
    }
    const made = make('nested_type_identifier', field, start, end, parent);
    entityName(node.left, 'module', made);
    make('type_identifier', 'name', node.right.start, node.right.end, made);
  }

  function entityName(node: TSTypeName | BindingIdentifier, field: string, parent: Growing): void {
    const { start, end } = node;
    if (node.type !== 'TSQualifiedName') {
      make('identifier', field, start, end, parent);
      return;
    }
    const made = make('nested_identifier', field, start, end, parent);
    entityName(node.left, 'object', made);
    make('property_identifier', 'property', node.right.start, node.right.end, made);
  }

  function typeArguments(node: TSTypeParameterInstantiation | null, parent: Growing): void {
    if (node === null) return;
    const made = make('type_arguments', 'type_arguments', node.start, node.end, parent);
    token('<', null, node.start, made);
    for (const each of node.params) type(each, null, made);
    token('>', null, node.end - 1, made);
  }

  function annotation(node: { readonly typeAnnotation?: Node | null }, field: string, parent: Growing): void {
    const given = node.typeAnnotation;
    if (given?.type !== 'TSTypeAnnotation') return;
    type(given.typeAnnotation, null, make('type_annotation', field, given.start, given.end, parent));
  }

  return { type, typeArguments, annotation, entityName };
}
