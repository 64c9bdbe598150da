import { expected, hasMatch } from '../../../src/core/prefilter.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { isBuilt, type Sink } from '../support/tainted.ts';
import { address, isOpenAddress } from './addresses.ts';
import { answer, DOM_PROPERTIES, inserted, isMarkup } from './markup.ts';

/** Properties of elements that take markup or an address, and Koa's `ctx.body`. */
const PROPERTIES: ReadonlySet<string> = new Set([
  'innerHTML',
  'outerHTML',
  'srcdoc',
  'href',
  'src',
  'action',
  'formAction',
  'body',
]);

const URL_PROPERTIES = /^(?:href|src|action|formAction)$/;

/** Signs that a file works on a page at all: the parts of an address have the same names as those of an element. */
const PAGE = expected(
  /\b(?:document|window|navigator|HTML\w*Element|createElement|querySelector|getElement\w+|jQuery)\b|\$\(/,
);

/** How the engine reads `v-html="…"` and `{@html …}` of a template. */
const TEMPLATES = /\.(?:vue|svelte)$/i;
const RAW_NAMES: ReadonlySet<string> = new Set(['v_html', '$html']);

/** Properties of elements that are given markup or an address, `ctx.body` of Koa, and what a template marks as raw. */
export function* assigned(facts: FileFacts): Generator<Sink> {
  const isTemplate = TEMPLATES.test(facts.path);
  for (const { node, target, value } of facts.assignments()) {
    if (target.type === 'identifier' && isTemplate && RAW_NAMES.has(facts.text(target))) {
      yield inserted(node, value, 'parameter');
      continue;
    }
    const name = propertyOf(facts, target);
    // VS Code: the page of a view (its API, `Webview.html`).
    if (name === 'html' && /\bweb[vV]iew\w*\.html$/.test(facts.text(target))) yield inserted(node, value, 'parameter');
    if (name === null || !PROPERTIES.has(name)) continue;
    if (/^ctx\.(?:response\.)?body$/.test(facts.text(target)) && isMarkup(facts, value)) {
      yield answer(node, value);
      continue;
    }
    if (DOM_PROPERTIES.test(name)) {
      yield inserted(node, value, isBuilt(facts, value) ? 'unknown' : 'parameter');
    } else if (name === 'href' && /(?:^|\.)location$/.test(facts.text(target.children[0] ?? target))) {
      // A redirect; `open-redirect` answers for it.
    } else if (URL_PROPERTIES.test(name) && isOpenAddress(facts, value) && hasMatch(PAGE, facts.program.text)) {
      yield address(node, value);
    }
  }
}

/** `element['innerHTML']` is the same property as `element.innerHTML`. */
function propertyOf(facts: FileFacts, target: Syntax): string | null {
  if (target.type === 'member_expression') {
    const property = fieldOf(target, 'property');
    return property === undefined ? null : facts.text(property);
  }
  const index = target.type === 'subscript_expression' ? fieldOf(target, 'index') : undefined;
  return index === undefined ? null : String(facts.constant(index) ?? '');
}

/** `element.setAttribute('onclick', text)`, `Reflect.set(element, 'innerHTML', text)` */
export function* set(
  facts: FileFacts,
  call: Call,
  key: Syntax | undefined,
  value: Syntax | undefined,
): Generator<Sink> {
  const name = key === undefined ? undefined : facts.constant(key);
  if (typeof name !== 'string' || value === undefined) return;
  if (DOM_PROPERTIES.test(name) || /^on[a-z]+$/i.test(name)) {
    yield inserted(call.node, value, 'remote');
  } else if (/^(?:href|src|action|formaction)$/i.test(name) && isOpenAddress(facts, value)) {
    yield address(call.node, value);
  }
}

/** Attributes of JSX that take markup or an address. */
export function* attributes(facts: FileFacts): Generator<Sink> {
  for (const node of facts.nodes('jsx_attribute')) {
    const [name, given] = node.children;
    if (name === undefined || given === undefined) continue;
    const value = given.type === 'jsx_expression' ? given.children[0] : undefined;
    if (value === undefined) continue;
    const called = facts.text(name);
    if (called === 'dangerouslySetInnerHTML') {
      const object = facts.object(value);
      const html = object === null ? value : facts.property(object, '__html');
      if (html !== null) yield inserted(node, html, 'parameter');
    } else if (called === 'innerHTML') {
      // Solid's attribute for markup.
      yield inserted(node, value, 'parameter');
    } else if (
      /^(?:href|src|srcDoc|action|formAction)$/.test(called) &&
      (called === 'srcDoc' ? facts.shape(value) === null : isOpenAddress(facts, value))
    ) {
      yield address(node, value);
    }
  }
}

const AS_KEYS = expected(/dangerouslySetInnerHTML|\b(?:innerHTML|outerHTML|srcdoc)['"]?\s*:/);

/**
 * The same as properties of an object: `createElement('div', { dangerouslySetInnerHTML: { __html: text } })`, what a spread
 * gives an element, `Object.assign(element, { innerHTML: text })`.
 */
export function* properties(facts: FileFacts): Generator<Sink> {
  if (!hasMatch(AS_KEYS, facts.program.text)) return;
  for (const node of facts.nodes('pair')) {
    const [key, value] = node.children;
    if (key === undefined || value === undefined) continue;
    const name = facts.text(key).replace(/['"]/g, '');
    if (name === 'dangerouslySetInnerHTML') {
      const object = facts.object(value);
      const html = object === null ? value : facts.property(object, '__html');
      if (html !== null) yield inserted(node, html, 'parameter');
    } else if (DOM_PROPERTIES.test(name)) {
      yield inserted(node, value, 'remote');
    }
  }
}
