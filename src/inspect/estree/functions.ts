import type { ArrowFunctionExpression, Decorator, Function as FunctionNode, ParamPattern } from 'oxc-parser';
import type { Growing } from '../syntax.ts';
import { type Builder, NotRead } from './builder.ts';
import type { Functions, Of, Parts, Target } from './parts.ts';

const TYPES: Readonly<Record<string, readonly [string, string]>> = {
  FunctionDeclaration: ['function_declaration', 'generator_function_declaration'],
  FunctionExpression: ['function_expression', 'generator_function'],
  TSDeclareFunction: ['function_signature', 'function_signature'],
};

export function createFunctions(b: Builder, parts: () => Parts): Functions {
  const { node: make, token, next, skip } = b;

  function functionLike(node: FunctionNode | ArrowFunctionExpression, field: string | null, parent: Growing): void {
    const { start, end } = node;
    if (node.type === 'ArrowFunctionExpression') {
      arrow(node, field, parent);
      return;
    }
    if (node.declare === true) throw new NotRead('a declared function');
    const named =
      node.id === null && node.type === 'FunctionDeclaration' ? TYPES['FunctionExpression'] : TYPES[node.type];
    if (named === undefined) throw new NotRead(node.type);
    const made = make(node.generator ? named[1] : named[0], field, start, end, parent);
    let at = start;
    if (node.async) {
      token('async', null, start, made);
      at += 5;
    }
    at = next('function', at) + 8;
    if (node.generator) {
      const star = next('*', at);
      token('*', null, star, made);
      at = star + 1;
    }
    if (node.id !== null) {
      make('identifier', 'name', node.id.start, node.id.end, made);
      at = node.id.end;
    }
    signature(node, at, made);
  }

  function arrow(node: ArrowFunctionExpression, field: string | null, parent: Growing): void {
    const made = make('arrow_function', field, node.start, node.end, parent);
    let at = node.start;
    if (node.async) {
      token('async', null, at, made);
      at = skip(at + 5);
    }
    const [only] = node.params;
    if (only !== undefined && b.text[at] !== '(' && b.text[at] !== '<') {
      make('identifier', 'parameter', only.start, only.end, made);
      body(node, made);
      return;
    }
    signature(node, at, made);
  }

  function body(node: FunctionNode | ArrowFunctionExpression, parent: Growing): void {
    if (node.body === null) return;
    if (node.body.type === 'BlockStatement') parts().block(node.body, 'body', parent);
    else parts().expression(node.body, 'body', parent);
  }

  function signature(node: FunctionNode | ArrowFunctionExpression, from: number, parent: Growing): void {
    const types = node.typeParameters ?? null;
    typeParameters(types, parent);
    const open = next('(', types?.end ?? from);
    const last = node.params.at(-1);
    let close = skip(last?.end ?? open + 1);
    if (b.text[close] === ',') close = skip(close + 1);
    const made = make('formal_parameters', 'parameters', open, next(')', close) + 1, parent);
    for (const each of node.params) parameter(each, made);
    const result = node.returnType ?? null;
    if (result !== null) {
      const predicate = result.typeAnnotation.type === 'TSTypePredicate';
      const asserts = result.typeAnnotation.type === 'TSTypePredicate' && result.typeAnnotation.asserts;
      const kind = asserts ? 'asserts_annotation' : predicate ? 'type_predicate_annotation' : 'type_annotation';
      const inner = make(kind, 'return_type', result.start, result.end, parent);
      parts().type(result.typeAnnotation, null, inner);
    }
    body(node, parent);
  }

  function parameter(node: ParamPattern, parent: Growing): void {
    const inner = node.type === 'TSParameterProperty' ? node.parameter : node;
    const target: Target = inner.type === 'AssignmentPattern' ? inner.left : inner;
    const marks = node.decorators ?? [];
    const start = Math.min(node.start, marks[0]?.start ?? node.start);
    const optional = 'optional' in target && Boolean(target.optional);
    const made = make(optional ? 'optional_parameter' : 'required_parameter', null, start, node.end, parent);
    decorators(marks, made);
    if (node.type === 'TSParameterProperty')
      parts().modifiers(skip(marks.at(-1)?.end ?? node.start), inner.start, made);
    if (target.type === 'Identifier' && target.name === 'this')
      make('this', 'pattern', target.start, target.start + 4, made);
    else parts().pattern(target, 'pattern', made);
    const annotation = 'typeAnnotation' in target ? (target.typeAnnotation ?? null) : null;
    if (optional) {
      const at = annotation === null ? node.end - 1 : b.text.lastIndexOf('?', annotation.start);
      token('?', null, at, made);
    }
    parts().annotation(target, 'type', made);
    if (inner.type === 'AssignmentPattern') parts().expression(inner.right, 'value', made);
  }

  function decorators(nodes: readonly Decorator[] | undefined, parent: Growing): void {
    for (const { start, end, expression } of nodes ?? [])
      parts().expression(expression, null, make('decorator', 'decorator', start, end, parent));
  }

  function typeParameters(
    node: Pick<Of<'TSTypeParameterDeclaration'>, 'start' | 'end'> | null | undefined,
    parent: Growing,
  ): void {
    if (node !== null && node !== undefined) make('type_parameters', 'type_parameters', node.start, node.end, parent);
  }

  return { functionLike, signature, decorators, typeParameters };
}
