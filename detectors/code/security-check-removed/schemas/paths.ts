import type { FileFacts, Syntax } from '../../../../src/inspect/facts.ts';
import { fieldOf } from '../../support/around.ts';

/** Keys of a schema that name no field of what it describes. */
const FRAMES = /^(?:properties|shape|keys|schema|items|definitions|\$defs)$/;

/** Names on the way to a part: the variable, class or route it belongs to, and the keys of the tables around it. */
export function pathOf(facts: FileFacts, node: Syntax): readonly string[] {
  const path: string[] = [];
  for (let up: Syntax | null = node; up !== null; up = up.parent) {
    const name = nameAt(facts, up);
    if (name === null) continue;
    if (!FRAMES.test(name)) path.unshift(name);
    if (up.type === 'variable_declarator' || up.type === 'class_declaration') break;
  }
  return path;
}

function nameAt(facts: FileFacts, node: Syntax): string | null {
  switch (node.type) {
    case 'pair':
      return plain(facts, fieldOf(node, 'key'));
    case 'variable_declarator':
    case 'class_declaration':
      return plain(facts, fieldOf(node, 'name'));
    case 'assignment_expression':
      return plain(facts, fieldOf(node, 'left'));
    case 'shorthand_property_identifier':
      return facts.text(node);
    case 'call_expression':
      return routeOf(facts, node);
    default:
      return null;
  }
}

/** `post /pay` of `app.post('/pay', …)` */
function routeOf(facts: FileFacts, call: Syntax): string | null {
  const [first] = fieldOf(call, 'arguments')?.children ?? [];
  const route = first === undefined ? undefined : facts.constant(first);
  if (typeof route !== 'string' || !route.startsWith('/')) return null;
  const callee = fieldOf(call, 'function');
  const method = callee === undefined ? undefined : fieldOf(callee, 'property');
  return `${method === undefined ? '' : facts.text(method)} ${route}`;
}

export function plain(facts: FileFacts, node: Syntax | undefined): string {
  return node === undefined
    ? ''
    : facts
        .text(node)
        .replace(/['"`]/g, '')
        .replace(/^(?:module\.)?exports\./, '');
}
