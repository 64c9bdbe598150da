import type { Detection } from '../core/detection.ts';
import type { Location } from '../core/location.ts';

/** One finding of a rule at one place: the strongest. */
export function distinct(detections: readonly Detection[]): Detection[] {
  const kept = new Map<string, Detection>();
  for (const detection of detections) {
    const [at] = detection.locations;
    const key = `${detection.ruleId} ${at.startLine}:${at.startColumn}-${at.endLine}:${at.endColumn}`;
    const known = kept.get(key);
    if (known === undefined || levelOf(detection) < levelOf(known)) kept.set(key, detection);
  }
  return [...kept.values()];
}

function levelOf(detection: Detection): number {
  return ['error', undefined, 'warning', 'note'].indexOf(detection.level);
}

/** What one finding of the base and one of the head have to have in common to be the same. */
export function oldKey(detection: Detection): string {
  return `${detection.ruleId} ${detection.level ?? ''} ${detection.fingerprint}`;
}

/** Whether a place has one of the changed lines; one in the base has none of the head, and counts where it has none. */
export function touches(location: Location, lines: ReadonlySet<number>): boolean {
  for (let line = location.startLine; line <= location.endLine; line += 1)
    if (lines.has(line)) return location.side !== 'base';
  return location.side === 'base';
}
