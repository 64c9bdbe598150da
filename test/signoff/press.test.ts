import { beforeEach, expect, test } from 'vitest';
import type { Attribution } from '../../src/core/attribution.ts';
import { createSmallWorld, person } from '../support/small-world.ts';

const AUTHOR = person(1, 'copilot-person', 'write');
const BEN = person(2, 'ben', 'write');
const MARIA = person(3, 'maria', 'admin');
const ADA = person(4, 'ada', 'admin');
const REASON = 'only our own scheduler calls this, never a browser';

const attribution: Attribution = { agent: 'copilot', class: 'agent', tier: 'declared', requester: null, evidence: [] };

let world: ReturnType<typeof createSmallWorld>;
beforeEach(async () => {
  world = createSmallWorld({ people: [AUTHOR, BEN, MARIA, ADA], author: AUTHOR, attribution });
  world.write({ 'src/list.js': 'flaw command-injection exec(dir)' });
  await world.open(AUTHOR);
});

async function command(text: string, by: typeof BEN): Promise<void> {
  const { report } = await world.latest();
  await world.run(world.say(`/countersign ${text.replace('CODE', report.code)}`, by).job);
}

const button = () => world.buttons()[0]?.identifier ?? 'no button';

test('who lost the rank between the command and the press does not sign', async () => {
  await command(`sign F1 CODE ${REASON}`, BEN);
  const confirm = button();
  world.rank(BEN, 'read');
  await world.press(confirm, BEN);
  expect((await world.signOffs()).map((each) => each.state)).not.toContain('effective');
  expect(world.newest().update?.conclusion).toBe('action_required');
});

test('a sign-off that the ledger did not take has no effect', async () => {
  await command(`sign F1 CODE ${REASON}`, BEN);
  const confirm = button();
  const { append } = world.memory.ledger;
  const states: string[] = [];
  world.memory.ledger.append = async (installation, entry) => {
    for (const { state } of await world.signOffs()) states.push(`${entry.type} while ${state}`);
    return append(installation, entry);
  };
  await world.press(confirm, BEN);
  expect(states[0]).toBe('sign-off while pending');
  expect((await world.signOffs()).map((each) => each.state)).toEqual(['effective']);
});

test('a revocation takes back what was refused before it was written, and nothing later', async () => {
  await command(`refuse F1 CODE ${REASON}`, BEN);
  for (const each of world.buttons()) await world.press(each.identifier, BEN);
  world.later(60_000);
  await command('revoke CODE it was looked at again with the team', MARIA);
  const confirm = world.buttons().find((each) => each.label.includes('maria'))?.identifier ?? 'no button';
  world.later(60_000);
  await command(`refuse F1 CODE it still reads what a browser sends`, ADA);
  for (const each of world.buttons().filter(({ label }) => label.includes('ada')))
    await world.press(each.identifier, ADA);
  await world.press(confirm, MARIA);
  const refusals = (await world.signOffs()).filter((each) => each.kind === 'refuse');
  expect(Object.fromEntries(refusals.map((each) => [each.signer.login, each.state]))).toEqual({
    ben: 'revoked',
    ada: 'effective',
  });
});
