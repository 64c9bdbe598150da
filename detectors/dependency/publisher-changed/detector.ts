import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import { knownValue } from '../../../src/core/fact.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { daysSince, namesVersion, needs, spoken, tell } from '../support/answer.ts';
import { newPublisher } from '../support/history.ts';

const RULE: Rule = {
  id: 'publisher-changed',
  family: 'dependency',
  shortDescription: 'The version comes from an account that never published the package before',
  help: 'Packages change hands, and packages are taken over: both look the same from outside. A version by a new publisher that is only days old has not been looked at by anybody. See whether the project announced the change, wait, or sign.',
  level: 'warning',
  confidence: 'medium',
  critical: false,
  signable: true,
  cwe: [1357, 282],
  requires: ['versions', 'publishers', 'dates'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const publisherChanged: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!namesVersion(subject, context.changes)) return CLEAR;
    const { evidence, now, thresholds } = context;
    const { resolvedVersion, earlierPublishers } = evidence;
    if (resolvedVersion.state === 'unavailable') return needs(subject, [['resolvedVersion', resolvedVersion]]);
    if (resolvedVersion.state !== 'known') return CLEAR;
    const { publishedAt, publisher, provenance, version } = resolvedVersion.value;
    const age = publishedAt.state === 'known' ? daysSince(publishedAt.value, now) : undefined;
    // After two months somebody has looked; an old change of hands is history.
    if (age !== undefined && age >= thresholds.packageTooNewWarningDays) return CLEAR;
    if (publisher.state !== 'known' && publisher.state !== 'unavailable') return CLEAR;
    if (earlierPublishers.state !== 'known' && earlierPublishers.state !== 'unavailable') return CLEAR;
    if (publisher.state === 'unavailable' || earlierPublishers.state === 'unavailable') {
      const none = earlierPublishers.state === 'known' && earlierPublishers.value.length === 0;
      return none
        ? CLEAR
        : needs(subject, [
            ['publisher', publisher],
            ['earlierPublishers', earlierPublishers],
          ]);
    }
    const stranger = newPublisher(evidence);
    if (stranger === null) return CLEAR;
    if (age === undefined)
      return publishedAt.state === 'unavailable' ? needs(subject, [['publishedAt', publishedAt]]) : CLEAR;
    const { name, kind } = stranger;
    if (kind === 'address') {
      return tell(RULE, subject, context, {
        message: `${spoken(subject, version)} was published by ${name}, who has another e-mail address than for every version before: people move, and so do accounts that are taken over.`,
        remediation: 'See whether the project announced it, or wait.',
        level: 'note',
        judged: { publisher: name, version, kind },
      });
    }

    // A build service that publishes with provenance is set up by an owner of the package.
    const proof = knownValue(provenance);
    const byBuild = proof !== undefined && proof.state !== 'invalid' && /^github actions$|^gitlab ci/i.test(name);
    const level = byBuild || age >= thresholds.packageTooNewErrorDays ? 'note' : 'warning';
    const before = earlierPublishers.value
      .slice(0, 3)
      .map((each) => each.name)
      .join(', ');
    return tell(RULE, subject, context, {
      message: `${spoken(subject, version)} was published by ${name}, who never published this package before (so far: ${before}).`,
      remediation: 'See whether the project announced the change of hands, or wait.',
      level,
      judged: { publisher: name, version, level },
    });
  },
};
