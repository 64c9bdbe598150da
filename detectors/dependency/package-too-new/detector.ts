import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { days, daysSince, fromRegistry, isEmptied, isEstablished, needs, tell } from '../support/answer.ts';

const RULE: Rule = {
  id: 'package-too-new',
  family: 'dependency',
  shortDescription: 'The package was first published only days ago',
  help: 'Names that models invent are registered by attackers soon after, and most malicious packages are found and removed within weeks. A young name is no proof of anything, but nobody has had time to look. Wait, choose a package that is known, or read the code and sign for it.',
  level: 'error',
  confidence: 'high',
  critical: false,
  signable: true,
  cwe: [1357, 829],
  requires: ['registryEntry', 'dates'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const packageTooNew: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!fromRegistry(subject)) return CLEAR;
    if (subject.entry === 'import' && subject.type !== 'npm') return CLEAR;
    const { evidence, now, thresholds } = context;
    if (evidence.registryEntry.state === 'absent' || isEmptied(evidence)) return CLEAR;
    // A lower bound on age is enough: what is in the base, or well known, or seen long ago, is not new.
    if (isEstablished(evidence, now, thresholds.packageTooNewWarningDays)) return CLEAR;
    const first = evidence.firstPublishedAt;
    if (first.state === 'unavailable') return needs(subject, [['firstPublishedAt', first]]);
    if (first.state !== 'known') return CLEAR;

    const age = daysSince(first.value, now);
    const level = age < thresholds.packageTooNewErrorDays ? 'error' : 'warning';
    return tell(RULE, subject, context, {
      message: `${subject.name} was first published ${age === 0 ? 'less than a day' : days(age)} ago (${first.value.slice(0, 10)}). Nobody has had time to find out what it does.`,
      remediation: 'Use a package that is known, wait, or read its code and sign for it.',
      level,
      judged: { firstPublishedAt: first.value, level },
    });
  },
};
