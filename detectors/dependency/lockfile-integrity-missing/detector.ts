import type { DependencyChange } from '../../../src/core/dependency.ts';
import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import { isStronglyHashed } from '../../../src/core/integrity.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { called, isLockEntry, tellOfFiles } from '../support/from-files.ts';

const RULE: Rule = {
  id: 'lockfile-integrity-missing',
  family: 'dependency',
  shortDescription: 'A lockfile entry has no hash that proves its content',
  help: 'Without a hash the package manager installs whatever the address serves that day. Package managers write the hash themselves, so a missing one was usually removed, or the lockfile was written by a model. Rebuild the lockfile.',
  level: 'warning',
  confidence: 'high',
  highest: { level: 'error', confidence: 'high' },
  critical: false,
  signable: true,
  cwe: [354, 494],
  requires: ['changes'],
  since: '0.1.0',
};

/** Formats whose package manager writes a hash for everything that comes from a registry. */
const HASHED = new Set([
  'package-lock',
  'yarn-lock',
  'pnpm-lock',
  'bun-lock',
  'deno-lock',
  'poetry-lock',
  'uv-lock',
  'pdm-lock',
  'pipfile-lock',
  'cargo-lock',
  'packages-lock',
]);

/** See README.md of this folder. */
export const lockfileIntegrityMissing: DependencyDetector = {
  rule: RULE,
  detect(subject) {
    if (!isLockEntry(subject) || subject.source !== 'registry' || isStronglyHashed(subject)) return CLEAR;
    const { lock } = subject;
    if (lock === undefined || !HASHED.has(lock.format) || lock.baseUnhashed || writesNone(subject)) return CLEAR;
    const gone = subject.changeType === 'altered' && subject.previous?.integrity !== undefined;
    return tellOfFiles(RULE, subject, {
      message: gone
        ? `${called(subject)} lost its hash: the version stays, and any content would be accepted for it.`
        : `${called(subject)} is locked without a hash: any content would be accepted for it.`,
      remediation: 'Rebuild the lockfile with the package manager, which writes the hash.',
      alike: gone ? 'gone' : 'never',
      ...(gone ? { level: 'error', critical: true } : {}),
      judged: { previousIntegrity: subject.previous?.integrity ?? null },
    });
  },
};

/** Bundled packages come inside another's archive; yarn berry hashes no archive of another platform (its `conditions`). */
function writesNone(subject: DependencyChange): boolean {
  if (subject.scope === 'bundled' && subject.resolvedUrl === undefined) return true;
  return subject.lock?.format === 'yarn-lock' && subject.marker !== undefined;
}
