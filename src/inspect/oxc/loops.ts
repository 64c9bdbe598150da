import { type Builder, NotRead } from './builder.ts';
import type { Readers } from './kinds.ts';
import * as at from './layout.ts';
import { bytes, countOf, endOf, firstOf, heldBy, isSet, kindAt, NOTHING, startOf } from './memory.ts';
import type { Parts } from './parts.ts';

/** Readers of loops, and of `with`, which is written like one. */
export function createLoops(b: Builder, parts: Parts): Readers {
  const { kind, open, close, leafAt, token, next, skip } = b;
  const WHILE_STATEMENT = kind('while_statement');
  const WHILE = kind('while');
  const DO_STATEMENT = kind('do_statement');
  const DO = kind('do');
  const WITH_STATEMENT = kind('with_statement');
  const WITH = kind('with');
  const FOR_STATEMENT = kind('for_statement');
  const FOR_IN = kind('for_in_statement');
  const FOR = kind('for');
  const AWAIT = kind('await');
  const IN = kind('in');
  const OF = kind('of');
  const EMPTY = kind('empty_statement');
  const { expression, statement, condition, variables } = parts;

  return {
    WhileStatement: whileStatement,
    DoWhileStatement: doStatement,
    WithStatement: withStatement,
    ForStatement: forStatement,
    ForInStatement: (part, field) => forEach(part, field, false),
    ForOfStatement: (part, field) => forEach(part, field, true),
  };

  function whileStatement(part: number, field: string | null): void {
    open(WHILE_STATEMENT, field, part);
    token(WHILE, null, startOf(part));
    condition(part + at.WHILE_STATEMENT_TEST, startOf(part) + 5, 'condition');
    statement(part + at.WHILE_STATEMENT_BODY, 'body');
    close();
  }

  function doStatement(part: number, field: string | null): void {
    open(DO_STATEMENT, field, part);
    token(DO, null, startOf(part));
    const body = part + at.DO_WHILE_STATEMENT_BODY;
    statement(body, 'body');
    const start = next('while', endOf(heldBy(body)));
    token(WHILE, null, start);
    condition(part + at.DO_WHILE_STATEMENT_TEST, start + 5, 'condition');
    close();
  }

  function withStatement(part: number, field: string | null): void {
    open(WITH_STATEMENT, field, part);
    token(WITH, null, startOf(part));
    condition(part + at.WITH_STATEMENT_OBJECT, startOf(part) + 4, 'object');
    statement(part + at.WITH_STATEMENT_BODY, 'body');
    close();
  }

  function forStatement(part: number, field: string | null): void {
    open(FOR_STATEMENT, field, part);
    token(FOR, null, startOf(part));
    const init = part + at.FOR_STATEMENT_INIT;
    let first: number;
    if (kindAt(init) === NOTHING) {
      first = next(';', next('(', startOf(part) + 3) + 1) + 1;
      leafAt(EMPTY, 'initializer', first - 1, first);
    } else {
      first = next(';', endOf(heldBy(init))) + 1;
      if (kindAt(init) === at.FOR_STATEMENT_INIT_KINDS.VariableDeclaration)
        variables(heldBy(init), 'initializer', first);
      else expression(init, 'initializer');
    }
    if (kindAt(part + at.FOR_STATEMENT_TEST) === NOTHING) {
      const start = next(';', first);
      leafAt(EMPTY, 'condition', start, start + 1);
    } else expression(part + at.FOR_STATEMENT_TEST, 'condition');
    if (kindAt(part + at.FOR_STATEMENT_UPDATE) !== NOTHING) expression(part + at.FOR_STATEMENT_UPDATE, 'increment');
    statement(part + at.FOR_STATEMENT_BODY, 'body');
    close();
  }

  function forEach(part: number, field: string | null, values: boolean): void {
    open(FOR_IN, field, part);
    token(FOR, null, startOf(part));
    if (values && isSet(part + at.FOR_OF_STATEMENT_AWAIT)) token(AWAIT, null, next('await', startOf(part) + 3));
    const end = loopVariable(part + at.FOR_EACH_LEFT);
    token(values ? OF : IN, 'operator', next(values ? 'of' : 'in', end));
    expression(part + at.FOR_EACH_RIGHT, 'right');
    statement(part + at.FOR_EACH_BODY, 'body');
    close();
  }

  function loopVariable(choice: number): number {
    const part = heldBy(choice);
    if (kindAt(choice) !== at.FOR_STATEMENT_LEFT_KINDS.VariableDeclaration) {
      parts.target(choice, 'left');
      return endOf(part);
    }
    const list = part + at.VARIABLE_DECLARATION_DECLARATIONS;
    const only = firstOf(list);
    const word = at.VARIABLE_DECLARATION_KIND_WORDS[bytes[part + at.VARIABLE_DECLARATION_KIND] ?? NOTHING];
    if (
      countOf(list) !== 1 ||
      kindAt(only + at.VARIABLE_DECLARATOR_INIT) !== NOTHING ||
      word?.includes('using') !== false
    )
      throw new NotRead('a loop variable with a value');
    parts.pattern(only + at.VARIABLE_DECLARATOR_ID, 'left');
    return skip(endOf(part));
  }
}
