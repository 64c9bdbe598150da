import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import type { Location } from '../core/location.ts';
import { unreadable } from './json.ts';
import { lineAt, openText } from './opening.ts';
import type { Tree, TreeMember, TreeTable } from './tree.ts';

/** Characters; these files are written by hand. */
const LIMIT = 500_000;
/** Lines, and values in brackets: yaml takes some 12 microseconds for each, however short it is. */
const MOST_VALUES = 25_000;
const DEEPEST = 100;
/** Nodes that any file may have once its aliases are followed; longer ones, as many as characters. A "billion laughs" ends here. */
const FEWEST_NODES = 20_000;

interface Walk {
  readonly path: string;
  readonly lines: LineCounter;
  /** Trees of the anchors met so far, and how many nodes each has. */
  readonly anchors: Map<string, { readonly tree: Tree; readonly size: number }>;
  /** Nodes so far, those behind aliases counted each time. */
  size: number;
  readonly limit: number;
}

/**
 * The documents of a YAML 1.2 file as trees, `null` for an empty one. Aliases are followed and `<<` is merged. Throws
 * CountersignError `unreadable-file` for a syntax error, a key that stands twice in one mapping, aliases that expand
 * out of proportion, and nesting no real file has.
 */
function parseYamlTrees(text: string, path: string): Tree[] {
  const opened = openText(text, path, LIMIT);
  const lines = new LineCounter();
  refuseBreaks(opened, path);
  refuseCost(opened, path);
  const documents = compose(opened, path, lines);
  const limit = Math.max(FEWEST_NODES, opened.length);
  return documents.flatMap((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) {
      const reason = problem.message.split('\n', 1)[0] ?? problem.code;
      throw unreadable(path, lines.linePos(problem.pos[0]).line || 1, `not valid YAML: ${reason.slice(0, 200)}`);
    }
    const walk: Walk = { path, lines, anchors: new Map(), size: 0, limit };
    return document.contents === null ? [] : [treeOf(document.contents, walk, 0)];
  });
}

/** The only document of a YAML file; an empty file is an empty table. */
export function parseYamlTree(text: string, path: string): Tree {
  const trees = parseYamlTrees(text, path);
  const [first, second] = trees;
  if (second !== undefined)
    throw unreadable(path, second.location.startLine, 'a second YAML document, one is expected');
  return first ?? { kind: 'table', members: new Map(), location: { path, startLine: 1, endLine: 1 } };
}

function compose(text: string, path: string, lines: LineCounter): ReturnType<typeof parseAllDocuments> {
  try {
    // Its own check of unique keys takes time that grows with the square of their number; tableOf does it in one step.
    return parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false, merge: false });
  } catch (error) {
    if (error instanceof RangeError) throw unreadable(path, 1, 'not valid YAML: nested too deep');
    throw error;
  }
}

/** YAML 1.1 ends a line, and so a comment, at these; YAML 1.2 does not. */
const OLD_BREAK = /[\u0085\u2028\u2029]/;

function refuseBreaks(text: string, path: string): void {
  const found = OLD_BREAK.exec(text);
  if (found === null) return;
  throw unreadable(path, lineAt(text, found.index), 'a line separator on which versions of YAML disagree');
}

/** What the parser would take long for is refused before it starts. */
function refuseCost(text: string, path: string): void {
  const opening = /(?:[[{?][ \t]*|- ){101}/.exec(text);
  if (opening !== null) {
    throw unreadable(path, lineAt(text, opening.index), `nested more than ${DEEPEST} levels deep`);
  }
  const values = text.match(/[\n,[{]/g)?.length ?? 0;
  if (values > MOST_VALUES) throw unreadable(path, 1, `more than ${MOST_VALUES} lines and values`);
}

function treeOf(node: Node, walk: Walk, depth: number): Tree {
  const location = locationOf(node, walk);
  if (depth > DEEPEST) throw unreadable(walk.path, location.startLine, `nested more than ${DEEPEST} levels deep`);
  if (isAlias(node)) {
    const target = walk.anchors.get(node.source);
    if (target === undefined) throw unreadable(walk.path, location.startLine, `no anchor ${node.source} stands before`);
    grow(walk, target.size, location);
    return { ...target.tree, location };
  }
  const before = walk.size;
  grow(walk, 1, location);
  const tree = contentOf(node, location, walk, depth);
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, { tree, size: walk.size - before });
  return tree;
}

function grow(walk: Walk, size: number, location: Location): void {
  walk.size += size;
  if (walk.size > walk.limit) throw unreadable(walk.path, location.startLine, 'aliases expand out of proportion');
}

function contentOf(node: Node, location: Location, walk: Walk, depth: number): Tree {
  if (isMap(node)) return tableOf(node, location, walk, depth);
  if (isSeq(node)) {
    const items = node.items.map((item) => {
      if (isNode(item)) return treeOf(item, walk, depth + 1);
      throw unreadable(walk.path, location.startLine, 'a list item that is no YAML node');
    });
    return { kind: 'list', items, location };
  }
  if (!isScalar(node)) throw unreadable(walk.path, location.startLine, 'an unknown kind of YAML node');
  if (typeof node.value === 'string') return { kind: 'text', value: node.value, location };
  return { kind: 'scalar', value: node.source ?? String(node.value), location };
}

function tableOf(
  node: { readonly items: readonly { readonly key: unknown; readonly value: unknown }[] },
  location: Location,
  walk: Walk,
  depth: number,
): TreeTable {
  const members = new Map<string, TreeMember>();
  const merged: TreeMember[] = [];
  for (const pair of node.items) {
    const { key, value } = pair;
    if (!isNode(key)) throw unreadable(walk.path, location.startLine, 'a mapping without a key');
    const keyLocation = locationOf(key, walk);
    if (!isScalar(key)) throw unreadable(walk.path, keyLocation.startLine, 'a key that is no text');
    const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
    const tree: Tree = isNode(value)
      ? treeOf(value, walk, depth + 1)
      : { kind: 'scalar', value: 'null', location: keyLocation };
    if (name === '<<') {
      for (const member of mergedOf(tree)) merged.push(member);
      continue;
    }
    if (members.has(name)) {
      throw unreadable(walk.path, keyLocation.startLine, `the key ${name.slice(0, 80)} stands twice in one mapping`);
    }
    const end = tree.location.startLine < keyLocation.startLine ? keyLocation : tree.location;
    const span = {
      ...keyLocation,
      endLine: end.endLine,
      ...(end.endColumn === undefined ? {} : { endColumn: end.endColumn }),
    };
    members.set(name, { key: name, location: span, value: tree });
  }
  for (const member of merged) if (!members.has(member.key)) members.set(member.key, member);
  return { kind: 'table', members, location };
}

/** YAML's merge key type: one mapping, or a list of them of which the first wins. */
function mergedOf(tree: Tree): TreeMember[] {
  if (tree.kind === 'table') return [...tree.members.values()];
  return tree.kind === 'list' ? tree.items.flatMap((item) => mergedOf(item)) : [];
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}

function locationOf(node: Node, walk: Walk): Location {
  const [start, end] = node.range ?? [0, 0];
  const from = walk.lines.linePos(start);
  const to = walk.lines.linePos(Math.max(start, end));
  return {
    path: walk.path,
    startLine: Math.max(1, from.line),
    startColumn: Math.max(1, from.col),
    endLine: Math.max(1, to.line),
    endColumn: Math.max(1, to.col),
  };
}
