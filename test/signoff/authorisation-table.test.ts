import { describe, expect, test } from 'vitest';
import type { Attribution } from '../../src/core/attribution.ts';
import { createSmallWorld, NUMBER, type Person, person } from '../support/small-world.ts';

/**
 * Who may sign what, cell by cell: every role × every way of commanding × every report code × every policy. What must
 * come of a cell is said by the three tables below, which are to be read beside "Signing" in the product's description;
 * nothing of them is computed from the code under test.
 */

const REASON = 'checked with the people who run this service';

const people = {
  author: person(100, 'anna', 'write'),
  pusher: person(101, 'paul', 'write'),
  committer: person(102, 'carl', 'write'),
  'co-author': person(103, 'cora', 'write'),
  requester: person(104, 'rhea', 'write'),
  'other writer': person(105, 'will', 'write'),
  maintainer: person(106, 'mona', 'maintain'),
  admin: person(107, 'adam', 'admin'),
  'custom role': person(108, 'cuno', 'triage', { roleName: 'release-captain' }),
  reader: person(109, 'rita', 'read', { teams: ['security'] }),
  outsider: person(110, 'otto', 'read', { collaborator: false }),
  bot: person(111, 'helper[bot]', 'write', { type: 'Bot' }),
  "App on a user's behalf": person(112, 'uwe', 'write'),
  'agent account typed User': person(81_847, 'claude', 'write'),
} satisfies Record<string, Person>;
type Role = keyof typeof people;
const roles = Object.keys(people) as Role[];
const another = person(120, 'nina', 'admin');

const policies = {
  default: '',
  maintainers: 'signers: { rank: maintain }',
  'a custom role': 'signers: { customRoles: [release-captain] }',
  'a team': 'signers: { teams: [security] }',
  'interested with presence': 'signers: { interested: with-presence }',
  'two persons': 'signers: { twoPerson: [command-injection] }',
};
type PolicyName = keyof typeof policies;

/** What becomes of somebody's command to sign. */
type Standing =
  | 'may sign'
  /** Part in the change: "you have a hand in this change". */
  | 'interested'
  /** "this needs the rank". */
  | 'rank'
  /** "only a person can do this". */
  | 'machine'
  /** Nothing is said at all. */
  | 'silence';

// Interested: author, sender of a push, author of a verified commit, the one requester. A co-author is text: forbids nobody.
const everywhere: Readonly<Record<Role, Standing>> = {
  author: 'interested',
  pusher: 'interested',
  committer: 'interested',
  'co-author': 'may sign',
  requester: 'interested',
  'other writer': 'may sign',
  maintainer: 'may sign',
  admin: 'may sign',
  'custom role': 'rank',
  reader: 'rank',
  outsider: 'silence',
  bot: 'silence',
  "App on a user's behalf": 'silence',
  'agent account typed User': 'machine',
};
const unlike: Readonly<Record<PolicyName, Partial<Record<Role, Standing>>>> = {
  default: {},
  maintainers: {
    author: 'rank',
    pusher: 'rank',
    committer: 'rank',
    'co-author': 'rank',
    requester: 'rank',
    'other writer': 'rank',
  },
  'a custom role': { 'custom role': 'may sign' },
  'a team': { reader: 'may sign' },
  'interested with presence': {
    author: 'may sign',
    pusher: 'may sign',
    committer: 'may sign',
    requester: 'may sign',
  },
  'two persons': {},
};

const acts = ['create', 'edit', 'delete', 'button by the same', 'button by another'] as const;
type Act = (typeof acts)[number];
const codes = ['current', 'older', 'of another pull request'] as const;
type Code = (typeof codes)[number];

interface Outcome {
  readonly signed: boolean;
  /** What the check run says afterwards. */
  readonly conclusion: 'success' | 'action_required';
  /** The one reply to the person who commanded; null: none. */
  readonly reply: RegExp | null;
  /** The reply to another who pressed the button. */
  readonly toPresser: RegExp | null;
}

const REFUSALS: Readonly<Record<Exclude<Standing, 'may sign' | 'silence'>, RegExp>> = {
  interested: /you have a hand in this change/,
  rank: /this needs the rank/,
  machine: /only a person can do this/,
};

function expected(role: Role, act: Act, code: Code, policy: PolicyName): Outcome {
  const nothing = { signed: false, conclusion: 'action_required', toPresser: null } as const;
  const standing = unlike[policy][role] ?? everywhere[role];
  // A comment that is gone when it is read back never was.
  if (act === 'delete' || standing === 'silence') return { ...nothing, reply: null };
  // One that was edited counts for nobody; whoever is answered at all is told so.
  if (act === 'edit') return { ...nothing, reply: /the comment was edited or deleted/ };
  if (standing !== 'may sign') return { ...nothing, reply: REFUSALS[standing] };
  if (code !== 'current') return { ...nothing, reply: /is not the current report/ };
  if (act === 'create') return { ...nothing, reply: /one step is left/ };
  if (act === 'button by another')
    return { ...nothing, reply: /one step is left/, toPresser: /that button belongs to/ };
  return policy === 'two persons'
    ? { signed: true, conclusion: 'action_required', reply: /1 more person is needed/, toPresser: null }
    : { signed: true, conclusion: 'success', reply: /signed F2/, toPresser: null };
}

const attribution: Attribution = {
  agent: 'jules',
  class: 'agent',
  tier: 'declared',
  requester: 'rhea',
  evidence: [],
};

/** An agent's change under a person's account: opened by the author, pushed to by another, with a third one's commit. */
async function stage(policy: PolicyName) {
  const { author, pusher, committer } = people;
  const world = createSmallWorld({
    people: [...Object.values(people), another],
    author,
    attribution,
    policy: policies[policy],
  });
  world.write({ 'src/a.js': 'flaw command-injection first' });
  await world.open(author);
  const older = (await world.latest()).report.code;
  world.commit(committer);
  await world.push({ 'src/a.js': 'flaw command-injection second' }, pusher);
  const latest = await world.latest();
  const other = { ...latest, pullRequest: NUMBER + 1, report: { ...latest.report, code: 'r-0000000z' } };
  await world.ports.store.saveReview(other);
  const code = { current: latest.report.code, older, 'of another pull request': 'r-0000000z' };
  return { world, code };
}

async function play(role: Role, act: Act, code: Code, policy: PolicyName) {
  const staged = await stage(policy);
  const { world } = staged;
  const who = people[role];
  const handle = (await world.latest()).verdict.open[0];
  const command = `/countersign sign ${handle} ${staged.code[code]} ${REASON}`;
  const { id, job } = world.say(command, who, role === "App on a user's behalf" ? 555 : null);
  if (act === 'edit') world.change(id, `${command} indeed`);
  if (act === 'delete') world.remove(id);
  await world.run(job);
  const button = world.buttons()[0]?.identifier ?? 'confirm:000000000000';
  if (act === 'button by the same') await world.press(button, who);
  if (act === 'button by another') await world.press(button, another);

  const replyTo = (to: Person) => world.replies().find((each) => each.body.includes(`countersign:to:${to.id} `))?.body;
  const signOffs = await world.signOffs();
  return {
    signed: signOffs.some((each) => each.state === 'effective'),
    conclusion: world.newest().conclusion,
    reply: replyTo(who) ?? null,
    toPresser: replyTo(another) ?? null,
  };
}

describe.each(Object.keys(policies) as PolicyName[])('under the policy: %s', (policy) => {
  test.each(roles)('%s, by every act and with every code', async (role) => {
    let cells = 0;
    for (const act of acts) {
      for (const code of codes) {
        const cell = `${role}, ${act}, code ${code}, policy ${policy}`;
        const wanted = expected(role, act, code, policy);
        const { signed, conclusion, reply, toPresser } = await play(role, act, code, policy);
        expect({ signed, conclusion }, cell).toEqual({ signed: wanted.signed, conclusion: wanted.conclusion });
        for (const [told, want] of [
          [reply, wanted.reply],
          [toPresser, wanted.toPresser],
        ] as const) {
          if (want === null) expect(told, cell).toBeNull();
          else expect(told, cell).toMatch(want);
        }
        cells += 1;
      }
    }
    expect(cells).toBe(acts.length * codes.length);
  });
});
