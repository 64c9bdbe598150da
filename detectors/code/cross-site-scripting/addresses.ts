import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { functionAround } from '../support/around.ts';
import type { Sink } from '../support/tainted.ts';

/** An address that an element is given: `javascript:` makes it a program. */
export function address(at: Syntax, value: Syntax): Sink {
  return {
    at,
    value,
    kind: 'url',
    what: 'The address of an element comes from',
    remediation: 'Allow only http and https addresses.',
    atLeast: 'remote',
    level: 'warning',
  };
}

/** The address of the page that runs the script, and it runs at an address that is no program. */
function isOwnPage(facts: FileFacts, value: Syntax): boolean {
  return /^(?:(?:window|self|document|globalThis)\.)?location(?:\.href)?(?:\.toString\(\))?$|^document\.URL$/.test(
    facts.text(facts.definition(value) ?? value),
  );
}

const SCHEME =
  /\.startsWith\(\s*['"`](?:https?:|\/)|\/\^(?:\(\?:|\()?https?|\.protocol\s*[!=]==?|\.includes\(\s*\w+\.protocol\s*\)/;

/**
 * Nothing of the address is fixed, and nothing asks for its scheme first. In an attribute the scheme alone decides whether
 * it is a program, whatever host it names.
 */
export function isOpenAddress(facts: FileFacts, value: Syntax): boolean {
  return facts.shape(value) === null && !isOwnPage(facts, value) && !isOfKnownScheme(facts, value);
}

function isOfKnownScheme(facts: FileFacts, value: Syntax): boolean {
  const condition = (facts.definition(value) ?? value).children.find((child) => child.field === 'condition');
  if (condition !== undefined) return SCHEME.test(facts.text(condition));
  const root = /^[\w$]+/.exec(facts.text(value))?.[0];
  const around = functionAround(value);
  if (root === undefined || around === null) return false;
  const before = facts.program.text.slice(around.start, value.start);
  const named = new RegExp(`(?:^|[^\\w$])${root.replaceAll('$', '\\$')}\\b`);
  return before
    .split(/[;\n]/)
    .some(
      (line, at, lines) =>
        SCHEME.test(line) &&
        named.test(line) &&
        (/\bif\b/.test(line) || (at === lines.length - 1 && line.includes('&&'))),
    );
}
