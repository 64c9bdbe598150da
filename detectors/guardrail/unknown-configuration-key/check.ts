import { own } from '../support/own.ts';
import { type Entry, entriesOf, type Node, text } from '../support/tree.ts';
import type { Shape, Shapes } from './shape.ts';

/** A key or a word that a format does not know. */
export interface Unknown {
  readonly kind: 'key' | 'value';
  readonly name: string;
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** What could stand there. */
  readonly known: readonly string[];
}

/** Most steps of one check: schemas refer to themselves. */
const DEPTH = 40;

/** Shortest key that is told for being nearly another: shorter ones are near to each other by nature. */
const NEAR_LEAST = 6;

/** What a format does not know of a tree. `nearOnly`: of keys at the root that anybody may add, those nearly known. */
export function unknowns(root: Node, shapes: Shapes, name: string, nearOnly: boolean): readonly Unknown[] {
  const found = check(root, shapes, name, '', 0);
  return nearOnly ? [...found, ...nearlyKnown(root, Object.keys(shapes[name]?.keys ?? {}))] : found;
}

function nearlyKnown(root: Node, known: readonly string[]): readonly Unknown[] {
  const names = new Set(known);
  return entriesOf(root).flatMap(({ key, keyStart, keyEnd }) => {
    if (names.has(key) || key.length < NEAR_LEAST || nearest(key, known) === null) return [];
    return [{ kind: 'key' as const, name: key, path: `.${key}`, start: keyStart, end: keyEnd, known }];
  });
}

function check(node: Node, shapes: Shapes, name: string, path: string, depth: number): readonly Unknown[] {
  const shape = shapes[name];
  if (shape === undefined || depth > DEPTH) return [];
  if (shape.either !== undefined) return best(node, shapes, shape.either, path, depth);
  if (shape.keys !== undefined && node.kind === 'map')
    return node.entries.flatMap((entry) => ofEntry(entry, shape, shapes, path, depth));
  const { item } = shape;
  if (item !== undefined && node.kind === 'list')
    return node.items.flatMap((inner, index) => check(inner, shapes, item, `${path}[${index}]`, depth + 1));
  if (shape.words !== undefined) return ofWord(node, shape, path);
  return [];
}

function ofEntry(entry: Entry, shape: Shape, shapes: Shapes, path: string, depth: number): readonly Unknown[] {
  const here = `${path}.${entry.key}`;
  // YAML 1.1 writers turn the key `on` into `true`.
  const known =
    own(shape.keys ?? {}, entry.key) ?? (entry.key === 'true' ? shape.keys?.['on'] : undefined) ?? shape.rest;
  if (known !== undefined) return check(entry.value, shapes, known, here, depth + 1);
  // Extensions, anchors' homes, merge keys, expressions and what SOPS adds belong to their writers.
  if (/^(?:x-|\$schema$|<<$|\.|sops$)|\$\{\{/.test(entry.key)) return [];
  return [
    {
      kind: 'key',
      name: entry.key,
      path: here,
      start: entry.keyStart,
      end: entry.keyEnd,
      known: Object.keys(shape.keys ?? {}),
    },
  ];
}

function fits(node: Node, shapes: Shapes, name: string, depth: number): boolean {
  const shape = shapes[name];
  if (shape === undefined || shape.any === true) return node.kind === 'scalar' || name === 'any';
  if (shape.either !== undefined)
    return depth < DEPTH && shape.either.some((inner) => fits(node, shapes, inner, depth + 1));
  if (shape.keys !== undefined) return node.kind === 'map';
  if (shape.item !== undefined) return node.kind === 'list';
  return node.kind === 'scalar';
}

/** Of several forms the one that a value fits best: the one that leaves the least unknown. */
function best(node: Node, shapes: Shapes, names: readonly string[], path: string, depth: number): readonly Unknown[] {
  const candidates = names.filter((name) => fits(node, shapes, name, depth));
  let found: readonly Unknown[] | null = null;
  const words: string[] = [];
  for (const name of candidates) {
    const result = check(node, shapes, name, path, depth + 1);
    if (result.length === 0) return [];
    words.push(...(shapes[name]?.words ?? []));
    if (found === null || result.length < found.length) found = result;
  }
  // A word may be meant for any of the forms that are words.
  return words.length > 0 ? ofWord(node, { words }, path) : (found ?? []);
}

function ofWord(node: Node, { words = [], folded }: Shape, path: string): readonly Unknown[] {
  const value = text(node);
  if (value === undefined || /\$\{|\{\{/.test(value) || value === '') return [];
  if (words.includes(folded === true ? value.toLowerCase() : value)) return [];
  return [{ kind: 'value', name: value, path, start: node.start, end: node.end, known: words }];
}

/** Edit distance, given up beyond three. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return 4;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return row[b.length] ?? 4;
}

/** The closest name that is known, where one is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  const plain = (value: string) => value.toLowerCase().replace(/[^a-z0-9]/g, '');
  const same = known.find((candidate) => plain(candidate) === plain(name));
  if (same !== undefined) return same;
  return (
    known
      .filter((candidate) => distance(candidate, name) <= Math.min(2, Math.floor(name.length / 3)))
      .sort((a, b) => distance(a, name) - distance(b, name))[0] ?? null
  );
}
