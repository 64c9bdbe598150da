/**
 * The words of which a text must hold at least one for a pattern to match in it, in lower case; null where there are
 * none, or where the pattern holds something that is not read here. Read from the pattern's source (ECMA-262, section
 * "Patterns"); every word is a part of each match that goes its way, so leaving one out is never right and asking for
 * less is.
 */
export function wordsNeeded(pattern: RegExp): readonly string[] | null {
  if (pattern.flags.includes('v')) return null;
  const reader: Reader = { source: pattern.source, at: 0 };
  const read = choice(reader);
  return read === null || reader.at < reader.source.length ? null : bestOf([read]);
}

interface Reader {
  readonly source: string;
  at: number;
}

/** What a part of a pattern says of its matches. */
interface Part {
  /** Every text that it can match, where those are few. */
  readonly exact: readonly string[] | null;
  /** Of these, each match holds one. */
  readonly needed: readonly string[] | null;
}

/** More ways than this are not told apart: the automaton over all words would grow without telling more. */
const MAX_WAYS = 24;
const NOTHING: Part = { exact: [''], needed: null };
const ANYTHING: Part = { exact: null, needed: null };

function choice(reader: Reader): Part | null {
  const parts: Part[] = [];
  for (;;) {
    const part = sequence(reader);
    if (part === null) return null;
    parts.push(part);
    if (reader.source[reader.at] !== '|') break;
    reader.at += 1;
  }
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const exact = parts.every((part) => part.exact !== null) ? distinct(parts.flatMap((part) => part.exact ?? [])) : null;
  if (exact !== null && exact.length <= MAX_WAYS) return { exact, needed: null };
  const needed = parts.map((part) => bestOf([part]));
  if (needed.some((words) => words === null)) return ANYTHING;
  return { exact: null, needed: distinct(needed.flatMap((words) => words ?? [])) };
}

function sequence(reader: Reader): Part | null {
  const { source } = reader;
  const done: Part[] = [];
  let run: readonly string[] = [''];
  while (reader.at < source.length && source[reader.at] !== '|' && source[reader.at] !== ')') {
    const atom = atomAt(reader);
    if (atom === null) return null;
    const part = quantified(reader, atom);
    if (part === null) return null;
    if (part.exact !== null && part.exact.length * run.length <= MAX_WAYS) {
      run = distinct(run.flatMap((start) => (part.exact ?? []).map((end) => start + end)));
      continue;
    }
    done.push({ exact: run, needed: null }, part);
    run = [''];
  }
  if (done.length === 0) return { exact: run, needed: null };
  return { exact: null, needed: bestOf([...done, { exact: run, needed: null }]) };
}

/** Of what all matches need, that which is the rarest by its look: the longest words, and few of them. */
function bestOf(parts: readonly Part[]): readonly string[] | null {
  let best: readonly string[] | null = null;
  for (const part of parts) {
    for (const words of [part.exact, part.needed])
      if (words?.every((word) => word !== '') && (best === null || worth(words) > worth(best))) best = words;
  }
  return best;
}

function worth(words: readonly string[]): number {
  return Math.min(...words.map((word) => word.length)) - words.length / 100;
}

/** @returns null for a quantifier that is not read here */
function quantified(reader: Reader, part: Part): Part | null {
  const match = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(reader.source.slice(reader.at, reader.at + 24));
  if (match === null) return part;
  reader.at += match[0].length;
  const least = match[1] === undefined ? (match[0].startsWith('+') ? 1 : 0) : Number(match[1]);
  if (match[0].startsWith('?') && part.exact !== null) return { exact: distinct(['', ...part.exact]), needed: null };
  return least === 0 ? ANYTHING : { exact: null, needed: bestOf([part]) };
}

function atomAt(reader: Reader): Part | null {
  const { source } = reader;
  const character = source[reader.at] ?? '';
  reader.at += 1;
  switch (character) {
    case '(':
      return group(reader);
    case '[':
      return bracketed(reader);
    case '.':
      return ANYTHING;
    case '^':
    case '$':
      return NOTHING;
    case '*':
    case '+':
    case '?':
      return null;
    case '\\':
      return escaped(reader);
    default:
      return one(character);
  }
}

function group(reader: Reader): Part | null {
  const opening = /^\?(?::|i:|<?[=!]|<[A-Za-z_$][\w$]*>)/.exec(reader.source.slice(reader.at, reader.at + 60));
  if (opening === null && reader.source[reader.at] === '?') return null;
  reader.at += opening?.[0].length ?? 0;
  const body = choice(reader);
  if (body === null || reader.source[reader.at] !== ')') return null;
  reader.at += 1;
  if (opening?.[0].endsWith('!') === true) return NOTHING;
  // What is looked at is needed as well, but stands beside what comes next, or under it.
  if (opening !== null && /=$/.test(opening[0])) return { exact: null, needed: bestOf([body]) };
  return body;
}

const BOUNDARIES = 'bB';
const SETS = 'dDwWsSpP';
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', v: '\v', f: '\f', '0': '\0' };

function escaped(reader: Reader): Part | null {
  const rest = reader.source.slice(reader.at, reader.at + 20);
  const [character] = rest;
  if (character === undefined) return null;
  if (BOUNDARIES.includes(character)) {
    reader.at += 1;
    return NOTHING;
  }
  if (SETS.includes(character)) {
    reader.at += /^[pP]\{[^}]*\}/.exec(reader.source.slice(reader.at, reader.at + 60))?.[0].length ?? 1;
    return ANYTHING;
  }
  const coded = /^(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|u\{([\da-fA-F]{1,6})\})/.exec(rest);
  if (coded !== null) {
    reader.at += coded[0].length;
    return one(String.fromCodePoint(Number.parseInt(coded[1] ?? coded[2] ?? coded[3] ?? '0', 16)));
  }
  // References to groups and letters for control characters are not worth reading here.
  if (/[1-9kc]/.test(character)) return null;
  reader.at += 1;
  return one(CONTROLS[character] ?? character);
}

/** A class is its characters where they are few, whatever their case. */
function bracketed(reader: Reader): Part | null {
  const { source } = reader;
  const negated = source[reader.at] === '^';
  const members: string[] = [];
  let few = !negated;
  if (negated) reader.at += 1;
  for (;;) {
    const character = source[reader.at];
    if (character === undefined) return null;
    reader.at += 1;
    if (character === ']') break;
    if (character === '\\') {
      if (source[reader.at] === 'b') {
        reader.at += 1;
        few = false;
        continue;
      }
      const part = escaped(reader);
      if (part === null) return null;
      if (part.exact === null) few = false;
      else members.push(...part.exact);
    } else members.push(character.toLowerCase());
    if (source[reader.at] === '-' && source[reader.at + 1] !== ']') few = false;
  }
  const exact = distinct(members);
  return few && exact.length <= MAX_FEW && exact.every(isFoldedAlone) ? { exact, needed: null } : ANYTHING;
}

const MAX_FEW = 4;

function one(character: string): Part {
  const lower = character.toLowerCase();
  // Beyond ASCII, cases fold in ways of their own.
  return isFoldedAlone(lower) ? { exact: [lower], needed: null } : ANYTHING;
}

function isFoldedAlone(character: string): boolean {
  return character.length === 1 && character.charCodeAt(0) < 128;
}

function distinct(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
