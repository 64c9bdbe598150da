import fc from 'fast-check';
import type { Attribution } from '../../src/core/attribution.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { Job } from '../../src/core/job.ts';
import type { SignedItem, SignOff } from '../../src/core/signoff.ts';
import type { OperatedStore } from '../../src/core/store.ts';
import { createSmallWorld, type Person, person } from '../support/small-world.ts';

/** Sequences of what people, agents and attackers do to one pull request, and what must hold after each of them. */

const author = person(100, 'anna', 'write');
const people: readonly Person[] = [
  author,
  person(105, 'will', 'write'),
  person(107, 'adam', 'admin'),
  person(108, 'alma', 'admin'),
  person(109, 'rita', 'read'),
  person(111, 'helper[bot]', 'write', { type: 'Bot' }),
  person(81_847, 'claude', 'write'),
];
const attribution: Attribution = { agent: 'claude', class: 'agent', tier: 'declared', requester: null, evidence: [] };

/** Contents of the change: flaws that hold the merge, in files; the same token again is another place. */
const CONTENTS: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'a.js': 'flaw command-injection one' },
  { 'a.js': 'flaw command-injection one\nharmless' },
  { 'a.js': 'flaw command-injection two' },
  { 'a.js': 'flaw command-injection one', 'b.js': 'flaw command-injection one' },
  { 'a.js': 'flaw command-injection one\nflaw sql-injection three' },
  { '.github/countersign.yml': 'flaw policy-changed four', 'a.js': 'flaw command-injection one' },
  { 'a.js': 'flaw command-injection one\nflaw command-injection two' },
];
/** Places in `CONTENTS`. */
export const CONTENT = { one: 1, moved: 2, otherToken: 3, replica: 4, otherRule: 5, ownPolicy: 6, twice: 7 } as const;
export const POLICY = {
  none: '',
  lapseAlways: 'lapse: always',
  maintainers: 'signers: { rank: maintain }',
  withPresence: 'signers: { interested: with-presence }',
} as const;
const POLICIES = Object.values(POLICY);
const REASONS = ['looked at it with the owners of the service', 'the second reader agreed that this is harmless'];

/** The place of somebody among the people. */
export function who(login: string): number {
  return people.findIndex((each) => each.login === login);
}

export type Act =
  /** Null: a new commit that leaves the content as it is. */
  | { readonly kind: 'push'; readonly content: number | null; readonly by: number }
  | { readonly kind: 'title'; readonly by: number }
  | {
      readonly kind: 'command';
      readonly verb: 'sign' | 'refuse';
      readonly what: string;
      readonly old: boolean;
      readonly by: number;
      readonly reason: number;
    }
  | {
      readonly kind: 'plain';
      readonly verb: 'revoke changed my mind about all this' | 'cancel' | 'recheck' | 'status';
      readonly by: number;
    }
  | { readonly kind: 'press'; readonly which: number; readonly by: number }
  /** A command of the newest report and the press that belongs to it, as people who mean it do. */
  | { readonly kind: 'signs'; readonly what: string; readonly by: number; readonly reason: number }
  /** Break-glass by two people, each with the press. */
  | { readonly kind: 'glass'; readonly by: readonly [number, number] }
  | { readonly kind: 'meddle'; readonly how: 'edit' | 'delete'; readonly which: number }
  | { readonly kind: 'replay'; readonly which: number; readonly sameId: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'policy'; readonly which: number }
  /** The process dies after so many calls to GitHub or the store; another one starts and is handed the same job. */
  | { readonly kind: 'crash'; readonly calls: number }
  /** Merged, green or not, by somebody whom no rule stops; the end of the sequence. */
  | { readonly kind: 'merge'; readonly by: number };

const MINUTE = 60_000;
const by = fc.nat(people.length - 1);
/** Mostly those who may: what everybody refuses never gets to the interesting states. */
const signer = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(who('will'), who('adam'), who('alma')) },
  { weight: 1, arbitrary: by },
);
const pusher = fc.oneof({ weight: 4, arbitrary: fc.constant(who('anna')) }, { weight: 1, arbitrary: by });
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      content: fc.option(fc.nat(CONTENTS.length - 1), { freq: 2, nil: null }),
      by: pusher,
    }),
  },
  fc.record({ kind: fc.constant('title' as const), by }),
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('command' as const),
      verb: fc.constantFrom('sign' as const, 'sign' as const, 'sign' as const, 'refuse' as const),
      what: fc.constantFrom('all', 'F1', 'F2', 'F1 F2'),
      old: fc.nat(9).map((n) => n === 0),
      by,
      reason: fc.nat(REASONS.length - 1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('plain' as const),
      verb: fc.constantFrom(
        'revoke changed my mind about all this' as const,
        'cancel' as const,
        'recheck' as const,
        'status' as const,
      ),
      by,
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('press' as const), which: fc.nat(5), by }) },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('signs' as const),
      what: fc.constantFrom('all', 'all', 'F1', 'F2', 'F3'),
      by: signer,
      reason: fc.nat(REASONS.length - 1),
    }),
  },
  fc.record({
    kind: fc.constant('glass' as const),
    by: fc.oneof(
      { weight: 3, arbitrary: fc.constant([who('adam'), who('alma')] as [number, number]) },
      { weight: 1, arbitrary: fc.tuple(by, by) },
    ),
  }),
  fc.record({
    kind: fc.constant('meddle' as const),
    how: fc.constantFrom('edit' as const, 'delete' as const),
    which: fc.nat(9),
  }),
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('replay' as const), which: fc.nat(30), sameId: fc.boolean() }),
  },
  fc.record({
    kind: fc.constant('wait' as const),
    ms: fc.constantFrom(MINUTE, 16 * MINUTE, 8 * 1440 * MINUTE, 91 * 1440 * MINUTE),
  }),
  fc.record({ kind: fc.constant('policy' as const), which: fc.nat(POLICIES.length - 1) }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('crash' as const), calls: fc.nat(40) }) },
  fc.record({ kind: fc.constant('merge' as const), by }),
);
export const sequence = fc.record({
  policy: fc.constantFrom(...POLICIES),
  acts: fc.array(act, { minLength: 5, maxLength: 30 }),
});
export type Sequence = typeof sequence extends fc.Arbitrary<infer T> ? T : never;

export interface Played {
  /** How many were done. */
  readonly acts: number;
  /** After how many acts the check was green with flaws in the change: signed for, or let through by broken glass. */
  readonly greens: number;
  readonly glass: number;
  readonly crashes: number;
  /** Whether it ended with a merge, and whether the check was green then. */
  readonly merged: 'green' | 'not green' | null;
}

/** Plays a sequence; throws where the check is green and should not be, or where a merge is told wrongly. */
export async function play({ policy, acts }: Sequence, store: OperatedStore, installationId: number): Promise<Played> {
  const repository = { installationId, id: installationId * 10, owner: 'acme', name: 'shop' };
  const world = createSmallWorld({ people, author, attribution, store, repository, policy });
  const jobs: { readonly id: string; readonly job: Job }[] = [];
  const commands: number[] = [];
  const codes: string[] = [];
  /** Buttons that were ever shown, and who pressed which. */
  const shown: { readonly run: number; readonly identifier: string }[] = [];
  const pressed = new Map<string, Set<number>>();
  const judge = createJudge(pressed, policy);
  let content = CONTENTS[1] ?? {};
  let merged: Played['merged'] = null;
  let done = 0;
  let greens = 0;
  let glass = 0;
  let crashes = 0;

  world.write(content);
  await world.open(author);
  await seen(null);
  if (isGreen()) throw new Error('green before anybody signed');

  for (const each of acts) {
    await doAct(each);
    done += 1;
    await seen(each);
    if (merged !== null) break;
  }
  return { acts: done, greens, glass, crashes, merged };

  /** Lets everything run that runs by itself, notes what can be seen then, and judges it. */
  async function seen(act: Act | null): Promise<void> {
    const codeOfThen = codes.at(-1) ?? null;
    await world.settle();
    const code = (await world.latest()).report.code;
    if (!codes.includes(code)) codes.push(code);
    for (const action of world.buttons())
      if (!shown.some((one) => one.identifier === action.identifier))
        shown.push({ run: world.newest().id, identifier: action.identifier });
    const now = { now: world.ports.now(), head: world.head(), flaws: flawsIn(content) };
    const signOffs = await world.signOffs();
    const problem = judge.problemOf(signOffs, now, codeOfThen, isGreen());
    if (problem !== null) throw new Error(`${problem} after ${JSON.stringify(act)}`);
    if (!isGreen() || now.flaws.length === 0) return;
    if (judge.isBroken(signOffs, now)) glass += 1;
    greens += 1;
    const entered = await enteredIn(store, installationId);
    const missing = signOffs.find((one) => one.state === 'effective' && !entered.has(one.id));
    if (missing !== undefined) throw new Error(`green, and the ledger does not hold ${missing.id}`);
  }

  function isGreen(): boolean {
    return world.newest().conclusion === 'success';
  }

  async function doAct(each: Act): Promise<void> {
    const who = 'by' in each && typeof each.by === 'number' ? (people[each.by] ?? author) : author;
    switch (each.kind) {
      case 'push': {
        const next = each.content === null ? content : (CONTENTS[each.content] ?? {});
        if (next !== content) judge.pushed(who);
        content = next;
        return world.push(content, who);
      }
      case 'title':
        return world.edit(`Title ${jobs.length}`, who);
      case 'command': {
        const code = (each.old ? codes[0] : codes.at(-1)) ?? 'r-00000000';
        return say(`/countersign ${each.verb} ${each.what} ${code} ${REASONS[each.reason]}`, who);
      }
      case 'plain':
        if (each.verb === 'cancel') await takenBack(who);
        return say(`/countersign ${each.verb}`, who);
      case 'press': {
        const button = shown.at(-1 - (each.which % Math.max(1, shown.length)));
        return button === undefined ? undefined : press(button, who);
      }
      case 'signs':
        return sayAndPress(`/countersign sign ${each.what} ${codes.at(-1)} ${REASONS[each.reason]}`, who);
      case 'glass':
        for (const one of each.by) {
          const admin = people[one] ?? author;
          await sayAndPress(`/countersign break-glass ${codes.at(-1)} the shop is down and this mends it`, admin);
          await world.settle();
        }
        return;
      case 'meddle': {
        const id = commands.at(-1 - each.which);
        if (id === undefined) return;
        judge.meddled(id);
        if (each.how === 'edit') world.change(id, '/countersign sign all r-00000000 something else altogether');
        else world.remove(id);
        return;
      }
      case 'replay': {
        const earlier = jobs[each.which % Math.max(1, jobs.length)];
        if (earlier !== undefined) await world.run(earlier.job, each.sameId ? earlier.id : crypto.randomUUID());
        return;
      }
      case 'wait':
        return world.later(each.ms);
      case 'policy': {
        const policy = POLICIES[each.which] ?? '';
        judge.ruled(policy);
        world.policy(policy);
        return world.recheck();
      }
      case 'crash':
        crashes += 1;
        return world.crashAfter(each.calls);
      case 'merge': {
        merged = isGreen() ? 'green' : 'not green';
        await world.merge(who);
        const told = await bypassesOf(store, installationId);
        const wanted = merged === 'green' ? 0 : 1;
        if (told !== wanted) throw new Error(`merged ${merged}, and the ledger holds ${told} bypasses`);
      }
    }
  }

  /** What its author cancels must never count, whoever presses what. */
  async function takenBack(who: Person): Promise<void> {
    for (const one of await world.signOffs())
      if (one.state === 'pending' && one.signer.id === who.id) judge.meddled(one.commandCommentId);
  }

  async function sayAndPress(body: string, who: Person): Promise<void> {
    await say(body, who);
    await world.settle();
    const button = world.buttons().find((each) => each.label === `Confirm ${who.login}`);
    if (button !== undefined) await press({ run: world.newest().id, identifier: button.identifier }, who);
  }

  async function press(button: { readonly run: number; readonly identifier: string }, who: Person): Promise<void> {
    const nonce = button.identifier.slice('confirm:'.length);
    pressed.set(nonce, (pressed.get(nonce) ?? new Set()).add(who.id));
    const { run: checkRunId, identifier } = button;
    const sender = { id: who.id, login: who.login, type: who.type };
    await deliver({ kind: 'press', repository, checkRunId, headSha: world.head(), identifier, sender });
  }

  async function say(body: string, who: Person): Promise<void> {
    const { id, job } = world.say(body, who);
    commands.push(id);
    await deliver(job);
  }

  async function deliver(job: Job): Promise<void> {
    const id = crypto.randomUUID();
    jobs.push({ id, job });
    await world.run(job, id);
  }
}

/** Ids of the sign-offs whose taking effect the ledger holds. */
async function enteredIn(store: OperatedStore, installationId: number): Promise<ReadonlySet<unknown>> {
  const found = new Set<unknown>();
  for await (const { body } of store.ledger.events(installationId))
    if (['sign-off', 'refusal', 'revocation', 'break-glass'].includes(body.type)) found.add(body.details['signOff']);
  return found;
}

async function bypassesOf(store: OperatedStore, installationId: number): Promise<number> {
  let count = 0;
  for await (const { body } of store.ledger.events(installationId)) if (body.type === 'bypass') count += 1;
  return count;
}

function isThere({ evidenceDigests }: SignedItem, { flaws }: Moment): boolean {
  return evidenceDigests.some((digest) => flaws.includes(digest));
}

interface Moment {
  readonly now: number;
  readonly head: string;
  /** Evidence of every flaw in the files. */
  readonly flaws: readonly string[];
}

/**
 * Says what must hold, from the files, the pushes, the policies and the presses themselves; of the program only what it
 * stored as signed is believed, and only where it fits them.
 */
function createJudge(pressed: ReadonlyMap<string, ReadonlySet<number>>, first: string) {
  /** People who changed the content. */
  const hands = new Set([author.id]);
  let policy = first;
  /** Comments that were edited or deleted after they were written, or whose command was cancelled. */
  const spoilt = new Set<number>();
  /** Sign-offs that were in force when last looked at. */
  let before = new Set<string>();

  const known = (id: number) => people.find((each) => each.id === id);
  const isPerson = (id: number) => known(id)?.type === 'User' && known(id)?.login !== 'claude';
  const mayNow = (id: number) => {
    const needed = policy.includes('maintain') ? ['maintain', 'admin'] : ['write', 'maintain', 'admin'];
    return isPerson(id) && needed.includes(known(id)?.rank ?? 'none');
  };
  const wasPressed = (one: SignOff) => pressed.get(one.nonce)?.has(one.signer.id) === true;
  const inForce = (one: SignOff, now: number) =>
    one.state === 'effective' && Date.parse(one.expiresAt) > now && wasPressed(one);

  /** Two different admins, one of them without a hand in it, for this commit; nobody refused since. */
  function isBroken(signOffs: readonly SignOff[], { now, head }: Moment): boolean {
    const halves = signOffs.filter(
      (one) =>
        one.kind === 'break-glass' &&
        inForce(one, now) &&
        one.headSha === head &&
        known(one.signer.id)?.rank === 'admin',
    );
    const admins = new Set(halves.map((one) => one.signer.id));
    const last = Math.max(...halves.map((one) => Date.parse(one.presence?.at ?? one.createdAt)));
    const refused = signOffs.some(
      (one) => one.kind === 'refuse' && one.state === 'effective' && Date.parse(one.createdAt) > last,
    );
    return admins.size >= 2 && [...admins].some((id) => !hands.has(id)) && !refused;
  }

  /** A signature that came into force since the last look, of somebody who could not give it then. */
  function wrongly(signOffs: readonly SignOff[], code: string | null): SignOff | undefined {
    const fresh = signOffs.filter((one) => one.kind === 'sign' && one.state === 'effective' && !before.has(one.id));
    before = new Set(signOffs.filter((one) => one.state === 'effective').map((one) => one.id));
    const others = people.some((each) => mayNow(each.id) && !hands.has(each.id));
    return fresh.find(
      (one) =>
        !mayNow(one.signer.id) ||
        one.reportCode !== code ||
        spoilt.has(one.commandCommentId) ||
        (hands.has(one.signer.id) && others && !policy.includes('with-presence')) ||
        (one.items.some((item) => item.ruleId === 'policy-changed') && known(one.signer.id)?.rank !== 'admin'),
    );
  }

  return {
    isBroken,
    pushed: (who: Person) => hands.add(who.id),
    meddled: (comment: number) => spoilt.add(comment),
    ruled(next: string) {
      policy = next;
    },
    /** `code`: the report's, before the act. */
    problemOf(signOffs: readonly SignOff[], moment: Moment, code: string | null, green: boolean): string | null {
      const wrong = wrongly(signOffs, code);
      if (wrong !== undefined) return `${wrong.signer.login} signed and could not`;
      const outlived = signOffs.some(
        (one) => one.kind === 'sign' && one.state === 'effective' && !one.items.every((item) => isThere(item, moment)),
      );
      if (outlived) return 'a signature outlived what it was for';
      if (!green || isBroken(signOffs, moment)) return null;
      if (signOffs.some((one) => one.kind === 'refuse' && one.state === 'effective')) return 'green with a refusal';
      const good = signOffs.filter(
        (one) =>
          one.kind === 'sign' &&
          inForce(one, moment.now) &&
          isPerson(one.signer.id) &&
          (policy !== 'lapse: always' || one.headSha === moment.head),
      );
      const signed = new Set(good.flatMap((one) => one.items.flatMap((item) => item.evidenceDigests)));
      return moment.flaws.every((digest) => signed.has(digest)) ? null : 'green without a signature';
    },
  };
}

/** The evidence of every flaw in the files, as the fake inspector states it. */
function flawsIn(content: Readonly<Record<string, string>>): string[] {
  return Object.entries(content).flatMap(([path, text]) =>
    text.split('\n').flatMap((line) => {
      const [, rule = '', token = ''] = /^flaw (\S+) (.+)$/.exec(line) ?? [];
      return rule === '' ? [] : [digestOf({ rule, evidence: { path, token } })];
    }),
  );
}
