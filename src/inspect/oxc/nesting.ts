/** How deeply a text may nest: `deep` is more than a parser bears that cannot count, `endless` more than any reader takes. */
export type Nesting = 'shallow' | 'deep' | 'endless';

/**
 * The parser's own recursion has no limit that it could tell: what is nested deeply, or could be, is left to the other
 * reader, which counts. Brackets nest, and so does nearly every other sign or word: `new new`, `a => b =>`, `if (a) if (b)`,
 * `A<B<C<`. Those end where a statement or an entry of a list ends, so that what counts is how much stands open at a
 * place: what was begun and not ended, on all levels around it. First that is measured in characters, at the few signs
 * that begin or end something; only where it is much are signs and words counted.
 *
 * The bounds come from where the parser was seen to overflow 8 MiB, of which it takes up to 2.4 KiB a level: 3,500 levels of
 * brackets or type arguments, 6,000 of `a=>` (18,000 characters), 13,000 of anything else.
 */
export function nestingOf(text: string): Nesting {
  // What is nested so deeply is at least as long.
  if (text.length < MAX_BRACKETS) return 'shallow';
  if (signs.length < text.length) signs = Buffer.alloc(Math.max(FIRST_SIGNS, text.length * 2));
  const length = signs.write(WIDE.test(text) ? text.replace(EACH_WIDE, ' ') : text, 'latin1');
  const found = measure(length, BY_LENGTH, MAX_OPEN);
  return found === 'deep' ? measure(length, BY_SIGNS, MAX_SIGNS) : found;
}

const MAX_BRACKETS = 400;
/** What the other reader takes at most. */
const ENDLESS_BRACKETS = 2_000;
/** Characters that stand open before signs and words are counted. */
const MAX_OPEN = 5_000;
const MAX_SIGNS = 2_000;
const ENDLESS_SIGNS = 50_000;
/** Characters that may be looked through again and again. */
const LONG_TEXT = 2_000;

const WIDE = /[^\0-\xff]/;
const EACH_WIDE = /[^\0-\xff]/g;
const FIRST_SIGNS = 65_536;
/** The characters as bytes: asking the text for each takes three times as long. Grown for longer texts and kept. */
let signs = Buffer.alloc(0);

const [OPENS, CLOSES, ENDS, SEPARATES, QUOTES, TEMPLATE, SLASH, ANGLE, COUNTS, WORD] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/** Kinds of signs; the others pass by, which is what makes this fast. */
const BY_LENGTH = kindsOf([
  ['([{', OPENS],
  [')]}', CLOSES],
  [';', ENDS],
  [',', SEPARATES],
  ['"\'', QUOTES],
  ['`', TEMPLATE],
  ['/', SLASH],
  ['<', ANGLE],
]);
/** Of signs between two values, those that begin anew behind them; the others are read one after another. */
const BY_SIGNS = BY_LENGTH.map((kind, code) => {
  if (kind !== 0) return kind;
  const sign = String.fromCharCode(code);
  if (/[a-z]/.test(sign)) return WORD;
  return '!*+-.:=?@~'.includes(sign) ? COUNTS : 0;
});

function kindsOf(kinds: readonly (readonly [string, number])[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const [of, kind] of kinds) for (const sign of of) table[sign.charCodeAt(0)] = kind;
  return table;
}

/** Words behind which the same expression, type or statement begins anew. */
const NESTING: ReadonlySet<string> = new Set(
  'abstract,as,asserts,async,await,case,class,declare,default,delete,do,else,export,extends,for,if,import,in,infer,instanceof,is,keyof,let,module,namespace,new,of,out,readonly,return,satisfies,static,throw,try,typeof,unique,using,void,while,with,yield'.split(
    ',',
  ),
);

/** Of each level: what stood open where it began, whether it is a template's hole, and whether what stands open goes on behind a comma. */
const openAt = new Float64Array(ENDLESS_BRACKETS + 2);
const isHole = new Uint8Array(ENDLESS_BRACKETS + 2);
const goesBeyond = new Uint8Array(ENDLESS_BRACKETS + 2);

/**
 * A bracket or an end in a text or a comment would hide one outside of it, so these are passed over.
 * @param kinds what signs are looked at; with `BY_SIGNS` what stands open is counted in signs and words, else in characters
 */
function measure(length: number, kinds: Uint8Array, most: number): Nesting {
  const counting = kinds === BY_SIGNS;
  let count = 0;
  // What was counted and has ended.
  let ended = 0;
  let depth = 0;
  let deepest = 0;
  let isDeep = false;
  endless = 0;
  openAt[0] = 0;
  goesBeyond[0] = 0;
  for (let at = nextSign(0, length, signs, kinds); at < length; at = nextSign(at + 1, length, signs, kinds)) {
    const kind = kinds[signs[at] ?? 0] ?? 0;
    if (!counting) count = at;
    if (count - ended > most) {
      if (!counting) return 'deep';
      isDeep = true;
      if (count - ended > ENDLESS_SIGNS) return 'endless';
    }
    let from = at;
    switch (kind) {
      case COUNTS:
        count += 1;
        break;
      case WORD:
        at = endOfWord(at, length);
        if (at - from < 11 && NESTING.has(signs.toString('latin1', from, at))) count += 1;
        at -= 1;
        break;
      case OPENS:
        depth = begun(depth, count - ended, 0);
        break;
      case CLOSES:
        if (depth === 0) break;
        ended = count - (openAt[depth] ?? 0);
        if (isHole[depth] === 1) at = endOfTemplate(at + 1, length);
        depth -= 1;
        if (signs[at] === OPENING) depth = begun(depth, count - ended, 1);
        break;
      case ENDS:
        if (goesOn(at + 1, length)) {
          goesBeyond[depth] = 1;
          if (counting) count += 1;
          break;
        }
        ended = count - (openAt[depth] ?? 0);
        goesBeyond[depth] = 0;
        break;
      case SEPARATES:
        if (goesBeyond[depth] === 0) ended = count - (openAt[depth] ?? 0);
        break;
      case QUOTES:
        at = endOfText(at, length);
        break;
      case TEMPLATE:
        if (counting) count += 1;
        else from += 1;
        at = endOfTemplate(at + 1, length);
        if (signs[at] === OPENING) depth = begun(depth, count - ended, 1);
        break;
      case SLASH:
        at = endOfSlash(at, length);
        if (counting && signs[at + 1] === CLOSING) count -= 1;
        break;
      case ANGLE:
        // An element that is closed stands open no more.
        if (signs[at + 1] === STROKE) at += 1;
        else goesBeyond[depth] = 1;
        if (counting) count += at === from ? 1 : -1;
        break;
    }
    // What was passed over stands open no more.
    if (!counting) ended += at - from;
    if (depth > deepest) deepest = depth;
    if (depth > ENDLESS_BRACKETS) return 'endless';
  }
  if (!counting && length - ended > most) return 'deep';
  return isDeep || count - ended > most || deepest > MAX_BRACKETS ? 'deep' : 'shallow';
}

/** Where the next sign stands that is looked at. A function of its own: called for each sign, it is soon compiled. */
function nextSign(from: number, length: number, bytes: Uint8Array, kinds: Uint8Array): number {
  let at = from;
  while (at < length && kinds[bytes[at] ?? 0] === 0) at += 1;
  return at;
}

/** Begins a level. */
function begun(depth: number, open: number, hole: 0 | 1): number {
  const inside = depth + 1;
  openAt[inside] = open;
  isHole[inside] = hole;
  goesBeyond[inside] = 0;
  return inside;
}

const [LINE, CARRIAGE, BACKSLASH, OPENING, BACKTICK, DOLLAR, STAR, STROKE, CLOSING] = [
  10, 13, 92, 123, 96, 36, 42, 47, 62,
];

/** Up to where what looked like the beginning of a text or a regular expression had no end: asked once for each line. */
let endless = 0;

/** The sign that ends a text of one line; the quotation mark itself where none does, as in the text of JSX. */
function endOfText(from: number, length: number): number {
  if (from < endless) return from;
  const quote = signs[from];
  let at = from + 1;
  for (; at < length; at += 1) {
    const code = signs[at];
    if (code === quote) return at;
    if (code === BACKSLASH) at += 1;
    else if (code === LINE) break;
  }
  if (at - from > LONG_TEXT) endless = at;
  return from;
}

/** The backtick that ends a template's text, or the bracket behind `$` that begins a hole. */
function endOfTemplate(from: number, length: number): number {
  for (let at = from; at < length; at += 1) {
    const code = signs[at];
    if (code === BACKSLASH) at += 1;
    else if (code === BACKTICK || (code === OPENING && signs[at - 1] === DOLLAR)) return at;
  }
  return length;
}

/** The last sign of a comment or of a regular expression; the stroke itself where it divides or closes a tag. */
function endOfSlash(from: number, length: number): number {
  const next = signs[from + 1];
  if (next === STROKE) return endOfLine(from, length) - 1;
  if (next === STAR) {
    const end = signs.indexOf('*/', from + 2, 'latin1');
    return end < 0 || end >= length ? length : end + 1;
  }
  return beginsRegex(from) ? endOfRegex(from, length) : from;
}

function endOfLine(from: number, length: number): number {
  let at = from;
  while (at < length && signs[at] !== LINE && signs[at] !== CARRIAGE) at += 1;
  return at;
}

/** Behind these signs a stroke cannot divide. Behind names and closing brackets it can, and passes by. */
const BEFORE_REGEX: ReadonlySet<number> = new Set([...'(,=:[!&|?{;+-*%~^'].map((sign) => sign.charCodeAt(0)));

function beginsRegex(from: number): boolean {
  let at = from - 1;
  while (at >= 0 && (signs[at] ?? 0) <= 32) at -= 1;
  const sign = signs[at] ?? 0;
  if (sign === CLOSING) return signs[at - 1] === 61;
  return BEFORE_REGEX.has(sign) || (sign === 110 && signs.toString('latin1', at - 5, at + 1) === 'return');
}

function endOfRegex(from: number, length: number): number {
  if (from < endless) return from;
  let inClass = false;
  let at = from + 1;
  for (; at < length; at += 1) {
    const code = signs[at];
    if (code === LINE) break;
    if (code === BACKSLASH) at += 1;
    else if (code === 91) inClass = true;
    else if (code === 93) inClass = false;
    else if (code === STROKE && !inClass) return at;
  }
  if (at - from > LONG_TEXT) endless = at;
  return from;
}

/** Whether an `else` stands behind the end of a statement, or more comments than anybody writes there. */
function goesOn(from: number, length: number): boolean {
  let at = from;
  for (let comments = 0; comments < 20; comments += 1) {
    while (at < length && (signs[at] ?? 0) <= 32) at += 1;
    if (signs[at] !== STROKE) return signs[at] === 101 && signs[at + 1] === 108 && signs[at + 2] === 115;
    const end = endOfSlash(at, length);
    if (end === at) return false;
    at = end + 1;
  }
  return true;
}

function endOfWord(from: number, length: number): number {
  let at = from + 1;
  for (; at < length; at += 1) {
    const code = signs[at] ?? 0;
    if (code < 48 || (code > 57 && code < 65) || (code > 90 && code < 97 && code !== 95) || code > 122) break;
  }
  return at;
}
