import { LEAVES } from '../read-tree.ts';
import { type Growing, NO_CHILDREN } from '../syntax.ts';
import * as at from './layout.ts';
import { countOf, endOf, firstOf, startOf } from './memory.ts';

const CLOSED: ReadonlySet<string> = new Set([...LEAVES, 'string', 'regex', 'string_fragment', 'jsx_text']);

/** Puts each comment under the innermost node around it, between the parts that stand before and after; gives all that have a place. */
export function placeComments(root: Growing, list: number): readonly Growing[] {
  const found: Growing[] = [];
  const inside = new Map<Growing, Growing[]>();
  let home = root;
  const first = firstOf(list);
  const count = countOf(list);
  for (let each = 0; each < count; each += 1) {
    const comment = first + each * at.COMMENT_SIZE;
    const start = startOf(comment);
    const end = endOf(comment);
    // Most stand near the one before: from there up to what is around both, and down again.
    while (home.parent !== null && !(home.start < start && end < home.end)) home = home.parent;
    for (let inner = childAround(home, start, end); inner !== null; inner = childAround(home, start, end)) home = inner;
    if (CLOSED.has(home.type)) continue;
    const node: Growing = { type: 'comment', field: null, start, end, parent: home, children: NO_CHILDREN };
    const before = inside.get(home);
    if (before === undefined) inside.set(home, [node]);
    else before.push(node);
    found.push(node);
  }
  for (const [node, comments] of inside) node.children = merged(node.children, comments);
  return found;
}

/** Both in the order of the text, a comment before what starts with it. All at once: one by one each would move the rest. */
function merged(parts: readonly Growing[], comments: readonly Growing[]): Growing[] {
  const all: Growing[] = [];
  let next = 0;
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at];
    if (part === undefined) continue;
    for (let comment = comments[next]; comment !== undefined && comment.start <= part.start; comment = comments[next]) {
      all.push(comment);
      next += 1;
    }
    all.push(part);
  }
  for (; next < comments.length; next += 1) {
    const comment = comments[next];
    if (comment !== undefined) all.push(comment);
  }
  return all;
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
