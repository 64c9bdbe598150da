import type { TemplateLiteral } from 'oxc-parser';
import type { Growing } from '../syntax.ts';
import { type Builder, NotRead } from './builder.ts';
import { createJsx } from './jsx.ts';
import type { Expressions, Of, Operand, Parts } from './parts.ts';

export function createExpressions(b: Builder, parts: () => Parts): Expressions {
  const { node: make, token, next, skip } = b;
  const jsx = createJsx(b, parts);

  function list(nodes: readonly (Operand | null)[], parent: Growing): void {
    for (const each of nodes) if (each !== null) expression(each, null, parent);
  }

  function expression(node: Operand, field: string | null, parent: Growing): void {
    const { start, end } = node;
    const at = (type: string): Growing => make(type, field, start, end, parent);
    switch (node.type) {
      case 'Identifier':
        at(node.name === 'undefined' ? 'undefined' : 'identifier');
        return;
      case 'PrivateIdentifier':
        at('private_property_identifier');
        return;
      case 'Literal':
        literal(node, field, parent);
        return;
      case 'ThisExpression':
        at('this');
        return;
      case 'Super':
        at('super');
        return;
      case 'TemplateLiteral':
        template(node, field, parent);
        return;
      case 'MemberExpression':
        member(node, field, parent);
        return;
      case 'CallExpression':
      case 'NewExpression':
      case 'ImportExpression':
        call(node, field, parent);
        return;
      case 'TaggedTemplateExpression': {
        const made = at('call_expression');
        expression(node.tag, 'function', made);
        parts().typeArguments(node.typeArguments ?? null, made);
        template(node.quasi, 'arguments', made);
        return;
      }
      case 'ChainExpression':
        expression(node.expression, field, parent);
        return;
      case 'ParenthesizedExpression':
        expression(node.expression, null, at('parenthesized_expression'));
        return;
      case 'SequenceExpression':
        list(node.expressions, at('sequence_expression'));
        return;
      case 'ArrayExpression':
        list(node.elements, at('array'));
        return;
      case 'SpreadElement':
        expression(node.argument, null, at('spread_element'));
        return;
      case 'ObjectExpression': {
        const made = at('object');
        for (const each of node.properties) parts().property(each, made);
        return;
      }
      case 'UnaryExpression': {
        const made = at('unary_expression');
        token(node.operator, 'operator', start, made);
        expression(node.argument, 'argument', made);
        return;
      }
      case 'UpdateExpression': {
        const made = at('update_expression');
        if (node.prefix) token(node.operator, 'operator', start, made);
        expression(node.argument, 'argument', made);
        if (!node.prefix) token(node.operator, 'operator', end - 2, made);
        return;
      }
      case 'BinaryExpression':
      case 'LogicalExpression': {
        const made = at('binary_expression');
        expression(node.left, 'left', made);
        token(node.operator, 'operator', next(node.operator, node.left.end), made);
        expression(node.right, 'right', made);
        return;
      }
      case 'AssignmentExpression': {
        const made = at(node.operator === '=' ? 'assignment_expression' : 'augmented_assignment_expression');
        parts().pattern(node.left, 'left', made);
        if (node.operator !== '=') token(node.operator, 'operator', next(node.operator, node.left.end), made);
        expression(node.right, 'right', made);
        return;
      }
      case 'ConditionalExpression': {
        const made = at('ternary_expression');
        expression(node.test, 'condition', made);
        token('?', null, next('?', node.test.end), made);
        expression(node.consequent, 'consequence', made);
        expression(node.alternate, 'alternative', made);
        return;
      }
      case 'AwaitExpression': {
        const made = at('await_expression');
        token('await', null, start, made);
        expression(node.argument, null, made);
        return;
      }
      case 'YieldExpression': {
        const made = at('yield_expression');
        token('yield', null, start, made);
        if (node.delegate) token('*', null, next('*', start + 5), made);
        if (node.argument !== null) expression(node.argument, null, made);
        return;
      }
      case 'MetaProperty':
        token(node.property.name, null, node.property.start, at('meta_property'));
        return;
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        parts().functionLike(node, field, parent);
        return;
      case 'ClassExpression':
        parts().classLike(node, field, parent);
        return;
      case 'TSAsExpression':
      case 'TSSatisfiesExpression': {
        const word = node.type === 'TSAsExpression' ? 'as' : 'satisfies';
        const made = at(`${word}_expression`);
        expression(node.expression, null, made);
        token(word, null, next(word, node.expression.end), made);
        if (b.text.slice(node.typeAnnotation.start, node.typeAnnotation.end) !== 'const')
          parts().type(node.typeAnnotation, null, made);
        return;
      }
      case 'TSNonNullExpression': {
        const made = at('non_null_expression');
        expression(node.expression, null, made);
        token('!', null, end - 1, made);
        return;
      }
      case 'TSTypeAssertion': {
        const made = at('type_assertion');
        const close = next('>', node.typeAnnotation.end) + 1;
        const list = make('type_arguments', null, start, close, made);
        token('<', null, start, list);
        parts().type(node.typeAnnotation, null, list);
        token('>', null, close - 1, list);
        expression(node.expression, null, made);
        return;
      }
      case 'TSInstantiationExpression': {
        const made = at('instantiation_expression');
        expression(node.expression, null, made);
        parts().typeArguments(node.typeArguments, made);
        return;
      }
      case 'JSXElement':
      case 'JSXFragment':
        jsx(node, field, parent);
        return;
      default:
        throw new NotRead(node.type);
    }
  }

  function literal(node: Of<'Literal'>, field: string | null, parent: Growing): void {
    const { start, end } = node;
    if ('regex' in node) {
      const made = make('regex', field, start, end, parent);
      const close = b.text.lastIndexOf('/', end - 1);
      token('/', null, start, made);
      make('regex_pattern', 'pattern', start + 1, close, made);
      token('/', null, close, made);
      if (close + 1 < end) make('regex_flags', 'flags', close + 1, end, made);
      return;
    }
    const { value } = node;
    const type =
      value === null
        ? 'bigint' in node
          ? 'number'
          : 'null'
        : typeof value === 'string'
          ? 'string'
          : typeof value === 'boolean'
            ? String(value)
            : 'number';
    make(type, field, start, end, parent);
  }

  function template(node: TemplateLiteral, field: string | null, parent: Growing): void {
    const made = make('template_string', field, node.start, node.end, parent);
    let from = node.start + 1;
    for (const inner of node.expressions) {
      const open = b.text.lastIndexOf('${', inner.start);
      fragments(from, open, made);
      from = next('}', inner.end) + 1;
      expression(inner, null, make('template_substitution', null, open, from, made));
    }
    fragments(from, node.end - 1, made);
  }

  /** Text and the escapes in it. */
  function fragments(from: number, to: number, parent: Growing): void {
    let start = from;
    for (let at = b.text.indexOf('\\', from); at >= 0 && at < to; at = b.text.indexOf('\\', start)) {
      if (at > start) make('string_fragment', null, start, at, parent);
      ESCAPE.lastIndex = at;
      const length = ESCAPE.exec(b.text)?.[0].length ?? 2;
      make('escape_sequence', null, at, at + length, parent);
      start = at + length;
    }
    if (start < to) make('string_fragment', null, start, to, parent);
  }

  function member(node: Of<'MemberExpression'>, field: string | null, parent: Growing): void {
    const made = make(
      node.computed ? 'subscript_expression' : 'member_expression',
      field,
      node.start,
      node.end,
      parent,
    );
    expression(node.object, 'object', made);
    if (node.optional) {
      const at = next('?.', node.object.end);
      token('?.', null, at, make('optional_chain', 'optional_chain', at, at + 2, made));
    }
    if (node.computed) expression(node.property, 'index', made);
    else {
      const type = node.property.type === 'PrivateIdentifier' ? 'private_property_identifier' : 'property_identifier';
      make(type, 'property', node.property.start, node.property.end, made);
    }
  }

  function call(
    node: Of<'CallExpression' | 'NewExpression' | 'ImportExpression'>,
    field: string | null,
    parent: Growing,
  ): void {
    const { start, end } = node;
    const made = make(node.type === 'NewExpression' ? 'new_expression' : 'call_expression', field, start, end, parent);
    if (node.type === 'ImportExpression') {
      if (node.phase !== null) throw new NotRead('an import with a phase');
      token('import', 'function', start, made);
      const args = make('arguments', 'arguments', next('(', start + 6), end, made);
      list([node.source, node.options], args);
      return;
    }
    expression(node.callee, node.type === 'NewExpression' ? 'constructor' : 'function', made);
    let at = node.callee.end;
    const optional = node.type === 'CallExpression' && node.optional;
    if (optional) {
      at = next('?.', at) + 2;
      token('?.', null, at - 2, made);
    }
    const types = node.typeArguments ?? null;
    parts().typeArguments(types, made);
    at = skip(types?.end ?? at);
    // `new A` has no list.
    if (at >= end) return;
    list(node.arguments, make('arguments', 'arguments', next('(', at), end, made));
  }

  return { expression, template, list };
}

const ESCAPE = /\\(?:u\{[\da-fA-F]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|[0-7]{1,3}|\r\n|.)/sy;
