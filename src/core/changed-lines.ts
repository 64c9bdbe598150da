/**
 * Lines of `after` that are not in `before` at the same place in the order: common start and end first, then lines that
 * occur once on both sides as anchors (patience diff). Linear but for the anchors' order, whatever the input.
 * Line numbers count from 1.
 */
export function changedLines(before: string, after: string): ReadonlySet<number> {
  const changed = new Set<number>();
  mark(before.split('\n').map(plain), after.split('\n').map(plain), changed);
  return changed;
}

function plain(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

interface Range {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

function mark(before: readonly string[], after: readonly string[], changed: Set<number>): void {
  const open: Range[] = [{ oldStart: 0, oldEnd: before.length, newStart: 0, newEnd: after.length }];
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    let { oldStart, oldEnd, newStart, newEnd } = range;
    while (oldStart < oldEnd && newStart < newEnd && before[oldStart] === after[newStart]) {
      oldStart += 1;
      newStart += 1;
    }
    while (oldStart < oldEnd && newStart < newEnd && before[oldEnd - 1] === after[newEnd - 1]) {
      oldEnd -= 1;
      newEnd -= 1;
    }
    if (newStart >= newEnd) continue;
    const anchors = oldStart < oldEnd ? anchorsIn(before, after, { oldStart, oldEnd, newStart, newEnd }) : [];
    if (anchors.length === 0) {
      for (let line = newStart; line < newEnd; line += 1) changed.add(line + 1);
      continue;
    }
    let fromOld = oldStart;
    let fromNew = newStart;
    for (const anchor of [...anchors, { old: oldEnd, new: newEnd }]) {
      open.push({ oldStart: fromOld, oldEnd: anchor.old, newStart: fromNew, newEnd: anchor.new });
      fromOld = anchor.old + 1;
      fromNew = anchor.new + 1;
    }
  }
}

interface Anchor {
  readonly old: number;
  readonly new: number;
}

function anchorsIn(before: readonly string[], after: readonly string[], range: Range): readonly Anchor[] {
  const old = onceIn(before, range.oldStart, range.oldEnd);
  const now = onceIn(after, range.newStart, range.newEnd);
  const pairs: Anchor[] = [];
  for (const [line, at] of old) {
    const there = now.get(line);
    if (there !== undefined && at >= 0 && there >= 0) pairs.push({ old: at, new: there });
  }
  return increasing(pairs.sort((a, b) => a.old - b.old));
}

/** Line → its index, or -1 where it occurs more than once. */
function onceIn(lines: readonly string[], start: number, end: number): Map<string, number> {
  const found = new Map<string, number>();
  for (let at = start; at < end; at += 1) {
    const line = lines[at] ?? '';
    found.set(line, found.has(line) ? -1 : at);
  }
  return found;
}

/** The longest run of pairs whose new places rise too (patience sorting). */
function increasing(pairs: readonly Anchor[]): readonly Anchor[] {
  const tops: number[] = [];
  const previous: number[] = [];
  pairs.forEach((pair, index) => {
    let low = 0;
    let high = tops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[tops[middle] ?? 0]?.new ?? 0) < pair.new) low = middle + 1;
      else high = middle;
    }
    previous[index] = low > 0 ? (tops[low - 1] ?? -1) : -1;
    tops[low] = index;
  });
  const chosen: Anchor[] = [];
  for (let at = tops.at(-1) ?? -1; at >= 0; at = previous[at] ?? -1) {
    const pair = pairs[at];
    if (pair !== undefined) chosen.push(pair);
  }
  return chosen.reverse();
}
