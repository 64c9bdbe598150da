import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';

const rule = codeRule({
  id: 'post-message-origin',
  shortDescription: 'Messages between windows are taken from, or sent to, any site',
  help: 'Every page that holds a reference to the window can send it messages, and a message sent to "*" reaches whatever site the window shows by then. Compare event.origin with a fixed list before using event.data, and name the target origin when sending.',
  cwe: [346],
  level: 'warning',
  confidence: 'high',
});

/** What only the inside of a worker has: nobody of another site can send it a message (HTML, "Web workers"; Service Workers). */
const WORKER =
  /importScripts|(?:Dedicated|Shared|Service)WorkerGlobalScope|self\.(?:postMessage|skipWaiting|registration|clients)\b|(?:^|[^.\w])skipWaiting\(|\bclients\.(?:claim|matchAll|openWindow)\(/;

const LISTENS = oneOf(/^(?:postMessage|on|addEventListener)$/);

/** Message listeners that never look at the origin, and messages sent to any origin. */
export const postMessageOrigin: CodeDetector = {
  rule,
  triggers: /postMessage|['"`:]message['"`]|onmessage/,
  detect: (facts) => [
    ...listened(facts),
    ...facts.callsLike({ named: LISTENS }).flatMap((call) => inCall(facts, call)),
    ...handlers(facts),
  ],
};

/** Angular: `@HostListener('window:message', ['$event'])` */
function listened(facts: FileFacts): readonly Detection[] {
  return facts.nodes('decorator').flatMap((node) => {
    if (!/^@HostListener\(\s*['"]window:message['"]/.test(facts.text(node))) return [];
    const siblings = node.parent?.children ?? [];
    const fn = siblings.slice(siblings.indexOf(node) + 1).find((part) => part.type === 'method_definition');
    return fn === undefined ? [] : listener(facts, fn, node);
  });
}

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
  if (call.name === 'on' && first !== undefined && second !== undefined && facts.constant(first) === 'message') {
    const fn = /^(?:\$|jQuery)\(window\)$/.test(call.receiver === null ? '' : facts.text(call.receiver))
      ? facts.functionOf(second)
      : null;
    return fn === null ? [] : listener(facts, fn, call.node);
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
  return facts.assignments().flatMap(({ node, target, value }) => {
    if (!/^(?:window\.|self\.)?onmessage$/.test(facts.text(target)) || target.type === 'identifier') return [];
    const fn = facts.functionOf(value);
    return fn === null ? [] : listener(facts, fn, node);
  });
}

function listener(facts: FileFacts, fn: Syntax, at: Syntax): readonly Detection[] {
  const body = facts.text(fn);
  // A part of the origin stands in other origins as well: `example.com.evil.test`.
  if (
    /\.origin\.(?:indexOf|includes|search|match|startsWith)\s*\(/.test(body) &&
    !/\.origin\s*[!=]==?/.test(body) &&
    /\.data\b/.test(body)
  )
    return [
      facts.finding({
        rule,
        at,
        message: 'The listener looks for a part of the origin, which other origins contain as well.',
        remediation: 'Compare the whole of event.origin with a fixed list.',
        level: 'warning',
        confidence: 'medium',
      }),
    ];
  if (/\.origin\b|\borigin\b|\.source\s*[!=]==|isTrusted(?:Origin|Source)/.test(body)) return [];
  if (!/\.data\b|\bdata\b/.test(body) || WORKER.test(facts.program.text)) return [];
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
