import type { DependencyChange } from '../../../src/core/dependency.ts';
import { type Answer, CLEAR } from '../../../src/core/detection.ts';
import type { DependencyContext, DependencyDetector } from '../../../src/core/detector.ts';
import { compareHashes, hashesAgree } from '../../../src/core/integrity.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { needs } from '../support/answer.ts';
import { called, isLockEntry, tellOfFiles } from '../support/from-files.ts';

const RULE: Rule = {
  id: 'lockfile-integrity-changed',
  family: 'dependency',
  shortDescription: 'The hash of an unchanged version changed',
  help: 'A published version never changes, so its hash does not either. Another hash for the same version means other content, or a lockfile written by hand. Restore the line and let the package manager rebuild it; sign only if you know why the artefact differs.',
  level: 'error',
  confidence: 'high',
  critical: true,
  signable: true,
  cwe: [354, 494],
  requires: ['changes', 'integrity'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const lockfileIntegrityChanged: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!isLockEntry(subject) || subject.changeType !== 'altered') return CLEAR;
    if (subject.previous?.version !== subject.version || subject.previous === undefined) return CLEAR;
    const comparison = compareHashes({ type: subject.type, ...subject.previous }, subject);
    if (comparison === 'changed') {
      return changed(subject, 'has another hash than before, for the same version: other content is installed.');
    }
    if (comparison === 'weakened') {
      return changed(subject, 'lost its strong hash; what is left (MD5 or SHA-1) can be forged for other content.');
    }
    return comparison === 'unconfirmed' ? confirmed(subject, context) : CLEAR;
  },
};

/** Two algorithms that have nothing in common agree only where the registry says so. */
function confirmed(subject: DependencyChange, context: DependencyContext): Answer {
  const { resolvedVersion } = context.evidence;
  if (resolvedVersion.state === 'unavailable') return needs(subject, [['resolvedVersion', resolvedVersion]]);
  if (resolvedVersion.state === 'known') {
    const { integrity } = resolvedVersion.value;
    if (integrity.state === 'unavailable') return needs(subject, [['integrity', integrity]]);
    if (integrity.state === 'known' && hashesAgree(integrity.value, subject.integrity ?? '')) return CLEAR;
  }
  return changed(subject, 'has a hash of another algorithm than before, and the registry does not confirm it.');
}

function changed(subject: DependencyChange, what: string): Answer {
  return tellOfFiles(RULE, subject, {
    message: `${called(subject)} ${what}`,
    remediation: 'Restore the lockfile from the base and rebuild it with the package manager.',
    alike: subject.name,
    // The go command compares the hash itself before it reads a go.mod file, and no code comes of one.
    ...(subject.type === 'golang' && subject.scope === 'go.mod' ? { level: 'note', critical: false } : {}),
    judged: { previousIntegrity: subject.previous?.integrity ?? null },
  });
}
