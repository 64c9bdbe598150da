import { unreadable } from './json.ts';

/** As for trees: deeper than any real file. */
const DEEPEST = 500;

/** What is told of a text while it is walked. Lines and characters count from 0. */
export interface JsonVisitor {
  readonly onObjectBegin: (line: number, character: number) => void;
  readonly onObjectEnd: () => void;
  readonly onArrayBegin: (line: number, character: number) => void;
  readonly onArrayEnd: () => void;
  /** Answers whether the value is wanted: a text or number that is not is checked, and not told. */
  readonly onProperty: (key: string, line: number, character: number, length: number) => boolean;
  readonly onLiteral: (value: string | number | boolean | null, line: number) => void;
}

/** Slots for short texts that come again and again: field names, ranges. A power of two. */
const SLOTS = 4096;
/** V8 copies shorter slices and shares the characters of longer ones. */
const SHORT = 13;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y;

/** What may come next. */
type Expected = 'value' | 'key or }' | 'key' | 'value or ]' | 'comma' | 'end';

/**
 * Walks a JSON text (RFC 8259) once. Large lockfiles are read with it: a scanner that makes a text of every token, or
 * calls a closure with a path for each, costs them twice their time and memory. Throws CountersignError
 * `unreadable-file` at the first syntax error, for an empty file, and for nesting no real file has.
 */
export function scanJson(text: string, path: string, visitor: JsonVisitor): void {
  const { length } = text;
  const short = new Array<string>(SLOTS).fill('');
  /** For each open bracket whether it opened an object. */
  const open: boolean[] = [];
  let expected: Expected = 'value';
  let isWanted = true;
  let line = 0;
  let lineStart = 0;
  let at = 0;

  const refuse = (reason: string): Error => unreadable(path, line + 1, `not valid JSON: ${reason}`);
  const unexpected = (): Error => {
    if (at >= length)
      return refuse(length === 0 || text.trim() === '' ? 'the file is empty' : 'the file ends too early');
    return refuse(expected === 'end' ? 'something stands behind the end' : `a ${expected} is expected`);
  };

  /** The closing quote of a text that has escapes, from the first of them on. */
  const endOfEscaped = (from: number): number => {
    for (let end = from; end < length; end += 1) {
      const code = text.charCodeAt(end);
      if (code === 34) return end;
      if (code < 32) throw refuse('a control character within a text');
      if (code !== 92) continue;
      ESCAPE.lastIndex = end + 1;
      if (!ESCAPE.test(text)) throw refuse('an escape that there is not');
      end = ESCAPE.lastIndex - 1;
    }
    throw refuse('a text without its end');
  };

  /** Reads the text whose opening quote stands at `at`; leaves `at` behind the closing one. */
  const readText = (isKept: boolean): string => {
    const start = at + 1;
    let end = start;
    let code = text.charCodeAt(end);
    while (end < length && code !== 34 && code !== 92 && code >= 32) {
      end += 1;
      code = text.charCodeAt(end);
    }
    if (code !== 34) {
      at = endOfEscaped(end) + 1;
      const decoded: unknown = isKept ? JSON.parse(text.slice(start - 1, at)) : '';
      return typeof decoded === 'string' ? decoded : '';
    }
    at = end + 1;
    if (!isKept) return '';
    const size = end - start;
    if (size >= SHORT) return text.slice(start, end);
    const slot = (text.charCodeAt(start) * 31 + text.charCodeAt(end - 1) * 961 + size * 7) & (SLOTS - 1);
    const known = short[slot] ?? '';
    if (known.length === size && text.startsWith(known, start)) return known;
    const made = text.slice(start, end);
    short[slot] = made;
    return made;
  };

  const readWord = (): number | boolean | null => {
    if (text.startsWith('true', at)) {
      at += 4;
      return true;
    }
    if (text.startsWith('false', at)) {
      at += 5;
      return false;
    }
    if (text.startsWith('null', at)) {
      at += 4;
      return null;
    }
    NUMBER.lastIndex = at;
    if (!NUMBER.test(text)) throw unexpected();
    const start = at;
    at = NUMBER.lastIndex;
    return Number(text.slice(start, at));
  };

  const enter = (isObject: boolean): void => {
    open.push(isObject);
    if (open.length > DEEPEST) throw refuse(`nested more than ${DEEPEST} levels deep`);
    const character = at - lineStart;
    at += 1;
    expected = isObject ? 'key or }' : 'value or ]';
    if (isObject) visitor.onObjectBegin(line, character);
    else visitor.onArrayBegin(line, character);
  };

  const leave = (isObject: boolean): void => {
    const mayEnd = expected === 'comma' || expected === (isObject ? 'key or }' : 'value or ]');
    if (!mayEnd || open.pop() !== isObject) throw unexpected();
    at += 1;
    expected = open.length === 0 ? 'end' : 'comma';
    isWanted = true;
    if (isObject) visitor.onObjectEnd();
    else visitor.onArrayEnd();
  };

  const skipSpace = (): number => {
    for (; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 10) {
        line += 1;
        lineStart = at + 1;
      } else if (code !== 32 && code !== 13 && code !== 9) return code;
    }
    return -1;
  };

  const readKey = (): void => {
    const character = at - lineStart;
    const start = at;
    const keyLine = line;
    const key = readText(true);
    const size = at - start;
    if (skipSpace() !== 58) throw refuse('a colon is expected');
    at += 1;
    expected = 'value';
    isWanted = visitor.onProperty(key, keyLine, character, size);
  };

  const readValue = (code: number): void => {
    if (code === 123 || code === 91) {
      enter(code === 123);
      return;
    }
    const value = code === 34 ? readText(isWanted) : readWord();
    expected = open.length === 0 ? 'end' : 'comma';
    if (isWanted) visitor.onLiteral(value, line);
  };

  const take = (code: number): void => {
    if (code === 125 || code === 93) {
      leave(code === 125);
      return;
    }
    if (expected === 'comma') {
      if (code !== 44) throw unexpected();
      at += 1;
      expected = open.at(-1) === true ? 'key' : 'value';
      return;
    }
    if (expected === 'key' || expected === 'key or }') {
      if (code !== 34) throw unexpected();
      readKey();
      return;
    }
    if (expected === 'end') throw unexpected();
    readValue(code);
  };

  const isDone = (): boolean => expected === 'end';
  for (let code = skipSpace(); code !== -1; code = skipSpace()) take(code);
  if (!isDone()) throw unexpected();
}
