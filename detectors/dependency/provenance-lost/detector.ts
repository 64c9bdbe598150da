import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { daysSince, namesVersion, needs, spoken, tell } from '../support/answer.ts';
import { versionBefore } from '../support/history.ts';

const RULE: Rule = {
  id: 'provenance-lost',
  family: 'dependency',
  shortDescription: 'The version before proved where it was built, this one does not',
  help: 'Earlier versions came with an attestation of the source and the build that made them. A version without one was published another way: by hand, from a new machine, or with a stolen token. See whether the project explains it, wait, or sign.',
  level: 'warning',
  confidence: 'medium',
  critical: false,
  signable: true,
  cwe: [345, 1357],
  requires: ['versions', 'provenance', 'dates'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const provenanceLost: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!namesVersion(subject, context.changes)) return CLEAR;
    const { evidence, now, thresholds } = context;
    const { resolvedVersion } = evidence;
    if (resolvedVersion.state === 'unavailable') return needs(subject, [['resolvedVersion', resolvedVersion]]);
    if (resolvedVersion.state !== 'known') return CLEAR;
    const { provenance, publishedAt, version } = resolvedVersion.value;
    const broken = provenance.state === 'known' && provenance.value.state === 'invalid' ? provenance.value : null;
    if ((provenance.state === 'known' && broken === null) || provenance.state === 'notApplicable') return CLEAR;
    if (publishedAt.state === 'known' && daysSince(publishedAt.value, now) >= thresholds.packageTooNewWarningDays)
      return CLEAR;
    const before = versionBefore(evidence);
    const attested = before.state === 'known' ? before.value.provenance : before;
    if (attested.state !== 'known' && attested.state !== 'unavailable') return CLEAR;
    const open = [
      ['provenance', provenance],
      ['previousProvenance', attested],
      ['publishedAt', publishedAt],
    ] as const;
    if (open.some(([, fact]) => fact.state === 'unavailable')) return needs(subject, open);
    if (before.state !== 'known' || publishedAt.state !== 'known') return CLEAR;
    return tell(RULE, subject, context, {
      message:
        broken === null
          ? `${spoken(subject, version)} carries no proof of where it was built, and ${before.value.version} did: it was published another way.`
          : `${spoken(subject, version)} carries an attestation that proves nothing (${broken.reason ?? 'it does not verify'}), and ${before.value.version} had one.`,
      remediation: 'See whether the project explains it, or wait for a version with provenance.',
      judged: { version, before: before.value.version },
    });
  },
};
