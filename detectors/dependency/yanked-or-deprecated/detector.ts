import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { isOpen, namesVersion, needs, spoken, tell } from '../support/answer.ts';

const RULE: Rule = {
  id: 'yanked-or-deprecated',
  family: 'dependency',
  shortDescription: 'The version was withdrawn, or its authors advise against it',
  help: 'A yanked version was withdrawn by its authors, mostly because it is broken or unsafe; a deprecated one works and is no longer looked after. Models know old packages best and name them long after. Take what the notice recommends.',
  level: 'note',
  confidence: 'high',
  highest: { level: 'warning', confidence: 'high' },
  critical: false,
  signable: true,
  cwe: [1104, 477],
  requires: ['versions', 'deprecation'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const yankedOrDeprecated: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!namesVersion(subject, context.changes) || subject.changeType === 'altered') return CLEAR;
    const { resolvedVersion, projectStatus } = context.evidence;
    if (resolvedVersion.state === 'unavailable') return needs(subject, [['resolvedVersion', resolvedVersion]]);
    if (resolvedVersion.state !== 'known') return CLEAR;
    const { deprecation, yanked, version } = resolvedVersion.value;
    const remediation = 'Take what the notice recommends, or a version that is looked after.';
    if (yanked.state === 'known') {
      return tell(RULE, subject, context, {
        message: `${spoken(subject, version)} was withdrawn by its authors${reason(yanked.value)}`,
        remediation,
        level: 'warning',
        judged: { yanked: yanked.value },
      });
    }
    if (deprecation.state === 'known') {
      return tell(RULE, subject, context, {
        message: `${spoken(subject, version)} is deprecated${reason(deprecation.value)}`,
        remediation,
        judged: { deprecation: deprecation.value },
      });
    }
    if (projectStatus.state === 'known' && projectStatus.value !== 'quarantined') {
      return tell(RULE, subject, context, {
        message: `${subject.name} is ${projectStatus.value}: nobody looks after it any more.`,
        remediation,
        judged: { projectStatus: projectStatus.value },
      });
    }
    return isOpen(yanked) || isOpen(deprecation) || isOpen(projectStatus)
      ? needs(subject, [
          ['yanked', yanked],
          ['deprecation', deprecation],
          ['projectStatus', projectStatus],
        ])
      : CLEAR;
  },
};

function reason(notice: string): string {
  const text = notice.trim().replace(/\s+/g, ' ');
  if (text === '') return '.';
  return `: ${text.length > 160 ? `${text.slice(0, 159)}…` : text}`;
}
