import type { Detection } from '../../../src/core/detection.ts';
import { expected, hasMatch } from '../../../src/core/prefilter.ts';
import type { Rule } from '../../../src/core/rule.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround, nameOf } from '../support/around.ts';
import { withoutComments } from '../support/security.ts';
import { type Sink, taintedSinks } from '../support/tainted.ts';
import { DOM_PROPERTIES } from './markup.ts';

const OPENS = expected(/<[a-zA-Z][^<>`]{0,200}=\\?["'](?:["']\s*\+|\$\{)/);
/** A text that stops inside the value of an attribute: `<a class="link" href="`. */
const IN_ATTRIBUTE = /(?:<[a-z][^<>]*|^[^<>]*)\s[\w:-]+=["']$/i;
/** What a function of markup does with the other values that it puts into it. */
const ESCAPES = /\b(?:\w+\.)*(?:_?(?:html_?)?esc(?:ape)?\w*|encodeHTML\w*|htmlEncode\w*|encodeEntities)\s*\(/i;

/**
 * Libraries give markup back instead of putting it into a page. Where one escapes some of what it puts in, a value that goes
 * into an attribute as it is was forgotten: a quotation mark ends the attribute, and no markup can be meant there.
 */
export function made(facts: FileFacts, rule: Rule): readonly Detection[] {
  if (facts.program.dialect !== 'javascript' || !hasMatch(OPENS, facts.program.text)) return [];
  return taintedSinks(facts, rule, forgotten(facts));
}

function* forgotten(facts: FileFacts): Generator<Sink> {
  for (const node of facts.nodes('binary_expression')) {
    const left = fieldOf(node, 'left');
    const value = fieldOf(node, 'right');
    if (left === undefined || value === undefined || !isOpen(facts, endOf(left))) continue;
    yield* unescaped(facts, node, value);
  }
  for (const node of facts.nodes('template_string')) {
    for (const part of node.children) {
      const [value] = part.type === 'template_substitution' ? part.children : [];
      if (value === undefined || !IN_ATTRIBUTE.test(facts.program.text.slice(node.start + 1, part.start))) continue;
      yield* unescaped(facts, node, value);
    }
  }
}

/** The last part of what stands before: `'<a href="'` of `'<p>' + text + '<a href="'`. */
function endOf(left: Syntax): Syntax {
  return left.type === 'binary_expression' ? (fieldOf(left, 'right') ?? left) : left;
}

function isOpen(facts: FileFacts, text: Syntax): boolean {
  if (text.type !== 'string') return false;
  const known = facts.constant(text);
  return typeof known === 'string' && IN_ATTRIBUTE.test(known);
}

function* unescaped(facts: FileFacts, at: Syntax, value: Syntax): Generator<Sink> {
  const fn = functionAround(at);
  if (fn === null || isInserted(facts, at) || !ESCAPES.test(withoutComments(facts.text(fn)))) return;
  yield {
    at,
    value,
    kind: 'html',
    what: 'An attribute of markup is made, without the escaping that other values get here, from',
    remediation: 'Escape the value as the others are, quotation marks too.',
    atLeast: 'parameter',
    level: 'warning',
  };
}

/** What is put into a page right here is told of there. */
function isInserted(facts: FileFacts, at: Syntax): boolean {
  for (let up = at.parent; up !== null; up = up.parent) {
    if (up.type === 'arguments') return true;
    if (up.type !== 'assignment_expression') continue;
    const target = fieldOf(up, 'left');
    const property = target === undefined ? undefined : fieldOf(target, 'property');
    return property !== undefined && DOM_PROPERTIES.test(facts.text(property));
  }
  return false;
}

const TAG_FILTER = expected(/\.replace\(\s*\/[^\n]{0,20}<\\?\/?\(?script/i);
const CLEANS = /sanit|clean|strip|escap|purif|safe|xss|filter/i;

/**
 * Taking `<script>` elements out leaves every other way to run a script (`<img onerror>`), and what is left of
 * `<scr<script>ipt>` is one again.
 */
export function tagFilters(facts: FileFacts, rule: Rule): readonly Detection[] {
  if (facts.program.dialect !== 'javascript' || !hasMatch(TAG_FILTER, facts.program.text)) return [];
  return facts.callsLike({ named: (name) => name === 'replace' }).flatMap((call) => {
    const [pattern, by] = call.arguments;
    if (pattern?.type !== 'regex' || by === undefined || facts.constant(by) !== '') return [];
    if (!/^\/[^/]{0,10}<(?:\\?\/)?\(?script/i.test(facts.text(pattern)) || !cleans(facts, call.node)) return [];
    return [
      facts.finding({
        rule,
        at: call.node,
        message: 'Taking script elements out does not make markup harmless: other elements run scripts as well.',
        remediation: 'Clean markup with a sanitizer that keeps a list of what is allowed, such as DOMPurify.',
        level: facts.isTest ? 'note' : 'warning',
        confidence: 'medium',
      }),
    ];
  });
}

/** A function, or what it is part of, that says it makes a text harmless. */
function cleans(facts: FileFacts, node: Syntax): boolean {
  for (let fn = functionAround(node); fn !== null; fn = functionAround(fn)) {
    const name = nameOf(fn);
    if (name !== null && CLEANS.test(facts.text(name))) return true;
  }
  return false;
}
