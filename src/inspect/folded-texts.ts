import type { Constant } from './facts.ts';
import { childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** What is asked of the parts of a call whose result may be known. */
export interface Known {
  constant(node: Syntax, hops: number): Constant | undefined;
  resolved(node: Syntax, hops: number): Syntax;
}

type Value = string | readonly string[];

/** Longer ones are put together for other ends than to hide a name. */
const MAX_FOLDED = 1_000;
const HEX_PAIRS = /^(?:[0-9a-f]{2})*$/i;

/**
 * Texts that the language's own functions make of texts that are known: `'lave'.split('').reverse().join('')`,
 * `String.fromCharCode(101, 118)`, `Buffer.from('…', 'base64').toString()` (ECMAScript, String and Array; Node, Buffer;
 * HTML, atob). A name that is put together so is meant to be read by nobody, and runs all the same.
 * Null where anything of it is not known.
 */
export function createFoldedTexts(
  { text, dialect }: Program,
  { constant, resolved }: Known,
): (call: Syntax, hops: number) => string | null {
  const name = (node: Syntax): string => text.slice(node.start, node.end);

  return (call, hops) => {
    if (dialect !== 'javascript') return null;
    const found = ofCall(call, hops);
    return typeof found === 'string' && found.length <= MAX_FOLDED ? found : null;
  };

  function ofCall(call: Syntax, hops: number): Value | null {
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    if (callee === null || list === null || hops > MAX_HOPS) return null;
    if (list.type === 'template_string') return name(callee) === 'String.raw' ? raw(list) : null;
    const method = callee.type === 'member_expression' ? childOf(callee, 'property') : null;
    const called = name(method ?? callee);
    const given = METHODS.has(called) || FUNCTIONS.has(called) ? partsOf(list) : null;
    if (given === null) return null;
    if (FUNCTIONS.has(name(callee))) return ofFunction(name(callee), given, hops);
    const object = method === null ? null : childOf(callee, 'object');
    if (object === null) return null;
    const whole = textsOf(object, hops + 1);
    return whole === null ? null : ofMethod(whole, called, knownOf(given, hops));
  }

  function raw(template: Syntax): string | null {
    return template.children.some(({ type }) => type === 'template_substitution') ? null : name(template).slice(1, -1);
  }

  function knownOf(given: readonly Syntax[], hops: number): readonly (Constant | undefined)[] {
    return given.map((each) => constant(each, hops + 1));
  }

  function textsOf(node: Syntax, hops: number): Value | null {
    const at = resolved(node, hops);
    if (at.type === 'call_expression') {
      const made = ofCall(at, hops);
      if (made !== null) return made;
    }
    if (at.type === 'array') return ofList(at, hops);
    const known = constant(at, hops);
    if (typeof known === 'number') return String(known);
    return typeof known === 'string' ? known : null;
  }

  function ofList(list: Syntax, hops: number): readonly string[] | null {
    const parts = partsOf(list);
    if (parts.length > MAX_FOLDED) return null;
    const found: string[] = [];
    for (const part of parts) {
      const inner = part.type === 'spread_element' ? partsOf(part)[0] : part;
      const value = inner === undefined ? null : textsOf(inner, hops + 1);
      if (value === null) return null;
      if (part.type === 'spread_element') found.push(...value);
      else if (typeof value === 'string') found.push(value);
      else return null;
    }
    return found;
  }

  function ofFunction(called: string, given: readonly Syntax[], hops: number): string | null {
    const known = knownOf(given, hops);
    const [first, second] = known;
    if (called === 'String.fromCharCode' || called === 'String.fromCodePoint') {
      const codes = known.filter((each) => typeof each === 'number' && each >= 0 && each <= 0x10_ff_ff);
      return codes.length === given.length ? codes.map((each) => String.fromCodePoint(Number(each))).join('') : null;
    }
    if (typeof first !== 'string') return null;
    if (called === 'Buffer.from') return typeof second === 'string' ? decoded(first, second) : first;
    if (called === 'atob') return decoded(first, 'base64');
    if (called === 'JSON.parse') return /^\s*"[^"\\]*"\s*$/.test(first) ? first.trim().slice(1, -1) : null;
    if (called === 'String') return first;
    return first.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
  }

  function decoded(source: string, encoding: string): string | null {
    if (encoding === 'hex') return HEX_PAIRS.test(source) ? Buffer.from(source, 'hex').toString() : null;
    return /^base64(?:url)?$/.test(encoding) ? Buffer.from(source, 'base64').toString() : null;
  }

  function ofMethod(whole: Value, method: string, given: readonly (Constant | undefined)[]): Value | null {
    const [first, second] = given;
    if (given.includes(undefined)) return null;
    if (typeof whole !== 'string') {
      if (method === 'reverse') return whole.toReversed();
      if (method === 'join') return whole.join(first === undefined ? ',' : String(first));
      return method === 'concat' && given.length === 1 ? [...whole, String(first)] : null;
    }
    switch (method) {
      case 'split':
        return typeof first === 'string' && second === undefined ? whole.split(first) : null;
      case 'concat':
        return whole + given.join('');
      case 'slice':
        return isPlace(first) && isPlace(second) ? whole.slice(first ?? 0, second ?? undefined) : null;
      case 'substring':
        return isPlace(first) && isPlace(second) ? whole.substring(first ?? 0, second ?? undefined) : null;
      case 'substr':
        return isPlace(first) && second === undefined ? whole.slice(first ?? 0) : null;
      case 'replace':
        return typeof first === 'string' && typeof second === 'string' ? whole.replace(first, () => second) : null;
      case 'replaceAll':
        return typeof first === 'string' && typeof second === 'string' ? whole.split(first).join(second) : null;
      case 'toString':
        return typeof first === 'number' ? inBase(whole, first) : whole;
      case 'toLowerCase':
        return whole.toLowerCase();
      case 'toUpperCase':
        return whole.toUpperCase();
      case 'trim':
        return whole.trim();
      default:
        return null;
    }
  }

  function inBase(digits: string, base: number): string | null {
    const number = Number(digits);
    return Number.isSafeInteger(number) && base >= 2 && base <= 36 ? number.toString(base) : null;
  }
}

function isPlace(value: Constant | undefined): value is number | undefined {
  return value === undefined || typeof value === 'number';
}

const MAX_HOPS = 20;
const METHODS: ReadonlySet<string> = new Set([
  ...['split', 'reverse', 'join', 'concat', 'slice', 'substring', 'substr', 'replace', 'replaceAll', 'toString'],
  ...['toLowerCase', 'toUpperCase', 'trim', 'fromCharCode', 'fromCodePoint', 'from', 'parse'],
]);
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['String.fromCharCode', 'String.fromCodePoint', 'Buffer.from', 'atob', 'JSON.parse', 'String'],
  ...['decodeURIComponent', 'decodeURI', 'unescape'],
]);
