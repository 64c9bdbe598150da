import type { Detection } from '../../../src/core/detection.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { oneOf } from '../support/remember.ts';
import { taintedSinks } from '../support/tainted.ts';
import { rule } from './rule.ts';

const ESCAPE = 'Escape the value before it becomes part of the expression, or search for it with includes().';

/** Python's `re`, and what hands its first argument to it: routes and validators of Django and WTForms (their documentation). */
export const CONSTRUCTORS = oneOf(
  /^~RegExp$|^re\.(?:compile|match|search|fullmatch|sub|findall|split|finditer)$|^django\.(?:urls\.re_path|conf\.urls\.url|core\.validators\.RegexValidator)$|^wtforms\.validators\.Regexp$|^marshmallow\.validate\.Regexp$/,
);

const MATCHES = oneOf(/^(?:match|matchAll|search)$/);

/** `text.match('^' + value)`: what is no expression yet is made one (ECMAScript, "String.prototype.match"). */
function becomesExpression(facts: FileFacts, call: Call, given: Syntax): boolean {
  if (facts.program.dialect === 'python' || call.receiver === null || call.arguments.length !== 1) return false;
  const shape = facts.shape(given);
  return shape?.includes('\u0000') === true && /[\\^$.*+?()[\]{}|]/.test(shape);
}

/**
 * `new RegExp('(' + words.join('|') + ')')`: what a caller hands over is a list of words, and none of them is escaped.
 * Elsewhere an exported function may as well take expressions.
 */
function joinsWords(facts: FileFacts, given: Syntax): boolean {
  const value = facts.definition(given) ?? given;
  return /\.join\(\s*["'`]\|["'`]\s*\)|["']\|["']\.join\(/.test(facts.text(value));
}

/** `new RegExp(value)`: the value decides the expression itself. */
export function built(facts: FileFacts): readonly Detection[] {
  return taintedSinks(
    facts,
    rule,
    facts.callsLike({ from: CONSTRUCTORS, named: MATCHES }).flatMap((call) => {
      const [first] = call.arguments;
      if (first === undefined) return [];
      const converts = call.name !== null && MATCHES(call.name) && !CONSTRUCTORS(call.origin ?? '');
      if (converts && !becomesExpression(facts, call, first)) return [];
      return [
        {
          at: call.node,
          value: first,
          kind: 'regex' as const,
          what: 'A regular expression is built from',
          remediation: ESCAPE,
          atLeast: joinsWords(facts, first) ? ('parameter' as const) : ('remote' as const),
          level: 'warning' as const,
        },
      ];
    }),
  );
}
