import { childOf, partsOf, type Syntax } from './syntax.ts';

/** A name that a destructuring pattern introduces, and the way to its value. */
export interface PatternName {
  readonly at: Syntax;
  readonly path: readonly (string | number)[];
  readonly fallback: Syntax | null;
}

/** The names a pattern introduces, with the way to each. */
export function namesIn(pattern: Syntax, name: (node: Syntax) => string): readonly PatternName[] {
  const found: PatternName[] = [];
  const visit = (node: Syntax, path: readonly (string | number)[], fallback: Syntax | null): void => {
    switch (node.type) {
      case 'identifier':
        found.push({ at: node, path, fallback });
        return;
      case 'shorthand_property_identifier_pattern':
      case 'shorthand_property_identifier':
        found.push({ at: node, path: [...path, name(node)], fallback });
        return;
      case 'pair_pattern':
      case 'pair': {
        const key = childOf(node, 'key');
        const value = childOf(node, 'value');
        if (value !== null) visit(value, key === null ? path : [...path, unquoted(name(key))], fallback);
        return;
      }
      case 'object_assignment_pattern':
      case 'assignment_pattern': {
        const left = childOf(node, 'left');
        if (left !== null) visit(left, path, childOf(node, 'right'));
        return;
      }
      case 'array_pattern':
      case 'array':
        for (const [part, index] of placed(node, name)) {
          // What is left over is no single entry.
          visit(part, [...path, /rest_pattern|splat|spread/.test(part.type) ? '*' : index], null);
        }
        return;
      case 'object_pattern':
      case 'object':
      case 'rest_pattern':
      case 'list_splat_pattern':
      case 'dictionary_splat_pattern':
      case 'spread_element':
      case 'as_pattern_target':
      case 'typed_parameter':
      case 'parenthesized_expression':
        for (const part of node.children) if (part.field !== 'type') visit(part, path, fallback);
        return;
      default:
        return;
    }
  };
  visit(pattern, [], null);
  return found;
}

/** The parts of a list pattern with their places: the grammar leaves out the holes of `[, second]`. */
function placed(list: Syntax, name: (node: Syntax) => string): readonly (readonly [Syntax, number])[] {
  const text = name(list);
  let place = 0;
  let from = list.start;
  return partsOf(list).map((part) => {
    const between = text.slice(from - list.start, part.start - list.start).replace(/\/\*[\s\S]*?\*\/|\/\/.*|#.*/g, '');
    place += between.split(',').length - 1;
    from = part.end;
    return [part, place] as const;
  });
}

function unquoted(literal: string): string {
  return literal.replace(/^['"`]|['"`]$/g, '');
}
