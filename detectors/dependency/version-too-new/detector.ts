import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyContext, DependencyDetector } from '../../../src/core/detector.ts';
import { knownValue } from '../../../src/core/fact.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { daysSince, namesVersion, needs, spoken, tell } from '../support/answer.ts';
import { gainedScripts, newPublisher, openMarks, provenanceGone } from '../support/history.ts';

const RULE: Rule = {
  id: 'version-too-new',
  family: 'dependency',
  shortDescription: 'The version was published only hours ago',
  help: 'When a well-known package is taken over, the malicious version is usually found and removed within two days. An update that waits that long is spared most of it. Wait, or sign if the update is urgent; a version that fixes an advisory of the one before is exempt.',
  level: 'note',
  confidence: 'high',
  highest: { level: 'warning', confidence: 'high' },
  critical: false,
  signable: true,
  cwe: [1357],
  requires: ['versions', 'dates'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const versionTooNew: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!namesVersion(subject, context.changes)) return CLEAR;
    const { evidence, now, thresholds } = context;
    const { resolvedVersion } = evidence;
    if (resolvedVersion.state === 'unavailable') return needs(subject, [['resolvedVersion', resolvedVersion]]);
    if (resolvedVersion.state !== 'known') return CLEAR;
    const { version, publishedAt } = resolvedVersion.value;
    if (publishedAt.state === 'unavailable') return needs(subject, [['publishedAt', publishedAt]]);
    if (publishedAt.state !== 'known') return CLEAR;
    if (daysSince(publishedAt.value, now) >= thresholds.versionTooNewDays) return CLEAR;

    const changed = [
      gainedScripts(evidence).length > 0 ? 'gained an install script' : null,
      newPublisher(evidence)?.kind !== 'name' ? null : 'comes from a new publisher',
      provenanceGone(evidence) ? 'lost its provenance' : null,
    ].filter((each) => each !== null);
    // An update that closes a hole must not be held back for being quick; one that bears the marks of a take-over must.
    if (changed.length === 0 && fixesAdvisory(evidence)) {
      const open = openMarks(evidence);
      return open.length === 0 ? CLEAR : needs(subject, open);
    }
    const hours = Math.max(0, Math.floor((now - Date.parse(publishedAt.value)) / 3_600_000));
    const level = changed.length > 0 ? 'warning' : 'note';
    return tell(RULE, subject, context, {
      message: `${spoken(subject, version)} was published ${hours < 1 ? 'less than an hour' : hours === 1 ? '1 hour' : `${hours} hours`} ago${changed.length > 0 ? `, and it ${changed.join(' and ')}` : ''}. Taken-over versions are mostly found within two days.`,
      remediation: `Wait until the version is ${thresholds.versionTooNewDays} days old; it is looked at again by itself.`,
      level,
      judged: { version, publishedAt: publishedAt.value, changed },
    });
  },
};

/** Whether the version before had an advisory that this one has not. */
function fixesAdvisory(evidence: DependencyContext['evidence']): boolean {
  const before = knownValue(evidence.previousAdvisories) ?? [];
  const after = knownValue(evidence.advisories);
  if (after === undefined) return false;
  const open = new Set(after.map((each) => each.id));
  return before.some((each) => !each.malicious && !open.has(each.id));
}
