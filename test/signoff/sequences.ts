import fc from 'fast-check';
import type { Attribution } from '../../src/core/attribution.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { Job } from '../../src/core/job.ts';
import type { OperatedStore } from '../../src/core/store.ts';
import { createSmallWorld, type Person, person } from '../support/small-world.ts';

/** Sequences of what people, agents and attackers do to one pull request, and what must hold after each of them. */

const author = person(100, 'anna', 'write');
const people: readonly Person[] = [
  author,
  person(105, 'will', 'write'),
  person(107, 'adam', 'admin'),
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
];
const POLICIES = ['', 'lapse: always', 'signers: { rank: maintain }', 'signers: { interested: with-presence }'];
const REASONS = ['looked at it with the owners of the service', 'the second reader agreed that this is harmless'];

export type Act =
  | { readonly kind: 'push'; readonly content: number; readonly by: number }
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
  | { readonly kind: 'meddle'; readonly how: 'edit' | 'delete'; readonly which: number }
  | { readonly kind: 'replay'; readonly which: number; readonly sameId: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'policy'; readonly which: number }
  | { readonly kind: 'crash'; readonly calls: number };

const MINUTE = 60_000;
const by = fc.nat(people.length - 1);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('push' as const), content: fc.nat(CONTENTS.length - 1), by }) },
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
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const), calls: fc.nat(40) }) },
);
export const sequence = fc.array(act, { minLength: 5, maxLength: 30 });

export interface Played {
  /** How often the check was green with something signed. */
  readonly greens: number;
  readonly crashes: number;
}

/** Plays a sequence; throws where the check is green and should not be. */
export async function play(acts: readonly Act[], store: OperatedStore, installationId: number): Promise<Played> {
  const repository = { installationId, id: installationId * 10, owner: 'acme', name: 'shop' };
  const world = createSmallWorld({ people, author, attribution, store, repository });
  const jobs: { readonly id: string; readonly job: Job }[] = [];
  const commands: number[] = [];
  const codes: string[] = [];
  /** Buttons that were ever shown, and who pressed which. */
  const shown: { readonly run: number; readonly identifier: string }[] = [];
  const pressed = new Map<string, Set<number>>();
  let content = CONTENTS[1] ?? {};
  let greens = 0;
  let crashes = 0;

  world.write(content);
  await world.open(author);
  await world.settle();
  check();

  for (const each of acts) {
    await doAct(each);
    await world.settle();
    const code = (await world.latest()).report.code;
    if (!codes.includes(code)) codes.push(code);
    for (const action of world.buttons())
      if (!shown.some((one) => one.identifier === action.identifier))
        shown.push({ run: world.newest().id, identifier: action.identifier });
    if (await isUndeserved()) throw new Error(`green without a signature after ${JSON.stringify(each)}`);
  }
  return { greens, crashes };

  async function doAct(each: Act): Promise<void> {
    const who = 'by' in each ? (people[each.by] ?? author) : author;
    switch (each.kind) {
      case 'push':
        content = CONTENTS[each.content] ?? {};
        return world.push(content, who);
      case 'title':
        return world.edit(`Title ${jobs.length}`, who);
      case 'command': {
        const code = (each.old ? codes[0] : codes.at(-1)) ?? 'r-00000000';
        return say(`/countersign ${each.verb} ${each.what} ${code} ${REASONS[each.reason]}`, who);
      }
      case 'plain':
        return say(`/countersign ${each.verb}`, who);
      case 'press': {
        const button = shown.at(-1 - (each.which % Math.max(1, shown.length)));
        if (button === undefined) return;
        const nonce = button.identifier.slice('confirm:'.length);
        pressed.set(nonce, (pressed.get(nonce) ?? new Set()).add(who.id));
        const job: Job = {
          kind: 'press',
          repository,
          checkRunId: button.run,
          headSha: world.head(),
          identifier: button.identifier,
          sender: { id: who.id, login: who.login, type: who.type },
        };
        return deliver(job);
      }
      case 'meddle': {
        const id = commands.at(-1 - each.which);
        if (id === undefined) return;
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
      case 'policy':
        world.policy(POLICIES[each.which] ?? '');
        return world.recheck();
      case 'crash':
        crashes += 1;
        return world.crashAfter(each.calls);
    }
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

  function check(): void {
    if (world.newest().conclusion === 'success') throw new Error('green before anybody signed');
  }

  /** Told from the files, the comments and the presses themselves, not from what the program says of them. */
  async function isUndeserved(): Promise<boolean> {
    if (world.newest().conclusion !== 'success') return false;
    const signOffs = await world.signOffs();
    const now = world.ports.now();
    if (signOffs.some((one) => one.kind === 'refuse' && one.state === 'effective')) return true;
    const good = signOffs.filter(
      (one) =>
        one.kind === 'sign' &&
        one.state === 'effective' &&
        Date.parse(one.expiresAt) > now &&
        pressed.get(one.nonce)?.has(one.signer.id) === true &&
        people.some(
          (each) =>
            each.id === one.signer.id && each.type === 'User' && each.login !== 'claude' && each.login !== 'rita',
        ),
    );
    const signed = new Set(good.flatMap((one) => one.items.flatMap((item) => item.evidenceDigests)));
    const wanted = flawsIn(content);
    if (wanted.length > 0) greens += 1;
    return wanted.some((digest) => !signed.has(digest));
  }
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
