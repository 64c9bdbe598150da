import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import type { Sink } from '../support/tainted.ts';

const TEXT = 'Use textContent, or clean the markup with a sanitizer before it is inserted.';
const RESPONSE = 'Escape the value for HTML, or answer with res.json or a template that escapes.';
const WHAT = 'Markup of a page is made from';
const ANSWER = 'An HTML answer contains, unescaped,';

/** Properties of elements that are read as markup. */
export const DOM_PROPERTIES = /^(?:innerHTML|outerHTML|srcdoc)$/;

/** Markup that becomes part of a page. */
export function inserted(at: Syntax, value: Syntax, atLeast: Sink['atLeast']): Sink {
  return { at, value, kind: 'html', what: WHAT, remediation: TEXT, atLeast };
}

/** Markup that an answer is made of. */
export function answer(at: Syntax, value: Syntax): Sink {
  return { at, value, kind: 'html', what: ANSWER, remediation: RESPONSE, atLeast: 'remote' };
}

/** A text with a tag in it, as far as it is known. */
export function isMarkup(facts: FileFacts, node: Syntax): boolean {
  const shape = facts.shape(node);
  return shape !== null && /<\/?[a-z!\u0000]/i.test(shape);
}
