import type { Builder } from './builder.ts';
import { createDeclarations } from './declarations.ts';
import { createExpressions } from './expressions.ts';
import { type Readers, readersOf } from './kinds.ts';
import * as at from './layout.ts';
import { createLoops } from './loops.ts';
import { bytes, countOf, endOf, firstOf, heldBy, kindAt, NOTHING, partAt, startOf, words } from './memory.ts';
import { createModules } from './modules.ts';
import type { Parts } from './parts.ts';

export function createStatements(b: Builder): Parts {
  const { kind, open, openAt, close, leaf, token, next } = b;
  const BLOCK = kind('statement_block');
  const EXPRESSION = kind('expression_statement');
  const STRING = kind('string');
  const EMPTY = kind('empty_statement');
  const DEBUGGER_STATEMENT = kind('debugger_statement');
  const DEBUGGER = kind('debugger');
  const RETURN = kind('return_statement');
  const THROW_STATEMENT = kind('throw_statement');
  const THROW = kind('throw');
  const LABELED = kind('labeled_statement');
  const LABEL = kind('statement_identifier');
  const BREAK_STATEMENT = kind('break_statement');
  const BREAK = kind('break');
  const CONTINUE_STATEMENT = kind('continue_statement');
  const CONTINUE = kind('continue');
  const IF = kind('if_statement');
  const ELSE = kind('else_clause');
  const SWITCH_STATEMENT = kind('switch_statement');
  const SWITCH = kind('switch');
  const SWITCH_BODY = kind('switch_body');
  const SWITCH_CASE = kind('switch_case');
  const SWITCH_DEFAULT = kind('switch_default');
  const CASE = kind('case');
  const DEFAULT = kind('default');
  const TRY_STATEMENT = kind('try_statement');
  const TRY = kind('try');
  const CATCH_CLAUSE = kind('catch_clause');
  const CATCH = kind('catch');
  const FINALLY_CLAUSE = kind('finally_clause');
  const FINALLY = kind('finally');
  const PARENTHESES = kind('parenthesized_expression');

  const { readers: expressions, ...ownExpressions } = createExpressions(b, () => calls);
  const calls: Parts = {
    ...ownExpressions,
    ...createDeclarations(b, expressions, () => calls),
    statement,
    statements,
    condition,
    block,
    body,
    directives,
  };
  const { expression } = calls;
  const readers: Readers = {
    ...createLoops(b, calls),
    ...createModules(b, calls),
    BlockStatement: block,
    BreakStatement: (part, field) => jump(part, field, BREAK_STATEMENT, BREAK),
    ContinueStatement: (part, field) => jump(part, field, CONTINUE_STATEMENT, CONTINUE),
    DebuggerStatement: debug,
    EmptyStatement: (part, field) => leaf(EMPTY, field, part),
    ExpressionStatement: expressionStatement,
    IfStatement: ifStatement,
    LabeledStatement: labeled,
    ReturnStatement: returned,
    SwitchStatement: switchStatement,
    ThrowStatement: thrown,
    TryStatement: tried,
  };
  const STATEMENTS = readersOf([at.STATEMENT_KINDS, readers]);
  return calls;

  function statement(choice: number, field: string | null): void {
    const of = bytes[choice] ?? NOTHING;
    if (of >= at.STATEMENT_KINDS.VariableDeclaration && of <= at.STATEMENT_KINDS.TSGlobalDeclaration)
      calls.declaration(choice, field);
    else STATEMENTS[of]?.(words[(choice + 8) >> 2] ?? 0, field);
  }

  function statements(list: number, field: string | null): void {
    const first = firstOf(list);
    const end = first + countOf(list) * at.CHOICE_SIZE;
    for (let each = first; each < end; each += at.CHOICE_SIZE) statement(each, field);
  }

  function directives(list: number): void {
    const first = firstOf(list);
    const count = countOf(list);
    for (let each = 0; each < count; each += 1) {
      const part = first + each * at.DIRECTIVE_SIZE;
      open(EXPRESSION, null, part);
      leaf(STRING, null, part + at.DIRECTIVE_EXPRESSION);
      close();
    }
  }

  function block(part: number, field: string | null): void {
    open(BLOCK, field, part);
    statements(part + at.BLOCK_STATEMENT_BODY, null);
    close();
  }

  function body(part: number, field: string | null): void {
    open(BLOCK, field, part);
    directives(part + at.BODY_DIRECTIVES);
    statements(part + at.BODY_STATEMENTS, null);
    close();
  }

  function condition(test: number, from: number, field: string): number {
    const end = next(')', endOf(heldBy(test))) + 1;
    openAt(PARENTHESES, field, next('(', from), end);
    expression(test, null);
    close();
    return end;
  }

  function expressionStatement(part: number, field: string | null): void {
    open(EXPRESSION, field, part);
    expression(part + at.EXPRESSION_STATEMENT_EXPRESSION, null);
    close();
  }

  function debug(part: number, field: string | null): void {
    open(DEBUGGER_STATEMENT, field, part);
    token(DEBUGGER, null, startOf(part));
    close();
  }

  function returned(part: number, field: string | null): void {
    open(RETURN, field, part);
    if (kindAt(part + at.RETURN_STATEMENT_ARGUMENT) !== NOTHING) expression(part + at.RETURN_STATEMENT_ARGUMENT, null);
    close();
  }

  function thrown(part: number, field: string | null): void {
    open(THROW_STATEMENT, field, part);
    token(THROW, null, startOf(part));
    expression(part + at.THROW_STATEMENT_ARGUMENT, null);
    close();
  }

  function labeled(part: number, field: string | null): void {
    open(LABELED, field, part);
    leaf(LABEL, 'label', part + at.LABELED_STATEMENT_LABEL);
    statement(part + at.LABELED_STATEMENT_BODY, 'body');
    close();
  }

  function jump(part: number, field: string | null, of: typeof BREAK, word: typeof BREAK): void {
    open(of, field, part);
    token(word, null, startOf(part));
    if (partAt(part + at.JUMP_LABEL + at.NAME_TEXT) !== 0) leaf(LABEL, 'label', part + at.JUMP_LABEL);
    close();
  }

  function ifStatement(part: number, field: string | null): void {
    open(IF, field, part);
    condition(part + at.IF_STATEMENT_TEST, startOf(part) + 2, 'condition');
    const consequent = part + at.IF_STATEMENT_CONSEQUENT;
    statement(consequent, 'consequence');
    const alternate = part + at.IF_STATEMENT_ALTERNATE;
    if (kindAt(alternate) !== NOTHING) {
      openAt(ELSE, 'alternative', next('else', endOf(heldBy(consequent))), endOf(heldBy(alternate)));
      statement(alternate, null);
      close();
    }
    close();
  }

  function switchStatement(part: number, field: string | null): void {
    open(SWITCH_STATEMENT, field, part);
    token(SWITCH, null, startOf(part));
    const end = condition(part + at.SWITCH_STATEMENT_DISCRIMINANT, startOf(part) + 6, 'value');
    openAt(SWITCH_BODY, 'body', next('{', end), endOf(part));
    const first = firstOf(part + at.SWITCH_STATEMENT_CASES);
    const count = countOf(part + at.SWITCH_STATEMENT_CASES);
    for (let each = 0; each < count; each += 1) switchCase(first + each * at.SWITCH_CASE_SIZE);
    close();
    close();
  }

  function switchCase(part: number): void {
    const tested = kindAt(part + at.SWITCH_CASE_TEST) !== NOTHING;
    open(tested ? SWITCH_CASE : SWITCH_DEFAULT, null, part);
    token(tested ? CASE : DEFAULT, null, startOf(part));
    if (tested) expression(part + at.SWITCH_CASE_TEST, 'value');
    statements(part + at.SWITCH_CASE_CONSEQUENT, 'body');
    close();
  }

  function tried(part: number, field: string | null): void {
    open(TRY_STATEMENT, field, part);
    token(TRY, null, startOf(part));
    const tryBlock = partAt(part + at.TRY_STATEMENT_BLOCK);
    block(tryBlock, 'body');
    const handler = partAt(part + at.TRY_STATEMENT_HANDLER);
    if (handler !== 0) caught(handler);
    const finalizer = partAt(part + at.TRY_STATEMENT_FINALIZER);
    if (finalizer !== 0) {
      const start = next('finally', endOf(handler === 0 ? tryBlock : handler));
      openAt(FINALLY_CLAUSE, 'finalizer', start, endOf(finalizer));
      token(FINALLY, null, start);
      block(finalizer, 'body');
      close();
    }
    close();
  }

  function caught(part: number): void {
    open(CATCH_CLAUSE, 'handler', part);
    token(CATCH, null, startOf(part));
    const parameter = part + at.CATCH_CLAUSE_PARAM;
    if (kindAt(parameter + at.CATCH_PARAMETER_PATTERN) !== NOTHING) {
      calls.pattern(parameter + at.CATCH_PARAMETER_PATTERN, 'parameter');
      calls.annotation(partAt(parameter + at.CATCH_PARAMETER_TYPE_ANNOTATION), 'type');
    }
    block(partAt(part + at.CATCH_CLAUSE_BODY), 'body');
    close();
  }
}
