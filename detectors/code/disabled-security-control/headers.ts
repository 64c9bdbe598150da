import type { Detection } from '../../../src/core/detection.ts';
import { expected, hasMatch } from '../../../src/core/prefilter.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { option } from '../support/tainted.ts';
import { KEEP, report } from './rule.ts';

const PROTECTING = /^(?:content-security-policy|x-frame-options|strict-transport-security|x-content-type-options)$/i;
/** What stands in a file that has one of them, or a source of scripts, as the key of an object. */
const KEYS = expected(
  /content-security-policy|x-frame-options|strict-transport-security|x-content-type-options|scriptSrc|script-src/i,
);
const SETS_HEADER = oneOf(/^(?:setHeader|header|set|append|removeHeader|unset|delete|hsts|strictTransportSecurity)$/);
const HEADERS_OF = /^(?:res|resp|response|reply|ctx|c|h|headers|helmet|\w+\.(?:headers|res|response))$/;

/** Response headers that protect, taken away or given a value that protects nobody. */
export function headers(facts: FileFacts): readonly Detection[] {
  if (facts.program.dialect === 'python') return [];
  const found: Detection[] = [];
  const add = (at: Syntax, what: string): void => {
    found.push(report(facts, at, what, KEEP, 'warning'));
  };
  for (const call of facts.callsLike({ named: SETS_HEADER })) {
    if (call.receiver === null || !HEADERS_OF.test(facts.text(call.receiver).replace(/\(.*/s, ''))) continue;
    const [first, second] = call.arguments;
    if (/^(?:hsts|strictTransportSecurity)$/.test(call.name ?? '')) {
      const age = option(facts, call, 'maxAge');
      if (age !== null && facts.constant(age) === 0)
        add(call.node, 'Browsers are told to forget that this site needs TLS.');
      continue;
    }
    const header = first === undefined ? undefined : facts.constant(first);
    if (typeof header !== 'string' || !PROTECTING.test(header)) continue;
    if (/^(?:removeHeader|unset|delete)$/.test(call.name ?? '')) add(call.node, `The header ${header} is taken away.`);
    else if (second !== undefined && protectsNobody(header, facts.shape(second) ?? ''))
      add(call.node, `The header ${header} is set to a value that protects nobody.`);
  }
  if (!hasMatch(KEYS, facts.program.text)) return found;
  for (const node of facts.nodes('pair')) {
    const key = fieldOf(node, 'key');
    const value = fieldOf(node, 'value');
    if (key === undefined || value === undefined) continue;
    const name = facts.text(key).replace(/['"]/g, '');
    if (PROTECTING.test(name) && protectsNobody(name, facts.shape(value) ?? ''))
      add(node, `The header ${name} is set to a value that protects nobody.`);
    if (/^(?:scriptSrc|script-src)$/.test(name) && value.type === 'array' && opensScripts(facts.text(value)))
      add(node, 'Scripts written into a page run whoever wrote them: the policy allows any.');
  }
  return found;
}

/** Content Security Policy Level 3, "script-src"; RFC 6797, "max-age"; RFC 7034 knows DENY and SAMEORIGIN. */
function protectsNobody(header: string, value: string): boolean {
  switch (header.toLowerCase()) {
    case 'content-security-policy': {
      const scripts =
        /(?:^|;)\s*script-src(?:-elem)?\s([^;]*)/.exec(value) ?? /(?:^|;)\s*default-src\s([^;]*)/.exec(value);
      return scripts?.[1] !== undefined && opensScripts(scripts[1]);
    }
    case 'x-frame-options':
      return /^allow(?:all|-from\s*\*)/i.test(value);
    case 'strict-transport-security':
      return /max-age=0(?!\d)/i.test(value);
    default:
      return false;
  }
}

/** Any origin, or scripts in the page's own markup with nothing that tells whose they are. */
function opensScripts(sources: string): boolean {
  if (/nonce-|sha(?:256|384|512)-|strict-dynamic|\u0000/.test(sources)) return false;
  return /(?:^|[\s'"`])\*(?=[\s'"`;]|$)/.test(sources) || /'unsafe-inline'/.test(sources);
}
