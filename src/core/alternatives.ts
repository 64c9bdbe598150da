import { textsMatched, wordsAsWritten, wordsNeeded } from './words-needed.ts';

/** One of the ways in which a pattern can match in a text. */
export interface Alternative {
  /** In lower case: one of these is in each text that has such a match. Null where that is not known. */
  readonly words: readonly string[] | null;
  /** What a match asks for beside one of the words. */
  readonly asks: Asked;
}

export type Asked =
  /** That a text stands there: as it is written or, where case does not count, in whatever case. */
  | (PlainText & { readonly kind: 'text'; readonly pattern: LazyPattern })
  /** That each of these patterns matches, wherever in the text. */
  | { readonly kind: 'all'; readonly patterns: readonly (readonly Alternative[])[] }
  /** That this matches, in a text that holds one of `written`; null where case does not count. */
  | { readonly kind: 'pattern'; readonly pattern: LazyPattern; readonly written: readonly string[] | null };

export interface PlainText {
  /** In lower case where case does not count. */
  readonly text: string;
  readonly folds: boolean;
  /** Only with a boundary of words before it, or behind it. */
  readonly starts: boolean;
  readonly ends: boolean;
}

/** Most are never tried: made when they are. */
export type LazyPattern = () => RegExp;

/**
 * The ways in which a pattern can match, those first that cost the least to try: it matches in a text where one of them
 * does. Alternatives that are plain words (ECMA-262, "Patterns") need no expression at all.
 */
export function alternativesOf(pattern: RegExp): readonly Alternative[] {
  const { source, flags } = pattern;
  // What refers to a group needs the whole; sets of characters in sets are not read here.
  const whole = flags.includes('v') || /\\[1-9k]/.test(source);
  const pieces = whole ? [pieceOf(source)] : piecesOf(pieceOf(source)).flatMap((piece) => spread(piece, flags));
  return pieces.flatMap((piece) => alternativesIn(piece, flags)).sort((one, other) => costOf(one) - costOf(other));
}

/** A part of a pattern, and whether its matches start and end at boundaries of words. */
interface Piece {
  readonly source: string;
  readonly starts: boolean;
  readonly ends: boolean;
}

function pieceOf(source: string): Piece {
  return { source, starts: false, ends: false };
}

/** What a piece says with `|` at its outermost, each by itself; boundaries around a group are those of all in it. */
function piecesOf(piece: Piece): readonly Piece[] {
  return partsBetween(piece.source).flatMap((source) => {
    const within = withoutBoundaries(source);
    const { starts, ends } = { starts: piece.starts || within.starts, ends: piece.ends || within.ends };
    const body = groupBody(within.source);
    return body === null ? [{ source: within.source, starts, ends }] : piecesOf({ source: body, starts, ends });
  });
}

function withoutBoundaries(source: string): Piece {
  const starts = source.startsWith('\\b');
  const rest = starts ? source.slice(2) : source;
  // An even number of backslashes before it is text.
  const ends = /(?<!\\)(?:\\\\)*\\b$/.test(rest);
  return { source: ends ? rest.slice(0, -2) : rest, starts, ends };
}

/** `(?:…)`, and nothing beside it. */
function groupBody(source: string): string | null {
  if (!source.startsWith('(?:')) return null;
  return closingOf(source, 0) === source.length - 1 ? source.slice(3, -1) : null;
}

/** `a(?:b|c)d` as `abd` and `acd`, where each of them has words of its own. */
function spread(piece: Piece, flags: string): readonly Piece[] {
  const { source } = piece;
  let at = 0;
  while (at < source.length && !source.startsWith('(?:', at)) at = after(source, at);
  const end = closingOf(source, at) + 1;
  // How often a group comes is said of the whole of it.
  if (at >= source.length || /^[*+?{]/.test(source.slice(end))) return [piece];
  const whole = wordsNeeded({ source, flags });
  const pieces = partsBetween(source.slice(at + 3, end - 1)).map((part) => ({
    ...piece,
    source: `${source.slice(0, at)}(?:${part})${source.slice(end)}`,
  }));
  const isOwn = ({ source: each }: Piece) =>
    (wordsNeeded({ source: each, flags })?.length ?? Infinity) < (whole?.length ?? 0);
  return pieces.every(isOwn) ? pieces : [piece];
}

function partsBetween(source: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < source.length; at = after(source, at)) {
    if (source[at] !== '|') continue;
    parts.push(source.slice(from, at));
    from = at + 1;
  }
  return [...parts, source.slice(from)];
}

/** The place behind what stands at a place: an escape, a class, a group or a character. */
function after(source: string, at: number): number {
  if (source[at] === '\\') return at + 2;
  if (source[at] === '(' || source[at] === '[') return closingOf(source, at) + 1;
  return at + 1;
}

function closingOf(source: string, opening: number): number {
  const isClass = source[opening] === '[';
  const closing = isClass ? ']' : ')';
  let at = opening + 1;
  while (at < source.length && source[at] !== closing) at = isClass && source[at] !== '\\' ? at + 1 : after(source, at);
  return at;
}

function alternativesIn(piece: Piece, flags: string): readonly Alternative[] {
  const { starts, ends } = piece;
  const texts = textsMatched({ source: piece.source, flags });
  const whole = sourceOf(piece);
  const pattern = lazyPattern(whole, flags);
  const folds = flags.includes('i');
  if (texts !== null && !texts.includes(''))
    return texts.map((text) => ({
      words: [text.toLowerCase()],
      asks: { kind: 'text', text, folds, starts, ends, pattern },
    }));
  const words = wordsNeeded({ source: whole, flags });
  const patterns = starts || ends ? null : allOf(piece.source, flags);
  if (patterns !== null) return [{ words, asks: { kind: 'all', patterns } }];
  return [
    { words, asks: { kind: 'pattern', pattern, written: folds ? null : wordsAsWritten({ source: whole, flags }) } },
  ];
}

function sourceOf({ source, starts, ends }: Piece): string {
  if (!starts && !ends) return source;
  return `${starts ? '\\b' : ''}(?:${source})${ends ? '\\b' : ''}`;
}

/** `^(?=[\s\S]*…)(?=[\s\S]*…)`: each of them somewhere, whatever their order. */
function allOf(source: string, flags: string): readonly (readonly Alternative[])[] | null {
  if (!source.startsWith(`^${ANYWHERE}`) || flags.includes('m')) return null;
  const patterns: (readonly Alternative[])[] = [];
  let at = 1;
  while (source.startsWith(ANYWHERE, at)) {
    const closing = closingOf(source, at);
    const body = source.slice(at + ANYWHERE.length, closing);
    if (partsBetween(body).length > 1) return null;
    patterns.push(alternativesOf(new RegExp(body, flags)));
    at = closing + 1;
  }
  return at === source.length ? patterns : null;
}

const ANYWHERE = '(?=[\\s\\S]*';

function lazyPattern(source: string, flags: string): LazyPattern {
  let made: RegExp | null = null;
  return () => {
    made ??= new RegExp(source, flags);
    return made;
  };
}

/** What the pass over the words has told already, what is looked up, what many patterns and what one expression say. */
function costOf({ asks }: Alternative): number {
  if (asks.kind === 'text') return asks.folds && !asks.starts && !asks.ends ? 0 : 1;
  return asks.kind === 'all' ? 2 : 3;
}
