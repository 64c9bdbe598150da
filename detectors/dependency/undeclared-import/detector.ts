import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { isEstablished, isOpen, needs } from '../support/answer.ts';
import { tellOfFiles } from '../support/from-files.ts';

const RULE: Rule = {
  id: 'undeclared-import',
  family: 'dependency',
  shortDescription: 'Code imports a package that no manifest declares',
  help: 'The import fails, or works by accident because another package brought the name along. A model that invents an import often invents the name too, and the next step is that somebody installs it. Declare the package that is meant, or correct the import.',
  level: 'note',
  confidence: 'medium',
  highest: { level: 'error', confidence: 'medium' },
  critical: false,
  signable: true,
  cwe: [1357, 829],
  requires: ['changes', 'registryEntry', 'dates'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const undeclaredImport: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (subject.entry !== 'import' || subject.changeType === 'removed') return CLEAR;
    const { evidence, thresholds, now } = context;
    const { registryEntry, firstPublishedAt } = evidence;
    if (isOpen(registryEntry)) return needs(subject, [['registryEntry', registryEntry]]);
    const fresh = thresholds.packageTooNewErrorDays;
    const isAbsent = registryEntry.state === 'absent';
    const looksYoung = registryEntry.state === 'known' && !isEstablished(evidence, now, fresh);
    if (looksYoung && isOpen(firstPublishedAt)) return needs(subject, [['firstPublishedAt', firstPublishedAt]]);
    const isFresh = looksYoung && firstPublishedAt.state === 'known';
    const why = isAbsent
      ? ', and the registry does not know the name'
      : isFresh
        ? ', and the name was first published a few days ago'
        : '';
    return tellOfFiles(RULE, subject, {
      message: `${subject.name} is imported here, and no manifest declares it${why}.`,
      remediation: isAbsent || isFresh ? 'Find the package that was meant.' : 'Declare the package in the manifest.',
      alike: subject.name,
      ...(isAbsent || isFresh ? { level: 'error' } : {}),
      judged: { registryEntry: registryEntry.state, fresh: isFresh },
    });
  },
};
