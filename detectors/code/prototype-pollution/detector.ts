import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Assignment, Call, FileFacts, Flow, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround, isFunction, isInside, within } from '../support/around.ts';
import { once, oneOf, remembering } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { weight } from '../support/tainted.ts';
import { callsItself, copiesDeep, handsDown, literally, takesUp } from './copies.ts';
import { reduces, type Targets, walksDown } from './paths.ts';

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
const MERGES = oneOf(
  /^(?:lodash\.(?:merge|mergeWith|defaultsDeep|set|setWith|zipObjectDeep|update)|~_\.(?:merge|mergeWith|defaultsDeep|set|setWith)|lodash\.(?:merge|set|defaultsdeep)|deepmerge|merge-deep|deep-extend|merge|object-path\.set|dot-prop\.set|dottie\.set|~\$\.extend|jquery\.extend|extend|hoek\.merge|@hapi\/hoek\.merge|set-value|dset)$/,
);
const ASSIGNS = oneOf(/^~Object\.assign$/);
const IDENTIFIER: ReadonlySet<string> = new Set(['identifier']);

/** Deep merges, writes along a path, and two-level writes with keys from outside. */
export const prototypePollution: CodeDetector = {
  rule,
  triggers: /\]\s*=[^=]|Object\.assign|merge|extend|defaultsDeep|\bset\(|dset|dottie|setWith|object-path/,
  detect: (facts) =>
    facts.program.dialect === 'python'
      ? []
      : [
          ...writes(facts),
          ...facts.callsLike({ from: MERGES }).flatMap((call) => merged(facts, call)),
          ...facts.callsLike({ from: ASSIGNS }).flatMap((call) => assigned(facts, call)),
        ],
};

/** What is asked again and again of one file. */
interface Writes extends Targets {
  readonly refuses: (home: Syntax | null) => boolean;
  readonly callsItself: (fn: Syntax) => boolean;
}

function writes(facts: FileFacts): readonly Detection[] {
  const file: Writes = {
    facts,
    byTarget: once(() => Map.groupBy(facts.assignments(), ({ target }) => facts.text(target))),
    refuses: remembering((home) => home !== null && (GUARD.test(facts.text(home)) || refusesByName(facts, home))),
    callsItself: remembering((fn) => callsItself(facts, fn)),
  };
  const found: Detection[] = [];
  // By index: before code is optimised, each step of an iterator makes an object.
  const assignments = facts.assignments();
  for (let at = 0; at < assignments.length; at += 1) {
    const each = assignments[at];
    if (each?.target.type !== 'subscript_expression' || each.node.type !== 'assignment_expression') continue;
    const detection = written(file, each);
    if (detection !== null) found.push(detection);
  }
  return found;
}

/** What is written, under which key, and the function that does it. */
interface Place {
  readonly node: Syntax;
  readonly target: Syntax;
  readonly object: Syntax;
  readonly key: Syntax;
  readonly home: Syntax | null;
}

function written(file: Writes, { node, target, value }: Assignment): Detection | null {
  const { facts } = file;
  const object = fieldOf(target, 'object');
  const key = fieldOf(target, 'index');
  if (object === undefined || key === undefined || facts.constant(key) !== undefined || isInert(facts, value))
    return null;
  const place: Place = { node, target, object, key, home: functionAround(node) };
  return object.type === 'subscript_expression' ? twoKeys(file, place) : intoTable(file, place);
}

/** `table[first][key] = value` */
function twoKeys(file: Writes, { node, object, key, home }: Place): Detection | null {
  const { facts } = file;
  const outer = fieldOf(object, 'index');
  if (outer === undefined || isRefused(file, home)) return null;
  const first = facts.flow(outer, 'key');
  if (first === null || first.strength === 'unknown' || first.strength === 'local') return null;
  if (facts.flow(key, 'key') === null) return null;
  // Code says of its own places in a grid that they are numbers; a request says nothing of the kind.
  if (
    first.strength === 'parameter' &&
    (isCounter(facts, key) || [outer, key].some((each) => isPlace(facts, each, home)))
  )
    return null;
  const { level, confidence } = weight(first.strength);
  return facts.finding({
    rule,
    at: node,
    message: `Two keys in a row decide what is written, and the first comes from ${first.source}.`,
    remediation: REMEDIATION,
    level,
    confidence,
    flow: first,
  });
}

/** A write along a path of keys, into a part of a table, or in a deep merge: what the code looks like is asked first. */
function intoTable(file: Writes, { node, target, object, key, home }: Place): Detection | null {
  const { facts } = file;
  const walks = home !== null && (walksDown(file, home, object) || reduces(facts, home, object, key));
  const sections = walks ? [] : sectionKeys(file, object);
  const merges =
    home !== null &&
    !walks &&
    (copiesDeep(facts, file.callsItself, home, { key, target }) ||
      handsDown(facts, file.callsItself, home, { object, key }));
  if ((!walks && !merges && sections.length === 0) || isRefused(file, home)) return null;
  const keyed = once(() => facts.flow(key, 'key'));
  const table = tableOf(facts, sections);
  if (table !== null && keyed() !== null) {
    const { level, confidence } = weight(table.strength);
    return facts.finding({
      rule,
      at: node,
      message: `What is written to was found under a key that comes from ${table.source}, and so is the key written.`,
      remediation: REMEDIATION,
      level,
      confidence,
      flow: table,
    });
  }
  if (!walks && !merges) return null;
  const what = walks
    ? 'A value is written along a path of keys'
    : 'An object is merged into another, all its levels and keys';
  const { level, confidence } = weight(keyed()?.strength === 'remote' ? 'remote' : 'parameter');
  return facts.finding({
    rule,
    at: node,
    message: `${what}, and nothing refuses __proto__.`,
    remediation: REMEDIATION,
    level,
    confidence,
  });
}

function isRefused(file: Writes, home: Syntax | null): boolean {
  return file.refuses(home) || refusedAround(file, home);
}

/** A callback is left to what the function around it let through: the keys were looked at before they are gone through. */
function refusedAround({ facts }: Writes, home: Syntax | null): boolean {
  for (let fn = home; fn !== null && fn.parent?.type === 'arguments'; ) {
    const around = functionAround(fn);
    if (around === null) return false;
    if (/['"]__proto__['"]/.test(facts.program.text.slice(around.start, fn.start))) return true;
    fn = around;
  }
  return false;
}

/** `section = out[name] = out[name] || {}`, then `section[key] = value`: the keys under which parts of tables were found. */
function sectionKeys({ facts, byTarget }: Writes, object: Syntax): readonly Syntax[] {
  const found: Syntax[] = [];
  for (const { node, value } of byTarget().get(facts.text(object)) ?? []) {
    const home = functionAround(node);
    if (home !== null && !isInside(object, home)) continue;
    if (!/\]\s*(?:\|\||\?\?)=?\s*(?:\(?\s*[\w$.[\]]+\s*=\s*)?\{\}/.test(facts.text(value))) continue;
    const read = innermost(value);
    const key = read === null ? undefined : fieldOf(read, 'index');
    if (key !== undefined) found.push(key);
  }
  return found;
}

/** Where the first of the keys comes from that somebody else decides. */
function tableOf(facts: FileFacts, keys: readonly Syntax[]): Flow | null {
  for (const key of keys) {
    const flow = facts.flow(key, 'key');
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
      : fieldOf(value, 'left');
  return inner === undefined ? null : innermost(inner);
}

/** A list or helper of the file that names `__proto__` is used here: `if (REFUSED.has(key)) …`. */
function refusesByName(facts: FileFacts, home: Syntax): boolean {
  if (!facts.program.text.includes('__proto__')) return false;
  const namesIt = remembering((node: Syntax) => facts.text(node).includes('__proto__'));
  for (const node of facts.nodes('identifier')) {
    if (node.start < home.start || node.end > home.end) continue;
    const given = facts.definition(node);
    if (given === null) continue;
    if (namesIt(given) ? namesIt(facts.functionOf(node) ?? given) : usesList(facts, given)) return true;
  }
  return false;
}

/** `(part) => !REFUSED.has(part)` or `[...REFUSED, 'other']`, where the list names it. */
function usesList(facts: FileFacts, helper: Syntax): boolean {
  if (helper.end - helper.start > 400) return false;
  return [...within(helper, IDENTIFIER)].some((node) => {
    const list = facts.definition(node);
    return list !== null && !isFunction(list) && facts.text(list).includes('__proto__');
  });
}

function isInert(facts: FileFacts, value: Syntax): boolean {
  const known = facts.constant(value);
  return typeof known === 'number' || known === true;
}

function isCounter(facts: FileFacts, key: Syntax): boolean {
  return /^(?:i|j|k|n|x|y|index|row|col|\d+)$/.test(facts.text(key));
}

/** A place in a list: named so, declared a number, or held against a number or a length. */
function isPlace(facts: FileFacts, key: Syntax, home: Syntax | null): boolean {
  const called = facts.text(key);
  if (/^(?:[\w$]+\.)*(?:[ijxy]|[cdn][xy]|(?:\w*[a-z])?(?:[iI]ndex|[iI]dx|[rR]ow|[cC]ol(?:umn)?))$/.test(called))
    return true;
  const name = literally(called);
  const held = `\\s*[<>]=?\\s*(?:\\d|[\\w.[\\]]+\\.length\\b)`;
  return (
    home !== null && new RegExp(`(?:^|[^\\w$.])${name}(?:${held}|\\s*:\\s*number\\b|\\+\\+|--)`).test(facts.text(home))
  );
}

/**
 * `Object.assign(target, { [key]: value })` writes as `target[key] = value` does, and the merge goes on into
 * `merge(target[key], source[key])`.
 */
function assigned(facts: FileFacts, call: Call): readonly Detection[] {
  const [target, table] = call.arguments;
  const home = functionAround(call.node);
  if (target?.type !== 'identifier' || table?.type !== 'object' || home === null) return [];
  const pair = table.children.find((child) => fieldOf(child, 'key')?.type === 'computed_property_name');
  const key =
    pair === undefined ? undefined : fieldOf(pair, 'key')?.children.find((child) => child.type === 'identifier');
  const value = pair === undefined ? undefined : fieldOf(pair, 'value');
  if (key === undefined || value === undefined || value.type === 'object') return [];
  if (!takesUp(facts, home, target, key) || GUARD.test(facts.text(home)) || refusesByName(facts, home)) return [];
  return [
    facts.finding({
      rule,
      at: call.node,
      message: 'An object is merged into another, all its levels and keys, and nothing refuses __proto__.',
      remediation: REMEDIATION,
      ...weight('parameter'),
    }),
  ];
}

function merged(facts: FileFacts, call: Call): readonly Detection[] {
  const from = call.origin ?? '';
  if (/extend$/.test(from) && (call.arguments[0] === undefined || facts.constant(call.arguments[0]) !== true))
    return [];
  // What is set under a path of keys is no key; `setWith` and `update` take a function there.
  const keys = /(?:^|[.-])(?:set(?:With|-value)?|dset|update)$/.test(from)
    ? call.arguments.slice(1, 2)
    : call.arguments;
  for (const argument of keys) {
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
