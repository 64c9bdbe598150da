import { changedLines } from './changed-lines.ts';

/** Lines `start` to `end` (from 0, end not included) of the origin, and what stands in their place. */
interface Hunk {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/**
 * What a merge leaves of a text that two sides changed from one origin, where it needs nobody to decide: both sides'
 * hunks, none of which meet or touch. Null where they do, or where the lines cannot be put into one order; a merge that
 * git finds clean may be null here (the same change on both sides), never the other way round.
 */
export function mergedCleanly(origin: string, ours: string, theirs: string): string | null {
  const old = origin.split('\n');
  const [own, other] = [hunksOf(old, ours), hunksOf(old, theirs)];
  if (own === null || other === null) return null;
  const hunks = [...own, ...other].sort((a, b) => a.start - b.start || a.end - b.end);
  const merged: string[] = [];
  let at = 0;
  for (const [index, { start, end, lines }] of hunks.entries()) {
    const before = hunks[index - 1];
    if (before !== undefined && start <= before.end) return null;
    for (; at < start; at += 1) merged.push(old[at] ?? '');
    for (const line of lines) merged.push(line);
    at = end;
  }
  for (; at < old.length; at += 1) merged.push(old[at] ?? '');
  return merged.join('\n');
}

/** Null where the lines that stayed are not the same on both sides: then they tell nothing of what was replaced by what. */
function hunksOf(old: readonly string[], changed: string): readonly Hunk[] | null {
  const now = changed.split('\n');
  const added = changedLines(old.join('\n'), changed);
  const removed = changedLines(changed, old.join('\n'));
  const hunks: Hunk[] = [];
  let [oldAt, newAt] = [0, 0];
  while (oldAt < old.length || newAt < now.length) {
    const [start, from] = [oldAt, newAt];
    while (oldAt < old.length && removed.has(oldAt + 1)) oldAt += 1;
    while (newAt < now.length && added.has(newAt + 1)) newAt += 1;
    if (oldAt > start || newAt > from) {
      hunks.push({ start, end: oldAt, lines: now.slice(from, newAt) });
      continue;
    }
    if (old[oldAt] !== now[newAt]) return null;
    oldAt += 1;
    newAt += 1;
  }
  return hunks;
}
