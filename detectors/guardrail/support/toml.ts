import type { AST } from 'toml-eslint-parser';
import { toml } from './libraries.ts';
import type { Entry, Node } from './tree.ts';
import { unreadable } from './unreadable.ts';

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Table extends Range {
  readonly kind: 'map';
  readonly entries: Entry[];
}

/** `[[name]]`: each header is one more table of the list. */
interface Tables extends Range {
  readonly kind: 'list';
  readonly items: Node[];
}

function keyName(part: AST.TOMLBare | AST.TOMLQuoted): string {
  return part.type === 'TOMLBare' ? part.name : part.value;
}

function nodeOf(content: AST.TOMLContentNode): Node {
  const [start, end] = content.range;
  if (content.type === 'TOMLArray') return { kind: 'list', items: content.elements.map(nodeOf), start, end };
  if (content.type === 'TOMLInlineTable') {
    const map: Table = { kind: 'map', entries: [], start, end };
    for (const pair of content.body) put(map, pair);
    return map;
  }
  const value = content.value;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return { kind: 'scalar', value, start, end };
  return { kind: 'scalar', value: value instanceof Date ? value.toISOString() : String(value), start, end };
}

/** What stands under that key, made where it is missing; the parser has refused a file that makes it twice. */
function under(holder: Table | Tables, key: string | number, listed: boolean, range: Range): Table | Tables {
  const known =
    holder.kind === 'map' ? holder.entries.find((entry) => entry.key === key)?.value : holder.items[Number(key)];
  if (known !== undefined && isOpen(known)) return known;
  const made: Table | Tables = listed ? { kind: 'list', items: [], ...range } : { kind: 'map', entries: [], ...range };
  if (holder.kind === 'list') holder.items.push(made);
  else holder.entries.push({ key: String(key), keyStart: range.start, keyEnd: range.end, value: made });
  return made;
}

function isOpen(node: Node): node is Table | Tables {
  return node.kind === 'map' || node.kind === 'list';
}

function put(table: Table | Tables, { key, value }: AST.TOMLKeyValue): void {
  const [start, end] = key.range;
  const names = key.keys.map(keyName);
  const holder = names.slice(0, -1).reduce((inner, name) => under(inner, name, false, { start, end }), table);
  if (holder.kind === 'map')
    holder.entries.push({ key: names.at(-1) ?? '', keyStart: start, keyEnd: end, value: nodeOf(value) });
}

/** A TOML file as one tree. Throws CountersignError `unreadable-file` with the line. */
export function parseToml(text: string, path: string): readonly Node[] {
  let program: AST.TOMLProgram;
  try {
    program = toml().parseTOML(text);
  } catch (error) {
    if (error instanceof toml().ParseError) throw unreadable(path, error.lineNumber, error.message, error);
    throw error;
  }
  const root: Table = { kind: 'map', entries: [], start: 0, end: text.length };
  for (const part of program.body[0].body) {
    if (part.type === 'TOMLKeyValue') {
      put(root, part);
      continue;
    }
    const [start, end] = part.range;
    const table = part.resolvedKey.reduce<Table | Tables>(
      (holder, key, index) => under(holder, key, typeof part.resolvedKey[index + 1] === 'number', { start, end }),
      root,
    );
    for (const pair of part.body) put(table, pair);
  }
  return [root];
}
