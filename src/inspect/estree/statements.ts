import type { Directive, Expression, ForStatementLeft, Node, Statement, VariableDeclaration } from 'oxc-parser';
import type { Growing } from '../syntax.ts';
import { type Builder, NotRead } from './builder.ts';
import { createDeclarations } from './declarations.ts';
import { createExpressions } from './expressions.ts';
import { createModules } from './modules.ts';
import type { Parts } from './parts.ts';

export function createStatements(b: Builder): Parts {
  const { node: make, token, next, skip } = b;
  const calls: Parts = {
    ...createExpressions(b, () => calls),
    ...createDeclarations(b, () => calls),
    statement,
    block,
  };
  const modules = createModules(b, calls);
  const { expression, pattern } = calls;

  function block(
    node: { readonly start: number; readonly end: number; readonly body: readonly (Statement | Directive)[] },
    field: string | null,
    parent: Growing,
  ): void {
    const made = make('statement_block', field, node.start, node.end, parent);
    for (const each of node.body) statement(each, null, made);
  }

  /** `(condition)`: the parentheses belong to the statement. */
  function condition(test: Expression, from: number, field: string, parent: Growing): number {
    const open = next('(', from);
    const close = next(')', test.end) + 1;
    expression(test, null, make('parenthesized_expression', field, open, close, parent));
    return close;
  }

  function statement(node: Statement | Directive, field: string | null, parent: Growing): void {
    switch (node.type) {
      case 'ExpressionStatement':
        expression(node.expression, null, make('expression_statement', field, node.start, node.end, parent));
        return;
      case 'BlockStatement':
        block(node, field, parent);
        return;
      case 'EmptyStatement':
        make('empty_statement', field, node.start, node.end, parent);
        return;
      case 'DebuggerStatement':
        token('debugger', null, node.start, make('debugger_statement', field, node.start, node.end, parent));
        return;
      case 'ReturnStatement': {
        const made = make('return_statement', field, node.start, node.end, parent);
        if (node.argument !== null) expression(node.argument, null, made);
        return;
      }
      case 'ThrowStatement': {
        const made = make('throw_statement', field, node.start, node.end, parent);
        token('throw', null, node.start, made);
        expression(node.argument, null, made);
        return;
      }
      case 'LabeledStatement': {
        const made = make('labeled_statement', field, node.start, node.end, parent);
        make('statement_identifier', 'label', node.label.start, node.label.end, made);
        statement(node.body, 'body', made);
        return;
      }
      case 'BreakStatement':
      case 'ContinueStatement': {
        const word = node.type === 'BreakStatement' ? 'break' : 'continue';
        const made = make(`${word}_statement`, field, node.start, node.end, parent);
        token(word, null, node.start, made);
        if (node.label !== null) make('statement_identifier', 'label', node.label.start, node.label.end, made);
        return;
      }
      case 'IfStatement': {
        const made = make('if_statement', field, node.start, node.end, parent);
        condition(node.test, node.start + 2, 'condition', made);
        statement(node.consequent, 'consequence', made);
        if (node.alternate !== null) {
          const start = next('else', node.consequent.end);
          statement(node.alternate, null, make('else_clause', 'alternative', start, node.alternate.end, made));
        }
        return;
      }
      case 'SwitchStatement': {
        const made = make('switch_statement', field, node.start, node.end, parent);
        token('switch', null, node.start, made);
        const close = condition(node.discriminant, node.start + 6, 'value', made);
        const body = make('switch_body', 'body', next('{', close), node.end, made);
        for (const each of node.cases) {
          const part = make(each.test === null ? 'switch_default' : 'switch_case', null, each.start, each.end, body);
          token(each.test === null ? 'default' : 'case', null, each.start, part);
          if (each.test !== null) expression(each.test, 'value', part);
          for (const inner of each.consequent) statement(inner, 'body', part);
        }
        return;
      }
      case 'TryStatement': {
        const made = make('try_statement', field, node.start, node.end, parent);
        token('try', null, node.start, made);
        block(node.block, 'body', made);
        if (node.handler !== null) {
          const { start, end, param, body } = node.handler;
          const part = make('catch_clause', 'handler', start, end, made);
          token('catch', null, start, part);
          if (param !== null) {
            pattern(param, 'parameter', part);
            calls.annotation(param, 'type', part);
          }
          block(body, 'body', part);
        }
        if (node.finalizer !== null) {
          const start = next('finally', (node.handler ?? node.block).end);
          const part = make('finally_clause', 'finalizer', start, node.finalizer.end, made);
          token('finally', null, start, part);
          block(node.finalizer, 'body', part);
        }
        return;
      }
      case 'WhileStatement': {
        const made = make('while_statement', field, node.start, node.end, parent);
        token('while', null, node.start, made);
        condition(node.test, node.start + 5, 'condition', made);
        statement(node.body, 'body', made);
        return;
      }
      case 'DoWhileStatement': {
        const made = make('do_statement', field, node.start, node.end, parent);
        token('do', null, node.start, made);
        statement(node.body, 'body', made);
        const at = next('while', node.body.end);
        token('while', null, at, made);
        condition(node.test, at + 5, 'condition', made);
        return;
      }
      case 'WithStatement': {
        const made = make('with_statement', field, node.start, node.end, parent);
        token('with', null, node.start, made);
        condition(node.object, node.start + 4, 'object', made);
        statement(node.body, 'body', made);
        return;
      }
      case 'ForStatement':
        forStatement(node, field, parent);
        return;
      case 'ForInStatement':
      case 'ForOfStatement':
        forIn(node, field, parent);
        return;
      default:
        if (!modules(node, field, parent)) calls.declaration(node, field, parent);
    }
  }

  function forStatement(node: Extract<Node, { type: 'ForStatement' }>, field: string | null, parent: Growing): void {
    const made = make('for_statement', field, node.start, node.end, parent);
    token('for', null, node.start, made);
    const open = next('(', node.start + 3);
    let first: number;
    if (node.init === null) {
      first = next(';', open + 1) + 1;
      make('empty_statement', 'initializer', first - 1, first, made);
    } else {
      first = next(';', node.init.end) + 1;
      if (node.init.type === 'VariableDeclaration') calls.variables(node.init, 'initializer', made, first);
      else expression(node.init, 'initializer', made);
    }
    if (node.test === null) {
      const at = next(';', first);
      make('empty_statement', 'condition', at, at + 1, made);
    } else expression(node.test, 'condition', made);
    if (node.update !== null) expression(node.update, 'increment', made);
    statement(node.body, 'body', made);
  }

  function forIn(
    node: Extract<Node, { type: 'ForInStatement' | 'ForOfStatement' }>,
    field: string | null,
    parent: Growing,
  ): void {
    const made = make('for_in_statement', field, node.start, node.end, parent);
    token('for', null, node.start, made);
    if (node.type === 'ForOfStatement' && node.await) token('await', null, next('await', node.start + 3), made);
    const end = loopVariable(node.left, made);
    const word = node.type === 'ForOfStatement' ? 'of' : 'in';
    token(word, 'operator', next(word, end), made);
    expression(node.right, 'right', made);
    statement(node.body, 'body', made);
  }

  function loopVariable(left: ForStatementLeft, parent: Growing): number {
    if (left.type !== 'VariableDeclaration') {
      pattern(left, 'left', parent);
      return left.end;
    }
    const { declarations, end }: VariableDeclaration = left;
    const [only] = declarations;
    if (only === undefined || only.init !== null || left.kind.includes('using'))
      throw new NotRead('a loop variable with a value');
    pattern(only.id, 'left', parent);
    return skip(end);
  }

  return calls;
}
