import type { Detection } from '../../../src/core/detection.ts';
import { expected, hasMatch } from '../../../src/core/prefilter.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { isBuilt, isTagged, type Sink, taintedSinks } from '../support/tainted.ts';
import { answered, pages, returned } from './answers.ts';
import { assigned, attributes, properties, set } from './elements.ts';
import { templates } from './jinja.ts';
import { made, tagFilters } from './made.ts';
import { inserted, isMarkup } from './markup.ts';

const rule = codeRule({
  id: 'cross-site-scripting',
  shortDescription: 'Text that somebody else decides is put into a page as markup',
  help: "Markup in the value becomes part of the page, so its scripts run with the rights of whoever looks at it. Write text with textContent or the framework's own interpolation, escape values that go into HTML, and clean markup that must stay markup with a sanitizer such as DOMPurify.",
  cwe: [79],
  level: 'error',
  confidence: 'high',
});

const JQUERY =
  /^(?:html|append|prepend|after|before|replaceWith|wrap|wrapAll|insertAfter|insertBefore|appendTo|prependTo)$/;

const TRUSTS =
  /^(?:createContextualFragment|parseHTML|bypassSecurityTrustHtml|setHTMLUnsafe|SafeString|mark_safe|Markup|raw)$/;

const NAMED = oneOf(
  new RegExp(`${JQUERY.source}|${TRUSTS.source}|^(?:insertAdjacentHTML|setAttribute|send|end|write|html)$`),
);

const MAKES = oneOf(
  /^~document\.(?:write|writeln)$|^~Reflect\.set$|^~(?:\$|jQuery)$|^jquery$|^flask\.(?:make_response|Response)$|^django\.http\.HttpResponse$|HTMLResponse$/,
);

function* sinks(facts: FileFacts): Generator<Sink> {
  yield* pages(facts);
  yield* templates(facts);
  yield* assigned(facts);
  yield* called(facts);
  yield* attributes(facts);
  yield* properties(facts);
}

function* called(facts: FileFacts): Generator<Sink> {
  for (const call of facts.callsLike({ from: MAKES, named: NAMED })) {
    if (call.name === null || isTagged(call)) continue;
    const [first, second, third] = call.arguments;
    if (first === undefined) continue;
    const from = call.origin ?? '';
    if (from === '~Reflect.set' || call.name === 'setAttribute') {
      yield* set(facts, call, from === '~Reflect.set' ? second : first, from === '~Reflect.set' ? third : second);
      continue;
    }
    if (/^~document\.(?:write|writeln)$/.test(from)) {
      yield inserted(call.node, first, 'parameter');
    } else if (call.name === 'insertAdjacentHTML' && second !== undefined) {
      yield inserted(call.node, second, isBuilt(facts, second) ? 'unknown' : 'parameter');
    } else if (TRUSTS.test(call.name) && !/^(?:knex|sequelize|~?db|prisma|String)/.test(from)) {
      if (call.name !== 'raw' || /^hono\//.test(from)) yield inserted(call.node, first, 'parameter');
    } else if (JQUERY.test(call.name) && call.receiver !== null && isWrapped(facts, call.receiver)) {
      const atLeast = call.name === 'html' || isMarkup(facts, first) ? 'parameter' : 'remote';
      yield inserted(call.node, first, atLeast);
    } else if (call.name === 'html' && /^d3(?:-selection|-transition)?\b/.test(from)) {
      // D3: the element's content becomes this markup (d3-selection, `selection.html`).
      yield inserted(call.node, first, 'parameter');
    } else if (/^~(?:\$|jQuery)$|^jquery$/.test(from)) {
      if (isMarkup(facts, first)) yield inserted(call.node, first, 'parameter');
    } else yield* answered(facts, call, first);
  }
}

const WRAPS = expected(/jquery|\$\(|jQuery/);

/** What jQuery made, or what is named as such: `$('#a')`, `$box`, `box` of `const box = $('<div>')`. */
function isWrapped(facts: FileFacts, receiver: Syntax): boolean {
  if (!hasMatch(WRAPS, facts.program.text)) return false;
  const made = facts.definition(receiver);
  return [receiver, made].some((each) => each !== null && /^(?:\$|jQuery)|\$\w*$/.test(facts.text(each)));
}

/** A request is answered where no element is: `parsed.href = req.url` is no address of one. */
function isOfPage({ message }: Detection): boolean {
  return !(message.startsWith('The address of an element') && message.includes("the request's"));
}

/** Follows what becomes part of a page back to where it comes from. */
export const crossSiteScripting: CodeDetector = {
  rule,
  triggers:
    /HTML|[wW]eb[vV]iew|setAttribute|v-html|@html|srcdoc|document\.write|insertAdjacent|\$\(|jQuery|\.(?:send|end|write|html|append)(?:\s*\(|\.bind\()|href|src=|createContextualFragment|Markup|mark_safe|format_html|ueryStringParameters|return\s+(?:f?["']|\{)|[Rr]esponse|\.body\s*=|jinja2|\|\s*safe\b|=["'](?:["']\s*\+|\$\{)|<\\?\/?\(?script/,
  detect: (facts) => [
    ...taintedSinks(facts, rule, sinks(facts)).filter(isOfPage),
    ...taintedSinks(facts, rule, returned(facts)),
    ...made(facts, rule),
    ...tagFilters(facts, rule),
  ],
};
