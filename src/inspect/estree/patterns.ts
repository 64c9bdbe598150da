import type { Growing } from '../syntax.ts';
import { type Builder, NotRead } from './builder.ts';
import type { Member, Operand, Parts, Patterns, Target } from './parts.ts';

export function createPatterns(b: Builder, parts: () => Parts): Patterns {
  const { node: make, next } = b;

  function pattern(node: Target, field: string | null, parent: Growing): void {
    const { start, end } = node;
    switch (node.type) {
      case 'Identifier': {
        // Its span takes the annotation in.
        const marked = (node.typeAnnotation ?? null) !== null || Boolean(node.optional);
        make('identifier', field, start, marked ? nameEnd(start) : end, parent);
        return;
      }
      case 'ObjectPattern': {
        const made = make('object_pattern', field, start, closing('}', node.typeAnnotation, end), parent);
        for (const each of node.properties) patternMember(each, made);
        return;
      }
      case 'ArrayPattern': {
        const made = make('array_pattern', field, start, closing(']', node.typeAnnotation, end), parent);
        for (const each of node.elements) if (each !== null) pattern(each, null, made);
        return;
      }
      case 'AssignmentPattern': {
        const made = make('assignment_pattern', field, start, end, parent);
        pattern(node.left, 'left', made);
        parts().expression(node.right, 'right', made);
        return;
      }
      case 'RestElement': {
        const inner = node.argument;
        pattern(
          inner,
          null,
          make('rest_pattern', field, start, inner.type === 'Identifier' ? nameEnd(inner.start) : inner.end, parent),
        );
        return;
      }
      default:
        parts().expression(node, field, parent);
    }
  }

  function nameEnd(start: number): number {
    NAME.lastIndex = start;
    return start + (NAME.exec(b.text)?.[0].length ?? 0);
  }

  function closing(bracket: string, annotation: { readonly start: number } | null | undefined, end: number): number {
    return annotation === null || annotation === undefined ? end : b.text.lastIndexOf(bracket, annotation.start) + 1;
  }

  function patternMember(node: Member, parent: Growing): void {
    if (node.type !== 'Property') {
      pattern(node, null, parent);
      return;
    }
    const { start, end, value } = node;
    if (node.shorthand) {
      if (value.type === 'AssignmentPattern') {
        const made = make('object_assignment_pattern', null, start, end, parent);
        make('shorthand_property_identifier_pattern', 'left', value.left.start, value.left.end, made);
        parts().expression(value.right, 'right', made);
        return;
      }
      make('shorthand_property_identifier_pattern', null, start, end, parent);
      return;
    }
    const made = make('pair_pattern', null, start, end, parent);
    key(node.key, node.computed, 'key', made);
    pattern(value, 'value', made);
  }

  function key(node: Operand, computed: boolean, field: string, parent: Growing): void {
    const { start, end } = node;
    if (computed) {
      const open = b.text.lastIndexOf('[', start - 1);
      const made = make('computed_property_name', field, open, next(']', end) + 1, parent);
      parts().expression(node, null, made);
      return;
    }
    if (node.type === 'Identifier') make('property_identifier', field, start, end, parent);
    else if (node.type === 'PrivateIdentifier' || node.type === 'Literal') parts().expression(node, field, parent);
    else throw new NotRead(`a key of type ${node.type}`);
  }

  function property(node: Member, parent: Growing): void {
    if (node.type !== 'Property') {
      if (node.type === 'RestElement') throw new NotRead('a rest in an object');
      parts().expression(node, null, parent);
      return;
    }
    const { start, end, value } = node;
    if (node.method || node.kind !== 'init') {
      parts().method(node, null, parent);
      return;
    }
    if (node.shorthand) {
      if (value.type !== 'Identifier') throw new NotRead('a short property with a value');
      make('shorthand_property_identifier', null, start, end, parent);
      return;
    }
    if (value.type === 'AssignmentPattern' || value.type === 'ObjectPattern' || value.type === 'ArrayPattern')
      throw new NotRead(value.type);
    const made = make('pair', null, start, end, parent);
    key(node.key, node.computed, 'key', made);
    parts().expression(value, 'value', made);
  }

  return { pattern, property, key };
}

const NAME = /(?:[\p{ID_Continue}$\u200c\u200d]|\\u[\da-fA-F]{4}|\\u\{[\da-fA-F]+\})+/uy;
