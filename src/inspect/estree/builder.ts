import type { Growing } from '../syntax.ts';

/** Thrown where a program holds something that this reader does not know; the other reader takes the file then. */
export class NotRead extends Error {}

/**
 * Makes nodes in the order of the text, and finds the tokens that ESTree leaves out. One for the process, which reads one
 * program after the other: functions made anew for each would be compiled and collected anew as well.
 */
export interface Builder {
  /** The program that is read now; empty between two. */
  readonly text: string;
  readonly byType: Map<string, Growing[]>;
  begin(text: string): void;
  /** Forgets the program, so that its tree can be collected with whoever uses it. */
  end(): void;
  node(type: string, field: string | null, start: number, end: number, parent: Growing | null): Growing;
  /** A word of the text as a node of its own name. */
  token(word: string, field: string | null, start: number, parent: Growing): Growing;
  /** The next place at or after an offset that is neither white space nor comment. */
  skip(from: number): number;
  /** The place of a word that comes next after an offset. Throws NotRead where another does. */
  next(word: string, from: number): number;
}

export function createBuilder(): Builder {
  let text = '';
  let byType = new Map<string, Growing[]>();
  const builder = {
    text,
    byType,
    begin,
    end: () => begin(''),
    node,
    token: (word: string, field: string | null, start: number, parent: Growing) =>
      node(word, field, start, start + word.length, parent),
    skip,
    next,
  };
  return builder;

  function begin(program: string): void {
    text = program;
    byType = new Map();
    builder.text = text;
    builder.byType = byType;
  }

  function node(type: string, field: string | null, start: number, end: number, parent: Growing | null): Growing {
    const made: Growing = { type, field, start, end, parent, children: [] };
    const known = byType.get(type);
    if (known === undefined) byType.set(type, [made]);
    else known.push(made);
    parent?.children.push(made);
    return made;
  }

  function skip(from: number): number {
    let at = from;
    for (;;) {
      const code = text.charCodeAt(at);
      if (
        code === 32 ||
        (code >= 9 && code <= 13) ||
        code === 0xa0 ||
        code === 0xfeff ||
        code === 0x2028 ||
        code === 0x2029
      ) {
        at += 1;
      } else if (code === 47 && text.charCodeAt(at + 1) === 47) {
        const end = text.slice(at).search(/[\n\r\u2028\u2029]/);
        if (end < 0) return text.length;
        at += end;
      } else if (code === 47 && text.charCodeAt(at + 1) === 42) {
        const end = text.indexOf('*/', at + 2);
        if (end < 0) return text.length;
        at = end + 2;
      } else if (code > 0x1000 && /\s/.test(text.charAt(at))) at += 1;
      else return at;
    }
  }

  function next(word: string, from: number): number {
    const at = skip(from);
    if (!text.startsWith(word, at)) throw new NotRead(`"${word}" is not at ${at}`);
    return at;
  }
}
