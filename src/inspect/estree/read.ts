import { type ParseResult, type ParserOptions, parseSync, rawTransferSupported } from 'oxc-parser';
import { type Growing, lineStartsOf, type Program } from '../syntax.ts';
import { type Builder, createBuilder, NotRead } from './builder.ts';
import { placeComments } from './comments.ts';
import { createStatements } from './statements.ts';

export type Dialect = 'jsx' | 'ts' | 'tsx';

/**
 * Reads a program with the parser of the Oxc project and gives it the shape of the tree-sitter grammars. Several times
 * faster than reading a native tree node by node; null where the program has an error, or something in it that is not
 * known here: the other reader recovers from errors.
 */
export function readWithOxc(path: string, text: string, dialect: Dialect): Program | null {
  // Its offsets leave a byte-order mark out.
  if (text.charCodeAt(0) === 0xfeff || nestsTooDeeply(text)) return null;
  const { program, comments, errors } = parsed(path, text, {
    lang: dialect,
    // For JavaScript as well: one reader of the tree is compiled instead of two.
    astType: 'ts',
    sourceType: 'unambiguous',
  });
  try {
    if (errors.length > 0) return null;
    builder.begin(text);
    const root = builder.node('program', null, 0, text.length, null);
    root.start = Math.max(0, text.search(/\S/));
    if (program.hashbang !== null)
      builder.node('hash_bang_line', null, program.hashbang.start, program.hashbang.end, root);
    for (const each of program.body) statement(each, null, root);
    const [first] = comments;
    placeComments(builder, root, first?.start === program.hashbang?.start ? comments.slice(1) : comments);
    return finished(path, builder, root);
  } catch (error) {
    if (error instanceof NotRead) return null;
    throw error;
  } finally {
    // What the parser returns has getters, made anew for each file, and V8 keeps what these refer to until its next
    // full collection: the tree below is taken off, so that it goes with the next small one.
    program.body.length = 0;
    comments.length = 0;
    builder.end();
  }
}

const builder = createBuilder();
const { statement } = createStatements(builder);
let shared: boolean | null = null;

/**
 * The tree is read from memory shared with the parser where that can be had, which takes a fifth of the time that a tree
 * written out and read again takes. It is a large range of addresses, of which only what is used becomes memory; where
 * the system gives none, the other way works as well.
 */
function parsed(path: string, text: string, options: ParserOptions): ParseResult {
  shared ??= rawTransferSupported();
  if (shared) {
    try {
      return parseSync(path, text, { ...options, ...SHARED });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      shared = false;
    }
  }
  return parseSync(path, text, options);
}

/** The parser's own description of its options leaves this one out. */
const SHARED: object = { experimentalRawTransfer: true };

function finished(path: string, { text, byType }: Builder, root: Growing): Program {
  return { path, text, dialect: 'javascript', root, byType, lineStarts: lineStartsOf(text) };
}

/**
 * The parser's own recursion has no limit that it could tell: what is nested deeply, or could be, is left to the other
 * reader, which counts. Brackets are counted as they come, in texts as well; so are the signs and words that nest
 * without brackets, and between two semicolons at most.
 */
function nestsTooDeeply(text: string): boolean {
  // What is nested so deeply is at least as long.
  if (text.length < MAX_BRACKETS) return false;
  const read = WIDE.test(text) ? text.replace(EACH_WIDE, ' ') : text;
  let depth = 0;
  let row = 0;
  for (let from = 0; from < read.length; from += PIECE) {
    const length = piece.write(read.slice(from, from + PIECE), 'latin1');
    for (let at = 0; at < length; at += 1) {
      const sign = SIGNS[piece[at] ?? 0] ?? NO_SIGN;
      if (sign === NO_SIGN) continue;
      if (sign === OPENS) depth += 1;
      else if (sign === CLOSES) depth -= 1;
      else if (sign === IN_A_ROW) row += 1;
      else row = 0;
      if (depth > MAX_BRACKETS || row > MAX_ROW) return true;
    }
  }
  return ladders(text);
}

const WIDE = /[^\0-\xff]/;
const EACH_WIDE = /[^\0-\xff]/g;
/** Characters that are made bytes at once: asking the text for each takes three times as long. */
const PIECE = 65_536;
const piece = Buffer.alloc(PIECE);
const NO_SIGN = 0;
const OPENS = 1;
const CLOSES = 2;
const IN_A_ROW = 3;
const ENDS_A_ROW = 4;
const SIGNS = signs();

function signs(): Uint8Array {
  const found = new Uint8Array(256);
  const kinds = [
    [OPENS, '([{'],
    [CLOSES, ')]}'],
    [IN_A_ROW, '!+-.?~'],
    [ENDS_A_ROW, '\n;'],
  ] as const;
  for (const [kind, all] of kinds) for (const sign of all) found[sign.charCodeAt(0)] = kind;
  return found;
}

/** `else if` and `=>` nest without an end. */
function ladders(text: string): boolean {
  let count = 0;
  for (let at = text.indexOf('else if'); at >= 0; at = text.indexOf('else if', at + 7)) count += 1;
  if (count > MAX_ROW) return true;
  count = 0;
  for (let at = text.indexOf('=>'); at >= 0; at = text.indexOf('=>', at + 2)) {
    count = /^\s*[\w$]+\s*=>/.test(text.slice(at + 2, at + 80)) ? count + 1 : 0;
    if (count > MAX_BRACKETS) return true;
  }
  return false;
}

const MAX_BRACKETS = 400;
const MAX_ROW = 2_000;
