import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import type { Location } from '../core/location.ts';
import { unreadable } from './json.ts';
import { lineAt, openText } from './opening.ts';
import type { Tree, TreeMember, TreeTable } from './tree.ts';

/** Characters; toml-eslint-parser reads 5 to 8 million a second. The largest uv.lock files known have about 3 million. */
const LIMIT = 4_000_000;
const MOST_VALUES = 100_000;
/** A hundred brackets that open and none that closes: the parser would take seconds to run out of stack. */
const DEEP = /(?:[[{][^[\]{}]{0,40}){101}/;
const NEWLINE = 10;
const COMMA = 44;
const EQUALS = 61;
const BRACKET = 91;

interface OpenTable {
  readonly kind: 'table';
  readonly members: Map<string, OpenMember>;
  readonly location: { -readonly [K in keyof Location]: Location[K] };
}
interface OpenList {
  readonly kind: 'list';
  readonly items: (Tree | OpenTable)[];
  readonly location: { -readonly [K in keyof Location]: Location[K] };
}
interface OpenMember extends TreeMember {
  readonly location: { -readonly [K in keyof Location]: Location[K] };
  readonly value: Exclude<Tree, { kind: 'table' | 'list' }> | OpenTable | OpenList;
}

/**
 * A TOML 1.1 file as a tree. A table's place reaches from its header to the end of its last sub-table. Throws
 * CountersignError `unreadable-file` for a syntax error, a key or table defined twice, and nesting no real file has.
 */
export function parseTomlTree(text: string, path: string): TreeTable {
  const opened = openText(text, path, LIMIT);
  refuseCost(opened, path);
  try {
    return treeOf(parseTOML(opened, { tomlVersion: '1.1' }), path);
  } catch (error) {
    if (error instanceof ParseError) throw unreadable(path, error.lineNumber, `not valid TOML: ${error.message}`);
    if (error instanceof RangeError) throw unreadable(path, 1, 'not valid TOML: nested too deep');
    throw error;
  }
}

/** Keys, tables and values cost the parser some 8 microseconds each, however short they are. */
function refuseCost(text: string, path: string): void {
  const deep = DEEP.exec(text);
  if (deep !== null) throw unreadable(path, lineAt(text, deep.index), 'nested more than 100 levels deep');
  let cost = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === EQUALS || code === COMMA) cost += 1;
    else if (code === BRACKET && (at === 0 || text.charCodeAt(at - 1) === NEWLINE)) cost += 2;
    if (cost > MOST_VALUES) throw unreadable(path, lineAt(text, at), `more than ${MOST_VALUES} keys and values`);
  }
}

function treeOf(program: AST.TOMLProgram, path: string): TreeTable {
  const [top] = program.body;
  const root: OpenTable = { kind: 'table', members: new Map(), location: locationOf(path, program.loc) };
  for (const node of top.body) {
    if (node.type === 'TOMLKeyValue') insert(root, keysOf(node.key), node, path);
    else insertTable(root, node, path);
  }
  return root;
}

function keysOf(key: AST.TOMLKey): string[] {
  return key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
}

function locationOf(path: string, loc: AST.HasLocs['loc']): OpenTable['location'] {
  return {
    path,
    startLine: loc.start.line,
    startColumn: loc.start.column + 1,
    endLine: loc.end.line,
    endColumn: loc.end.column + 1,
  };
}

function insertTable(root: OpenTable, table: AST.TOMLTable, path: string): void {
  let here: OpenTable = root;
  const reach = locationOf(path, table.loc);
  for (const [index, part] of table.resolvedKey.entries()) {
    if (typeof part === 'number') continue;
    const next = table.resolvedKey[index + 1];
    here = typeof next === 'number' ? itemOf(here, part, next, reach, path) : tableOf(here, part, reach, path);
  }
  for (const pair of table.body) insert(here, keysOf(pair.key), pair, path);
}

function insert(table: OpenTable, keys: readonly string[], pair: AST.TOMLKeyValue, path: string): void {
  const reach = locationOf(path, pair.loc);
  const last = keys.at(-1);
  if (last === undefined) return;
  let here = table;
  for (const key of keys.slice(0, -1)) here = tableOf(here, key, reach, path);
  here.members.set(last, { key: last, location: reach, value: contentOf(pair.value, path) });
}

function stretch(location: OpenTable['location'], reach: Location): void {
  if (reach.endLine < location.endLine) return;
  location.endLine = reach.endLine;
  if (reach.endColumn !== undefined) location.endColumn = reach.endColumn;
}

function tableOf(parent: OpenTable, key: string, reach: Location, path: string): OpenTable {
  const member = parent.members.get(key);
  if (member === undefined) {
    const value: OpenTable = { kind: 'table', members: new Map(), location: { ...reach } };
    parent.members.set(key, { key, location: { ...reach }, value });
    return value;
  }
  if (member.value.kind !== 'table') throw unreadable(path, reach.startLine, `${key} is defined twice`);
  stretch(member.location, reach);
  stretch(member.value.location, reach);
  return member.value;
}

function itemOf(parent: OpenTable, key: string, index: number, reach: Location, path: string): OpenTable {
  let list = parent.members.get(key)?.value;
  if (list === undefined) {
    list = { kind: 'list', items: [], location: { ...reach } };
    parent.members.set(key, { key, location: { ...reach }, value: list });
  }
  if (list.kind !== 'list') throw unreadable(path, reach.startLine, `${key} is defined twice`);
  stretch(list.location, reach);
  const item = list.items[index];
  if (item === undefined) {
    const made: OpenTable = { kind: 'table', members: new Map(), location: { ...reach } };
    list.items.push(made);
    return made;
  }
  if (item.kind !== 'table' || !isOpen(item)) throw unreadable(path, reach.startLine, `${key} is defined twice`);
  stretch(item.location, reach);
  return item;
}

function isOpen(table: TreeTable | OpenTable): table is OpenTable {
  return table.members instanceof Map;
}

function contentOf(node: AST.TOMLContentNode, path: string): OpenMember['value'] {
  const location = locationOf(path, node.loc);
  if (node.type === 'TOMLArray') {
    return { kind: 'list', items: node.elements.map((element) => contentOf(element, path)), location };
  }
  if (node.type === 'TOMLInlineTable') {
    const table: OpenTable = { kind: 'table', members: new Map(), location };
    for (const pair of node.body) insert(table, keysOf(pair.key), pair, path);
    return table;
  }
  if (node.kind === 'string') return { kind: 'text', value: node.value, location };
  if (node.kind === 'boolean') return { kind: 'scalar', value: String(node.value), location };
  if (node.kind === 'integer' || node.kind === 'float') return { kind: 'scalar', value: node.number, location };
  return { kind: 'scalar', value: node.datetime, location };
}
