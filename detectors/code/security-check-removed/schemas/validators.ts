import type { FileFacts, Syntax } from '../../../../src/inspect/facts.ts';
import { fieldOf } from '../../support/around.ts';
import { ask, emptyField, type Field, type Limits, matchesAll } from './limits.ts';
import { pathOf } from './paths.ts';

/** express-validator, "ValidationChain". */
const ROOTS = /^(?:body|check|param|query|header|cookie|buildCheckFunction)$/;
const KINDS: readonly (readonly [kind: string, words: RegExp])[] = [
  ['values', /^(?:isIn|isBoolean|equals)$/],
  ['integer', /^(?:isInt|isDivisibleBy)$/],
  ['typed', /^(?:isInt|isNumeric|isDecimal|isFloat|isString|isArray|isObject|isDate|toInt|toFloat|toBoolean|toDate)$/],
  ['pattern', /^(?:matches|contains|whitelist|blacklist)$/],
  ['required', /^(?:exists|notEmpty)$/],
  ['check:escape', /^(?:escape|stripLow)$/],
  ['check', /^(?:custom|customSanitizer|not|isStrongPassword)$/],
];
const BOUNDED = /^(?:isLength|isByteLength|isInt|isFloat|isArray)$/;
const FORMATS =
  /^is(?!In$|Int$|Boolean$|Length$|ByteLength$|Float$|String$|Array$|Object$|Numeric$|Decimal$|Empty$|Date$)[A-Z]\w*$/;

/** Fields of requests that chains of express-validator look at. */
export function* validators(facts: FileFacts): Generator<Field> {
  if (!facts.program.text.includes('express-validator')) return;
  for (const call of facts.calls()) {
    const [first] = call.arguments;
    const name = first === undefined ? undefined : facts.constant(first);
    if (call.receiver !== null || call.name === null || !ROOTS.test(call.name) || typeof name !== 'string') continue;
    const field = emptyField([...pathOf(facts, call.node), name], call.node, 'express-validator');
    let at: Syntax = call.node;
    for (let next = linkOf(at); next !== null; next = linkOf(at)) {
      record(facts, next, field.limits);
      at = next;
    }
    yield field;
  }
}

/** The next call of the chain. */
function linkOf(call: Syntax): Syntax | null {
  const member = call.parent;
  if (member?.type !== 'member_expression' || call.field !== 'object') return null;
  return member.parent?.type === 'call_expression' && member.field === 'function' ? member.parent : null;
}

function record(facts: FileFacts, call: Syntax, limits: Limits): void {
  const callee = fieldOf(call, 'function');
  const property = callee === undefined ? undefined : fieldOf(callee, 'property');
  if (property === undefined) return;
  const word = facts.text(property);
  const [first] = fieldOf(call, 'arguments')?.children ?? [];
  const bounds = BOUNDED.test(word) && first !== undefined ? facts.object(first) : null;
  for (const kind of bounds === null ? [] : ['min', 'max']) {
    const value = bounds === null ? null : facts.property(bounds, kind);
    const said = value === null ? undefined : facts.constant(value);
    if (value !== null && said !== 0) ask(limits, kind, word, typeof said === 'number' ? said : null, false);
  }
  if (word === 'matches' && first !== undefined && matchesAll(facts.text(first))) return;
  if (FORMATS.test(word)) ask(limits, 'format', word, null, false);
  for (const [kind, words] of KINDS) if (words.test(word)) ask(limits, kind, word, null, false);
}

/** A chain that is gone altogether, while somebody still reads the field. */
export function isStillRead(facts: FileFacts, name: string): boolean {
  const word = name.replace(/[^\w$]/g, '.');
  const read = new RegExp(
    `\\b(?:body|query|params|cookies|headers)(?:\\.|\\?\\.)${word}\\b|\\b(?:body|query|params|cookies|headers)\\[['"]${word}['"]|\\{[^{}]*\\b${word}\\b[^{}]*\\}\\s*=\\s*(?:await\\s+)?(?:\\w+\\.)*(?:body|query|params|cookies)\\b`,
  );
  return facts.program.text.includes(name) && read.test(facts.program.text);
}
