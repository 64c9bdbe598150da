import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { within } from '../support/around.ts';
import type { Loss } from './loss.ts';

const TIGHTENERS =
  /^(?:min|max|length|email|url|uuid|regex|pattern|matches|enum|strict|nonempty|positive|int|nonnegative|datetime|cuid|oneOf|valid|required|trim|ip|refine|superRefine|integer)$/;
const CALLS: ReadonlySet<string> = new Set(['call_expression']);

/** Fields of schemas that lost a limit and got no other for it. */
export function schemas(facts: FileFacts, before: FileFacts): readonly Loss[] {
  const old = fieldsOf(before);
  const found: Loss[] = [];
  for (const [path, field] of fieldsOf(facts)) {
    const was = old.get(path);
    if (was === undefined) continue;
    const gone = [...was.limits].filter((limit) => !field.limits.has(limit));
    const [first] = gone;
    if (first === undefined || field.limits.size > was.limits.size) continue;
    found.push({
      at: field.node,
      message: `The schema's field "${path.split('.').at(-1) ?? path}" loses its limit "${first}".`,
      level: 'warning',
    });
  }
  return found;
}

function fieldsOf(
  facts: FileFacts,
): ReadonlyMap<string, { readonly node: Syntax; readonly limits: ReadonlySet<string> }> {
  const found = new Map<string, { readonly node: Syntax; readonly limits: ReadonlySet<string> }>();
  for (const node of facts.nodes('pair')) {
    const key = node.children.find((child) => child.field === 'key');
    const value = node.children.find((child) => child.field === 'value');
    if (key === undefined || value?.type !== 'call_expression' || value.end - value.start > 1_000) continue;
    if (!/^(?:z|zod|joi|Joi|yup|Yup|v|t|s)\b/.test(facts.text(value))) continue;
    const limits = new Set<string>();
    for (const call of within(value, CALLS)) {
      const callee = call.children.find((child) => child.field === 'function');
      const name = callee === undefined ? '' : (facts.text(callee).split('.').at(-1) ?? '');
      if (TIGHTENERS.test(name)) limits.add(name);
    }
    found.set(`${holderOf(facts, node)}.${facts.text(key)}`, { node, limits });
  }
  return found;
}

function holderOf(facts: FileFacts, node: Syntax): string {
  for (let up = node.parent; up !== null; up = up.parent) {
    if (up.type !== 'variable_declarator') continue;
    const name = up.children.find((child) => child.field === 'name');
    return name === undefined ? '' : facts.text(name);
  }
  return '';
}
