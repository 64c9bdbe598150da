import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { called, tellOfFiles } from '../support/from-files.ts';

const RULE: Rule = {
  id: 'lockfile-manifest-mismatch',
  family: 'dependency',
  shortDescription: 'Lockfile and manifest do not fit together',
  help: 'A package manager never writes a version outside the range that asks for it, nor an entry that nothing asks for: such a line was written by hand, to be installed unseen. A dependency that the lockfile lacks is resolved anew on every install. Rebuild the lockfile from the manifest.',
  level: 'error',
  confidence: 'high',
  critical: false,
  signable: true,
  cwe: [494, 1357],
  requires: ['changes'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const lockfileManifestMismatch: DependencyDetector = {
  rule: RULE,
  detect(subject) {
    const { lock } = subject;
    if (lock === undefined || subject.changeType === 'removed') return CLEAR;
    const [ask] = lock.outOfRange;
    if (ask !== undefined) {
      return tellOfFiles(RULE, subject, {
        message: `${lock.path} locks ${called(subject)}, and ${ask.by} asks for ${ask.range}: no package manager resolves it so.`,
        remediation: 'Rebuild the lockfile, or change the range where the version is meant.',
        alike: 'range',
        judged: { asks: lock.outOfRange.map((one) => `${one.by}: ${one.range}`) },
      });
    }
    if (lock.reached === false) {
      return tellOfFiles(RULE, subject, {
        message: `${lock.path} installs ${called(subject)}, and no manifest and no other package asks for it.`,
        remediation: 'Rebuild the lockfile from the manifest: an entry that nothing leads to disappears.',
        alike: 'unreached',
        judged: { reached: false },
      });
    }
    if (lock.state !== 'absent' || subject.entry !== 'manifest') return CLEAR;
    return tellOfFiles(RULE, subject, {
      message: `${subject.name} stands in ${subject.location.path} and not in ${lock.path}: every install picks its version anew.`,
      remediation: 'Run the package manager once and commit the lockfile with the manifest.',
      alike: 'absent',
      level: 'warning',
      judged: { state: 'absent' },
    });
  },
};
