import type { Growing } from '../syntax.ts';

/** Thrown where a program holds something that this reader does not know; the other reader takes the file then. */
export class NotRead extends Error {}

/** Makes nodes in the order of the text, and finds the tokens that ESTree leaves out. */
export interface Builder {
  readonly text: string;
  readonly byType: Map<string, Growing[]>;
  node(type: string, field: string | null, start: number, end: number, parent: Growing | null): Growing;
  /** A word of the text as a node of its own name. */
  token(word: string, field: string | null, start: number, parent: Growing): Growing;
  /** The next place at or after an offset that is neither white space nor comment. */
  skip(from: number): number;
  /** The place of a word that comes next after an offset. Throws NotRead where another does. */
  next(word: string, from: number): number;
}

export function createBuilder(text: string): Builder {
  const byType = new Map<string, Growing[]>();

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

  return {
    text,
    byType,
    node,
    token: (word, field, start, parent) => node(word, field, start, start + word.length, parent),
    skip,
    next,
  };
}
