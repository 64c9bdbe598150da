import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import type { Entry, MapNode, Node } from './tree.ts';
import { unreadable } from './unreadable.ts';

interface Building {
  readonly kind: 'map';
  readonly entries: Entry[];
  start: number;
  end: number;
}

function keyName(part: AST.TOMLBare | AST.TOMLQuoted): string {
  return part.type === 'TOMLBare' ? part.name : part.value;
}

function nodeOf(content: AST.TOMLContentNode): Node {
  const [start, end] = content.range;
  if (content.type === 'TOMLArray') return { kind: 'list', items: content.elements.map(nodeOf), start, end };
  if (content.type === 'TOMLInlineTable') {
    const map: Building = { kind: 'map', entries: [], start, end };
    for (const pair of content.body) put(map, pair);
    return map;
  }
  const value = content.value;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return { kind: 'scalar', value, start, end };
  return { kind: 'scalar', value: String(value), start, end };
}

/** The table under that key, made where it is missing; the last one of an array of tables. */
function tableOf(map: Building, key: string, start: number, end: number): Building {
  const existing = map.entries.findLast((entry) => entry.key === key)?.value;
  const target = existing?.kind === 'list' ? existing.items.at(-1) : existing;
  // Tables made here are the only maps that can be extended later; TOML forbids it for inline ones.
  if (target?.kind === 'map' && isBuilding(target)) return target;
  const made: Building = { kind: 'map', entries: [], start, end };
  map.entries.push({ key, keyStart: start, keyEnd: end, value: made });
  return made;
}

function isBuilding(node: MapNode): node is Building {
  return Array.isArray(node.entries);
}

function put(map: Building, pair: AST.TOMLKeyValue): void {
  const parts = pair.key.keys;
  const [start, end] = pair.key.range;
  let table = map;
  for (const part of parts.slice(0, -1)) table = tableOf(table, keyName(part), start, end);
  const last = parts.at(-1);
  if (last !== undefined)
    table.entries.push({ key: keyName(last), keyStart: start, keyEnd: end, value: nodeOf(pair.value) });
}

/** A TOML file as one tree. Throws CountersignError `unreadable-file` with the line. */
export function parseToml(text: string, path: string): readonly Node[] {
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text);
  } catch (error) {
    if (error instanceof ParseError) throw unreadable(path, error.lineNumber, error.message, error);
    throw error;
  }
  const root: Building = { kind: 'map', entries: [], start: 0, end: text.length };
  for (const part of program.body[0].body) {
    if (part.type === 'TOMLKeyValue') {
      put(root, part);
      continue;
    }
    const [start, end] = part.range;
    let table = root;
    for (const key of part.resolvedKey) if (typeof key === 'string') table = tableOf(table, key, start, end);
    for (const pair of part.body) put(table, pair);
  }
  return [root];
}
