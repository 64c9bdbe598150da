/**
 * The words of which a text must hold at least one for a pattern to match in it, in lower case; null where there are
 * none, or where the pattern holds something that is not read here. Read from the pattern's source (ECMA-262, section
 * "Patterns"); every word is a part of each match that goes its way, so leaving one out is never right and asking for
 * less is.
 */
export function wordsNeeded({ source, flags }: PatternSource): readonly string[] | null {
  const read = partOf({ source, flags, folds: true, at: 0 });
  return read === null ? null : bestOf([read]);
}

/** The same for a pattern whose case counts, as it has them. */
export function wordsAsWritten({ source, flags }: PatternSource): readonly string[] | null {
  const read = partOf({ source, flags, folds: false, at: 0 });
  return read === null ? null : bestOf([read]);
}

/**
 * All texts that a pattern matches, in lower case where case does not count; null where these are many, or where it
 * asks for more than that a text is there.
 */
export function textsMatched({ source, flags }: PatternSource): readonly string[] | null {
  const read = partOf({ source, flags, folds: flags.includes('i'), at: 0 });
  return read?.sure === true ? read.exact : null;
}

/** A pattern, or a part of one that could stand by itself. */
export type PatternSource = Pick<RegExp, 'source' | 'flags'>;

function partOf(reader: Reader): Part | null {
  if (reader.flags.includes('v')) return null;
  const read = choice(reader);
  return reader.at < reader.source.length ? null : read;
}

interface Reader extends PatternSource {
  /** Whether words are read in lower case. */
  readonly folds: boolean;
  at: number;
}

/** What a part of a pattern says of its matches. */
interface Part {
  /** Every text that it can match, where those are few. */
  readonly exact: readonly string[] | null;
  /** Whether it matches each of these wherever it stands. */
  readonly sure: boolean;
  /** Of these, each match holds one. */
  readonly needed: readonly string[] | null;
}

/** More ways than this are not told apart: the automaton over all words would grow without telling more. */
const MAX_WAYS = 24;
/** A condition on what stands around. */
const NOTHING: Part = { exact: [''], sure: false, needed: null };
const ANYTHING: Part = { exact: null, sure: false, needed: null };

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
  if (exact !== null && exact.length <= MAX_WAYS)
    return { exact, sure: parts.every((part) => part.sure), needed: null };
  const needed = parts.map((part) => bestOf([part]));
  if (needed.some((words) => words === null)) return ANYTHING;
  return { exact: null, sure: false, needed: distinct(needed.flatMap((words) => words ?? [])) };
}

function sequence(reader: Reader): Part | null {
  const { source } = reader;
  const done: Part[] = [];
  let run: readonly string[] = [''];
  let sure = true;
  while (reader.at < source.length && source[reader.at] !== '|' && source[reader.at] !== ')') {
    const atom = atomAt(reader);
    if (atom === null) return null;
    const part = quantified(reader, atom);
    if (part === null) return null;
    sure &&= part.sure;
    if (part.exact !== null && part.exact.length * run.length <= MAX_WAYS) {
      run = joined(run, part.exact);
      continue;
    }
    done.push({ exact: run, sure: false, needed: null }, part);
    run = [''];
  }
  if (done.length === 0) return { exact: run, sure, needed: null };
  return { exact: null, sure: false, needed: bestOf([...done, { exact: run, sure: false, needed: null }]) };
}

function joined(starts: readonly string[], ends: readonly string[]): readonly string[] {
  const [start] = starts;
  const [end] = ends;
  // Most are one character after the other.
  if (starts.length === 1 && ends.length === 1 && start !== undefined && end !== undefined) return [start + end];
  return distinct(starts.flatMap((each) => ends.map((other) => each + other)));
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
  if (match[0].startsWith('?') && part.exact !== null)
    return { exact: distinct(['', ...part.exact]), sure: part.sure, needed: null };
  return least === 0 ? ANYTHING : { exact: null, sure: false, needed: bestOf([part]) };
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
      return one(character, reader.folds);
  }
}

function group(reader: Reader): Part | null {
  const opening = /^\?(?::|i:|<?[=!]|<[A-Za-z_$][\w$]*>)/.exec(reader.source.slice(reader.at, reader.at + 60));
  if (opening === null && reader.source[reader.at] === '?') return null;
  // There, words are matched in another case than they are written in.
  if (opening?.[0] === '?i:' && !reader.folds) return null;
  reader.at += opening?.[0].length ?? 0;
  const body = choice(reader);
  if (body === null || reader.source[reader.at] !== ')') return null;
  reader.at += 1;
  if (opening?.[0].endsWith('!') === true) return NOTHING;
  // What is looked at is needed as well, but stands beside what comes next, or under it.
  if (opening !== null && /=$/.test(opening[0])) return { exact: null, sure: false, needed: bestOf([body]) };
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
  // Without that flag it is the letter, many times.
  if (coded?.[3] !== undefined && !reader.flags.includes('u')) return null;
  if (coded !== null) {
    reader.at += coded[0].length;
    return one(String.fromCodePoint(Number.parseInt(coded[1] ?? coded[2] ?? coded[3] ?? '0', 16)), reader.folds);
  }
  // References to groups, numbers in base eight and letters for control characters are not worth reading here.
  if (/^(?:[1-9kc]|0\d)/.test(rest)) return null;
  reader.at += 1;
  return one(CONTROLS[character] ?? character, reader.folds);
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
    } else members.push(reader.folds ? character.toLowerCase() : character);
    if (source[reader.at] === '-' && source[reader.at + 1] !== ']') few = false;
  }
  const exact = distinct(members);
  return few && exact.length <= MAX_FEW && exact.every(isFoldedAlone) ? { exact, sure: true, needed: null } : ANYTHING;
}

const MAX_FEW = 4;

function one(character: string, folds: boolean): Part {
  const read = folds ? character.toLowerCase() : character;
  // Beyond ASCII, cases fold in ways of their own.
  return isFoldedAlone(read) ? { exact: [read], sure: true, needed: null } : ANYTHING;
}

function isFoldedAlone(character: string): boolean {
  return character.length === 1 && character.charCodeAt(0) < 128;
}

function distinct(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
