import fc from 'fast-check';
import type { PolicyFile } from '../../src/policy/schema.ts';

const rule = fc.constantFrom('package-too-new', 'command-injection', 'looks-like', 'known-malware');
const scrutiny = fc.constantFrom('strict' as const, 'standard' as const, 'critical' as const);
const rank = fc.constantFrom('write' as const, 'maintain' as const, 'admin' as const);
const days = fc.integer({ min: 0, max: 3650 });
const glob = fc.constantFrom(
  'test/fixtures/**',
  '.github/**',
  '.github/*.yml',
  '**/*.yml',
  'docs/**',
  '**/fixtures/**',
  '.github',
);
const some = <T>(each: fc.Arbitrary<T>) => fc.array(each, { maxLength: 3 });

/** Any value of every field of a policy file, the laxest ones among them. A field without an entry here fails its test. */
export const fields: { readonly [K in keyof Required<PolicyFile>]: fc.Arbitrary<unknown> } = {
  mode: fc.constantFrom('enforce', 'observe'),
  branches: some(fc.constantFrom('release', 'next')),
  appliesTo: fc.record(
    {
      agent: scrutiny,
      'review-bot': scrutiny,
      'dependency-bot': scrutiny,
      bot: scrutiny,
      human: scrutiny,
      agents: fc.dictionary(fc.constantFrom('copilot', 'claude'), scrutiny),
    },
    { requiredKeys: [] },
  ),
  rules: fc.dictionary(
    rule,
    fc.record(
      {
        level: fc.constantFrom('error', 'warning', 'note', 'off'),
        blocks: fc.uniqueArray(fc.constantFrom('high', 'medium', 'low')),
      },
      { requiredKeys: [] },
    ),
  ),
  thresholds: fc.record(
    {
      packageTooNewErrorDays: days,
      packageTooNewWarningDays: days,
      versionTooNewDays: days,
      fewWeeklyDownloads: days,
      establishedDays: days,
      fewVersions: days,
      newPublisherDays: days,
    },
    { requiredKeys: [] },
  ),
  privateNames: some(fc.record({ type: fc.constant('npm'), name: fc.constantFrom('@acme/*', 'acme-core') })),
  registries: some(
    fc.record({
      type: fc.constant('npm'),
      names: fc.constantFrom('@acme', '*'),
      registry: fc.constant('https://packages.acme.example/'),
    }),
  ),
  exceptions: some(
    fc.record({
      rule,
      path: fc.constantFrom('src/**', '**/*.yml', '.github/**'),
      reason: fc.constant('accepted by the security team'),
      expires: fc.constantFrom('2026-11-01', '2026-11-25', '2027-06-30'),
      owner: fc.constant('mona'),
    }),
  ),
  signers: fc.record(
    {
      rank,
      customRoles: some(fc.constantFrom('triager', 'bot')),
      teams: some(fc.constantFrom('security', 'bots')),
      users: some(fc.constantFrom(1001, 198982749)),
      ruleRanks: fc.dictionary(rule, rank),
      twoPerson: some(fc.oneof(rule, fc.constant('critical'))),
      interested: fc.constantFrom('never', 'with-presence'),
      days: fc.integer({ min: 1, max: 365 }),
    },
    { requiredKeys: [] },
  ),
  presence: fc.record(
    {
      relaxedRules: some(fc.oneof(rule, fc.constantFrom('policy-changed', 'not-evaluated'))),
      relaxedClasses: fc.uniqueArray(fc.constantFrom('human', 'dependency-bot')),
    },
    { requiredKeys: [] },
  ),
  lapse: fc.constantFrom('changed', 'always'),
  sourceDown: fc.constantFrom('sign', 'block'),
  fixturePaths: some(glob),
  excludedPaths: some(glob),
  verbosity: fc.constantFrom('short', 'normal', 'full'),
  identities: some(
    fc.record({
      agent: fc.constantFrom('acme', 'copilot'),
      class: fc.constantFrom('agent', 'bot', 'dependency-bot'),
      accounts: some(fc.constantFrom(4242, 198982749)),
      apps: fc.constant([]),
      emails: fc.constant([]),
      trailers: fc.constant([]),
      branches: fc.constant([]),
      bodyMarkers: fc.constant([]),
      labels: fc.constant([]),
    }),
  ),
  bypassIssue: fc.boolean(),
  floor: some(
    fc.constantFrom('*', 'mode', 'rules', 'rules.package-too-new', 'signers.rank', 'appliesTo', 'excludedPaths'),
  ),
};

/** A policy file with any subset of fields, as text. */
export const policyText = fc.record(fields, { requiredKeys: [] }).map((file) => JSON.stringify(file, null, 1));
