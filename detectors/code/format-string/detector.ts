import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { isTagged, type Sink, taintedSinks } from '../support/tainted.ts';

const rule = codeRule({
  id: 'format-string',
  shortDescription: 'A value from somebody else is the format of a message with further values',
  help: 'The first argument of console.log and util.format is a format: `%s`, `%d`, `%o` or `%c` in it swallow or reshape the values that follow, so an entry can be made to lie. In Python, str.format on such text reads attributes of the objects handed to it. Write a constant format and pass the value as an argument.',
  cwe: [134],
  level: 'warning',
  confidence: 'medium',
});

const REMEDIATION = "Make the format constant and pass the value: console.log('%s', value, more).";
const FORMATS = oneOf(
  /^(?:util\.(?:format|formatWithOptions|log)|~?console\.(?:log|info|warn|error|debug|trace)|sprintf-js\.(?:sprintf|vsprintf)|~sprintf|printf|format-util|~str\.format)$/,
);
const METHODS = oneOf(/^format(?:_map)?$/);

function* sinks(facts: FileFacts): Generator<Sink> {
  const python = facts.program.dialect === 'python';
  for (const call of facts.callsLike(python ? { from: FORMATS, named: METHODS } : { from: FORMATS })) {
    if (isTagged(call)) continue;
    const from = call.origin ?? '';
    // Node's takes options in front of the format (its documentation, "util").
    const [format] = call.name === 'formatWithOptions' ? call.arguments.slice(1) : call.arguments;
    // `format(...args)` hands on a whole call: its caller chose the format.
    if (format?.type === 'spread_element') continue;
    if (FORMATS(from) && format !== undefined && call.arguments.length + call.keywords.size > 1) {
      yield {
        at: call.node,
        value: format,
        kind: 'format',
        what: 'The format of a message with further values is made from',
        remediation: REMEDIATION,
        atLeast: from.startsWith('util') || from.includes('printf') ? 'parameter' : 'remote',
        level: 'warning',
      };
    } else if (python && METHODS(call.name ?? '') && call.receiver !== null) {
      yield {
        at: call.node,
        value: call.receiver,
        kind: 'format',
        what: 'The format of a text is made from',
        remediation: 'Keep the format constant.',
        atLeast: 'remote',
        level: 'warning',
      };
    }
  }
}

/** Python: `text % values` */
function* interpolated(facts: FileFacts): Generator<Sink> {
  if (facts.program.dialect !== 'python') return;
  for (const node of facts.nodes('binary_expression')) {
    const operator = fieldOf(node, 'operator');
    const left = fieldOf(node, 'left');
    if (operator === undefined || left === undefined || facts.text(operator) !== '%') continue;
    if (facts.shape(left) !== null || isCalculated(facts, node)) continue;
    yield {
      at: node,
      value: left,
      kind: 'format',
      what: 'The format of a text is made from',
      remediation: 'Keep the format constant.',
      atLeast: 'remote',
      level: 'warning',
    };
  }
}

/** `(a % b) - c`, `n % 2`: the rest of a division. */
function isCalculated(facts: FileFacts, node: Syntax): boolean {
  const right = fieldOf(node, 'right');
  if (right !== undefined && typeof facts.constant(right) === 'number') return true;
  for (let up = node.parent; up !== null; up = up.parent) {
    const operator = up.type === 'binary_expression' ? fieldOf(up, 'operator') : undefined;
    const sign = operator === undefined ? '' : facts.text(operator);
    if (/^(?:-|\*|\/{1,2})$/.test(sign)) return true;
    // A sum may be of texts or of numbers; what it is a part of tells.
    if (up.type !== 'parenthesized_expression' && sign !== '+') return false;
  }
  return false;
}

/** Follows formats back to where they come from. */
export const formatString: CodeDetector = {
  rule,
  triggers: /console\.|util|printf|\.format|\s%\s/,
  detect: (facts) => taintedSinks(facts, rule, [...sinks(facts), ...interpolated(facts)]),
};
