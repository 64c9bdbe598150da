import type { Detection } from '../core/detection.ts';

/** Findings of one rule and one shape: the same mistake, once or many times. */
export interface Group {
  readonly ruleId: string;
  readonly fingerprint: string;
  /** In the order of path and line; the first is where it first appears. */
  readonly detections: readonly [Detection, ...Detection[]];
}

/** From this many places on, a mistake counts as replicated. */
export const REPLICATED_FROM = 3;

/** Groups alike findings; pre-existing ones make groups of their own, so that they never count against a change. */
export function groupAlike(detections: readonly Detection[]): readonly Group[] {
  const groups = new Map<string, Detection[]>();
  for (const detection of [...detections].sort(byPlace)) {
    const key = JSON.stringify([detection.ruleId, detection.fingerprint, detection.preExisting === true]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [detection]);
    else known.push(detection);
  }
  return [...groups.values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [{ ruleId: first.ruleId, fingerprint: first.fingerprint, detections: [first, ...rest] }],
  );
}

/**
 * Whether a group is a pattern that is copied: by its own places, with those of the repository's recent agent pull
 * requests (`elsewhere`: how often the same rule and fingerprint was found there).
 */
export function isReplicated(group: Group, elsewhere: number): boolean {
  return group.detections.length + elsewhere >= REPLICATED_FROM;
}

function byPlace(a: Detection, b: Detection): number {
  const [left] = a.locations;
  const [right] = b.locations;
  if (left.path !== right.path) return left.path < right.path ? -1 : 1;
  return left.startLine - right.startLine || (left.startColumn ?? 0) - (right.startColumn ?? 0);
}
