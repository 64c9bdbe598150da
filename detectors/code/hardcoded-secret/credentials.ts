import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { isPlaceholder, masked, randomLooking } from './formats.ts';
import { type Found, report } from './rule.ts';

const SETS_HEADER = oneOf(/^(?:set|append|setHeader|setRequestHeader|header)$/);

/** `headers.set('Authorization', 'Bearer 8c1f…')` */
export function authorizing(facts: FileFacts): readonly Syntax[] {
  return facts
    .callsLike({ named: SETS_HEADER })
    .flatMap(({ arguments: [name, value] }) =>
      name !== undefined &&
      value !== undefined &&
      /^(?:proxy-)?authorization$/i.test(String(facts.constant(name) ?? ''))
        ? [value]
        : [],
    );
}

/** `Authorization: 'Bearer 8c1f…'` */
export function authorization(facts: FileFacts, values: readonly Syntax[]): readonly Found[] {
  const found: Found[] = [];
  for (const value of values) {
    const text = facts.constant(value);
    const secret =
      typeof text === 'string' ? /^(?:Bearer|Basic|Token|ApiKey)\s+([\w.+/=~-]{16,})$/i.exec(text)?.[1] : undefined;
    if (secret === undefined || isPlaceholder(secret) || !randomLooking(secret)) continue;
    const message = `A credential is written in the source (${masked(secret)}).`;
    found.push({ at: value, detection: report(facts, value, message, facts.isTest ? 'note' : 'error') });
  }
  return found;
}

/** `'Basic ' + Buffer.from('admin:…').toString('base64')` */
export function basic(facts: FileFacts): readonly Found[] {
  const found: Found[] = [];
  for (const call of facts.callsLike({ from: ENCODES })) {
    const [given] = call.arguments;
    if (given === undefined) continue;
    const text = facts.constant(given);
    const secret = typeof text === 'string' ? /^[\w.@-]+:([^:\s]{4,})$/.exec(text)?.[1] : undefined;
    const around = facts.program.text.slice(Math.max(0, call.node.start - 40), call.node.start);
    if (secret === undefined || isPlaceholder(secret)) continue;
    if (!/Basic\s/.test(around) && !sentAsBasic(facts, call.node)) continue;
    const message = `A user's name and password are written in the source (${masked(secret)}).`;
    found.push({ at: given, detection: report(facts, given, message, facts.isTest ? 'note' : 'error') });
  }
  return found;
}

/** `const login = btoa('…'); … `Basic ${login}``, or `'Basic ' + login`. */
function sentAsBasic(facts: FileFacts, node: Syntax): boolean {
  let value = node;
  while (value.parent !== null && /^(?:member_expression|call_expression)$/.test(value.parent.type))
    value = value.parent;
  const name = value.parent?.type === 'variable_declarator' ? fieldOf(value.parent, 'name') : undefined;
  if (name === undefined) return false;
  return facts
    .uses(name)
    .some((use) =>
      /Basic\s(?:\$\{|['"]\s*\+\s*)$/.test(facts.program.text.slice(Math.max(0, use.start - 12), use.start)),
    );
}

const ENCODES = oneOf(/^(?:~Buffer\.from|~btoa|base64\.b64encode)$/);
