import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { fromRegistry, needs, tell } from '../support/answer.ts';

const RULE: Rule = {
  id: 'security-placeholder',
  family: 'dependency',
  shortDescription: 'The registry holds this name because malware was removed from it',
  help: 'The registry replaced everything under this name with an empty package after malicious code was found, or put the project under quarantine. Whatever the change wants from it is not there any more, and lockfiles or caches may still carry the malicious version. Remove the dependency and find out how it got in.',
  level: 'error',
  confidence: 'high',
  critical: true,
  signable: true,
  cwe: [506, 1357],
  requires: ['registryEntry'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const securityPlaceholder: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!fromRegistry(subject)) return CLEAR;
    if (subject.entry === 'import' && subject.type !== 'npm') return CLEAR;
    const { evidence } = context;
    if (evidence.registryEntry.state === 'absent') return CLEAR;
    const placeholder = evidence.securityPlaceholder;
    const status = evidence.projectStatus;
    const quarantined = status.state === 'known' && status.value === 'quarantined';
    const held = placeholder.state === 'known' && placeholder.value;
    if (held || quarantined) {
      return tell(RULE, subject, context, {
        message: held
          ? `${evidence.source} holds the name ${subject.name} with an empty security placeholder: malicious code was removed from it.`
          : `${evidence.source} has put ${subject.name} under quarantine: it is suspected to be malicious and cannot be installed.`,
        remediation: 'Remove the dependency and find out what suggested it.',
        judged: { held, quarantined },
      });
    }
    if (placeholder.state === 'unavailable' || status.state === 'unavailable') {
      return needs(subject, [
        ['securityPlaceholder', placeholder],
        ['projectStatus', status],
      ]);
    }
    return CLEAR;
  },
};
