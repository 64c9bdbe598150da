import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { codeRule } from '../support/rule.ts';

const rule = codeRule({
  id: 'post-message-origin',
  shortDescription: 'Messages between windows are taken from, or sent to, any site',
  help: 'Every page that holds a reference to the window can send it messages, and a message sent to "*" reaches whatever site the window shows by then. Compare event.origin with a fixed list before using event.data, and name the target origin when sending.',
  cwe: [346],
  level: 'warning',
  confidence: 'high',
});

/** Message listeners that never look at the origin, and messages sent to any origin. */
export const postMessageOrigin: CodeDetector = {
  rule,
  triggers: /postMessage|['"`]message['"`]|onmessage/,
  detect: (facts) => [...facts.calls.flatMap((call) => inCall(facts, call)), ...handlers(facts)],
};

function inCall(facts: FileFacts, call: Call): readonly Detection[] {
  const [first, second] = call.arguments;
  if (call.name === 'postMessage' && second !== undefined) {
    const target =
      facts.object(second) === null ? second : facts.property(facts.object(second) ?? second, 'targetOrigin');
    if (target === null || facts.constant(target) !== '*') return [];
    return [
      facts.finding({
        rule,
        at: call.node,
        message: 'The message reaches whatever site the window shows (target "*").',
        remediation: 'Name the origin that is meant: postMessage(data, "https://app.example").',
        level: isHarmless(facts, first) ? 'note' : 'warning',
      }),
    ];
  }
  if (
    call.name !== 'addEventListener' ||
    first === undefined ||
    second === undefined ||
    facts.constant(first) !== 'message'
  )
    return [];
  if (call.receiver !== null && !/^(?:window|self|globalThis|top|parent)$/.test(facts.text(call.receiver))) return [];
  const fn = facts.functionOf(second);
  return fn === null ? [] : listener(facts, fn, call.node);
}

function isHarmless(facts: FileFacts, data: Syntax | undefined): boolean {
  return data !== undefined && typeof facts.constant(data) === 'string';
}

function handlers(facts: FileFacts): readonly Detection[] {
  return facts.assignments.flatMap(({ node, target, value }) => {
    if (!/^(?:window\.|self\.)?onmessage$/.test(facts.text(target)) || target.type === 'identifier') return [];
    const fn = facts.functionOf(value);
    return fn === null ? [] : listener(facts, fn, node);
  });
}

function listener(facts: FileFacts, fn: Syntax, at: Syntax): readonly Detection[] {
  const body = facts.text(fn);
  if (/\.origin\b|\borigin\b|\.source\s*[!=]==|isTrusted(?:Origin|Source)/.test(body)) return [];
  if (
    !/\.data\b|\bdata\b/.test(body) ||
    /importScripts|DedicatedWorkerGlobalScope|self\.postMessage/.test(facts.program.text)
  )
    return [];
  return [
    facts.finding({
      rule,
      at,
      message: 'Messages of any site are used: the listener never looks at their origin.',
      remediation: 'Compare event.origin with a fixed list before using event.data.',
      level: 'warning',
    }),
  ];
}
