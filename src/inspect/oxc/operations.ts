import type { Builder, Kind } from './builder.ts';
import type { Readers } from './kinds.ts';
import * as at from './layout.ts';
import { bytes, endOf, heldBy, isSet, kindAt, NOTHING, startOf } from './memory.ts';
import type { Expressions, Patterns } from './parts.ts';

type Calls = Pick<Expressions, 'expression'> & Pick<Patterns, 'target'>;

/** Readers of what is done with operators and the words that work like them. */
export function createOperations(b: Builder, { expression, target }: Calls): Readers {
  const { kind, open, close, leaf, token, next } = b;
  const UNARY = kind('unary_expression');
  const UPDATE = kind('update_expression');
  const BINARY = kind('binary_expression');
  const ASSIGNMENT = kind('assignment_expression');
  const AUGMENTED = kind('augmented_assignment_expression');
  const TERNARY = kind('ternary_expression');
  const AWAITED = kind('await_expression');
  const YIELDED = kind('yield_expression');
  const PRIVATE = kind('private_property_identifier');
  const QUESTION = kind('?');
  const AWAIT = kind('await');
  const YIELD = kind('yield');
  const STAR = kind('*');
  const IN = kind('in');
  const UNARY_OPERATORS = at.UNARY_OPERATOR_WORDS.map(kind);
  const UPDATE_OPERATORS = at.UPDATE_OPERATOR_WORDS.map(kind);
  const BINARY_OPERATORS = at.BINARY_OPERATOR_WORDS.map(kind);
  const LOGICAL_OPERATORS = at.LOGICAL_OPERATOR_WORDS.map(kind);
  const ASSIGNMENT_OPERATORS = at.ASSIGNMENT_OPERATOR_WORDS.map(kind);

  return {
    UnaryExpression: unary,
    UpdateExpression: update,
    BinaryExpression: (part, field) => binary(part, field, BINARY_OPERATORS),
    LogicalExpression: (part, field) => binary(part, field, LOGICAL_OPERATORS),
    PrivateInExpression: privateIn,
    AssignmentExpression: assignment,
    ConditionalExpression: conditional,
    AwaitExpression: awaited,
    YieldExpression: yielded,
  };

  /** The operator between two operands. */
  function between(operator: Kind | undefined, left: number): void {
    if (operator !== undefined) token(operator, 'operator', next(operator.type, left));
  }

  function unary(part: number, field: string | null): void {
    open(UNARY, field, part);
    const operator = UNARY_OPERATORS[bytes[part + at.UNARY_EXPRESSION_OPERATOR] ?? NOTHING];
    if (operator !== undefined) token(operator, 'operator', startOf(part));
    expression(part + at.UNARY_EXPRESSION_ARGUMENT, 'argument');
    close();
  }

  function update(part: number, field: string | null): void {
    open(UPDATE, field, part);
    const operator = UPDATE_OPERATORS[bytes[part + at.UPDATE_EXPRESSION_OPERATOR] ?? NOTHING];
    const before = isSet(part + at.UPDATE_EXPRESSION_PREFIX);
    if (operator !== undefined && before) token(operator, 'operator', startOf(part));
    target(part + at.UPDATE_EXPRESSION_ARGUMENT, 'argument');
    if (operator !== undefined && !before) token(operator, 'operator', endOf(part) - 2);
    close();
  }

  function binary(part: number, field: string | null, operators: readonly Kind[]): void {
    open(BINARY, field, part);
    expression(part + at.BINARY_EXPRESSION_LEFT, 'left');
    between(
      operators[bytes[part + at.BINARY_EXPRESSION_OPERATOR] ?? NOTHING],
      endOf(heldBy(part + at.BINARY_EXPRESSION_LEFT)),
    );
    expression(part + at.BINARY_EXPRESSION_RIGHT, 'right');
    close();
  }

  function privateIn(part: number, field: string | null): void {
    open(BINARY, field, part);
    leaf(PRIVATE, 'left', part + at.PRIVATE_IN_EXPRESSION_LEFT);
    between(IN, endOf(part + at.PRIVATE_IN_EXPRESSION_LEFT));
    expression(part + at.PRIVATE_IN_EXPRESSION_RIGHT, 'right');
    close();
  }

  function assignment(part: number, field: string | null): void {
    const operator = bytes[part + at.ASSIGNMENT_EXPRESSION_OPERATOR] ?? NOTHING;
    open(operator === 0 ? ASSIGNMENT : AUGMENTED, field, part);
    target(part + at.ASSIGNMENT_EXPRESSION_LEFT, 'left');
    if (operator !== 0) between(ASSIGNMENT_OPERATORS[operator], endOf(heldBy(part + at.ASSIGNMENT_EXPRESSION_LEFT)));
    expression(part + at.ASSIGNMENT_EXPRESSION_RIGHT, 'right');
    close();
  }

  function conditional(part: number, field: string | null): void {
    open(TERNARY, field, part);
    expression(part + at.CONDITIONAL_EXPRESSION_TEST, 'condition');
    token(QUESTION, null, next('?', endOf(heldBy(part + at.CONDITIONAL_EXPRESSION_TEST))));
    expression(part + at.CONDITIONAL_EXPRESSION_CONSEQUENT, 'consequence');
    expression(part + at.CONDITIONAL_EXPRESSION_ALTERNATE, 'alternative');
    close();
  }

  function awaited(part: number, field: string | null): void {
    open(AWAITED, field, part);
    token(AWAIT, null, startOf(part));
    expression(part + at.AWAIT_EXPRESSION_ARGUMENT, null);
    close();
  }

  function yielded(part: number, field: string | null): void {
    open(YIELDED, field, part);
    token(YIELD, null, startOf(part));
    if (isSet(part + at.YIELD_EXPRESSION_DELEGATE)) token(STAR, null, next('*', startOf(part) + 5));
    if (kindAt(part + at.YIELD_EXPRESSION_ARGUMENT) !== NOTHING) expression(part + at.YIELD_EXPRESSION_ARGUMENT, null);
    close();
  }
}
