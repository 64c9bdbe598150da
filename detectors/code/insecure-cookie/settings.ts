import type { Detection } from '../../../src/core/detection.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { rule, SENSITIVE } from './rule.ts';

/** Flask's and Django's names for the protections of their cookies. */
const SETTING = /^(?:SESSION|REMEMBER|CSRF|LANGUAGE)_COOKIE_(?:SECURE|HTTPONLY)$/;

/** Settings that switch a protection off, and cookies that a page writes itself, which every script of it can read. */
export function settings(facts: FileFacts): readonly Detection[] {
  const found: Detection[] = [];
  const off = (at: Syntax, name: string): void => {
    found.push(
      facts.finding({
        rule,
        at,
        message: `The protection ${name} is switched off.`,
        remediation: 'Leave it on; where it stands in the way, in development only.',
        level: facts.isTest || /^(?:LANGUAGE|CSRF_COOKIE_HTTP)/.test(name) ? 'note' : 'warning',
      }),
    );
  };
  for (const { node, target, value } of facts.assignments()) {
    const text = facts.text(target);
    const name = /(\w+)['"]?\]?$/.exec(text)?.[1] ?? '';
    if (SETTING.test(name) && facts.constant(value) === false) off(node, name);
    if (text !== 'document.cookie') continue;
    const called = facts.shape(value)?.split('=')[0] ?? '';
    if (
      !SENSITIVE.test(called) ||
      /csrf|xsrf/i.test(called) ||
      /expires=Thu, 01 Jan 1970|max-age=0/i.test(facts.text(value))
    )
      continue;
    found.push(
      facts.finding({
        rule,
        at: node,
        message: `The cookie "${called.slice(0, 40)}" is set by a page, so every script of the page can read it.`,
        remediation: 'Let the server set it, with httpOnly, secure and sameSite.',
        level: 'warning',
        confidence: 'medium',
      }),
    );
  }
  for (const node of facts.nodes('keyword_argument')) {
    const name = fieldOf(node, 'name');
    const value = fieldOf(node, 'value');
    if (name !== undefined && value !== undefined && SETTING.test(facts.text(name)) && facts.constant(value) === false)
      off(node, facts.text(name));
  }
  return found;
}
