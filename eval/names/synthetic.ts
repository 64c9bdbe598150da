import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import { runDependencyRules } from '../../detectors/engine/run.ts';
import { rulesById } from '../../detectors/index.ts';
import type { DependencyChange, PackageType } from '../../src/core/dependency.ts';
import type { Likeness, PackageEvidence } from '../../src/core/evidence.ts';
import { absent, type Fact, known, notApplicable } from '../../src/core/fact.ts';
import { DEFAULT_POLICY } from '../../src/core/policy.ts';
import { purlOf } from '../../src/core/purl.ts';
import { weighFor } from '../../src/policy/applied.ts';
import { applyPolicy } from '../../src/policy/apply.ts';
import { assembleFindings } from '../../src/review/findings.ts';

const NOW = Date.parse('2026-11-01T12:00:00.000Z');
const AGENT = { agent: 'copilot', class: 'agent' } as const;
const POLICY = applyPolicy(DEFAULT_POLICY, [], NOW);
const RULES = rulesById();

/** What a made-up registry says of a name: that it has no such package, or how old and how used one is. */
export type SyntheticAnswer =
  | { readonly state: 'absent' }
  | {
      readonly state: 'exists';
      /** Days. */
      readonly age: number;
      readonly versions: number;
      readonly weeklyDownloads: number | null;
      readonly repository: boolean;
      /** Days since which its publisher is known to have published anything else; null: nothing is known of him. */
      readonly publisherKnownDays: number | null;
    };

/** An ordinary package that somebody uses. */
export const OLD_AND_USED: SyntheticAnswer = {
  state: 'exists',
  age: 400,
  versions: 10,
  weeklyDownloads: 5000,
  repository: true,
  publisherKnownDays: null,
};

/** How an agent's change that adds the name comes out by the default policy, the registry's answer being synthetic. */
export function judgeSynthetic(
  type: PackageType,
  name: string,
  looksLike: readonly Likeness[],
  popular: boolean,
  answer: SyntheticAnswer,
): { readonly findings: number; readonly blocked: boolean } {
  const change: DependencyChange = {
    changeType: 'added',
    entry: 'manifest',
    type,
    name,
    range: '*',
    purl: purlOf(type, name),
    location: { path: 'manifest', startLine: 1, endLine: 1 },
    scope: 'dependencies',
    relationship: 'direct',
    source: 'registry',
  };
  const evidence = evidenceOf(type, name, looksLike, popular, answer);
  const { detections } = runDependencyRules([{ change, evidence }], DEPENDENCY_DETECTORS, {
    thresholds: POLICY.thresholds,
    now: NOW,
    couldBlock: (rule) => POLICY.couldBlock(rule, AGENT),
    leaveOutLookUps: false,
    changes: [change],
    registryHosts: [],
    owner: null,
  });
  const { findings } = assembleFindings(detections, RULES, weighFor(POLICY, AGENT), {}, []);
  return { findings: findings.length, blocked: findings.some((finding) => POLICY.blocks(finding, AGENT)) };
}

function evidenceOf(
  type: PackageType,
  name: string,
  looksLike: readonly Likeness[],
  popular: boolean,
  answer: SyntheticAnswer,
): PackageEvidence {
  const at = new Date(NOW).toISOString();
  const exists = answer.state === 'exists';
  const none = <T>(): Fact<T> => absent('synthetic', at);
  const fact = <T>(value: T): Fact<T> => (exists ? known(value, 'synthetic', at) : none());
  const ago = (days: number) => new Date(NOW - days * 86_400_000).toISOString();
  const since = ago(exists ? answer.age : 0);
  const knownDays = exists ? answer.publisherKnownDays : null;
  const versions = Array.from({ length: exists ? answer.versions : 0 }, (_, index) => `1.${index}.0`);
  const downloads = exists ? answer.weeklyDownloads : null;
  return {
    type,
    name,
    source: 'synthetic',
    inBase: false,
    popular,
    looksLike: known(looksLike, 'synthetic', at),
    registryEntry: fact({ name }),
    versions: fact(versions),
    resolvedVersion: fact({
      version: versions.at(-1) ?? '1.0.0',
      integrity: fact('sha512-AAAA'),
      publishedAt: fact(since),
      publisher: fact({ name: 'somebody' }),
      installScripts: fact([]),
      deprecation: none(),
      yanked: notApplicable(),
      provenance: none(),
      signature: none(),
      unpackedSize: fact(1000),
      belongs: notApplicable(),
    }),
    previousVersion: notApplicable(),
    predecessor: none(),
    earlierPublishers: fact([]),
    distTags: fact({ latest: '1.0.0' }),
    firstPublishedAt: fact(since),
    existedBy: notApplicable(),
    maintainers: fact([{ name: 'somebody' }]),
    publisherStanding: fact({
      accounts: ['somebody'],
      known: knownDays === null ? null : { name: 'something-else', since: ago(knownDays) },
      vouchedBy: null,
    }),
    weeklyDownloads: downloads === null ? notApplicable() : fact(downloads),
    repository: exists && answer.repository ? fact('https://code.example/x') : none(),
    securityPlaceholder: fact(false),
    unpublished: fact(false),
    projectStatus: notApplicable(),
    privateRoute: none(),
    advisories: notApplicable(),
    previousAdvisories: notApplicable(),
    existsElsewhere: known([], 'synthetic', at),
  };
}
