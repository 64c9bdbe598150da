import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, policyDigest, STRICTEST_POLICY } from '../../src/core/policy.ts';
import { applyPolicy } from '../../src/policy/apply.ts';
import { problemText, readPolicy } from '../../src/policy/read.ts';
import { resolvePolicy } from '../../src/policy/resolve.ts';

const LABEL = '.github/countersign.yml';
const NOW = Date.parse('2026-11-20T10:00:00Z');

function problems(text: string): readonly string[] {
  const read = readPolicy({ text, label: LABEL });
  return read.state === 'valid' ? [] : read.problems.map(problemText);
}

function resolved(files: { organisation?: string; repository?: string; base?: string }) {
  const layer = (text: string | undefined, label: string) => (text === undefined ? null : { text, label });
  return resolvePolicy({
    organisation: layer(files.organisation, 'acme/.github: countersign.yml'),
    repository: layer(files.repository, LABEL),
    base: layer(files.base, `release: ${LABEL}`),
  });
}

describe('a policy file', () => {
  it('may be empty or only comments', () => {
    expect(problems('')).toEqual([]);
    expect(problems('# nothing yet\n')).toEqual([]);
    expect(resolved({ repository: '# nothing yet\n' }).policy).toEqual(DEFAULT_POLICY);
  });

  it.each(
    [
      ['mode: enforce\nmodes: observe\n', `${LABEL}:2:1: there is no key "modes" here`],
      [
        'signers:\n  rank: read\n',
        `${LABEL}:2:9: signers.rank: Invalid option: expected one of "write"|"maintain"|"admin"`,
      ],
      [
        'exceptions:\n  - rule: looks-like\n    owner: maria\n    reason: ours\n',
        `${LABEL}:2:5: exceptions.0.expires: is missing, and must be given`,
      ],
      ['signers:\n  - x\n', `${LABEL}:1:1: signers: Invalid input: expected object, received array`],
      ['mode: [\n', `${LABEL}:2:1: `],
      ['mode: enforce\nmode: observe\n', `${LABEL}:2:1: Map keys must be unique`],
      ['- a\n', `${LABEL}:1:1: Invalid input: expected object, received array`],
      ['rules:\n  looks-like:\n    level: fatal\n', `${LABEL}:3:12: rules.looks-like.level: Invalid option`],
      [
        'rules:\n  policy-changed:\n    level: note\n',
        `${LABEL}:1:1: rules: policy-changed and not-evaluated cannot be set`,
      ],
      [
        'rules:\n  not-evaluated: { blocks: [] }\n',
        `${LABEL}:1:1: rules: policy-changed and not-evaluated cannot be set`,
      ],
      ['excludedPaths: ["**"]\n', `${LABEL}:1:17: excludedPaths.0: this glob matches nearly every path`],
      ['fixturePaths:\n  - "**/*"\n', `${LABEL}:2:5: fixturePaths.0: this glob matches nearly every path`],
      ['excludedPaths: ["!src/**"]\n', `${LABEL}:1:17: excludedPaths.0: a glob starts with neither`],
      [
        'exceptions:\n  - rule: looks-like\n    reason: fine\n    expires: 2026-12-31\n    owner: mona\n',
        `${LABEL}:2:5: exceptions.0: give exactly one of package and path`,
      ],
      [
        'exceptions:\n  - { rule: policy-changed, path: a/b, reason: fine, expires: 2026-12-31, owner: mona }\n',
        `${LABEL}:2:13: exceptions.0.rule: policy-changed and not-evaluated have no exceptions`,
      ],
      [
        'exceptions:\n  - { rule: looks-like, path: a/b, reason: fine, expires: soon, owner: mona }\n',
        `${LABEL}:2:59: exceptions.0.expires:`,
      ],
      [
        'signers: { ruleRanks: { policy-changed: write } }\n',
        `${LABEL}:1:12: signers.ruleRanks: policy-changed is always signed by an admin`,
      ],
      [
        'registries: [{ type: npm, names: "@acme", registry: "https://user:secret@packages.acme.example/" }]\n',
        'no user name or password',
      ],
      [
        'registries: [{ type: npm, names: "@acme", registry: "file:///etc/passwd" }]\n',
        `${LABEL}:1:53: registries.0.registry:`,
      ],
      ['a: &a [x]\nb: *a\n', 'anchors and aliases'],
      ['a: &a ["x","x"]\nb: &b [*a,*a]\nc: [*b,*b]\n', 'anchors and aliases'],
      ['__proto__: { mode: observe }\n', 'there is no key "__proto__" here'],
      [`mode: enforce # ${'x'.repeat(300_000)}`, 'longer than 256 KiB'],
      ['presence: { relaxedClasses: [agent] }\n', `${LABEL}:1:30: presence.relaxedClasses.0`],
      ['floor: [nonsense]\n', `${LABEL}:1:9: floor.0: a key of this file`],
    ].map(([text = '', expected = '']) => ({ text, expected })),
  )('$expected', ({ text, expected }) => {
    expect(problems(text).join('\n')).toContain(expected);
  });
});

describe('layers', () => {
  it('repository over organisation over defaults, with the source of each value', () => {
    const { policy, origins } = resolved({
      organisation:
        'mode: observe\nsigners: { rank: maintain, days: 30 }\nidentities: [{ agent: acme, accounts: [42] }]\n',
      repository:
        'signers: { rank: write }\nidentities: [{ agent: other, accounts: [43] }]\nappliesTo: { human: strict }\n',
    });
    expect(policy.mode).toBe('observe');
    expect(policy.signers).toMatchObject({ rank: 'write', days: 30 });
    expect(policy.identities.map(({ agent }) => agent)).toEqual(['acme', 'other']);
    expect(Object.fromEntries(origins)).toMatchObject({
      mode: 'organisation',
      'signers.rank': 'repository',
      'signers.days': 'organisation',
      'signers.interested': 'default',
      'appliesTo.human': 'repository',
      'appliesTo.agent': 'default',
    });
  });

  it('a floor of the organisation is only tightened below', () => {
    const organisation =
      'mode: enforce\nsigners: { rank: maintain, days: 30 }\nrules: { looks-like: { level: error } }\nfloor: [mode, signers.rank, rules]\n';
    const lax = resolved({
      organisation,
      repository: 'mode: observe\nsigners: { rank: write, days: 200 }\nrules: { looks-like: { level: note } }\n',
    });
    expect(lax.policy.mode).toBe('enforce');
    expect(lax.policy.signers).toMatchObject({ rank: 'maintain', days: 200 });
    expect(lax.policy.rules).toEqual({ 'looks-like': { level: 'error' } });
    expect(lax.origins.get('mode')).toBe('organisation');
    const strict = resolved({ organisation, repository: 'signers: { rank: admin }\n' });
    expect(strict.policy.signers.rank).toBe('admin');
    const all = resolved({
      organisation: 'floor: ["*"]\n',
      repository:
        'excludedPaths: [docs/**]\nexceptions: [{ rule: looks-like, path: a/b, reason: fine, expires: 2027-01-01, owner: x }]\npresence: { relaxedRules: [looks-like], relaxedClasses: [human] }\nsourceDown: block\n',
    });
    expect(all.policy).toMatchObject({
      excludedPaths: [],
      exceptions: [],
      presence: { relaxedRules: [], relaxedClasses: [] },
      sourceDown: 'block',
    });
  });

  it('a guarded base branch’s own file only tightens', () => {
    const { policy, origins } = resolved({
      repository: 'signers: { days: 30 }\nexcludedPaths: [docs/**]\n',
      base: 'mode: observe\nsigners: { rank: admin, days: 300 }\nexcludedPaths: [docs/**, src/**]\nlapse: always\nexceptions: [{ rule: looks-like, path: a/b, reason: fine, expires: 2027-01-01, owner: x }]\n',
    });
    expect(policy).toMatchObject({
      mode: 'enforce',
      signers: { rank: 'admin', days: 30 },
      excludedPaths: ['docs/**'],
      lapse: 'always',
      exceptions: [],
    });
    expect(origins.get('lapse')).toBe('base');
    expect(origins.get('mode')).toBe('default');
  });

  it('a floor in a repository’s file is told and has no effect', () => {
    expect(resolved({ repository: 'floor: [mode]\n' }).notes).toEqual([
      `${LABEL}: floor has an effect in the organisation’s file only`,
    ]);
  });

  it.each(['organisation', 'repository', 'base'] as const)(
    'an invalid file (%s) means the strictest defaults, told with its place',
    (which) => {
      const others = {
        organisation:
          'privateNames: [{ type: npm, name: "@acme/*" }]\nregistries: [{ type: npm, names: "@acme", registry: "https://packages.acme.example/" }]\n',
        repository: 'excludedPaths: [docs/**]\nsigners: { rank: write }\n',
      };
      const { policy, notes, problems: found, origins } = resolved({ ...others, [which]: 'mode: observed\n' });
      expect(policy).toMatchObject({
        mode: 'enforce',
        signers: STRICTEST_POLICY.signers,
        sourceDown: 'block',
        lapse: 'always',
        excludedPaths: [],
        appliesTo: STRICTEST_POLICY.appliesTo,
      });
      expect(found).toHaveLength(1);
      expect(notes[0]).toMatch(
        /^The policy cannot be read, so the strictest defaults apply until it is mended: .*:1:7: mode: /,
      );
      expect(origins.get('mode')).toBe('strictest');
      // Private names stay private although the policy is broken.
      if (which !== 'organisation')
        expect(policy).toMatchObject({ privateNames: [{ name: '@acme/*' }], registries: [{ names: '@acme' }] });
    },
  );

  it('equal policies have equal digests, however they are written', () => {
    const one = resolved({ repository: 'mode: observe\nsigners: { rank: admin }\n' }).policy;
    const two = resolved({ repository: '{"signers":{"rank":"admin"},"mode":"observe"}' }).policy;
    expect(policyDigest(one)).toBe(policyDigest(two));
    expect(policyDigest(one)).not.toBe(policyDigest(DEFAULT_POLICY));
  });
});

describe('time', () => {
  const withException = (expires: string) =>
    resolved({
      repository: `exceptions: [{ rule: looks-like, package: "npm:left-padd@^1.0.0", reason: ours, expires: ${expires}, owner: mona }]\n`,
    }).policy;
  const notesAt = (expires: string) => applyPolicy(withException(expires), [], NOW).notes;

  it('an exception is announced in its last 7 days, and ignored with a note after the last', () => {
    expect(notesAt('2027-01-31')).toEqual([]);
    expect(notesAt('2026-11-26')).toEqual([
      'The exception of looks-like for npm:left-padd@^1.0.0 ends on 2026-11-26; mona answers for it.',
    ]);
    expect(notesAt('2026-11-20')).toEqual([
      'The exception of looks-like for npm:left-padd@^1.0.0 ends on 2026-11-20; mona answers for it.',
    ]);
    expect(notesAt('2026-11-19')).toEqual([
      'The exception of looks-like for npm:left-padd@^1.0.0 ended on 2026-11-19 and is ignored; mona answers for it.',
    ]);
  });

  it('relaxed presence is told', () => {
    const { policy } = resolved({
      repository: 'presence: { relaxedRules: [looks-like], relaxedClasses: [human, dependency-bot] }\n',
    });
    expect(applyPolicy(policy, [], NOW).notes).toEqual([
      'Signing for looks-like takes no Confirm on changes by people and dependency bots: the policy relaxes it.',
    ]);
  });
});
