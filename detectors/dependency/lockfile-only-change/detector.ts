import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import { isStronglyHashed } from '../../../src/core/integrity.ts';
import { hostOf, isPublicHost } from '../../../src/core/registry-hosts.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { called, isLockEntry, tellOfFiles } from '../support/from-files.ts';

const RULE: Rule = {
  id: 'lockfile-only-change',
  family: 'dependency',
  shortDescription: 'The lockfile changed without its manifest, in a way a refresh does not explain',
  help: 'A refresh of the lockfile moves versions within their ranges, on the same hosts, with hashes. An entry that does not fit that picture deserves a look at where it came from.',
  level: 'note',
  confidence: 'medium',
  critical: false,
  signable: true,
  cwe: [829],
  requires: ['changes'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const lockfileOnlyChange: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    const { lock } = subject;
    if (lock === undefined || !isLockEntry(subject) || lock.manifestChanged || lock.newLockfile) return CLEAR;
    // An entry that its manifest does not explain is lockfile-manifest-mismatch's to answer for.
    if (lock.reached === false || lock.outOfRange.length > 0) return CLEAR;
    const host = subject.resolvedUrl === undefined ? undefined : hostOf(subject.resolvedUrl);
    const sameHost =
      host === undefined ||
      isPublicHost(subject.type, host) ||
      lock.baseHosts.includes(host) ||
      context.registryHosts?.includes(host) === true;
    const odd = [
      ...(sameHost ? [] : [`it comes from ${host}`]),
      ...(isStronglyHashed(subject) || lock.baseUnhashed || isUnhashable(subject.scope, subject.marker)
        ? []
        : ['it has no hash']),
      ...(subject.source === 'registry' ? [] : [`its source is ${subject.source}`]),
    ];
    if (odd.length === 0 || (subject.source !== 'registry' && subject.previous?.source === subject.source))
      return CLEAR;
    return tellOfFiles(RULE, subject, {
      message: `Only the lockfile changed, and ${called(subject)} is no plain refresh: ${odd.join(', ')}.`,
      remediation: 'Ask for the command that made the change, and run it yourself.',
      alike: lock.path,
      judged: { odd },
    });
  },
};

function isUnhashable(scope: string, marker: string | undefined): boolean {
  return scope === 'bundled' || marker !== undefined;
}
