import type { Detection } from '../core/detection.ts';
import type { CodeResult, OutgoingCall } from './detector.ts';
import type { ModuleMaps } from './module-map.ts';
import { modulesOf, placesOf } from './references.ts';

/**
 * Joins the halves of a flow that crosses files of the same change: a finding that hangs on the parameter of an
 * exported function, and a call elsewhere that hands this parameter something from outside.
 */
export function joinAcrossFiles(results: readonly CodeResult[], maps: ModuleMaps): readonly Detection[] {
  const incoming = new Map<string, OutgoingCall[]>();
  const modules = modulesOf(
    results.map((result) => result.path),
    results,
    maps,
  );
  for (const result of results) {
    for (const call of result.outgoing) {
      for (const { path, name } of placesOf(result.path, call.origin, modules)) {
        const key = keyOf(path, name, call.argument);
        incoming.set(key, [...(incoming.get(key) ?? []), call]);
      }
    }
  }
  return results.flatMap((result) =>
    result.detections.map((detection, index) => joined(result, detection, index, incoming)),
  );
}

function joined(
  result: CodeResult,
  detection: Detection,
  index: number,
  incoming: ReadonlyMap<string, readonly OutgoingCall[]>,
): Detection {
  const sink = result.sinks.find((each) => each.detection === index);
  if (sink === undefined) return detection;
  const calls = incoming.get(keyOf(result.path, sink.exportedAs, sink.parameter)) ?? [];
  const call = calls.find((each) => each.strength === 'remote') ?? calls[0];
  if (call === undefined) return detection;
  const { preExisting, ...rest } = detection;
  const [at, ...steps] = detection.locations;
  const remote = call.strength === 'remote';
  return {
    ...rest,
    message:
      `${detection.message} Here it comes from ${call.source}, through ${call.locations[0]?.path ?? 'another file'}.`.slice(
        0,
        300,
      ),
    ...(remote ? { level: 'error', confidence: 'high' } : {}),
    locations: [at, ...call.locations, ...steps],
    evidence: { ...detection.evidence, callers: calls.map((each) => each.evidence).sort() },
    ...(preExisting === true && !calls.some((each) => each.touched) ? { preExisting } : {}),
  };
}

function keyOf(path: string, name: string, parameter: number): string {
  return JSON.stringify([path, name, parameter]);
}

/** Which files call functions that use a parameter dangerously, by path, with the functions' origins there. */
export function callsOfSinks(results: readonly CodeResult[], maps: ModuleMaps): ReadonlyMap<string, readonly string[]> {
  const sinks = new Set(
    results.flatMap((result) => result.sinks.map((sink) => JSON.stringify([result.path, sink.exportedAs]))),
  );
  if (sinks.size === 0) return new Map();
  const modules = modulesOf(
    results.map((result) => result.path),
    results,
    maps,
  );
  const found = new Map<string, readonly string[]>();
  for (const { path, calls } of results) {
    const origins = calls.filter((origin) =>
      placesOf(path, origin, modules).some((place) => sinks.has(JSON.stringify([place.path, place.name]))),
    );
    if (origins.length > 0) found.set(path, origins);
  }
  return found;
}
