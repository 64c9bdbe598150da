import { type Growing, NO_CHILDREN } from '../syntax.ts';
import { words } from './memory.ts';

/** Thrown where a program holds something that this reader does not know; the other reader takes the file then. */
export class NotRead extends Error {}

/** A type of node, with the nodes of it that the program has so far. */
export interface Kind {
  readonly type: string;
  nodes: Growing[] | null;
}

/**
 * Makes nodes in the order of the text, and finds the tokens that the parser's tree leaves out. One for the process,
 * which reads one program after the other: functions made anew for each would be compiled and collected anew as well.
 */
export interface Builder {
  /** The program that is read now; empty between two. */
  readonly text: string;
  begin(text: string): void;
  /** The types met, each with its nodes in the order of the text. */
  byType(): Map<string, readonly Growing[]>;
  /** Forgets the program, so that its tree can be collected with whoever uses it. */
  end(): void;
  /** The one kind of a type. */
  kind(type: string): Kind;
  /** Begins a node where a part of the parser's tree stands; what is made from now on is inside, until it is closed. */
  open(kind: Kind, field: string | null, part: number): Growing;
  openAt(kind: Kind, field: string | null, start: number, end: number): Growing;
  close(): void;
  /** The type of the node that is open. */
  around(): string;
  /** A node without parts. */
  leaf(kind: Kind, field: string | null, part: number): void;
  leafAt(kind: Kind, field: string | null, start: number, end: number): void;
  /** A word of the text as a node of its own name. */
  token(word: Kind, field: string | null, start: number): void;
  /** The next place at or after an offset that is neither white space nor comment. */
  skip(from: number): number;
  /** The place of a word that comes next after an offset. Throws NotRead where another does. */
  next(word: string, from: number): number;
}

export function createBuilder(): Builder {
  const kinds = new Map<string, Kind>();
  let text = '';
  let met: Kind[] = [];
  // Nodes whose parents are still open: they become the children, in an array of their number, as the parent is closed.
  const waiting: Growing[] = [];
  let count = 0;
  let home: Growing | null = null;
  const builder = {
    text,
    begin,
    byType,
    end,
    kind,
    open,
    openAt,
    close,
    around: () => home?.type ?? '',
    leaf,
    leafAt,
    token: (word: Kind, field: string | null, start: number) => leafAt(word, field, start, start + word.type.length),
    skip,
    next,
  };
  return builder;

  function begin(program: string): void {
    text = program;
    builder.text = program;
  }

  function byType(): Map<string, readonly Growing[]> {
    const found = new Map<string, readonly Growing[]>();
    for (const { type, nodes } of met) if (nodes !== null) found.set(type, nodes);
    return found;
  }

  function end(): void {
    for (const each of met) each.nodes = null;
    met = [];
    waiting.length = 0;
    count = 0;
    home = null;
    begin('');
  }

  function kind(type: string): Kind {
    const known = kinds.get(type) ?? { type, nodes: null };
    kinds.set(type, known);
    return known;
  }

  function open(of: Kind, field: string | null, part: number): Growing {
    const at = part >> 2;
    home = made(of, field, words[at] ?? 0, words[at + 1] ?? 0);
    return home;
  }

  function openAt(of: Kind, field: string | null, start: number, to: number): Growing {
    home = made(of, field, start, to);
    return home;
  }

  function leaf(of: Kind, field: string | null, part: number): void {
    const at = part >> 2;
    made(of, field, words[at] ?? 0, words[at + 1] ?? 0);
  }

  function leafAt(of: Kind, field: string | null, start: number, to: number): void {
    made(of, field, start, to);
  }

  function made(of: Kind, field: string | null, start: number, to: number): Growing {
    const node: Growing = { type: of.type, field, start, end: to, parent: home, children: NO_CHILDREN };
    if (of.nodes === null) {
      of.nodes = [node];
      met.push(of);
    } else of.nodes.push(node);
    waiting[count] = node;
    count += 1;
    return node;
  }

  function close(): void {
    const closed = home;
    if (closed === null) return;
    let first = count;
    while (first > 0 && waiting[first - 1] !== closed) first -= 1;
    if (first < count) {
      const one = waiting[first];
      // Most have one or two, which are written down at once.
      if (one !== undefined && count - first === 1) closed.children = [one];
      else {
        const two = waiting[first + 1];
        if (one !== undefined && two !== undefined && count - first === 2) closed.children = [one, two];
        else closed.children = waiting.slice(first, count);
      }
      count = first;
    }
    home = closed.parent;
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
