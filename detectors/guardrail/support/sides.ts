import type { FileSide, GuardrailContext } from '../../../src/core/detector.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import { judgeSide } from './judge.ts';
import { isContent } from './parsed.ts';
import { entriesOf, type Node } from './tree.ts';

/** What a base says; nothing where it cannot be read: it then held nothing that is known. */
export function readBase<T>(
  side: FileSide | null,
  context: GuardrailContext,
  nothing: T,
  read: (side: FileSide) => T,
): T {
  if (side === null) return nothing;
  try {
    return judgeSide(side, context, nothing, read);
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'unreadable-file') return nothing;
    throw error;
  }
}

/** The text of a side that is ordinary text; empty for links, submodules and binary files. */
export function plainText(side: FileSide | null): string {
  return side !== null && isContent(side) && side.binary === undefined ? side.text : '';
}

/** One scalar or list of scalars of a tree, by its path. */
export interface Leaf {
  readonly path: string;
  readonly key: string;
  readonly values: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** Most leaves of one file. */
const LIMIT = 50_000;

/** Every leaf of a tree, list items that are maps named by their `name`, `id`, `repo`, `type` or place. */
export function leavesOf(root: Node): readonly Leaf[] {
  const leaves: Leaf[] = [];
  visit(root, '', leaves);
  return leaves;
}

function nameOf(item: Node, index: number): string {
  for (const key of ['name', 'id', 'repo', 'type', 'pattern', 'package-ecosystem', 'context']) {
    const found = entriesOf(item).find((entry) => entry.key === key)?.value;
    if (found?.kind === 'scalar') return String(found.value);
  }
  return `${index}`;
}

function visit(node: Node, path: string, leaves: Leaf[]): void {
  if (leaves.length >= LIMIT) return;
  if (node.kind === 'map') {
    for (const entry of node.entries) {
      const here = `${path}/${[entry.key, ...(entry.labels ?? [])].join('.')}`;
      const scalars =
        entry.value.kind === 'list' ? entry.value.items.filter((item) => item.kind === 'scalar') : [entry.value];
      const values = scalars.flatMap((item) =>
        item.kind === 'scalar' && item.value !== null
          ? [String(item.value)]
          : item.kind === 'opaque'
            ? [item.text]
            : [],
      );
      if (entry.value.kind !== 'map')
        leaves.push({
          path: here,
          key: entry.key,
          values,
          start: entry.keyStart,
          end: Math.max(entry.keyEnd, entry.value.end),
        });
      visit(entry.value, here, leaves);
    }
  } else if (node.kind === 'list') {
    node.items.forEach((item, index) => {
      if (item.kind === 'map' || item.kind === 'list') visit(item, `${path}[${nameOf(item, index)}]`, leaves);
    });
  }
}
