import { CountersignError } from '../../core/errors.ts';
import type { Growing, Grown } from '../syntax.ts';
import { createBuilder, NotRead } from './builder.ts';
import { placeComments } from './comments.ts';
import * as at from './layout.ts';
import { countOf, type Dialect, endOf, partAt, startOf, withTree } from './memory.ts';
import { nestingOf } from './nesting.ts';
import { createStatements } from './statements.ts';

/**
 * Reads a program with the parser of the Oxc project, straight from the memory the parser wrote it to, and gives it the
 * shape of the tree-sitter grammars. Many times faster than reading a native tree node by node; null where the program
 * has an error, or something in it that is not known here, and where the parser's memory cannot be read: the other
 * reader recovers from errors and reads everywhere. Throws CountersignError `unreadable-file` for what that one would refuse
 * after long, since it is nested without an end.
 */
export function readWithOxc(path: string, text: string, dialect: Dialect): Grown | null {
  const nesting = nestingOf(text);
  if (nesting === 'endless')
    throw new CountersignError('unreadable-file', 'is nested deeper than anybody writes', { place: { path } });
  // Its offsets leave a byte-order mark out.
  if (nesting === 'deep' || text.charCodeAt(0) === 0xfeff) return null;
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

function programAt(result: number, path: string, text: string): Grown {
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
  return { path, text, dialect: 'javascript', root, byType, lineStarts: null };
}
