import type { PackageEvidence, VersionEvidence } from '../../../src/core/evidence.ts';
import { type Fact, knownValue } from '../../../src/core/fact.ts';

/** The version to compare with: the one the change leaves, else the one published before. */
export function versionBefore(evidence: PackageEvidence): Fact<VersionEvidence> {
  return evidence.previousVersion.state === 'notApplicable' ? evidence.predecessor : evidence.previousVersion;
}

/** Install scripts of the resolved version where the version before is known to have had none. */
export function gainedScripts(evidence: PackageEvidence): readonly string[] {
  const now = knownValue(evidence.resolvedVersion)?.installScripts;
  const before = knownValue(versionBefore(evidence))?.installScripts;
  if (now?.state !== 'known' || before?.state !== 'known') return [];
  return before.value.length === 0 ? now.value : [];
}

/** The resolved version's publisher where no version before was published by them; null otherwise. */
export function newPublisher(evidence: PackageEvidence): string | null {
  const publisher = knownValue(evidence.resolvedVersion)?.publisher;
  const { earlierPublishers } = evidence;
  if (publisher?.state !== 'known' || earlierPublishers.state !== 'known') return null;
  if (earlierPublishers.value.length === 0) return null;
  const name = publisher.value.name.toLowerCase();
  return earlierPublishers.value.some((each) => each.name.toLowerCase() === name) ? null : publisher.value.name;
}

/** Whether the version before had attestations and the resolved one is known to have none that prove anything. */
export function provenanceGone(evidence: PackageEvidence): boolean {
  const now = knownValue(evidence.resolvedVersion)?.provenance;
  const before = knownValue(versionBefore(evidence))?.provenance;
  const isGone = now?.state === 'absent' || (now?.state === 'known' && now.value.state === 'invalid');
  return isGone && before?.state === 'known';
}
