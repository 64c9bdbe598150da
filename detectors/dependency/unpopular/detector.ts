import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { fromRegistry, isEstablished, needs, tell } from '../support/answer.ts';

const RULE: Rule = {
  id: 'unpopular',
  family: 'dependency',
  shortDescription: 'Hardly anybody uses the package',
  help: 'Few downloads say nothing against a package; they say that few people would notice if something were wrong with it. Worth a look where a well-known package would do the same.',
  level: 'note',
  confidence: 'high',
  critical: false,
  signable: true,
  cwe: [1357],
  requires: ['registryEntry', 'downloads'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const unpopular: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!fromRegistry(subject) || subject.changeType !== 'added' || subject.relationship === 'transitive') return CLEAR;
    const { evidence, thresholds, now } = context;
    if (evidence.popular || evidence.inBase || evidence.registryEntry.state === 'absent') return CLEAR;
    const { weeklyDownloads } = evidence;
    if (weeklyDownloads.state === 'unavailable') return needs(subject, [['weeklyDownloads', weeklyDownloads]]);
    if (weeklyDownloads.state !== 'known' || weeklyDownloads.value >= thresholds.fewWeeklyDownloads) return CLEAR;
    const old = isEstablished(evidence, now, thresholds.establishedDays);
    return tell(RULE, subject, context, {
      message: `${subject.name} was downloaded ${weeklyDownloads.value} times last week${old ? '' : ' and is not long known'}: few people would notice if something were wrong with it.`,
      remediation: 'See whether a well-known package does the same.',
      judged: { few: thresholds.fewWeeklyDownloads },
    });
  },
};
