import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, type Policy } from '../../src/core/policy.ts';
import { applyPolicy } from '../../src/policy/apply.ts';
import type { Asker } from '../../src/policy/authorise.ts';
import type { Ports } from '../../src/ports.ts';
import { authorise, type Standing } from '../../src/signoff/standing.ts';
import { findingWith } from '../support/findings.ts';

const author = { id: 1, login: 'maria', type: 'User' };
const writer = { id: 2, login: 'ben', type: 'User' };
const asker: Asker = {
  permission: { account: author, rank: 'admin', roleName: null },
  viaApp: false,
  agent: false,
  named: false,
};

function standingWith(signers: Partial<Policy['signers']>): Standing {
  return {
    repository: { installationId: 1, id: 1, owner: 'acme', name: 'shop' },
    state: { owner: { id: 9, login: 'acme', type: 'Organization' } },
    record: { interested: [{ id: 1, login: 'maria', why: 'author' }] },
    policy: applyPolicy({ ...DEFAULT_POLICY, signers: { ...DEFAULT_POLICY.signers, ...signers } }, [], 0),
    review: { report: { attribution: { requester: null } } },
  } as unknown as Standing;
}

/** People of the repository: the author is its only admin. */
function portsWith(accounts: Readonly<Record<string, readonly (typeof author)[]>>): Ports {
  return {
    host: { collaborators: async (_: unknown, rank: string) => ({ accounts: accounts[rank] ?? [], complete: true }) },
    isAgent: () => false,
  } as unknown as Ports;
}

const policyChange = findingWith({ ruleId: 'policy-changed', critical: true });
const ordinary = findingWith({ handle: 'F2' });
const two = portsWith({ write: [author, writer], admin: [author] });
const alone = portsWith({ write: [author], admin: [author] });

describe('the only admin, with a hand in the change', () => {
  test('may sign what only an admin can', async () => {
    expect(await authorise(asker, [policyChange], standingWith({}), two)).toMatchObject({ state: 'allowed' });
  });

  test('may not sign what a writer can, also not together with the other', async () => {
    expect(await authorise(asker, [ordinary], standingWith({}), two)).toMatchObject({ rule: 'interested' });
    expect(await authorise(asker, [policyChange, ordinary], standingWith({}), two)).toMatchObject({
      rule: 'interested',
    });
  });
});

describe('somebody with a hand in the change, alone among the writers', () => {
  test('may sign', async () => {
    expect(await authorise(asker, [ordinary], standingWith({}), alone)).toMatchObject({ state: 'allowed' });
  });

  test.each([
    ['a person', { users: [77] }],
    ['a team', { teams: ['security'] }],
    ['a role', { customRoles: ['reviewer'] }],
  ])('may not where the policy names %s beside the writers', async (_, signers) => {
    expect(await authorise(asker, [ordinary], standingWith(signers), alone)).toMatchObject({ rule: 'interested' });
  });
});
