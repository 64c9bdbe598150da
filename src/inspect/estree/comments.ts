import type { Comment } from 'oxc-parser';
import { LEAVES } from '../read-tree.ts';
import type { Growing } from '../syntax.ts';
import type { Builder } from './builder.ts';

const CLOSED: ReadonlySet<string> = new Set([...LEAVES, 'string', 'regex', 'string_fragment', 'jsx_text']);

/** Puts each comment under the innermost node around it, between the parts that stand before and after. */
export function placeComments(builder: Builder, root: Growing, comments: readonly Comment[]): void {
  const found: Growing[] = [];
  for (const { start, end } of comments) {
    let home = root;
    for (;;) {
      const inner = childAround(home, start, end);
      if (inner === null) break;
      home = inner;
    }
    if (CLOSED.has(home.type)) continue;
    const node: Growing = { type: 'comment', field: null, start, end, parent: home, children: [] };
    home.children.splice(positionFor(home, start), 0, node);
    found.push(node);
  }
  if (found.length > 0) builder.byType.set('comment', found);
}

function childAround(parent: Growing, start: number, end: number): Growing | null {
  const child = parent.children[positionFor(parent, start) - 1];
  return child !== undefined && child.start < start && end < child.end ? child : null;
}

/** The number of children that start before an offset. */
function positionFor(parent: Growing, offset: number): number {
  let low = 0;
  let high = parent.children.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((parent.children[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
