/**
 * What the parts of the reader call of each other. A `part` is the place of a node of the parser's tree, a `choice` that
 * of a byte that tells which kind of node comes, with its place (memory.ts); `field` is the role in the node around.
 */
export interface Expressions {
  expression(choice: number, field: string | null): void;
  /** Arguments of a call, with the spread ones. */
  list(list: number): void;
  template(part: number, field: string | null): void;
}

export interface Patterns {
  /** What a value is given to as it is declared; its annotation and marks are left to the caller. */
  pattern(choice: number, field: string | null): void;
  /** What a value is given to later: a name, a member, or a pattern of them. */
  target(choice: number, field: string | null): void;
  /** @param part 0 where there is none */
  rest(part: number, field: string | null): void;
  /** A property of an object literal. */
  property(part: number): void;
  key(choice: number, computed: boolean, field: string): void;
}

export interface Functions {
  functionLike(part: number, field: string | null): void;
  arrow(part: number, field: string | null): void;
  /** Parameters, result and body of a function or a method, which begin after an offset. */
  signature(part: number, after: number): void;
  /** @param from only those that start there or later */
  decorators(list: number, from: number, to: number): void;
}

export interface Classes {
  classLike(part: number, field: string | null): void;
  /** A method of a class or an object, between its words and its end. */
  method(method: Method, field: string | null): void;
  /** The words before a name: `private static async *`. */
  modifiers(from: number, to: number): void;
}

export interface Method {
  readonly abstract: boolean;
  /** Where it begins, decorators left out. */
  readonly from: number;
  readonly end: number;
  readonly key: number;
  readonly computed: boolean;
  readonly optional: boolean;
  /** The function that it is. */
  readonly value: number;
}

export interface Types {
  /** A type: names and generic types with their parts, all others as one piece of text. */
  type(choice: number, field: string | null): void;
  /** @param part 0 where there are none, here and below */
  typeArguments(part: number): void;
  typeParameters(part: number): void;
  /** The annotation of a pattern, the colon included. */
  annotation(part: number, field: string): void;
}

export interface Declarations extends Classes, Functions, Patterns, Types {
  declaration(choice: number, field: string | null): void;
  /** @param end of the declaration with its semicolon, where it stands in a loop */
  variables(part: number, field: string | null, end: number): void;
}

export interface Parts extends Expressions, Declarations {
  statement(choice: number, field: string | null): void;
  statements(list: number, field: string | null): void;
  /** `(condition)`, whose parentheses belong to the statement. Gives the end of it. */
  condition(test: number, from: number, field: string): number;
  block(part: number, field: string | null): void;
  /** A block whose first statements may be directives: of a function, a namespace. */
  body(part: number, field: string | null): void;
  directives(list: number): void;
}
