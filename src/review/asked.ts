import type { DependencyChange } from '../core/dependency.ts';
import type { Detection } from '../core/detection.ts';
import type { PackageEvidence } from '../core/evidence.ts';
import { knownValue } from '../core/fact.ts';
import type { Thresholds } from '../core/thresholds.ts';
import type { AskedPackage } from '../core/watch.ts';

type Judged = readonly { readonly change: DependencyChange; readonly evidence: PackageEvidence }[];

/** What outlives a review: packages to look at again, and when the same change is to be judged anew. */
export interface Asked {
  readonly packages: readonly AskedPackage[];
  /** Names that a route of their own leads away from the public source: nothing of them is remembered. */
  readonly privateNames: readonly Pick<AskedPackage, 'type' | 'name'>[];
  /** ISO 8601: when the first finding about something too new loses its reason; null where none will. */
  readonly cooldownEnds: string | null;
}

/** Absent names of one change beyond this many are nobody's slip; lock entries can be many. */
const MOST_ABSENT = 500;
const MOST_VERSIONS = 5_000;

/** Rules whose answer changes with nothing but time. */
const COOLING: ReadonlySet<string> = new Set(['version-too-new', 'package-too-new', 'fresh-squat']);
const DAY_MS = 86_400_000;

/** Reads it from the evidence of one change. `now`: milliseconds since the epoch. */
export function askedOf(judged: Judged, detections: readonly Detection[], thresholds: Thresholds, now: number): Asked {
  const open = judged.filter(({ change, evidence }) => isPublic(change, evidence));
  const absent = open.filter(isAbsent).map(({ change }) => asked('absent', change, null));
  const versions = open.flatMap(({ change, evidence }) => {
    const version = change.version ?? knownValue(evidence.resolvedVersion)?.version;
    const installed = version !== undefined && change.entry !== 'import' && evidence.registryEntry.state !== 'absent';
    return installed ? [asked('version', change, version)] : [];
  });
  return {
    packages: [...unique(absent).slice(0, MOST_ABSENT), ...unique(versions).slice(0, MOST_VERSIONS)],
    privateNames: judged
      .filter(({ evidence }) => evidence.privateRoute.state === 'known')
      .map(({ change: { type, name } }) => ({ type, name })),
    cooldownEnds: cooldownEnd(judged, detections, thresholds, now),
  };
}

function isPublic(change: DependencyChange, evidence: PackageEvidence): boolean {
  return change.changeType !== 'removed' && change.source === 'registry' && evidence.privateRoute.state === 'absent';
}

/** A name in the base is somebody's already; what Python code imports is no distribution's name. */
function isAbsent({ change, evidence }: Judged[number]): boolean {
  if (evidence.registryEntry.state !== 'absent' || evidence.inBase) return false;
  return change.entry !== 'import' || change.type === 'npm';
}

function asked(kind: AskedPackage['kind'], { type, name }: DependencyChange, version: string | null): AskedPackage {
  return { kind, type, name, version };
}

function unique(packages: readonly AskedPackage[]): readonly AskedPackage[] {
  return [...new Map(packages.map((each) => [JSON.stringify(each), each])).values()];
}

function cooldownEnd(
  judged: Judged,
  detections: readonly Detection[],
  thresholds: Thresholds,
  now: number,
): string | null {
  const cooling = new Set(detections.filter(({ ruleId }) => COOLING.has(ruleId)).map((each) => each.fingerprint));
  const ends = judged.flatMap(({ change, evidence }) => {
    const has = (rule: string) => cooling.has(`${rule}:${change.type}:${change.name}`);
    const after = (instant: string | undefined, days: number) =>
      instant === undefined ? Number.NaN : Date.parse(instant) + days * DAY_MS;
    const resolved = knownValue(evidence.resolvedVersion);
    const published = resolved === undefined ? undefined : knownValue(resolved.publishedAt);
    const first = knownValue(evidence.firstPublishedAt);
    return [
      ...(has('version-too-new') ? [after(published, thresholds.versionTooNewDays)] : []),
      ...(has('package-too-new') || has('fresh-squat')
        ? [after(first, thresholds.packageTooNewErrorDays), after(first, thresholds.packageTooNewWarningDays)]
        : []),
    ];
  });
  const next = Math.min(...ends.filter((end) => end > now));
  return Number.isFinite(next) ? new Date(next).toISOString() : null;
}
