import type {
  ArrowFunctionExpression,
  BindingIdentifier,
  Class,
  Decorator,
  Directive,
  Expression,
  Function as FunctionNode,
  Node,
  Statement,
  TemplateLiteral,
  TSTypeName,
  TSTypeParameterInstantiation,
  VariableDeclaration,
} from 'oxc-parser';
import type { Growing } from '../syntax.ts';

export type Of<T extends Node['type']> = Extract<Node, { type: T }>;

/** What can stand where a value is wanted, written to, or spread. */
export type Operand = Expression | Of<'Identifier' | 'SpreadElement' | 'PrivateIdentifier'>;

export interface Expressions {
  expression(node: Operand, field: string | null, parent: Growing): void;
  template(node: TemplateLiteral, field: string | null, parent: Growing): void;
  list(nodes: readonly (Operand | null)[], parent: Growing): void;
}

export type Target = Operand | Of<'ObjectPattern' | 'ArrayPattern' | 'AssignmentPattern' | 'RestElement'>;

export type Member = Of<'Property'> | Of<'SpreadElement'> | Of<'RestElement'>;

export interface Patterns {
  /** What a value is given to; its annotation and marks are left to the caller. */
  pattern(node: Target, field: string | null, parent: Growing): void;
  /** A property of an object literal. */
  property(node: Member, parent: Growing): void;
  key(node: Operand, computed: boolean, field: string, parent: Growing): void;
}

export interface Functions {
  functionLike(node: FunctionNode | ArrowFunctionExpression, field: string | null, parent: Growing): void;
  /** Parameters, result and body, for a function or a method. */
  signature(node: FunctionNode | ArrowFunctionExpression, from: number, parent: Growing): void;
  decorators(nodes: readonly Decorator[] | undefined, parent: Growing): void;
  typeParameters(node: { readonly start: number; readonly end: number } | null | undefined, parent: Growing): void;
}

export type Method = Of<'MethodDefinition' | 'TSAbstractMethodDefinition'> | Of<'Property'>;

export interface Classes {
  classLike(node: Class, field: string | null, parent: Growing): void;
  /** A method of a class or an object. */
  method(node: Method, field: string | null, parent: Growing): void;
  /** The words before a name: `private static async *`. */
  modifiers(from: number, to: number, parent: Growing): void;
}

export interface Types {
  /** A type: names and generic types with their parts, all others as one piece of text. */
  type(node: Node, field: string | null, parent: Growing): void;
  typeArguments(node: TSTypeParameterInstantiation | null, parent: Growing): void;
  /** A name with dots: `A.B`. */
  entityName(node: TSTypeName | BindingIdentifier, field: string, parent: Growing): void;
  /** The annotation of a pattern, the colon included. */
  annotation(node: object, field: string, parent: Growing): void;
}

export interface Declarations extends Classes, Functions, Patterns, Types {
  declaration(node: Node, field: string | null, parent: Growing): void;
  /** @param end of the declaration with its semicolon, where it stands in a loop */
  variables(node: VariableDeclaration, field: string | null, parent: Growing, end: number): void;
}

/** What the parts of the reader call of each other. */
export interface Parts extends Expressions, Declarations {
  statement(node: Statement | Directive, field: string | null, parent: Growing): void;
  block(
    node: { readonly start: number; readonly end: number; readonly body: readonly (Statement | Directive)[] },
    field: string | null,
    parent: Growing,
  ): void;
}
