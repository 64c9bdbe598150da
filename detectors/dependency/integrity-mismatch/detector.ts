import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import { acceptsMore, compareHashes } from '../../../src/core/integrity.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { fromRegistry, needs, spoken, tell } from '../support/answer.ts';

const RULE: Rule = {
  id: 'integrity-mismatch',
  family: 'dependency',
  shortDescription: 'The lockfile pins other content than the registry serves for this version',
  help: 'The hash in the lockfile is not the one the registry states for the same version. Either the lockfile was edited so that other content is accepted, or the registry serves something else than before. Neither is an accident of ordinary work. Restore the entry by letting the package manager resolve it again.',
  level: 'error',
  confidence: 'high',
  critical: true,
  signable: true,
  cwe: [345, 494],
  requires: ['versions', 'integrity'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const integrityMismatch: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!fromRegistry(subject) || subject.entry !== 'lockfile' || subject.integrity === undefined) return CLEAR;
    const { resolvedVersion, source } = context.evidence;
    if (resolvedVersion.state === 'unavailable') return needs(subject, [['resolvedVersion', resolvedVersion]]);
    if (resolvedVersion.state !== 'known') return CLEAR;
    const { integrity } = resolvedVersion.value;
    if (integrity.state === 'unavailable') return needs(subject, [['integrity', integrity]]);
    if (integrity.state !== 'known') return CLEAR;
    // Between two lockfiles of PyPI a set of hashes may grow; beside the registry's own set each one more is a stranger's.
    const isForeign =
      compareHashes({ type: subject.type, integrity: integrity.value }, subject) === 'changed' ||
      acceptsMore(integrity.value, subject.integrity);
    if (!isForeign) return CLEAR;
    return tell(RULE, subject, context, {
      message: `The lockfile's hash of ${spoken(subject)} is not the one that ${source} states: other content would be accepted under this name and version.`,
      remediation: 'Delete the entry and let the package manager write it again from the registry.',
      judged: { registry: integrity.value, lockfile: subject.integrity },
    });
  },
};
