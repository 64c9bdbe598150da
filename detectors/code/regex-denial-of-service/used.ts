import type { FileFacts, Flow, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';

/** An expression of the source, and where it is used. */
export interface Used {
  readonly node: Syntax;
  readonly source: string;
  readonly flags: string;
  /** The text that is matched right here: Python's `re.match(expression, text)`. */
  readonly text: Syntax | undefined;
}

/** What is matched against the expression. */
export function textsOf(facts: FileFacts, used: Used): readonly Syntax[] {
  return [used.text, ...usesOf(facts, used.node).map((use) => matchedAt(facts, use))].filter(
    (text) => text !== undefined,
  );
}

/** The first of the texts that somebody else decides. */
export function firstFlow(facts: FileFacts, texts: readonly Syntax[]): Flow | null {
  for (const text of texts) {
    const flow = facts.flow(text, 'regex');
    if (flow !== null) return flow;
  }
  return null;
}

/** `expression.test(text)`, `expression.sub(by, text)`, `text.replace(expression, by)`. */
function matchedAt(facts: FileFacts, use: Syntax): Syntax | undefined {
  const member = use.parent;
  const call = member?.parent;
  if (member === null || call?.type !== 'call_expression') return undefined;
  if (member.type === 'member_expression')
    return fieldOf(call, 'arguments')?.children[facts.text(member).endsWith('.sub') ? 1 : 0];
  const callee = fieldOf(call, 'function');
  return callee === undefined ? undefined : fieldOf(callee, 'object');
}

/** Where the expression is used: itself, or the names that hold it. */
export function usesOf(facts: FileFacts, node: Syntax): readonly Syntax[] {
  const holder = node.parent;
  const name = holder === null ? undefined : (fieldOf(holder, 'name') ?? fieldOf(holder, 'left'));
  if (name === undefined) return [node];
  return facts.uses(name).filter((each) => facts.definition(each) === node);
}

/** One line of a text that a caller hands in: long ones are rare where nobody from outside chose them. */
export function isLine(facts: FileFacts, flow: Flow): boolean {
  return flow.steps.some(({ node }) => {
    const loop = node.parent?.type === 'for_in_statement' ? node.parent : node.parent?.parent;
    const list = loop?.type === 'for_in_statement' ? fieldOf(loop, 'right') : undefined;
    const made = facts.definition(node) ?? list ?? null;
    return made !== null && /\.(?:split\(\s*(?:\/(?:\\r\??)?\\n\/|['"]\\n['"])|splitlines\()/.test(facts.text(made));
  });
}
