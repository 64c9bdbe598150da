import type { Location } from '../../core/location.ts';
import { unreadable } from '../json.ts';

/** One entry of a yarn lockfile: its descriptors, its fields, and its lists of dependencies. */
export interface YarnBlock {
  readonly keys: readonly string[];
  readonly line: number;
  readonly location: Location;
  readonly fields: ReadonlyMap<string, string>;
  /** Name, range, name, range … of a nested mapping; empty where there is none. */
  asks(section: string): readonly string[];
}

interface Open {
  readonly keys: string[];
  readonly line: number;
  readonly location: Location;
  readonly fields: Map<string, string>;
  readonly sections: Map<string, string[]>;
}

/** The blocks of either grammar. A line that fits neither, and a descriptor that stands twice, is an error. */
export function readYarnBlocks(
  text: string,
  path: string,
): { readonly blocks: readonly YarnBlock[]; readonly berry: boolean } {
  const berry = /^__metadata:[ \t]*\r?$/m.test(text);
  const blocks: Open[] = [];
  const seen = new Set<string>();
  let block: Open | null = null;
  let section: string[] | null = null;
  let longKey: string | null = null;
  let number = 0;
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.charCodeAt(end - 1) === 13 && end > start ? text.slice(start, end - 1) : text.slice(start, end);
    start = end + 1;
    number += 1;
    const indent = indentOf(line);
    if (indent === line.length || line.charCodeAt(indent) === 35) continue;
    if (longKey !== null) {
      if (line.trimEnd() !== ':') throw unreadable(path, number, 'a ":" is expected below a long key');
      block = open(longKey, number - 1, path, seen, berry);
      longKey = null;
      section = null;
      blocks.push(block);
      continue;
    }
    if (indent === 0) {
      if (berry && line.startsWith('? ')) {
        longKey = line.slice(2).trimEnd();
        continue;
      }
      if (!line.trimEnd().endsWith(':')) throw unreadable(path, number, 'the line of an entry ends in ":"');
      block = open(line.trimEnd().slice(0, -1), number, path, seen, berry);
      section = null;
      blocks.push(block);
      continue;
    }
    if (block === null) throw unreadable(path, number, 'a field stands before the first entry');
    if (indent === 2) {
      const [key, value] = pairOf(line.slice(2), berry, path, number);
      if (value === null) {
        if (block.sections.has(key) || block.fields.has(key)) throw unreadable(path, number, `"${key}" stands twice`);
        section = [];
        block.sections.set(key, section);
        continue;
      }
      if (block.fields.has(key) || block.sections.has(key)) throw unreadable(path, number, `"${key}" stands twice`);
      block.fields.set(key, value);
      section = null;
      continue;
    }
    if (section === null) throw unreadable(path, number, 'indented more than its place allows');
    if (indent !== 4) continue;
    const [key, value] = pairOf(line.slice(4), berry, path, number);
    if (value !== null) section.push(key, value);
  }
  if (longKey !== null) throw unreadable(path, number, 'the file ends within an entry');
  if (blocks.length === 0 && !/^# yarn lockfile v1/m.test(text))
    throw unreadable(path, 1, 'no entry of a yarn lockfile');
  return {
    blocks: blocks.map(({ sections, ...rest }) => ({ ...rest, asks: (name) => sections.get(name) ?? [] })),
    berry,
  };
}

function indentOf(line: string): number {
  let indent = 0;
  while (line.charCodeAt(indent) === 32) indent += 1;
  return indent;
}

function open(raw: string, line: number, path: string, seen: Set<string>, berry: boolean): Open {
  const keys = berry ? quotedOnce(raw, path, line).split(', ') : classicKeys(raw, path, line);
  for (const key of keys) {
    if (seen.has(key)) throw unreadable(path, line, `the entry ${JSON.stringify(key.slice(0, 80))} stands twice`);
    seen.add(key);
  }
  const location = { path, startLine: line, endLine: line, startColumn: 1, endColumn: raw.length + 2 };
  return { keys, line, location, fields: new Map(), sections: new Map() };
}

/** yarn 1: descriptors apart by commas, each quoted or bare. */
function classicKeys(raw: string, path: string, line: number): string[] {
  const keys: string[] = [];
  const pattern = /\s*("(?:[^"\\]|\\.)*"|[^",\s][^",]*?)\s*(,|$)/y;
  let end = 0;
  while (end < raw.length) {
    pattern.lastIndex = end;
    const match = pattern.exec(raw);
    if (match === null || match[1] === undefined)
      throw unreadable(path, line, 'the names of an entry cannot be told apart');
    keys.push(quotedOnce(match[1], path, line));
    end = pattern.lastIndex;
  }
  if (keys.length === 0) throw unreadable(path, line, 'an entry without a name');
  return keys;
}

function quotedOnce(raw: string, path: string, line: number): string {
  if (!raw.startsWith('"')) {
    if (/["'&*!|>%@`{[]/.test(raw.charAt(0)) && raw.charAt(0) !== '@')
      throw unreadable(path, line, 'an unknown kind of key');
    return raw;
  }
  const inner = /^"((?:[^"\\]|\\.)*)"$/.exec(raw)?.[1];
  if (inner === undefined) throw unreadable(path, line, 'a quotation mark is missing');
  return inner.includes('\\') ? unescaped(inner, path, line) : inner;
}

function unescaped(inner: string, path: string, line: number): string {
  return inner.replaceAll(/\\(u[0-9a-fA-F]{4}|.)/g, (_whole, sign: string) => {
    if (sign.startsWith('u')) return String.fromCharCode(Number.parseInt(sign.slice(1), 16));
    if (sign === '"' || sign === '\\' || sign === '/') return sign;
    throw unreadable(path, line, `the escape \\${sign} has no place here`);
  });
}

/** `key value` (yarn 1), `key: value` (berry); the value is null where a nested mapping follows. */
function pairOf(raw: string, berry: boolean, path: string, line: number): [string, string | null] {
  const text = raw.trimEnd();
  const match = /^("(?:[^"\\]|\\.)*"|[^\s":][^\s:]*)(:?)(?:[ \t]+(.*))?$/.exec(text);
  if (match === null || match[1] === undefined) throw unreadable(path, line, 'neither a field nor a dependency');
  const key = quotedOnce(match[1], path, line);
  const value = match[3];
  if (value === undefined) {
    if (match[2] !== ':') throw unreadable(path, line, `"${key}" has no value`);
    return [key, null];
  }
  if (berry !== (match[2] === ':')) throw unreadable(path, line, `the value of "${key}" is not written as yarn does`);
  return [key, quotedOnce(value, path, line)];
}
