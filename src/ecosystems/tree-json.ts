import { type JsonDialect, unreadable, walkJson } from './json.ts';
import { openText } from './opening.ts';
import type { Tree, TreeMember, TreeTable } from './tree.ts';

/** Characters; jsonc-parser walks some 20 million a second. */
const LIMIT = 16_000_000;

interface Position {
  readonly line: number;
  readonly character: number;
}
interface Open {
  readonly kind: 'table' | 'list';
  readonly members: Map<string, TreeMember>;
  readonly items: Tree[];
  readonly start: Position;
  key: { readonly name: string; readonly start: Position } | null;
}

/**
 * A JSON file as a tree. Throws CountersignError `unreadable-file` for a syntax error, a key that stands twice in one
 * object, nesting no real file has, and a root that is no object.
 */
export function parseJsonTree(text: string, path: string, dialect: JsonDialect): TreeTable {
  const opened = openText(text, path, LIMIT);
  const open: Open[] = [];
  let root: Tree | undefined;
  const spanOf = (start: Position, end: Position): Tree['location'] => ({
    path,
    startLine: start.line + 1,
    startColumn: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  });
  const add = (node: Tree): void => {
    const parent = open.at(-1);
    if (parent === undefined) {
      root ??= node;
      return;
    }
    if (parent.kind === 'list') {
      parent.items.push(node);
      return;
    }
    if (parent.key === null) return;
    const { name, start } = parent.key;
    const end = { line: node.location.endLine - 1, character: (node.location.endColumn ?? 1) - 1 };
    parent.members.set(name, { key: name, location: spanOf(start, end), value: node });
  };
  const begin = (kind: Open['kind'], line: number, character: number): void => {
    open.push({ kind, members: new Map(), items: [], start: { line, character }, key: null });
  };
  const end = (line: number, character: number): void => {
    const closed = open.pop();
    if (closed === undefined) return;
    const location = spanOf(closed.start, { line, character: character + 1 });
    if (closed.kind === 'table') add({ kind: 'table', members: closed.members, location });
    else add({ kind: 'list', items: closed.items, location });
  };
  walkJson(opened, path, dialect, {
    onObjectBegin: (_offset, _length, line, character) => begin('table', line, character),
    onArrayBegin: (_offset, _length, line, character) => begin('list', line, character),
    onObjectProperty: (name, _offset, _length, line, character) => {
      const parent = open.at(-1);
      if (parent === undefined) return;
      if (parent.members.has(name)) {
        throw unreadable(path, line + 1, `the key ${JSON.stringify(name.slice(0, 80))} stands twice in one object`);
      }
      parent.key = { name, start: { line, character } };
    },
    onObjectEnd: (_offset, _length, line, character) => end(line, character),
    onArrayEnd: (_offset, _length, line, character) => end(line, character),
    onLiteralValue: (value: unknown, _offset, length, line, character) => {
      const location = spanOf({ line, character }, { line, character: character + length });
      if (typeof value === 'string') add({ kind: 'text', value, location });
      else add({ kind: 'scalar', value: String(value), location });
    },
  });
  if (root?.kind !== 'table') throw unreadable(path, 1, 'not a JSON object');
  return root;
}
