import { type Act, CONTENT, POLICY, type Sequence, who } from './sequences.ts';

/**
 * Sequences that go straight to where a mistake would turn a check green: each is played before the random ones, so that
 * the property has teeth however few of those there are.
 */

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const signs = (login: string, what = 'all', reason = 0): Act => ({ kind: 'signs', what, by: who(login), reason });
const push = (content: number | null, login = 'anna'): Act => ({ kind: 'push', content, by: who(login) });
const says = (login: string, verb: 'sign' | 'refuse', what = 'all', old = false): Act => ({
  kind: 'command',
  verb,
  what,
  old,
  by: who(login),
  reason: 0,
});
const press = (login: string, which = 0): Act => ({ kind: 'press', which, by: who(login) });
const plain = (login: string, verb: Extract<Act, { kind: 'plain' }>['verb']): Act => ({
  kind: 'plain',
  verb,
  by: who(login),
});
const glass = (one: string, other: string): Act => ({ kind: 'glass', by: [who(one), who(other)] });
const wait = (ms: number): Act => ({ kind: 'wait', ms });
const merge: Act = { kind: 'merge', by: who('alma') };
const REVOKE = 'revoke changed my mind about all this';

const byDefault: readonly (readonly Act[])[] = [
  [signs('will'), push(CONTENT.moved), merge],
  [signs('will'), push(CONTENT.otherToken), push(CONTENT.one)],
  [push(CONTENT.twice), signs('will', 'F1'), merge],
  [signs('will'), push(CONTENT.replica), signs('adam'), merge],
  [signs('will'), push(CONTENT.otherRule), says('adam', 'sign', 'F2'), press('adam')],
  [signs('will'), wait(8 * DAY), wait(91 * DAY)],
  [says('adam', 'refuse'), signs('will'), says('will', 'sign'), plain('adam', REVOKE), press('adam'), merge],
  [signs('will'), says('adam', 'refuse'), merge],
  [says('adam', 'refuse'), plain('adam', REVOKE), says('alma', 'refuse'), press('adam'), signs('will')],
  [push(CONTENT.ownPolicy), signs('will', 'F1'), signs('will', 'F2', 1), signs('adam', 'F2', 1), merge],
  // Who presses, what, and when.
  [says('will', 'sign'), press('adam'), wait(MINUTE), press('will')],
  [says('will', 'sign'), { kind: 'meddle', how: 'edit', which: 0 }, press('will')],
  [says('will', 'sign'), { kind: 'meddle', how: 'delete', which: 0 }, press('will')],
  [says('will', 'sign'), plain('will', 'cancel'), press('will')],
  [says('will', 'sign'), wait(16 * MINUTE), press('will')],
  [says('will', 'sign'), { kind: 'title', by: who('anna') }, press('will')],
  [{ kind: 'title', by: who('anna') }, says('will', 'sign', 'all', true), press('will')],
  [says('will', 'sign'), push(CONTENT.moved), press('will')],
  // Who may not.
  [signs('anna'), signs('rita'), signs('helper[bot]'), signs('claude'), merge],
  [push(CONTENT.moved, 'will'), signs('will'), push(CONTENT.one), signs('adam')],
  // Broken glass.
  [glass('adam', 'alma'), wait(61 * MINUTE)],
  [glass('adam', 'alma'), push(null)],
  [glass('adam', 'alma'), wait(MINUTE), says('will', 'refuse'), merge],
  [glass('adam', 'adam'), glass('adam', 'will'), merge],
  [push(CONTENT.moved, 'adam'), push(CONTENT.one, 'alma'), glass('adam', 'alma')],
  // Again, and after a death.
  [
    signs('will'),
    says('adam', 'refuse'),
    { kind: 'replay', which: 0, sameId: false },
    { kind: 'replay', which: 1, sameId: false },
  ],
  ...[2, 5, 8, 11].map((calls): Act[] => [says('will', 'sign'), { kind: 'crash', calls }, press('will'), merge]),
];

export const TELLING: readonly Sequence[] = [
  ...byDefault.map((acts) => ({ policy: POLICY.none, acts: [...acts] })),
  { policy: POLICY.lapseAlways, acts: [signs('will'), push(null), signs('will'), push(CONTENT.moved)] },
  { policy: POLICY.maintainers, acts: [signs('will'), signs('adam'), merge] },
  { policy: POLICY.withPresence, acts: [signs('anna'), merge] },
  { policy: POLICY.none, acts: [signs('will'), { kind: 'policy', which: 2 }, push(CONTENT.otherToken), signs('will')] },
];
