import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';

/** What the head no longer does. */
export interface Loss {
  readonly at: Syntax;
  readonly message: string;
  readonly level: 'error' | 'warning';
}

/** The text of a part in one line: formatting is no change. */
export function inOneLine(facts: FileFacts, node: Syntax): string {
  return facts.text(node).replace(/\s+/g, ' ');
}
