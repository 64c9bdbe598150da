import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';

/** Before a place of a statement where a table or column is named, for which there are no placeholders. */
const NAMES_FOLLOW =
  /(?:\b(?:from|into|update|table|join|view|index|exists|select|distinct|where|and|or|set|by|on|as)\s+|(?<!\b(?:in|values|any|all)\s*)\(\s*|,\s*|\.)["`[]?$/i;

/**
 * `'DELETE FROM %s WHERE %s=?' % (self.link_table, self.metadata['column'])`: every part that is put in is a name, and an
 * object of the program carries it. Whoever made the object chose it; where a request does, the flow is another.
 */
export function namesKeptTables(facts: FileFacts, statement: Syntax): boolean {
  const shape = facts.shape(statement);
  if (shape === null) return false;
  const before = shape.split('\u0000').slice(0, -1);
  let text = '';
  for (const part of before) {
    text += part;
    if (!NAMES_FOLLOW.test(text)) return false;
    text += 'name';
  }
  const parts = partsOf(facts, facts.definition(statement) ?? statement);
  return (
    before.length > 0 &&
    parts !== null &&
    parts.every(({ type }) => type === 'member_expression' || type === 'subscript_expression') &&
    facts.flow(statement, 'sql')?.strength === 'parameter'
  );
}

/** What is put into the places of a text; null where the text is put together in another way. */
function partsOf(facts: FileFacts, node: Syntax): readonly Syntax[] | null {
  switch (node.type) {
    case 'template_string':
      return node.children.flatMap((each) => (each.type === 'template_substitution' ? each.children.slice(0, 1) : []));
    case 'binary_expression': {
      const operator = fieldOf(node, 'operator');
      const right = fieldOf(node, 'right');
      if (operator === undefined || right === undefined || facts.text(operator) !== '%') return null;
      return right.type === 'array' ? right.children : [right];
    }
    case 'call_expression': {
      const callee = fieldOf(node, 'function');
      return callee !== undefined && /\.format$/.test(facts.text(callee))
        ? (fieldOf(node, 'arguments')?.children ?? null)
        : null;
    }
    default:
      return null;
  }
}
