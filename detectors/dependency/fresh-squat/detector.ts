import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyContext, DependencyDetector } from '../../../src/core/detector.ts';
import type { PublisherStanding } from '../../../src/core/evidence.ts';
import type { Fact } from '../../../src/core/fact.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { days, daysSince, fromRegistry, isEmptied, isEstablished, needs, tell } from '../support/answer.ts';

const RULE: Rule = {
  id: 'fresh-squat',
  family: 'dependency',
  shortDescription: 'The package is new, and nothing speaks for it',
  help: 'A name that was registered lately and has few versions, few users, a new publisher or no repository, or that imitates another name, is what attackers leave where models will look. Each sign by itself is honest often enough; together with youth they are not. Use a package that is known, or read the code and sign.',
  level: 'error',
  confidence: 'medium',
  highest: { level: 'error', confidence: 'high' },
  critical: false,
  signable: true,
  cwe: [1357, 829],
  requires: ['registryEntry', 'versions', 'dates', 'publishers', 'downloads', 'repository', 'names'],
  since: '0.1.0',
};

/** As many signs beside its youth make a package a squat. */
const SIGNS_NEEDED = 2;

/** See README.md of this folder. */
export const freshSquat: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!fromRegistry(subject) || subject.changeType === 'altered') return CLEAR;
    if (subject.entry === 'import' && subject.type !== 'npm') return CLEAR;
    const { evidence, now, thresholds } = context;
    if (evidence.registryEntry.state === 'absent' || isEmptied(evidence)) return CLEAR;
    if (isEstablished(evidence, now, thresholds.packageTooNewWarningDays)) return CLEAR;
    const first = evidence.firstPublishedAt;
    if (first.state !== 'known' && first.state !== 'unavailable') return CLEAR;

    const signs = signsOf(context);
    const imitates = signs.find((sign) => sign.says.startsWith('imitates') && sign.holds === true);
    const held = signs.filter((sign) => sign.holds === true);
    const open = signs.filter((sign) => sign.holds === 'open');
    const suffices = imitates !== undefined || held.length >= SIGNS_NEEDED;
    if (!suffices) {
      const imitationOpen = open.some((sign) => sign.fact === 'looksLike');
      if (!imitationOpen && held.length + open.length < SIGNS_NEEDED) return CLEAR;
      return needs(subject, [...open.map((sign) => [sign.fact, sign.from] as const), ['firstPublishedAt', first]]);
    }
    if (first.state === 'unavailable') return needs(subject, [['firstPublishedAt', first]]);
    const age = daysSince(first.value, now);
    // What else an account has published is learned bit by bit: a signature rests on it only where the finding does.
    const others = held.filter((sign) => sign.fact !== 'publisherStanding');
    const carried = imitates !== undefined || others.length >= SIGNS_NEEDED ? others : held;
    return tell(RULE, subject, context, {
      message: `${subject.name} is new (${age === 0 ? 'less than a day' : days(age)} old) and nothing speaks for it: it ${held.map((sign) => sign.says).join(', ')}.`,
      remediation: 'Use a package that is known, or read its code and sign for it.',
      confidence: imitates === undefined ? 'medium' : 'high',
      judged: { firstPublishedAt: first.value, signs: carried.map((sign) => sign.fact).sort() },
    });
  },
};

/**
 * Whether nothing older is known of the accounts behind the package than a new package is itself. How many they are does
 * not matter: a second account costs nothing, one that has published something long ago does.
 */
function isNew({ known, vouchedBy }: PublisherStanding, now: number, newPublisherDays: number): boolean {
  return vouchedBy === null && (known === null || daysSince(known.since, now) < newPublisherDays);
}

function strangers({ accounts }: PublisherStanding): string {
  const [first = '', ...more] = accounts;
  const who = more.length === 0 ? `the account ${first}` : `${accounts.length} accounts (${first} …)`;
  return `comes from ${who} of which nothing older is known`;
}

interface Sign {
  readonly fact: string;
  readonly from: Fact<unknown>;
  readonly holds: boolean | 'open';
  readonly says: string;
}

function signsOf({ evidence, now, thresholds }: DependencyContext): readonly Sign[] {
  const sign = <T>(fact: string, from: Fact<T>, test: (value: T) => boolean, says: (value: T) => string): Sign =>
    from.state === 'known'
      ? { fact, from, holds: test(from.value), says: says(from.value) }
      : { fact, from, holds: from.state === 'unavailable' ? 'open' : false, says: '' };
  return [
    sign(
      'looksLike',
      evidence.looksLike,
      (alike) => alike.length > 0,
      (alike) => `imitates ${alike[0]?.name ?? ''}`,
    ),
    sign(
      'versions',
      evidence.versions,
      (versions) => versions.length < thresholds.fewVersions,
      (versions) => `has ${versions.length === 1 ? 'a single version' : `${versions.length} versions`}`,
    ),
    sign(
      'weeklyDownloads',
      evidence.weeklyDownloads,
      (count) => count < thresholds.fewWeeklyDownloads,
      (count) => `was downloaded ${count} times last week`,
    ),
    sign(
      'publisherStanding',
      evidence.publisherStanding,
      (value) => isNew(value, now, thresholds.newPublisherDays),
      strangers,
    ),
    {
      ...sign(
        'repository',
        evidence.repository,
        () => false,
        () => '',
      ),
      ...(evidence.repository.state === 'absent' ? { holds: true, says: 'names no repository' } : {}),
    },
  ];
}
