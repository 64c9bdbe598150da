import { describe, expect, test } from 'vitest';
import type { Rank } from '../../src/core/host.ts';
import { type Asker, maySignChange } from '../../src/policy/authorise.ts';

function asker(change: Partial<Asker> & { rank?: Rank; id?: number; type?: string }): Asker {
  return {
    permission: {
      account: { id: change.id ?? 1, login: 'maria', type: change.type ?? 'User' },
      rank: change.rank ?? 'write',
      roleName: null,
    },
    viaApp: change.viaApp ?? false,
    agent: change.agent ?? false,
    named: change.named ?? false,
  };
}

const nobodyInterested = {
  interested: [],
  requester: null,
  ownsRepository: false,
  othersEligible: async () => true,
};
const rules = { rank: 'write', interestedMaySign: 'never' } as const;

describe('who may sign', () => {
  test.each([
    ['a writer', {}, 'allowed'],
    ['a maintainer', { rank: 'maintain' }, 'allowed'],
    ['an admin', { rank: 'admin' }, 'allowed'],
    ['a member of a named team', { rank: 'read', named: true }, 'allowed'],
    ['somebody with triage', { rank: 'triage' }, 'rank-too-low'],
    ['a reader', { rank: 'read' }, 'rank-too-low'],
    ['an outsider', { rank: 'none' }, 'rank-too-low'],
    ['a bot', { type: 'Bot', rank: 'admin' }, 'not-a-person'],
    ['an organisation', { type: 'Organization', rank: 'admin' }, 'not-a-person'],
    ['an agent whose account is a User', { agent: true, rank: 'admin' }, 'agent-account'],
    ['an App on a person’s behalf', { viaApp: true, rank: 'admin' }, 'through-an-app'],
  ] as const)('%s: %s', async (_, who, outcome) => {
    const answer = await maySignChange(asker(who), rules, nobodyInterested);
    expect(answer.state === 'allowed' ? 'allowed' : answer.rule).toBe(outcome);
  });

  test('outsiders and bots get no reply', async () => {
    expect(await maySignChange(asker({ rank: 'none' }), rules, nobodyInterested)).toMatchObject({ silent: true });
    expect(await maySignChange(asker({ type: 'Bot' }), rules, nobodyInterested)).toMatchObject({ silent: true });
    expect(await maySignChange(asker({ rank: 'read' }), rules, nobodyInterested)).toMatchObject({ silent: false });
  });
});

describe('somebody with a hand in the change', () => {
  const involved = { ...nobodyInterested, interested: [{ id: 1, login: 'maria', why: 'pushed' as const }] };

  test('may not sign where another person could', async () => {
    expect(await maySignChange(asker({}), rules, involved)).toMatchObject({ state: 'refused', rule: 'interested' });
  });

  test('may sign where nobody else could', async () => {
    const alone = { ...involved, othersEligible: async () => false };
    expect(await maySignChange(asker({}), rules, alone)).toMatchObject({
      state: 'allowed',
      interested: { why: 'pushed' },
    });
  });

  test('may sign on a repository of their own', async () => {
    expect(await maySignChange(asker({}), rules, { ...involved, ownsRepository: true })).toMatchObject({
      state: 'allowed',
    });
  });

  test('is the one requester too, who is known by login only', async () => {
    const requested = { ...nobodyInterested, requester: 'Maria' };
    expect(await maySignChange(asker({}), rules, requested)).toMatchObject({ rule: 'interested' });
  });
});
