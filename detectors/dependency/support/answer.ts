import { type DependencyChange, isFromRegistry } from '../../../src/core/dependency.ts';
import type { Answer, Detection, MissingFact } from '../../../src/core/detection.ts';
import type { DependencyContext } from '../../../src/core/detector.ts';
import type { PackageEvidence } from '../../../src/core/evidence.ts';
import { type Fact, knownValue } from '../../../src/core/fact.ts';
import type { JsonValue } from '../../../src/core/json.ts';
import { purlOf } from '../../../src/core/purl.ts';
import type { Confidence, Level, Rule } from '../../../src/core/rule.ts';

const MESSAGE_LIMIT = 300;

/** Whether a registry has a say in this change. */
export function fromRegistry(subject: DependencyChange): boolean {
  return isFromRegistry(subject);
}

/**
 * Whether rules about a version judge this entry. A manifest's range says little where a lock entry of the same name
 * says what is installed; and an import names no version.
 */
export function namesVersion(subject: DependencyChange, changes: readonly DependencyChange[]): boolean {
  if (!fromRegistry(subject) || subject.entry === 'import') return false;
  return subject.version !== undefined || lockedVersion(subject, changes) === undefined;
}

function lockedVersion(subject: DependencyChange, changes: readonly DependencyChange[]): string | undefined {
  return changes.find(
    (each) =>
      each.entry === 'lockfile' &&
      each.changeType !== 'removed' &&
      each.type === subject.type &&
      each.name === subject.name &&
      each.version !== undefined &&
      isBelow(subject.location.path, each.location.path),
  )?.version;
}

/** Whether a lockfile speaks for a manifest: it stands in the same folder or above. One elsewhere proves nothing. */
function isBelow(manifest: string, lockfile: string): boolean {
  const folder = lockfile.slice(0, lockfile.lastIndexOf('/') + 1);
  return manifest.startsWith(folder);
}

/** The purl a finding is about: the version installed, so that a manifest's entry and its lock's make one finding. */
export function judgedPurl(
  subject: DependencyChange,
  context: Pick<DependencyContext, 'evidence' | 'changes'>,
): string {
  const version =
    subject.version ?? lockedVersion(subject, context.changes) ?? knownValue(context.evidence.resolvedVersion)?.version;
  return version === undefined ? purlOf(subject.type, subject.name) : purlOf(subject.type, subject.name, version);
}

export interface Telling {
  readonly message: string;
  readonly remediation: string;
  readonly level?: Level;
  readonly confidence?: Confidence;
  readonly critical?: boolean;
  readonly signable?: boolean;
  readonly advisoryIds?: readonly string[];
  /** What the rule itself judged, beside the package's identity. Nothing that changes with the day. */
  readonly judged: { readonly [key: string]: JsonValue };
}

/** A finding about a package: bound to purl, version, integrity, host and scripts. */
export function tell(rule: Rule, subject: DependencyChange, context: DependencyContext, telling: Telling): Answer {
  const { message, judged, ...rest } = telling;
  const purl = judgedPurl(subject, context);
  const detection: Detection = {
    ...rest,
    ruleId: rule.id,
    message: message.length > MESSAGE_LIMIT ? `${message.slice(0, MESSAGE_LIMIT - 1)}…` : message,
    locations: [subject.location],
    purl,
    fingerprint: `${rule.id}:${subject.type}:${subject.name}`,
    evidence: { ...identity(subject, context.evidence, purl), ...judged },
  };
  return { state: 'findings', detections: [detection] };
}

function identity(
  subject: DependencyChange,
  evidence: PackageEvidence,
  purl: string,
): { readonly [key: string]: JsonValue } {
  const resolved = knownValue(evidence.resolvedVersion);
  return {
    purl,
    range: subject.version === undefined ? (subject.range ?? null) : null,
    integrity: subject.integrity ?? null,
    host: subject.resolvedUrl === undefined ? null : (URL.parse(subject.resolvedUrl)?.host ?? subject.resolvedUrl),
    scripts: resolved === undefined ? null : [...(knownValue(resolved.installScripts) ?? [])],
  };
}

/** Every fact a rule may name as missing. */
export type Wanted = readonly (readonly [name: string, fact: Fact<unknown>])[];

/** The answer where these facts are missing and could change it. Facts that are known are no reason to wait. */
export function needs(subject: DependencyChange, wanted: Wanted): Answer {
  const missing = wanted.flatMap(([fact, value]): MissingFact[] =>
    value.state === 'unavailable'
      ? [{ fact, subject: subject.purl, source: value.source, reason: value.reason, transient: value.transient }]
      : [],
  );
  const [first, ...rest] = missing;
  if (first === undefined) throw new TypeError('a rule that waits names a fact that is unavailable');
  return { state: 'needs', facts: [first, ...rest] };
}

/** True where some later value of the fact is possible. */
export function isOpen(fact: Fact<unknown>): boolean {
  return fact.state === 'unavailable';
}

const DAY_MS = 86_400_000;

/** Whole days since an instant; 0 for one in the future. */
export function daysSince(instant: string, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(instant)) / DAY_MS));
}

/** At least this many days old, by every bound that is known: a stripped date does not make a veteran young. */
export function leastAgeDays(evidence: PackageEvidence, now: number): number {
  const bounds = [knownValue(evidence.firstPublishedAt), knownValue(evidence.existedBy)].flatMap((each) => each ?? []);
  return Math.max(0, ...bounds.map((each) => daysSince(each, now)));
}

/** Long known: on the popular list, in the base tree, or old enough. */
export function isEstablished(evidence: PackageEvidence, now: number, days: number): boolean {
  return evidence.popular || evidence.inBase || leastAgeDays(evidence, now) >= days;
}

/** A name without any version: nothing can be installed, and `package-not-found` says so. */
export function isEmptied({ registryEntry, versions }: PackageEvidence): boolean {
  return registryEntry.state === 'known' && versions.state === 'known' && versions.value.length === 0;
}

/** `1 day`, `3 days`. */
export function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}

/** An entry as a person reads it: `left-pad@1.3.0`. */
export function spoken(subject: DependencyChange, version?: string): string {
  const shown = version ?? subject.version;
  return shown === undefined ? subject.name : `${subject.name}@${shown}`;
}
