import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { daysSince, namesVersion, needs, spoken, tell, type Wanted } from '../support/answer.ts';
import { attestedBefore } from '../support/history.ts';

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
    // The version that is left may never have been attested: what counts then is the one that stood before.
    const before = attestedBefore(evidence);
    const missing = [evidence.previousVersion, evidence.predecessor]
      .map((each) => (each.state === 'known' ? each.value.provenance : each))
      .find((each) => each.state === 'unavailable');
    if (before === undefined && missing === undefined) return CLEAR;
    const open: Wanted = [
      ['provenance', provenance],
      ...(before === undefined && missing !== undefined ? [['previousProvenance', missing] as const] : []),
      ['publishedAt', publishedAt],
    ];
    if (open.some(([, fact]) => fact.state === 'unavailable')) return needs(subject, open);
    if (before === undefined || publishedAt.state !== 'known') return CLEAR;
    return tell(RULE, subject, context, {
      message:
        broken === null
          ? `${spoken(subject, version)} carries no proof of where it was built, and ${before.version} did: it was published another way.`
          : `${spoken(subject, version)} carries an attestation that proves nothing (${broken.reason ?? 'it does not verify'}), and ${before.version} had one.`,
      remediation: 'See whether the project explains it, or wait for a version with provenance.',
      judged: { version, before: before.version },
    });
  },
};
