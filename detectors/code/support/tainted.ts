import type { Detection } from '../../../src/core/detection.ts';
import type { Confidence, Level, Rule } from '../../../src/core/rule.ts';
import type { Call, FileFacts, Flow, SinkKind, Strength, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround } from './around.ts';

/** A place where a value does harm if somebody else decides it. */
export interface Sink {
  readonly at: Syntax;
  readonly value: Syntax;
  readonly kind: SinkKind;
  /** Subject and verb, completed by the source: "A shell command is built from". */
  readonly what: string;
  readonly remediation: string;
  /** Weaker sources than this say nothing here. */
  readonly atLeast: Strength;
  /** A level other than the strength's own: for a sink that does less harm. */
  readonly level?: Level;
  /** What a value of unknown origin weighs, where that is more than a note: the sink is hardly ever harmless. */
  readonly unknown?: Level;
}

const ORDER: readonly Strength[] = ['remote', 'local', 'parameter', 'unknown'];

/** Level and confidence by how strong the evidence is: a source outside blocks, an unknown origin is a note. */
export function weight(strength: Strength): { readonly level: Level; readonly confidence: Confidence } {
  switch (strength) {
    case 'remote':
      return { level: 'error', confidence: 'high' };
    case 'local':
    case 'parameter':
      return { level: 'warning', confidence: 'medium' };
    case 'unknown':
      return { level: 'note', confidence: 'low' };
  }
}

/** Follows the value of each sink back and says where it comes from. */
export function taintedSinks(facts: FileFacts, rule: Rule, sinks: Iterable<Sink>): readonly Detection[] {
  const found: Detection[] = [];
  for (const sink of sinks) {
    const flow = facts.flow(sink.value, sink.kind);
    if (flow === null || ORDER.indexOf(flow.strength) > ORDER.indexOf(sink.atLeast)) continue;
    const { level, confidence } =
      flow.strength === 'unknown' && sink.unknown !== undefined
        ? { level: sink.unknown, confidence: 'low' as const }
        : weight(flow.strength);
    // Helpers of tests are called by tests; a request reaches no more than the test's own server.
    const isOrdinary = (facts.isTest && flow.strength !== 'remote') || isSetting(facts, sink.at, flow);
    found.push(
      facts.finding({
        rule,
        at: sink.at,
        message: `${sink.what} ${flow.source}.`,
        remediation: sink.remediation,
        level: isOrdinary ? 'note' : sink.level !== undefined && level !== 'note' ? lower(level, sink.level) : level,
        confidence,
        flow,
      }),
    );
  }
  return found;
}

/**
 * `module.exports = (options) => (req, res) => …`: whoever makes the handler sets it up. The outsider is the request, and
 * what it brings along is followed by itself.
 */
function isSetting(facts: FileFacts, at: Syntax, { strength, steps: [source] }: Flow): boolean {
  if (strength !== 'parameter' || source === undefined) return false;
  for (let fn = functionAround(at); fn !== null; fn = functionAround(fn)) {
    const first = fieldOf(fn, 'parameters')?.children[0] ?? fieldOf(fn, 'parameter');
    if (first === undefined || !REQUEST.test(facts.text(first))) continue;
    return source.node.start < fn.start && source.node.end < fn.start;
  }
  return false;
}

const REQUEST = /^_?(?:req|request|ctx|context)\b/;

const LEVELS: readonly Level[] = ['error', 'warning', 'note'];

function lower(a: Level, b: Level): Level {
  return LEVELS.indexOf(a) > LEVELS.indexOf(b) ? a : b;
}

/** A template tag gets the parts apart from each other: it is no call with a built text. */
export function isTagged(call: Call): boolean {
  const [first] = call.arguments;
  return first?.type === 'template_string' && first.parent === call.node;
}

/** The text is put together from more than one part, so that a value can break out of its place. */
export function isBuilt(facts: FileFacts, node: Syntax): boolean {
  const shape = facts.shape(node);
  return shape?.includes('\u0000') === true && shape !== '\u0000';
}

/** Whether an options object (or keyword) sets a property to this constant. */
export function option(facts: FileFacts, call: Call, name: string): Syntax | null {
  const keyword = call.keywords.get(name);
  if (keyword !== undefined) return keyword;
  for (const argument of call.arguments) {
    for (const each of choices(facts, argument)) {
      const object = facts.object(each);
      const value = object === null ? null : facts.property(object, name);
      if (value !== null) return value;
    }
  }
  return null;
}

/** `strict ? { a: true } : { b: true }`: either may be handed over. */
function choices(facts: FileFacts, argument: Syntax): readonly Syntax[] {
  const value = facts.definition(argument) ?? argument;
  if (value.type !== 'ternary_expression') return [argument];
  return value.children.filter((child) => child.field === 'consequence' || child.field === 'alternative');
}
