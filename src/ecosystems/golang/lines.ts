import { unreadable } from '../json.ts';
import { linesOf, openText } from '../opening.ts';

/** Characters. */
const LIMIT = 4_000_000;

/** One statement of a go.mod or go.work file. */
export interface Statement {
  readonly verb: string;
  readonly words: readonly string[];
  readonly comment: string;
  readonly line: number;
  readonly text: string;
}

const WORD = /\/\/.*|"(?:[^"\\]|\\.)*"|`[^`]*`|=>|[()]|(?:(?!\/\/)[^\s()"`])+/g;

/**
 * Statements of a go.mod or go.work file, blocks flattened (Go Modules Reference, "Lexical elements"). Throws
 * CountersignError `unreadable-file` for a block that does not end or a bracket out of place.
 */
export function statementsOf(text: string, path: string): Statement[] {
  const statements: Statement[] = [];
  let block: { readonly verb: string; readonly line: number } | null = null;
  for (const [index, raw] of linesOf(openText(text, path, LIMIT)).entries()) {
    const line = index + 1;
    const found: readonly string[] = raw.match(WORD) ?? [];
    const comment = found.at(-1)?.startsWith('//') === true ? (found.at(-1)?.slice(2).trim() ?? '') : '';
    const words = found.filter((word) => !word.startsWith('//')).map(unquoted);
    const [first, second] = words;
    if (first === undefined) continue;
    if (first === ')') {
      if (block === null || words.length > 1) throw unreadable(path, line, 'a closing bracket that nothing opened');
      block = null;
      continue;
    }
    if (block === null && second === '(') {
      if (words.at(-1) === ')') continue;
      if (words.length > 2) throw unreadable(path, line, 'a statement behind an opening bracket');
      block = { verb: first, line };
      continue;
    }
    if (words.includes('(')) throw unreadable(path, line, 'an opening bracket out of place');
    const rest = block === null ? words.slice(1) : words;
    statements.push({ verb: block?.verb ?? first, words: rest, comment, line, text: raw });
  }
  if (block !== null) throw unreadable(path, block.line, `the block "${block.verb} (" does not end`);
  return statements;
}

function unquoted(word: string): string {
  return /^["`]/.test(word) ? word.slice(1, -1) : word;
}
