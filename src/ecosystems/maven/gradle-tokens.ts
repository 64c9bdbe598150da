import { unreadable } from '../json.ts';

/** One token of a Groovy or Kotlin build script. */
export interface Token {
  readonly kind: 'word' | 'text' | 'sign';
  /** A text's content as written between its quotes. */
  readonly value: string;
  /** Of a text: whether values are put into it. */
  readonly isTemplate: boolean;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

const WORD = /[A-Za-z_][\w]*/y;
const SPACE = /[^\S\n]+/y;
const TRIPLE = /"""|'''/y;

/**
 * Tokens of a Groovy or Kotlin script, comments left out; enough to find strings and the blocks they stand in. Throws
 * CountersignError `unreadable-file` for a text or comment that does not end.
 */
export function tokensOf(text: string, path: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  let at = 0;
  const skipTo = (end: number): void => {
    for (let next = text.indexOf('\n', at); next >= 0 && next < end; next = text.indexOf('\n', next + 1)) {
      line += 1;
      lineStart = next + 1;
    }
    at = end;
  };
  const endOf = (mark: string, from: number, what: string): number => {
    const end = text.indexOf(mark, from);
    if (end < 0) throw unreadable(path, line, `${what} that does not end`);
    return end;
  };
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  while (at < text.length) {
    const char = text.charAt(at);
    const start = { start: at, line, column: at - lineStart + 1 };
    const triple = match(TRIPLE);
    const word = match(WORD);
    if (match(SPACE) !== null) skipTo(SPACE.lastIndex);
    else if (text.startsWith('//', at)) skipTo(text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at));
    else if (text.startsWith('/*', at)) skipTo(endOf('*/', at + 2, 'a comment') + 2);
    else if (triple !== null) {
      const end = endOf(triple, at + 3, 'a text');
      const value = text.slice(at + 3, end);
      skipTo(end + 3);
      tokens.push({ kind: 'text', value, isTemplate: triple === '"""' && value.includes('$'), ...start, end: at });
    } else if (char === '"' || char === "'") {
      const end = quoteEnd(text, at, char);
      if (end === null) throw unreadable(path, line, 'a text that does not end');
      const value = text.slice(at + 1, end);
      skipTo(end + 1);
      tokens.push({ kind: 'text', value, isTemplate: char === '"' && /(?<!\\)\$/.test(value), ...start, end: at });
    } else if (word !== null) {
      skipTo(WORD.lastIndex);
      tokens.push({ kind: 'word', value: word, isTemplate: false, ...start, end: at });
    } else {
      skipTo(at + 1);
      tokens.push({ kind: 'sign', value: char, isTemplate: false, ...start, end: at });
    }
  }
  return tokens;
}

/** Offset of the closing quote on the same line. */
function quoteEnd(text: string, start: number, quote: string): number | null {
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\') at += 1;
    else if (char === quote) return at;
    else if (char === '\n') return null;
  }
  return null;
}
