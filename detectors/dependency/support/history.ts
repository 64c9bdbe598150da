import type { PackageEvidence, VersionEvidence } from '../../../src/core/evidence.ts';
import { type Fact, knownValue } from '../../../src/core/fact.ts';
import type { Wanted } from './answer.ts';

/** The version to compare with: the one the change leaves, else the one published before. */
export function versionBefore(evidence: PackageEvidence): Fact<VersionEvidence> {
  return evidence.previousVersion.state === 'notApplicable' ? evidence.predecessor : evidence.previousVersion;
}

/** Ways to say the same: `binding.gyp` alone runs npm's own `install`, and the short form of a document names no script. */
const SAME_AS_INSTALL: ReadonlySet<string> = new Set(['install', 'install (binding.gyp)', 'install script']);

/** Install scripts of the resolved version that the version before is known not to have had. */
export function gainedScripts(evidence: PackageEvidence): readonly string[] {
  const now = knownValue(evidence.resolvedVersion)?.installScripts;
  const before = knownValue(versionBefore(evidence))?.installScripts;
  if (now?.state !== 'known' || before?.state !== 'known') return [];
  if (before.value.length === 0) return now.value;
  if (before.value.includes('install script') || now.value.includes('install script')) return [];
  const had = (script: string) =>
    before.value.includes(script) ||
    (SAME_AS_INSTALL.has(script) && before.value.some((each) => SAME_AS_INSTALL.has(each)));
  return now.value.filter((script) => !had(script));
}

/** How the resolved version's publisher differs from everyone who published before; null where nothing is remarkable, or not known. */
export function newPublisher(
  evidence: PackageEvidence,
): { readonly kind: 'name' | 'address'; readonly name: string } | null {
  const publisher = knownValue(evidence.resolvedVersion)?.publisher;
  const { earlierPublishers } = evidence;
  if (publisher?.state !== 'known' || earlierPublishers.state !== 'known') return null;
  if (earlierPublishers.value.length === 0) return null;
  const { name, email } = publisher.value;
  const same = earlierPublishers.value.filter((each) => each.name.toLowerCase() === name.toLowerCase());
  // The same address under another name proves nothing: the account is what publishes.
  if (same.length === 0) return { kind: 'name', name };
  // An account that was taken over often gets another address first.
  const isMoved =
    email !== undefined &&
    same.every((each) => each.email !== undefined && each.email.toLowerCase() !== email.toLowerCase());
  return isMoved ? { kind: 'address', name } : null;
}

/** Whether the version left, or the one to measure by, had attestations, and the resolved one is known to have none that prove anything. */
export function provenanceGone(evidence: PackageEvidence): boolean {
  const now = knownValue(evidence.resolvedVersion)?.provenance;
  const isGone = now?.state === 'absent' || (now?.state === 'known' && now.value.state === 'invalid');
  return isGone && attestedBefore(evidence) !== undefined;
}

/** The version before with attestations: the one the change leaves, else the one to measure by. */
export function attestedBefore({ previousVersion, predecessor }: PackageEvidence): VersionEvidence | undefined {
  return [previousVersion, predecessor]
    .flatMap((each) => knownValue(each) ?? [])
    .find((each) => each.provenance.state === 'known');
}

/** Facts that are missing and could still show one of the marks above. */
export function openMarks(evidence: PackageEvidence): Wanted {
  const now = knownValue(evidence.resolvedVersion);
  if (now === undefined) return [['resolvedVersion', evidence.resolvedVersion]];
  const before = versionBefore(evidence);
  const scriptsBefore = before.state === 'known' ? before.value.installScripts : before;
  const runsNone = now.installScripts.state === 'known' && now.installScripts.value.length === 0;
  const { earlierPublishers } = evidence;
  const isFirst = earlierPublishers.state === 'known' && earlierPublishers.value.length === 0;
  const holds = now.provenance.state === 'known' && now.provenance.value.state !== 'invalid';
  const attested = [evidence.previousVersion, evidence.predecessor].map((each) =>
    each.state === 'known' ? each.value.provenance : each,
  );
  const wanted: Wanted = [
    ...(runsNone
      ? []
      : ([
          ['installScripts', now.installScripts],
          ['previousInstallScripts', scriptsBefore],
        ] as const)),
    ...(isFirst
      ? []
      : ([
          ['publisher', now.publisher],
          ['earlierPublishers', earlierPublishers],
        ] as const)),
    ...(holds
      ? []
      : [['provenance', now.provenance] as const, ...attested.map((each) => ['previousProvenance', each] as const)]),
  ];
  return wanted.filter(([, fact]) => fact.state === 'unavailable');
}
