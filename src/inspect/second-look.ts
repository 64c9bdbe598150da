import type { Detection } from '../core/detection.ts';
import type { CodeResult, SecondLook } from './detector.ts';
import type { ImportedReturn } from './imports.ts';

/** The rules whose answers can be others once it is known what imported functions give back in these uses. */
export function rulesFor(imported: readonly ImportedReturn[], { missed }: CodeResult): readonly string[] {
  const uses = new Set(imported.map(({ kind }) => kind));
  return [...new Set(missed.flatMap(({ kind, rules }) => (uses.has(kind) ? rules : [])))];
}

/** What rules say with other changed files before them, in the place of what they said without; they follow no values. */
export function withElsewhere(
  first: CodeResult,
  rules: readonly string[],
  detections: readonly Detection[],
): CodeResult {
  return withSecondLook(first, { rules, detections, sinks: [], outgoing: first.outgoing });
}

/** What the rules that were not asked again said first, and what the others say now. */
export function withSecondLook(first: CodeResult, again: SecondLook): CodeResult {
  const kept = first.detections.flatMap((detection, index) =>
    again.rules.includes(detection.ruleId) ? [] : [{ detection, index }],
  );
  const places = new Map(kept.map(({ index }, place) => [index, place]));
  const sinks = first.sinks.flatMap((sink) => {
    const detection = places.get(sink.detection);
    return detection === undefined ? [] : [{ ...sink, detection }];
  });
  for (const sink of again.sinks) sinks.push({ ...sink, detection: kept.length + sink.detection });
  const detections = [...kept.map(({ detection }) => detection), ...again.detections];
  return { ...first, detections, sinks, outgoing: again.outgoing };
}
