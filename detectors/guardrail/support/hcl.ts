import { lineIndex, positionAt } from './lines.ts';
import { own } from './own.ts';
import type { Entry, Node } from './tree.ts';
import { DEPTH_LIMIT, unreadable, VALUE_LIMIT } from './unreadable.ts';

/**
 * HCL native syntax (HCL specification, "HCL Native Syntax Specification": structural elements, expressions, templates) as
 * one tree. Literals, lists, objects and calls are read; any other expression is opaque, with its text. See
 * `docs/decisions/0018-terraform-is-read-by-a-parser-of-our-own.md` for why this parser is our own.
 */
export function parseHcl(text: string, path: string): readonly Node[] {
  const reader = readerOf(text, path);
  const entries = body(reader, false, 0);
  return [{ kind: 'map', entries, start: 0, end: text.length }];
}

interface Reader {
  readonly text: string;
  readonly path: string;
  at: number;
  values: number;
}

function readerOf(text: string, path: string): Reader {
  return { text, path, at: 0, values: 0 };
}

function fail(reader: Reader, reason: string): never {
  throw unreadable(
    reader.path,
    positionAt(lineIndex(reader.text), Math.min(reader.at, reader.text.length)).line,
    reason,
  );
}

const BLANKS = /[ \t\r]*/y;
const BLANKS_AND_LINES = /[ \t\r\n\ufeff]*/y;
const IDENTIFIER = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
/** A name, with its namespaces where a provider defines it: `provider::aws::arn_parse` (Terraform 1.8). */
const FUNCTION = /[\p{ID_Start}_][\p{ID_Continue}-]*(?:::[\p{ID_Start}_][\p{ID_Continue}-]*)*/uy;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const HEREDOC = /<<(-?)([\p{ID_Start}_][\p{ID_Continue}-]*)[ \t]*\r?\n/uy;

function match(reader: Reader, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text);
  if (found !== null) reader.at += found[0].length;
  return found;
}

/** Skips blanks and comments; line ends too where they mean nothing. */
function skip(reader: Reader, lines: boolean): void {
  for (;;) {
    match(reader, lines ? BLANKS_AND_LINES : BLANKS);
    const { text, at } = reader;
    if (text[at] === '#' || text.startsWith('//', at)) {
      const end = text.indexOf('\n', at);
      reader.at = end === -1 ? text.length : end;
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2);
      if (end === -1) fail(reader, 'a comment is not closed');
      reader.at = end + 2;
    } else return;
  }
}

function body(reader: Reader, inBlock: boolean, depth: number): readonly Entry[] {
  if (depth > DEPTH_LIMIT) fail(reader, `it is nested deeper than ${DEPTH_LIMIT} levels`);
  const entries: Entry[] = [];
  for (;;) {
    skip(reader, true);
    if (reader.at >= reader.text.length) {
      if (inBlock) fail(reader, 'a block is not closed');
      return entries;
    }
    if (inBlock && reader.text[reader.at] === '}') {
      reader.at += 1;
      return entries;
    }
    entries.push(element(reader, depth));
  }
}

/** One attribute or block. */
function element(reader: Reader, depth: number): Entry {
  const keyStart = reader.at;
  const name = match(reader, IDENTIFIER)?.[0];
  if (name === undefined) fail(reader, 'a name was expected');
  const keyEnd = reader.at;
  skip(reader, false);
  if (reader.text[reader.at] === '=' && reader.text[reader.at + 1] !== '=') {
    reader.at += 1;
    skip(reader, false);
    return { key: name, keyStart, keyEnd, value: expression(reader, false, depth) };
  }
  const labels: string[] = [];
  for (;;) {
    skip(reader, false);
    const start = reader.at;
    if (reader.text[start] === '"') {
      const label = quoted(reader);
      labels.push(label.kind === 'scalar' ? String(label.value) : '');
      continue;
    }
    if (reader.text[start] === '{') break;
    const label = match(reader, IDENTIFIER)?.[0];
    if (label === undefined) fail(reader, `“=” or a block was expected after ${name.slice(0, 40)}`);
    labels.push(label);
  }
  reader.at += 1;
  const entries = body(reader, true, depth + 1);
  return { key: name, keyStart, keyEnd, labels, value: { kind: 'map', entries, start: keyStart, end: reader.at } };
}

/** Whether an expression ends here: at a separator, a closing bracket, or a line's end where lines matter. */
function ends(reader: Reader, lines: boolean): boolean {
  skip(reader, lines);
  const character = reader.text[reader.at];
  return character === undefined || '\n,]})'.includes(character);
}

/** `lines`: line ends mean nothing here (inside brackets). */
function expression(reader: Reader, lines: boolean, depth: number): Node {
  reader.values += 1;
  if (reader.values > VALUE_LIMIT) fail(reader, `it has more than ${VALUE_LIMIT} values`);
  if (depth > DEPTH_LIMIT) fail(reader, `it is nested deeper than ${DEPTH_LIMIT} levels`);
  const start = reader.at;
  const simple = term(reader, depth);
  const end = reader.at;
  if (simple !== null && (ends(reader, lines) || reader.text[reader.at] === ':' || startsPair(reader)))
    return { ...simple, start, end };
  reader.at = end;
  balance(reader, lines);
  if (reader.at === start) fail(reader, 'a value was expected');
  return { kind: 'opaque', text: reader.text.slice(start, reader.at).trim(), start, end: reader.at };
}

/** The `=` after an object's key ends the key. */
function startsPair(reader: Reader): boolean {
  const next = reader.text[reader.at + 1];
  return reader.text[reader.at] === '=' && next !== '=';
}

/** A literal, list, object or call; null where the expression is of another form. */
function term(reader: Reader, depth: number): Node | null {
  const start = reader.at;
  const character = reader.text[start];
  if (character === '"') return quoted(reader);
  if (character === '[') return list(reader, depth);
  if (character === '{') return object(reader, depth);
  if (character === '<') return heredoc(reader);
  const number = match(reader, NUMBER);
  if (number !== null) return { kind: 'scalar', value: Number(number[0]), start, end: reader.at };
  const name = match(reader, FUNCTION)?.[0];
  if (name === undefined) return null;
  if (reader.text[reader.at] === '(') return call(reader, name, depth);
  if (name === 'true' || name === 'false') return { kind: 'scalar', value: name === 'true', start, end: reader.at };
  if (name === 'null') return { kind: 'scalar', value: null, start, end: reader.at };
  while (reader.text[reader.at] === '.' && /[\p{ID_Start}_]/u.test(reader.text[reader.at + 1] ?? '')) {
    reader.at += 1;
    match(reader, IDENTIFIER);
  }
  return { kind: 'opaque', text: reader.text.slice(start, reader.at), start, end: reader.at };
}

function list(reader: Reader, depth: number): Node {
  const start = reader.at;
  reader.at += 1;
  const items: Node[] = [];
  for (;;) {
    skip(reader, true);
    if (reader.text[reader.at] === ']') {
      reader.at += 1;
      return { kind: 'list', items, start, end: reader.at };
    }
    if (reader.at >= reader.text.length) fail(reader, 'a list is not closed');
    if (isFor(reader)) return closed(reader, start);
    items.push(expression(reader, true, depth + 1));
    skip(reader, true);
    if (reader.text[reader.at] === ',') reader.at += 1;
    else if (reader.text[reader.at] !== ']') fail(reader, 'a comma or “]” was expected');
  }
}

function object(reader: Reader, depth: number): Node {
  const start = reader.at;
  reader.at += 1;
  const entries: Entry[] = [];
  for (;;) {
    skip(reader, true);
    if (reader.text[reader.at] === '}') {
      reader.at += 1;
      return { kind: 'map', entries, start, end: reader.at };
    }
    if (reader.at >= reader.text.length) fail(reader, 'an object is not closed');
    if (isFor(reader)) return closed(reader, start);
    const keyStart = reader.at;
    const key = objectKey(reader, depth + 1);
    const keyEnd = key.end;
    skip(reader, false);
    const separator = reader.text[reader.at];
    if (separator !== '=' && separator !== ':') fail(reader, '“=” or “:” was expected in an object');
    reader.at += 1;
    skip(reader, true);
    const value = expression(reader, false, depth + 1);
    entries.push({
      key: key.kind === 'scalar' ? String(key.value) : key.kind === 'opaque' ? key.text : '',
      keyStart,
      keyEnd,
      value,
    });
    skip(reader, false);
    if (reader.text[reader.at] === ',') reader.at += 1;
  }
}

/** A literal, a name, or an expression in brackets, whose `=` is not its own. */
function objectKey(reader: Reader, depth: number): Node {
  return reader.text[reader.at] === '(' ? closed(reader, reader.at) : expression(reader, false, depth);
}

/** A list or an object that is made by a loop: only a run tells what is in it. */
function isFor(reader: Reader): boolean {
  return /^for\s/.test(reader.text.slice(reader.at, reader.at + 4));
}

function call(reader: Reader, name: string, depth: number): Node {
  const start = reader.at - name.length;
  reader.at += 1;
  const args: Node[] = [];
  for (;;) {
    skip(reader, true);
    if (reader.text[reader.at] === ')') {
      reader.at += 1;
      return { kind: 'call', name, args, start, end: reader.at };
    }
    if (reader.at >= reader.text.length) fail(reader, 'a call is not closed');
    args.push(expression(reader, true, depth + 1));
    skip(reader, true);
    if (reader.text[reader.at] === ',') reader.at += 1;
    else if (reader.text[reader.at] !== ')') fail(reader, 'a comma or “)” was expected');
  }
}

/** The end of a `${…}` or `%{…}` that begins at `at`; strings inside may hold braces. */
function interpolationEnd(reader: Reader, at: number): number {
  let depth = 0;
  for (let index = at; index < reader.text.length; index += 1) {
    const character = reader.text[index];
    if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return index + 1;
    } else if (character === '"') index = stringEnd(reader, index) - 1;
  }
  return fail(reader, 'an interpolation is not closed');
}

/** The offset after the closing quote of the string that begins at `at`. */
function stringEnd(reader: Reader, at: number): number {
  for (let index = at + 1; index < reader.text.length; index += 1) {
    const character = reader.text[index];
    if (character === '\\') index += 1;
    else if (character === '"') return index + 1;
    else if (
      (character === '$' || character === '%') &&
      reader.text[index + 1] === '{' &&
      reader.text[index - 1] !== character
    ) {
      index = interpolationEnd(reader, index + 1) - 1;
    }
  }
  return fail(reader, 'a string is not closed');
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };

function quoted(reader: Reader): Node {
  const start = reader.at;
  const end = stringEnd(reader, start);
  reader.at = end;
  const value = reader.text
    .slice(start + 1, end - 1)
    .replace(/\\(u[0-9a-fA-F]{4}|U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}|.)/g, (whole, code: string) =>
      code.length > 1 ? String.fromCodePoint(Number.parseInt(code.slice(1), 16)) : (own(ESCAPES, code) ?? whole),
    )
    // An interpolation of a literal is the literal.
    .replace(/\$\{\s*"([^"\\$%]*)"\s*\}/g, '$1');
  return { kind: 'scalar', value, start, end };
}

function heredoc(reader: Reader): Node | null {
  const start = reader.at;
  const opening = match(reader, HEREDOC);
  if (opening === null) return null;
  const from = reader.at;
  for (let line = from; line < reader.text.length; ) {
    const next = reader.text.indexOf('\n', line);
    const stop = next === -1 ? reader.text.length : next;
    if (reader.text.slice(line, stop).trim() === opening[2]) {
      reader.at = stop;
      return { kind: 'scalar', value: reader.text.slice(from, line), start, end: stop };
    }
    line = stop + 1;
  }
  return fail(reader, 'a here-document is not closed');
}

/** What stands between the bracket at `start` and the one that closes it, as it is written. */
function closed(reader: Reader, start: number): Node {
  reader.at = start + 1;
  for (;;) {
    balance(reader, true);
    const character = reader.text[reader.at];
    if (character === undefined) fail(reader, 'a bracket is not closed');
    reader.at += 1;
    if (character !== ',') return { kind: 'opaque', text: reader.text.slice(start, reader.at), start, end: reader.at };
  }
}

/** Moves to where the expression ends, brackets and strings balanced. */
function balance(reader: Reader, lines: boolean): void {
  let open = 0;
  for (;;) {
    skip(reader, lines || open > 0);
    const character = reader.text[reader.at];
    if (character === undefined) {
      if (open > 0) fail(reader, 'a bracket is not closed');
      return;
    }
    if (open === 0 && (character === '\n' || ',]})'.includes(character))) return;
    if (character === '"') reader.at = stringEnd(reader, reader.at);
    else if (character === '<' && heredoc(reader) !== null) continue;
    else {
      if ('([{'.includes(character)) open += 1;
      else if (')]}'.includes(character)) open -= 1;
      reader.at += 1;
    }
  }
}
