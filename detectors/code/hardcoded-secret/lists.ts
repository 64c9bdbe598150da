import { expected, hasMatch } from '../../../src/core/prefilter.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { underName } from './names.ts';
import type { Found } from './rule.ts';

/** Who takes such lists. */
const KEEPERS = expected(/cookie-session|\bcreate(?:Cookie(?:SessionStorage)?|SessionStorage)\b/);

/** Lists of secrets that sign cookies: Remix's and React Router's `secrets`, the `keys` of cookie-session and Koa. */
export function listed(facts: FileFacts): readonly Found[] {
  if (!hasMatch(KEEPERS, facts.program.text)) return [];
  const lists = facts.nodes('pair').flatMap((node) => {
    const key = fieldOf(node, 'key');
    const value = fieldOf(node, 'value');
    return key !== undefined && value?.type === 'array' && isOfCookies(facts, node, facts.text(key)) ? [value] : [];
  });
  return lists.flatMap(({ children }) => children.flatMap((each) => underName(facts, 'secret', each, null) ?? []));
}

function isOfCookies(facts: FileFacts, pair: Syntax, key: string): boolean {
  if (key === 'secrets') return /\bcreate(?:Cookie(?:SessionStorage)?|SessionStorage)\b/.test(facts.program.text);
  const call = key === 'keys' ? pair.parent?.parent?.parent : null;
  const callee = call?.type === 'call_expression' ? fieldOf(call, 'function') : undefined;
  return callee !== undefined && facts.origin(callee) === 'cookie-session';
}
