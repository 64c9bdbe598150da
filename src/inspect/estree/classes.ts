import type { Class, ClassElement } from 'oxc-parser';
import type { Growing } from '../syntax.ts';
import { type Builder, NotRead } from './builder.ts';
import type { Classes, Method, Of, Parts } from './parts.ts';

export function createClasses(b: Builder, parts: () => Parts): Classes {
  const { node: make, token, next, skip } = b;

  function classLike(node: Class, field: string | null, parent: Growing): void {
    const { start, end, id, superClass } = node;
    if (node.declare === true) throw new NotRead('a declared class');
    const abstract = node.abstract === true;
    const declared = node.type === 'ClassDeclaration' && id !== null;
    const made = make(
      abstract ? 'abstract_class_declaration' : declared ? 'class_declaration' : 'class',
      field,
      start,
      end,
      parent,
    );
    const own = node.decorators.filter((each) => each.start >= start);
    parts().decorators(own, made);
    let at = skip(own.at(-1)?.end ?? start);
    if (abstract) {
      token('abstract', null, next('abstract', at), made);
      at = skip(at) + 8;
    }
    at = next('class', at) + 5;
    if (id !== null) {
      make('type_identifier', 'name', id.start, id.end, made);
      at = id.end;
    }
    parts().typeParameters(node.typeParameters, made);
    at = skip(node.typeParameters?.end ?? at);
    const interfaces = node.implements ?? [];
    if (superClass !== null || interfaces.length > 0) {
      const last = interfaces.at(-1) ?? node.superTypeArguments ?? superClass;
      const heritage = make('class_heritage', null, at, last?.end ?? at, made);
      if (superClass !== null) {
        const types = node.superTypeArguments ?? null;
        const clause = make('extends_clause', null, at, (types ?? superClass).end, heritage);
        token('extends', null, next('extends', at), clause);
        parts().expression(superClass, 'value', clause);
        parts().typeArguments(types, clause);
        at = skip(clause.end);
      }
      if (interfaces.length > 0) {
        const clause = make('implements_clause', null, at, interfaces.at(-1)?.end ?? at, heritage);
        token('implements', null, next('implements', at), clause);
        for (const each of interfaces) make('type_identifier', null, each.start, each.end, clause);
      }
    }
    const body = make('class_body', 'body', node.body.start, node.body.end, made);
    for (const each of node.body.body) member(each, body);
  }

  function member(node: ClassElement, parent: Growing): void {
    switch (node.type) {
      case 'MethodDefinition':
      case 'TSAbstractMethodDefinition':
        parts().decorators(node.decorators, parent);
        method(node, null, parent);
        return;
      case 'StaticBlock': {
        const made = make('class_static_block', null, node.start, node.end, parent);
        token('static', null, node.start, made);
        parts().block({ start: next('{', node.start + 6), end: node.end, body: node.body }, 'body', made);
        return;
      }
      case 'TSIndexSignature':
        make('index_signature', null, node.start, node.end, parent);
        return;
      default:
        field(node, parent);
    }
  }

  function field(
    node: Exclude<
      ClassElement,
      Of<'MethodDefinition' | 'TSAbstractMethodDefinition' | 'StaticBlock' | 'TSIndexSignature'>
    >,
    parent: Growing,
  ): void {
    const { start, key, value } = node;
    // A semicolon is the class body's.
    const end = b.text[node.end - 1] === ';' ? b.text.slice(start, node.end - 1).trimEnd().length + start : node.end;
    const made = make('public_field_definition', null, start, end, parent);
    parts().decorators(node.decorators, made);
    modifiers(skip(node.decorators.at(-1)?.end ?? start), nameStart(node), made);
    parts().key(key, node.computed, 'name', made);
    const mark = skip(node.computed ? next(']', key.end) + 1 : key.end);
    if (node.optional === true) token('?', null, mark, made);
    else if (node.definite === true) token('!', null, mark, made);
    parts().annotation(node, 'type', made);
    if (value !== null) parts().expression(value, 'value', made);
  }

  function nameStart(node: { readonly computed: boolean; readonly key: { readonly start: number } }): number {
    return node.computed ? b.text.lastIndexOf('[', node.key.start - 1) : node.key.start;
  }

  function method(node: Method, role: string | null, parent: Growing): void {
    const { value } = node;
    if (value.type !== 'FunctionExpression' && value.type !== 'TSEmptyBodyFunctionExpression')
      throw new NotRead(value.type);
    const marks = 'decorators' in node ? node.decorators : [];
    const from = skip(marks.at(-1)?.end ?? node.start);
    const abstract = node.type === 'TSAbstractMethodDefinition';
    const type = abstract
      ? 'abstract_method_signature'
      : value.body === null
        ? 'method_signature'
        : 'method_definition';
    const end = value.body === null && b.text[node.end - 1] === ';' ? node.end - 1 : node.end;
    const made = make(type, role, from, end, parent);
    modifiers(from, nameStart(node), made);
    parts().key(node.key, node.computed, 'name', made);
    let at = node.computed ? next(']', node.key.end) + 1 : node.key.end;
    if ('optional' in node && node.optional === true) {
      at = next('?', at) + 1;
      token('?', null, at - 1, made);
    }
    parts().signature(value, at, made);
  }

  function modifiers(from: number, to: number, parent: Growing): void {
    for (let at = skip(from); at < to; at = skip(at)) {
      WORD.lastIndex = at;
      const word = WORD.exec(b.text)?.[0];
      if (word === undefined) throw new NotRead('a modifier');
      const wrapper = /^(?:public|private|protected)$/.test(word)
        ? 'accessibility_modifier'
        : word === 'override'
          ? 'override_modifier'
          : null;
      token(word, null, at, wrapper === null ? parent : make(wrapper, null, at, at + word.length, parent));
      at += word.length;
    }
  }

  return { classLike, method, modifiers };
}

const WORD = /[a-z]+|\*/y;
