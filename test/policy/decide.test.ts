import { describe, expect, test } from 'vitest';
import type { Unknown } from '../../src/core/finding.ts';
import type { SignOff } from '../../src/core/signoff.ts';
import { blocksByDefault, type DecisionSettings, decide } from '../../src/policy/decide.ts';
import { findingWith, NOW, signOffWith } from '../support/findings.ts';

const settings: DecisionSettings = {
  blocks: (finding) => !finding.preExisting && blocksByDefault(finding.level, finding.confidence, 'agent'),
  signersNeeded: () => 1,
  interestedIds: new Set(),
  headSha: 'head-1',
  now: NOW,
};

const down: Unknown = {
  fact: 'registryEntry',
  subject: 'pkg:npm/a',
  source: 'npm',
  reason: 'answered 503',
  transient: true,
  ruleIds: ['package-not-found'],
  advisory: false,
};

describe('the verdict, by precedence', () => {
  test('what cannot be signed fails, whatever else there is', () => {
    const verdict = decide([findingWith({ signable: false })], [down], [signOffWith({})], settings);
    expect(verdict).toMatchObject({ result: 'blocked', conclusion: 'failure', open: ['F1'] });
  });

  test('an open finding asks for action, and still names the unknowns', () => {
    const verdict = decide([findingWith({})], [down], [], settings);
    expect(verdict).toMatchObject({ result: 'blocked', conclusion: 'action_required', unknowns: [down] });
  });

  test('a refusal in force blocks even where all is signed', () => {
    const refusal = signOffWith({ id: 's-2', kind: 'refuse', signer: { id: 12, login: 'ben' } });
    const verdict = decide([findingWith({})], [], [signOffWith({}), refusal], settings);
    expect(verdict).toMatchObject({ result: 'blocked', conclusion: 'action_required', open: [] });
  });

  test('a transient unknown alone is inconclusive', () => {
    expect(decide([], [down], [], settings)).toMatchObject({ result: 'inconclusive', conclusion: 'action_required' });
  });

  test('an unknown that only an advisory rule needs holds nothing', () => {
    expect(decide([], [{ ...down, advisory: true }], [], settings)).toMatchObject({ result: 'pass' });
  });

  test('nothing open is a success that lists who signed', () => {
    const verdict = decide([findingWith({})], [], [signOffWith({})], settings);
    expect(verdict).toMatchObject({
      result: 'pass',
      conclusion: 'success',
      signed: [{ handle: 'F1', signer: 'maria' }],
    });
  });
});

describe('a sign-off covers', () => {
  test.each<[string, Partial<SignOff>]>([
    ['while it is pending', { state: 'pending' }],
    ['once it lapsed', { state: 'lapsed' }],
    ['once it was cancelled', { state: 'cancelled' }],
    ['after its end', { expiresAt: '2026-06-01T11:59:59Z' }],
    ['for another digest', { items: [{ handle: 'F1', ruleId: 'command-injection', evidenceDigests: ['other'] }] }],
    ['for another rule', { items: [{ handle: 'F1', ruleId: 'sql-injection', evidenceDigests: ['digest-1'] }] }],
    ['when its date cannot be read', { expiresAt: 'never' }],
  ])('nothing %s', (_, change) => {
    expect(decide([findingWith({})], [], [signOffWith(change)], settings).result).toBe('blocked');
  });

  test('a group only where every place of it is covered', () => {
    const group = findingWith({
      replicas: [{ locations: [{ path: 'src/b.ts', startLine: 1, endLine: 1 }], evidenceDigest: 'digest-2' }],
    });
    expect(decide([group], [], [signOffWith({})], settings).result).toBe('blocked');
    const rest = signOffWith({
      id: 's-2',
      items: [{ handle: 'F1', ruleId: 'command-injection', evidenceDigests: ['digest-2'] }],
    });
    expect(decide([group], [], [signOffWith({}), rest], settings).result).toBe('pass');
  });
});

describe('a two-person rule', () => {
  const two = { ...settings, signersNeeded: () => 2 };
  const other = signOffWith({ id: 's-2', signer: { id: 12, login: 'ben' } });

  test('counts people, not commands', () => {
    expect(decide([findingWith({})], [], [signOffWith({}), signOffWith({ id: 's-2' })], two).result).toBe('blocked');
    expect(decide([findingWith({})], [], [signOffWith({}), other], two).result).toBe('pass');
  });

  test('never counts an interested person as the second', () => {
    const both = { ...two, interestedIds: new Set([11, 12]) };
    expect(decide([findingWith({})], [], [signOffWith({}), other], both).result).toBe('blocked');
  });
});

test.each([
  ['error', 'high', 'human', true],
  ['error', 'high', 'dependency-bot', true],
  ['error', 'medium', 'human', false],
  ['error', 'medium', 'agent', true],
  ['error', 'low', 'agent', false],
  ['warning', 'high', 'agent', false],
  ['note', 'high', 'agent', false],
] as const)(
  'a finding of level %s and confidence %s by a %s holds the merge: %s',
  (level, confidence, author, holds) => {
    expect(blocksByDefault(level, confidence, author)).toBe(holds);
  },
);

test('a refusal does not run out', () => {
  const refusal = signOffWith({ id: 's-2', kind: 'refuse', expiresAt: '2026-05-01T00:00:00Z' });
  expect(decide([], [], [refusal], settings)).toMatchObject({ result: 'blocked', conclusion: 'action_required' });
});

describe('glass', () => {
  const half = (id: number, change: Partial<SignOff> = {}) =>
    signOffWith({
      id: `s-${id}`,
      kind: 'break-glass',
      headSha: 'head-1',
      signer: { id, login: `admin${id}` },
      presence: { checkRunId: 5, at: new Date(NOW - 60_000).toISOString() },
      expiresAt: new Date(NOW + 1).toISOString(),
      ...change,
    });
  const broken = (signOffs: readonly SignOff[], change: Partial<DecisionSettings> = {}) =>
    decide([findingWith({})], [down], signOffs, { ...settings, ...change });

  test('is broken by two, for findings and unknowns alike, and says so', () => {
    const verdict = broken([half(1), half(2)]);
    expect(verdict).toMatchObject({ result: 'pass', conclusion: 'success', open: ['F1'], signed: [] });
    expect(verdict.brokenGlass?.by.map((each) => each.signer)).toEqual(['admin1', 'admin2']);
  });

  test.each([
    ['one admin', [half(1)], {}],
    ['one admin twice', [half(1), half(1, { id: 's-9' })], {}],
    ['two with a hand in the change', [half(1), half(2)], { interestedIds: new Set([1, 2]) }],
    ['two, for another commit', [half(1, { headSha: 'x' }), half(2)], {}],
    ['two, of whom one has not pressed', [half(1), half(2, { state: 'pending' })], {}],
    ['two, more than an hour ago', [half(1), half(2, { expiresAt: new Date(NOW).toISOString() })], {}],
    [
      'two, before somebody refused',
      [half(1), half(2), signOffWith({ id: 's-8', kind: 'refuse', createdAt: new Date(NOW).toISOString() })],
      {},
    ],
  ] satisfies [string, SignOff[], Partial<DecisionSettings>][])('is not broken by %s', (_, signOffs, change) => {
    expect(broken(signOffs, change)).toMatchObject({ result: 'blocked' });
    expect(broken(signOffs, change).brokenGlass).toBeUndefined();
  });

  test('never lets through what nobody can sign', () => {
    const verdict = decide([findingWith({ signable: false })], [], [half(1), half(2)], settings);
    expect(verdict).toMatchObject({ result: 'blocked', conclusion: 'failure' });
  });
});
