import { type Growing, lineStartsOf, type Program } from '../syntax.ts';
import { createBuilder, NotRead } from './builder.ts';
import { placeComments } from './comments.ts';
import * as at from './layout.ts';
import { countOf, type Dialect, endOf, partAt, startOf, withTree } from './memory.ts';
import { createStatements } from './statements.ts';

/**
 * Reads a program with the parser of the Oxc project, straight from the memory the parser wrote it to, and gives it the
 * shape of the tree-sitter grammars. Many times faster than reading a native tree node by node; null where the program
 * has an error, or something in it that is not known here, and where the parser's memory cannot be read: the other
 * reader recovers from errors and reads everywhere.
 */
export function readWithOxc(path: string, text: string, dialect: Dialect): Program | null {
  // Its offsets leave a byte-order mark out.
  if (text.charCodeAt(0) === 0xfeff || nestsTooDeeply(text)) return null;
  return withTree(path, text, dialect, (result) => {
    if (countOf(result + at.RAW_TRANSFER_DATA_ERRORS) > 0) return null;
    try {
      builder.begin(text);
      return programAt(result, path, text);
    } catch (error) {
      if (error instanceof NotRead) return null;
      throw error;
    } finally {
      builder.end();
    }
  });
}

const builder = createBuilder();
const { directives, statements } = createStatements(builder);
const PROGRAM = builder.kind('program');
const HASHBANG = builder.kind('hash_bang_line');

function programAt(result: number, path: string, text: string): Program {
  const program = result + at.RAW_TRANSFER_DATA_PROGRAM;
  const root: Growing = builder.openAt(PROGRAM, null, Math.max(0, text.search(/\S/)), text.length);
  const hashbang = program + at.PROGRAM_HASHBANG;
  if (partAt(hashbang + at.NAME_TEXT) !== 0) builder.leafAt(HASHBANG, null, startOf(hashbang), endOf(hashbang));
  directives(program + at.PROGRAM_DIRECTIVES);
  statements(program + at.PROGRAM_BODY, null);
  builder.close();
  const comments = placeComments(root, result + at.RAW_TRANSFER_DATA_COMMENTS);
  const byType = builder.byType();
  if (comments.length > 0) byType.set('comment', comments);
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
