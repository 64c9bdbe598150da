import { createScanner } from 'jsonc-parser';
import type { CountersignError } from '../core/errors.ts';
import { type JsonDialect, unreadable } from './json.ts';

/** As for trees: deeper than any real file. */
const DEEPEST = 500;

/** What is told of a text while it is walked. Lines and characters count from 0. */
export interface JsonVisitor {
  readonly onObjectBegin: (line: number, character: number) => void;
  readonly onObjectEnd: () => void;
  readonly onArrayBegin: (line: number, character: number) => void;
  readonly onArrayEnd: () => void;
  readonly onProperty: (key: string, line: number, character: number, length: number) => void;
  readonly onLiteral: (
    value: string | number | boolean | null,
    line: number,
    character: number,
    length: number,
  ) => void;
}

/** Tokens of jsonc-parser's scanner (its `SyntaxKind`, a const enum that type stripping cannot read). */
const OPEN_BRACE = 1;
const CLOSE_BRACE = 2;
const OPEN_BRACKET = 3;
const CLOSE_BRACKET = 4;
const COMMA = 5;
const COLON = 6;
const NULL = 7;
const TRUE = 8;
const FALSE = 9;
const STRING = 10;
const NUMBER = 11;
const LINE_COMMENT = 12;
const BLOCK_COMMENT = 13;
const UNKNOWN = 16;
const END = 17;

/** What may come next. */
type Expected = 'value' | 'firstKey' | 'key' | 'colon' | 'firstItem' | 'commaOrEnd' | 'end';

const WANTED: Readonly<Record<Expected, string>> = {
  value: 'a value is expected',
  firstKey: 'a key or } is expected',
  key: 'a key is expected',
  colon: 'a colon is expected',
  firstItem: 'a value or ] is expected',
  commaOrEnd: 'a comma or the end of the list is expected',
  end: 'the end of the file is expected',
};

/**
 * Walks a JSON text once, on jsonc-parser's scanner alone: what `walkJson` allocates for each token (a path, closures)
 * costs large lockfiles half of their time. Throws CountersignError `unreadable-file` at the first syntax
 * error, for an empty file, and for nesting no real file has.
 */
export function scanJson(text: string, path: string, dialect: JsonDialect, visitor: JsonVisitor): void {
  const scanner = createScanner(text.startsWith('\uFEFF') ? text.slice(1) : text, false);
  const open: boolean[] = [];
  let expected: Expected = 'value';
  const refuse = (reason: string): CountersignError =>
    unreadable(path, scanner.getTokenStartLine() + 1, `not valid JSON: ${reason}`);
  const enter = (isObject: boolean): Expected => {
    open.push(isObject);
    if (open.length > DEEPEST) throw refuse(`nested more than ${DEEPEST} levels deep`);
    return isObject ? 'firstKey' : 'firstItem';
  };
  const leave = (isObject: boolean): Expected => {
    const empty: Expected = isObject ? 'firstKey' : 'firstItem';
    const trailing: Expected = isObject ? 'key' : 'value';
    const mayEnd = expected === 'commaOrEnd' || expected === empty || (dialect.trailingCommas && expected === trailing);
    if (!mayEnd || open.pop() !== isObject) throw refuse(WANTED[expected]);
    if (isObject) visitor.onObjectEnd();
    else visitor.onArrayEnd();
    return open.length === 0 ? 'end' : 'commaOrEnd';
  };
  for (;;) {
    const token: number = scanner.scan();
    if (token > BLOCK_COMMENT && token < UNKNOWN) continue;
    if (scanner.getTokenError() !== 0) throw refuse('a text, number or escape is cut short');
    if (token === LINE_COMMENT || token === BLOCK_COMMENT) {
      if (!dialect.comments) throw refuse('a comment has no place here');
      continue;
    }
    if (token === END) {
      if (expected === 'end') return;
      throw refuse(text.trim() === '' ? 'the file is empty' : `the file ends where ${WANTED[expected]}`);
    }
    if (token === COMMA) {
      if (expected !== 'commaOrEnd') throw refuse(WANTED[expected]);
      expected = open.at(-1) === true ? 'key' : 'value';
      continue;
    }
    if (token === COLON) {
      if (expected !== 'colon') throw refuse(WANTED[expected]);
      expected = 'value';
      continue;
    }
    if (token === CLOSE_BRACE || token === CLOSE_BRACKET) {
      // A colon without a value also waits for a value, within an object.
      if (expected === 'value' && open.at(-1) === true) throw refuse(WANTED.value);
      expected = leave(token === CLOSE_BRACE);
      continue;
    }
    const line = scanner.getTokenStartLine();
    const character = scanner.getTokenStartCharacter();
    if (token === STRING && (expected === 'key' || expected === 'firstKey')) {
      visitor.onProperty(scanner.getTokenValue(), line, character, scanner.getTokenLength());
      expected = 'colon';
      continue;
    }
    if (expected !== 'value' && expected !== 'firstItem') throw refuse(WANTED[expected]);
    if (token === OPEN_BRACE) {
      expected = enter(true);
      visitor.onObjectBegin(line, character);
      continue;
    }
    if (token === OPEN_BRACKET) {
      expected = enter(false);
      visitor.onArrayBegin(line, character);
      continue;
    }
    const value = literalOf(token, scanner.getTokenValue());
    if (value === undefined) throw refuse('an unknown word');
    expected = open.length === 0 ? 'end' : 'commaOrEnd';
    visitor.onLiteral(value, line, character, scanner.getTokenLength());
  }
}

function literalOf(token: number, text: string): string | number | boolean | null | undefined {
  switch (token) {
    case STRING:
      return text;
    case NUMBER:
      return Number(text);
    case TRUE:
      return true;
    case FALSE:
      return false;
    case NULL:
      return null;
    default:
      return undefined;
  }
}
