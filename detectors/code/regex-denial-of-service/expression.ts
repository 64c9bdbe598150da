/** A regular expression as far as its ambiguity is concerned (ECMA-262, section "RegExp Objects"). */
export type Expression =
  | { readonly kind: 'set'; readonly characters: bigint }
  /** What a group matched before: it may consume any text. */
  | { readonly kind: 'reference' }
  /** Anchors and word boundaries: nothing is consumed. `at`: the only place of the text where it holds. */
  | { readonly kind: 'anchor'; readonly at: 'start' | 'end' | 'anywhere' }
  | { readonly kind: 'assertion'; readonly body: Expression }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly parts: readonly Expression[] }
  /** `most` is Infinity for an open end. */
  | { readonly kind: 'repetition'; readonly body: Expression; readonly least: number; readonly most: number };

/** ASCII by code point, and one bit that stands for every other character. */
const OTHER = 1n << 128n;
const ALL = (1n << 129n) - 1n;
const BEYOND: Characters = { most: OTHER, least: 0n, code: 128 };
/** Sets of one character, by code point. */
const SINGLE: readonly Characters[] = Array.from({ length: 128 }, (_, code) => ({
  most: 1n << BigInt(code),
  least: 1n << BigInt(code),
  code,
}));
const ANYWHERE: Expression = { kind: 'anchor', at: 'anywhere' };
const START: Expression = { kind: 'anchor', at: 'start' };
const END: Expression = { kind: 'anchor', at: 'end' };
const MAX_DEPTH = 100;
const QUANTIFIERS: ReadonlySet<string> = new Set(['*', '+', '?', '{']);

const DIGITS = between(48, 57);
const WORD = DIGITS | between(65, 90) | between(97, 122) | bit(95);
const SPACE = between(9, 13) | bit(32);
/** The one that `.` leaves out in every dialect. */
const LINE_END = bit(10);
/** Each with what it stands for at least: only that may be taken away in a negated class. */
const CLASSES: Readonly<Record<string, { readonly most: bigint; readonly least: bigint }>> = {
  d: { most: DIGITS, least: DIGITS },
  D: { most: ALL & ~DIGITS, least: ALL & ~DIGITS },
  w: { most: WORD, least: WORD },
  W: { most: ALL & ~WORD, least: ALL & ~WORD & ~OTHER },
  s: { most: SPACE | OTHER, least: SPACE },
  S: { most: ALL & ~SPACE, least: ALL & ~SPACE & ~OTHER },
};
const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, v: 11, f: 12, '0': 0 };

interface Characters {
  readonly most: bigint;
  readonly least: bigint;
  /** The code point of a set of one; 128 stands for any beyond ASCII. */
  readonly code?: number;
}

let latest: { readonly source: string; readonly flags: string; readonly expression: Expression | null } | null = null;

/**
 * Null for what is not read here: the `v` flag, inline flags, and expressions with errors. Sets are
 * never smaller than what they stand for.
 */
export function parseExpression(source: string, flags: string): Expression | null {
  // Each proof and each check of one expression asks for it, one after the other.
  if (latest?.source !== source || latest.flags !== flags)
    latest = { source, flags, expression: readExpression(source, flags) };
  return latest.expression;
}

function readExpression(source: string, flags: string): Expression | null {
  if (flags.includes('v')) return null;
  const ignoreCase = flags.includes('i');
  let at = 0;

  function choice(depth: number): Expression | null {
    if (depth > MAX_DEPTH) return null;
    const parts: Expression[] = [];
    for (;;) {
      const part = sequence(depth);
      if (part === null) return null;
      parts.push(part);
      if (source[at] !== '|') break;
      at += 1;
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: 'choice', parts };
  }

  function sequence(depth: number): Expression | null {
    const parts: Expression[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') {
      const body = atom(depth);
      const part = body === null ? null : quantified(body);
      if (part === null) return null;
      parts.push(part);
    }
    return { kind: 'sequence', parts };
  }

  function quantified(body: Expression): Expression | null {
    if (!QUANTIFIERS.has(source[at] ?? '')) return body;
    const match = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(source.slice(at, at + 24));
    if (match === null) return body;
    at += match[0].length;
    const [sign, least, comma, most] = [match[0][0], match[1], match[2], match[3]];
    if (sign !== '{')
      return {
        kind: 'repetition',
        body,
        least: sign === '+' ? 1 : 0,
        most: sign === '?' ? 1 : Number.POSITIVE_INFINITY,
      };
    const highest = comma === '' ? Number(least) : most === '' ? Number.POSITIVE_INFINITY : Number(most);
    return { kind: 'repetition', body, least: Number(least), most: highest };
  }

  function atom(depth: number): Expression | null {
    const character = source[at] ?? '';
    at += 1;
    switch (character) {
      case '(':
        return group(depth + 1);
      case '[':
        return bracketed();
      case '.':
        return { kind: 'set', characters: flags.includes('s') ? ALL : ALL & ~LINE_END };
      case '^':
        return flags.includes('m') ? ANYWHERE : START;
      case '$':
        return flags.includes('m') ? ANYWHERE : END;
      case '*':
      case '+':
      case '?':
        return null;
      case '\\': {
        const reference = /^(?:[1-9]\d*|k<[\w$]+>)/.exec(source.slice(at, at + 80));
        if (reference !== null) {
          at += reference[0].length;
          return { kind: 'reference' };
        }
        if (/[bB]/.test(source[at] ?? '')) {
          at += 1;
          return ANYWHERE;
        }
        return setOf(escaped());
      }
      default:
        return setOf(exactly(character.codePointAt(0) ?? 0));
    }
  }

  function group(depth: number): Expression | null {
    const opening = /^\?(?::|<?[=!]|<[A-Za-z_$][\w$]*>)/.exec(source.slice(at, at + 200));
    at += opening?.[0].length ?? 0;
    const body = choice(depth);
    if (body === null || source[at] !== ')') return null;
    at += 1;
    return /[=!]$/.test(opening?.[0] ?? '') ? { kind: 'assertion', body } : body;
  }

  /** What follows a backslash. */
  function escaped(): Characters | null {
    const character = source[at] ?? '';
    const known = CLASSES[character];
    const control = CONTROLS[character];
    at += 1;
    if (known !== undefined) return known;
    if (character === '0' && /\d/.test(source[at] ?? '')) return null;
    if (control !== undefined) return exactly(control);
    if (character === 'x' || character === 'u') return coded(character);
    if (character === 'p' || character === 'P') {
      const named = /^\{[^}]*\}/.exec(source.slice(at, at + 80));
      if (named === null) return null;
      at += named[0].length;
      return { most: ALL, least: 0n };
    }
    if (/[A-Za-z0-9]/.test(character) || character === '') return null;
    return exactly(character.codePointAt(0) ?? 0);
  }

  function coded(letter: string): Characters | null {
    const pattern = letter === 'x' ? /^([\da-f]{2})/i : /^(?:([\da-f]{4})|\{([\da-f]{1,6})\})/i;
    const match = pattern.exec(source.slice(at, at + 10));
    if (match === null) return null;
    at += match[0].length;
    return exactly(Number.parseInt(match[1] ?? match[2] ?? '', 16));
  }

  function bracketed(): Expression | null {
    const negated = source[at] === '^';
    if (negated) at += 1;
    let most = 0n;
    let least = 0n;
    while (at < source.length && source[at] !== ']') {
      const start = member();
      let next = start;
      if (source[at] === '-' && source[at + 1] !== ']') {
        at += 1;
        next = range(start, member());
      }
      if (next === null) return null;
      most |= next.most;
      least |= next.least;
    }
    if (source[at] !== ']') return null;
    at += 1;
    return setOf(negated ? { most: (ALL & ~folded(least)) | OTHER, least: 0n } : { most, least });
  }

  function member(): Characters | null {
    const character = source[at] ?? '';
    at += 1;
    if (character !== '\\') return exactly(character.codePointAt(0) ?? 0);
    if (source[at] === 'b') {
      at += 1;
      return exactly(8);
    }
    return escaped();
  }

  function setOf(characters: Characters | null): Expression | null {
    return characters === null ? null : { kind: 'set', characters: folded(characters.most) };
  }

  /** Case folding; outside ASCII there are letters that fold to k and s. */
  function folded(characters: bigint): bigint {
    if (!ignoreCase) return characters;
    const upper = (characters >> 32n) & between(65, 90);
    const lower = (characters & between(65, 90)) << 32n;
    const all = characters | upper | lower;
    const special = bit(107) | bit(75) | bit(115) | bit(83);
    return (all & special) === 0n ? all : all | OTHER;
  }

  const whole = choice(0);
  return at < source.length ? null : whole;
}

/** Both ends are single characters, or it is no range and both count with the dash. Null where it ends before it starts. */
function range(start: Characters | null, end: Characters | null): Characters | null {
  if (start === null || end === null) return null;
  const low = start.code;
  const high = end.code;
  if (low === undefined || high === undefined) {
    const dash = bit(45);
    return { most: start.most | end.most | dash, least: start.least | end.least };
  }
  if (high < low) return null;
  return { most: between(low, high), least: between(low, Math.min(high, 127)) };
}

function exactly(code: number): Characters {
  return SINGLE[Math.min(code, 128)] ?? BEYOND;
}

function bit(code: number): bigint {
  return 1n << BigInt(code);
}

function between(low: number, high: number): bigint {
  return ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
}
