import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Flow, Syntax } from '../../../src/inspect/facts.ts';
import { functionAround, isInside, nameOf } from '../support/around.ts';
import { codeRule } from '../support/rule.ts';
import { weight } from '../support/tainted.ts';

const rule = codeRule({
  id: 'prototype-pollution',
  shortDescription: 'Keys that somebody else decides are written through, so `__proto__` reaches every object',
  help: 'A key such as `__proto__` or `constructor.prototype` leads the write to the prototype that all objects share, which changes checks and defaults everywhere and can run code. Refuse these keys, copy with own keys into Object.create(null), or use a Map.',
  cwe: [1321],
  level: 'error',
  confidence: 'medium',
});

const REMEDIATION = 'Refuse the keys __proto__, constructor and prototype, or keep the values in a Map.';
const GUARD =
  /__proto__|Object\.create\(null\)|new Map\b|\bprototype['"]|isUnsafeKey|isSafeKey|isPrototypePolluted|hasOwn(?:Property)?\b[^\n]*\b(?:target|dest|obj|object|current|a)\b/;
const MERGES =
  /^(?:lodash\.(?:merge|mergeWith|defaultsDeep|set|setWith|zipObjectDeep|update)|~_\.(?:merge|mergeWith|defaultsDeep|set|setWith)|lodash\.(?:merge|set|defaultsdeep)|deepmerge|merge-deep|deep-extend|merge|object-path\.set|dot-prop\.set|dottie\.set|~\$\.extend|jquery\.extend|extend|hoek\.merge|@hapi\/hoek\.merge|set-value|dset)$/;

/** Deep merges, writes along a path, and two-level writes with keys from outside. */
export const prototypePollution: CodeDetector = {
  rule,
  triggers: /\]\s*=[^=]|merge|extend|defaultsDeep|\bset\(|dset|dottie|setWith|object-path/,
  detect: (facts) =>
    facts.program.dialect === 'python'
      ? []
      : [
          ...facts.assignments.flatMap((each) => written(facts, each.node, each.target, each.value)),
          ...facts.calls.flatMap((call) => merged(facts, call)),
        ],
};

function written(facts: FileFacts, node: Syntax, target: Syntax, value: Syntax): readonly Detection[] {
  if (node.type !== 'assignment_expression') return [];
  const object = target.children.find((child) => child.field === 'object');
  const key = target.children.find((child) => child.field === 'index');
  if (object === undefined || key === undefined || facts.constant(key) !== undefined) return [];
  const home = functionAround(node);
  const around = home === null ? '' : facts.text(home);
  if (GUARD.test(around) || refusesByName(facts, home) || isInert(facts, value)) return [];
  const keyed = facts.flow(key, 'key');
  if (object.type === 'subscript_expression') {
    const outer = object.children.find((child) => child.field === 'index');
    const first = outer === undefined ? null : facts.flow(outer, 'key');
    if (first === null || keyed === null || first.strength === 'unknown') return [];
    if (first.strength === 'local' || isCounter(facts, key)) return [];
    const { level, confidence } = weight(first.strength);
    return [
      facts.finding({
        rule,
        at: node,
        message: `Two keys in a row decide what is written, and the first comes from ${first.source}.`,
        remediation: REMEDIATION,
        level,
        confidence,
        flow: first,
      }),
    ];
  }
  const walks = home !== null && (walksDown(facts, home, object) || reduces(facts, home, object, key));
  const table = walks || keyed === null ? null : tableOf(facts, object);
  if (table !== null) {
    const { level, confidence } = weight(table.strength);
    return [
      facts.finding({
        rule,
        at: node,
        message: `What is written to was found under a key that comes from ${table.source}, and so is the key written.`,
        remediation: REMEDIATION,
        level,
        confidence,
        flow: table,
      }),
    ];
  }
  if (home === null) return [];
  const merges = copiesDeep(facts, home, key);
  if (!walks && !merges) return [];
  const what = walks
    ? 'A value is written along a path of keys'
    : 'An object is merged into another, all its levels and keys';
  const { level, confidence } =
    keyed === null ? weight('parameter') : weight(keyed.strength === 'remote' ? 'remote' : 'parameter');
  return [
    facts.finding({
      rule,
      at: node,
      message: `${what}, and nothing refuses __proto__.`,
      remediation: REMEDIATION,
      level,
      confidence,
    }),
  ];
}

/** `section = out[name] = out[name] || {}`, then `section[key] = value`: the key under which a part of a table was found. */
function tableOf(facts: FileFacts, object: Syntax): Flow | null {
  const called = facts.text(object);
  for (const { node, target, value } of facts.assignments) {
    const home = functionAround(node);
    if (home !== null && !isInside(object, home)) continue;
    if (facts.text(target) !== called || !/\]\s*(?:\|\||\?\?)\s*\{\}/.test(facts.text(value))) continue;
    const found = innermost(value);
    const key = found?.children.find((child) => child.field === 'index');
    const flow = key === undefined ? null : facts.flow(key, 'key');
    if (flow !== null && (flow.strength === 'remote' || flow.strength === 'parameter')) return flow;
  }
  return null;
}

/** The subscript that `a[k] = a[k] || {}` reads or writes. */
function innermost(value: Syntax): Syntax | null {
  if (value.type === 'subscript_expression') return value;
  const inner =
    value.type === 'parenthesized_expression'
      ? value.children.find((child) => child.type !== '(')
      : value.children.find((child) => child.field === 'left');
  return inner === undefined ? null : innermost(inner);
}

/** A list or helper of the file that names `__proto__` is used here: `if (REFUSED.has(key)) …`. */
function refusesByName(facts: FileFacts, home: Syntax | null): boolean {
  if (home === null || !facts.program.text.includes('__proto__')) return false;
  return facts.nodes('identifier').some((node) => {
    if (!isInside(node, home)) return false;
    const stands = facts.functionOf(node) ?? facts.definition(node);
    return stands !== null && facts.text(stands).includes('__proto__');
  });
}

function isInert(facts: FileFacts, value: Syntax): boolean {
  return typeof facts.constant(value) === 'number' || facts.constant(value) === true;
}

function isCounter(facts: FileFacts, key: Syntax): boolean {
  return /^(?:i|j|k|n|x|y|index|row|col|\d+)$/.test(facts.text(key));
}

/** `current = current[part]` in a loop, then `current[last] = value`. */
function walksDown(facts: FileFacts, home: Syntax, object: Syntax): boolean {
  const called = facts.text(object);
  const down = new RegExp(`(?:^|[^\\w$.])${literally(called)}\\[[^\\d'"\`]`);
  return facts.assignments.some(({ node, target, value }) => {
    if (!isInside(node, home) || facts.text(target) !== called) return false;
    return down.test(facts.text(value)) && inLoop(node, home);
  });
}

/** `path.split('.').reduce((at, key) => (at[key] = …), object)` */
function reduces(facts: FileFacts, home: Syntax, object: Syntax, key: Syntax): boolean {
  const call = home.parent?.type === 'arguments' ? home.parent.parent : null;
  const callee = call?.children.find((child) => child.field === 'function');
  const names = home.children
    .find((child) => child.field === 'parameters')
    ?.children.map((child) =>
      facts
        .text(child)
        .replace(/[:=].*/s, '')
        .trim(),
    );
  return (
    callee !== undefined &&
    /(?:split\(.*\)|path|keys|parts|segments|props)\s*\.reduce$/is.test(facts.text(callee)) &&
    names?.[0] === facts.text(object) &&
    names[1] === facts.text(key)
  );
}

function inLoop(node: Syntax, home: Syntax): boolean {
  for (let up = node.parent; up !== null && up !== home; up = up.parent) {
    if (/^(?:for|while|do)/.test(up.type)) return true;
  }
  // `keys.forEach(key => …)` and `reduce`: the callback is the loop.
  return home.parent?.type === 'arguments';
}

/** `for (key in source) target[key] = merge(target[key], source[key])` */
function copiesDeep(facts: FileFacts, home: Syntax, key: Syntax): boolean {
  const called = literally(facts.text(key));
  const loop = new RegExp(
    `for\\s*\\(\\s*(?:const|let|var)?\\s*(?:\\[\\s*)?${called}\\b[^)]*\\b(?:in|of)\\b|(?:forEach|map|each|reduce)\\(\\s*(?:function\\s*\\w*)?\\s*\\(?\\s*(?:\\w+\\s*,\\s*)?${called}\\b|${called}\\s*=\\s*\\w+\\[\\w+\\]`,
  );
  for (let at: Syntax | null = home; at !== null; at = functionAround(at)) {
    const text = facts.text(at);
    if (text.length > 20_000 || !loop.test(text)) continue;
    const name = nameOf(at);
    if (name === null) continue;
    const own = literally(facts.text(name).split('.').at(-1) ?? '');
    if (new RegExp(`(?:^|[^\\w$])${own}\\s*\\(|arguments\\.callee`).test(text.slice(text.indexOf('{')))) return true;
  }
  return false;
}

function merged(facts: FileFacts, call: Call): readonly Detection[] {
  const from = call.origin;
  if (from === null || !MERGES.test(from)) return [];
  if (/extend$/.test(from) && (call.arguments[0] === undefined || facts.constant(call.arguments[0]) !== true))
    return [];
  for (const argument of call.arguments.slice(/set|update/.test(from) ? 1 : 0)) {
    const flow = facts.flow(argument, 'key');
    if (flow === null || flow.strength !== 'remote') continue;
    return [
      facts.finding({
        rule,
        at: call.node,
        message: `A deep merge takes its keys from ${flow.source}.`,
        remediation: REMEDIATION,
        level: 'warning',
        confidence: 'medium',
        flow,
      }),
    ];
  }
  return [];
}

/** A text as part of an expression. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
