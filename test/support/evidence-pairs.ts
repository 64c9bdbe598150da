import fc from 'fast-check';
import { CASE_DAY, changeOf, evidenceOf } from './dependency-fixtures.ts';

/** The day on which the cases play. Milliseconds since the epoch. */
export const CASE_NOW = Date.parse(CASE_DAY);
const UNKNOWN = fc.constantFrom(
  { state: 'unavailable', transient: true, reason: 'answered 503' },
  { state: 'unavailable', transient: false, reason: 'this source does not give it' },
);
const ABSENT = fc.constant({ state: 'absent' });
const NOT_APPLICABLE = fc.constant({ state: 'notApplicable' });

// Ordinary answers come more often than odd ones, so that enough of what is made up passes.
const age = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 400, max: 3000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -5, max: 400 }) },
);
const instant = age.map((days) => new Date(CASE_NOW - days * 86_400_000).toISOString());
const person = fc.constantFrom(
  { name: 'alice' },
  { name: 'alice', email: 'alice@people.example' },
  { name: 'alice', email: 'alice@elsewhere.example' },
  { name: 'mallory' },
  { name: 'GitHub Actions' },
);
const advisory = fc.constantFrom(
  { id: 'MAL-2026-1', summary: 'steals', malicious: true },
  { id: 'GHSA-x', summary: 'hole', malicious: false, severity: 'high' },
);

/** A fact's possible answers, by name. */
const VERSION = {
  integrity: fc.constantFrom('sha512-AAAA', 'sha512-AAAA', 'sha512-AAAA', 'sha512-BBBB'),
  publishedAt: instant,
  publisher: person,
  installScripts: fc.constantFrom([], [], [], ['postinstall'], ['preinstall', 'postinstall']),
  deprecation: fc.oneof(fc.constant('gone'), ABSENT),
  yanked: fc.oneof(fc.constant('gone'), ABSENT, NOT_APPLICABLE),
  provenance: fc.oneof(fc.constantFrom({ state: 'present' }, { state: 'invalid', reason: 'x' }), ABSENT),
} as const;
const version = fc.oneof(ABSENT, {
  weight: 5,
  arbitrary: fc.record({ ...VERSION, version: fc.constantFrom('1.2.0', '99.0.0') }),
});
const ANSWERS = {
  registryEntry: fc.oneof({ weight: 5, arbitrary: fc.constant({ name: 'some-package' }) }, ABSENT),
  versions: fc.oneof(fc.constantFrom([], ['1.2.0'], ['1.0.0', '1.2.0'], ['1.0.0', '1.1.0', '1.2.0', '2.0.0']), ABSENT),
  resolvedVersion: version,
  previousVersion: fc.oneof(version, NOT_APPLICABLE),
  predecessor: version,
  earlierPublishers: fc.oneof(fc.constantFrom([], [{ name: 'alice' }]), NOT_APPLICABLE),
  firstPublishedAt: fc.oneof(instant, ABSENT),
  existedBy: fc.oneof(instant, NOT_APPLICABLE),
  publisherStanding: fc.oneof(
    fc.record({
      accounts: fc.constantFrom(['alice'], ['mallory', 'trudy']),
      known: fc.oneof(
        fc.constant(null),
        instant.map((since) => ({ name: 'another', since })),
      ),
      vouchedBy: fc.constantFrom(null, null, 'lodash'),
    }),
    NOT_APPLICABLE,
  ),
  weeklyDownloads: fc.oneof(fc.constantFrom(3, 50_000), NOT_APPLICABLE),
  repository: fc.oneof(fc.constant('https://code.example/x'), ABSENT),
  securityPlaceholder: fc.oneof(fc.boolean(), NOT_APPLICABLE),
  projectStatus: fc.oneof(fc.constantFrom('archived', 'quarantined'), ABSENT, NOT_APPLICABLE),
  advisories: fc.oneof(fc.constant([]), fc.constant([]), fc.array(advisory, { maxLength: 2 }), NOT_APPLICABLE),
  previousAdvisories: fc.oneof(fc.array(advisory, { maxLength: 2 }), NOT_APPLICABLE),
  looksLike: fc.constantFrom([], [{ name: 'lodash', technique: 'typo', score: 0.9 }]),
} as const;
type FactName = keyof typeof ANSWERS;

const subject = fc.constantFrom(
  {},
  { changeType: 'updated', previous: { version: '1.1.0' } },
  { entry: 'manifest', range: '^1.0.0' },
  { entry: 'command', range: '*' },
  { name: '@acme/ui' },
  { type: 'pypi' },
  { integrity: 'sha512-AAAA', installScript: false },
  { changeType: 'updated', previous: { source: 'workspace' } },
  { version: '99.0.0' },
);

/** Mostly a few, for a review in which much is unknown seldom passes; sometimes any number. */
function some<T>(all: T[]): fc.Arbitrary<T[]> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.subarray(all, { maxLength: 2 }) },
    { weight: 1, arbitrary: fc.subarray(all) },
  );
}

/** Facts of which some are unknown, and the same facts with every unknown filled in. */
export const evidencePair = fc
  .record({
    subject,
    answers: fc.record(ANSWERS),
    hidden: some(Object.keys(ANSWERS) as FactName[]),
    hiddenInVersion: some(Object.keys(VERSION) as (keyof typeof VERSION)[]),
    unknown: UNKNOWN,
    inBase: fc.boolean(),
    popular: fc.boolean(),
  })
  .map(({ subject, answers, hidden, hiddenInVersion, unknown, inBase, popular }) => {
    const change = changeOf(subject);
    const shown: Record<string, unknown> = { ...answers };
    for (const key of ['resolvedVersion', 'previousVersion', 'predecessor']) {
      const value = shown[key];
      if (typeof value === 'object' && value !== null && !('state' in value)) {
        shown[key] = { ...value, ...Object.fromEntries(hiddenInVersion.map((fact) => [fact, unknown])) };
      }
    }
    for (const key of hidden) shown[key] = unknown;
    return {
      change,
      before: evidenceOf(change, { ...shown, inBase, popular }),
      after: evidenceOf(change, { ...answers, inBase, popular }),
    };
  });
