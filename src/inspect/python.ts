import type { Cursor, Translation } from './read-tree.ts';

/** Python's node types in the words of the JavaScript grammar, so that one engine reads both. */
const TYPES: Readonly<Record<string, string>> = {
  module: 'program',
  block: 'statement_block',
  function_definition: 'function_declaration',
  class_definition: 'class_declaration',
  lambda: 'arrow_function',
  call: 'call_expression',
  argument_list: 'arguments',
  attribute: 'member_expression',
  subscript: 'subscript_expression',
  assignment: 'assignment_expression',
  named_expression: 'assignment_expression',
  augmented_assignment: 'augmented_assignment_expression',
  interpolation: 'template_substitution',
  binary_operator: 'binary_expression',
  boolean_operator: 'binary_expression',
  comparison_operator: 'binary_expression',
  conditional_expression: 'ternary_expression',
  for_in_clause: 'for_in_statement',
  dictionary: 'object',
  list: 'array',
  tuple: 'array',
  set: 'array',
  expression_list: 'array',
  tuple_pattern: 'array_pattern',
  list_pattern: 'array_pattern',
  pattern_list: 'array_pattern',
  await: 'await_expression',
  yield: 'yield_expression',
  raise_statement: 'throw_statement',
  for_statement: 'for_in_statement',
  except_clause: 'catch_clause',
  list_splat: 'spread_element',
  integer: 'number',
  float: 'number',
  none: 'null',
  default_parameter: 'required_parameter',
  typed_default_parameter: 'required_parameter',
};

const FIELDS: Readonly<Record<string, string>> = {
  attribute: 'property',
  subscript: 'index',
  operators: 'operator',
};

/** Roles that Python's grammar leaves to the order of the children. */
const BY_ORDER: Readonly<Record<string, readonly string[]>> = {
  ternary_expression: ['consequence', 'condition', 'alternative'],
};

export const PYTHON: Translation = {
  type(type: string, cursor: Cursor): string {
    // Keywords share their names with the nodes they begin: `await`, `lambda`, `yield`.
    if (!cursor.nodeIsNamed) return type;
    if (type === 'string' && isFormatted(cursor)) return 'template_string';
    if (type === 'identifier' && cursor.currentFieldName === 'attribute') return 'property_identifier';
    return TYPES[type] ?? type;
  },
  field(field: string | null, parent: string, index: number): string | null {
    if (parent === 'subscript_expression' && field === 'value') return 'object';
    // `name := value`: no other assignment has these fields.
    if (parent === 'assignment_expression' && field === 'name') return 'left';
    if (parent === 'assignment_expression' && field === 'value') return 'right';
    if (field !== null) return FIELDS[field] ?? field;
    if (parent === 'binary_expression') return index === 0 ? 'left' : 'right';
    return BY_ORDER[parent]?.[index] ?? null;
  },
};

/** An f-string has its substitutions as children; a plain string has none. */
function isFormatted(cursor: Cursor): boolean {
  if (!cursor.gotoFirstChild()) return false;
  let found = false;
  do {
    if (cursor.nodeType === 'interpolation') found = true;
  } while (!found && cursor.gotoNextSibling());
  cursor.gotoParent();
  return found;
}
