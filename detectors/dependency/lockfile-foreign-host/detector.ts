import type { DependencyChange } from '../../../src/core/dependency.ts';
import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import { hostOf, isPublicHost } from '../../../src/core/registry-hosts.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { called, isLockEntry, tellOfFiles } from '../support/from-files.ts';

const RULE: Rule = {
  id: 'lockfile-foreign-host',
  family: 'dependency',
  shortDescription: 'A lockfile downloads a package from a host that this repository does not use',
  help: 'A package manager downloads what the lockfile says, and reviewers rarely read it: one changed address is enough to install other code. Rebuild the lockfile with the package manager, or name the host in the settings if the registry is yours.',
  level: 'error',
  confidence: 'high',
  critical: true,
  signable: true,
  cwe: [494, 829],
  requires: ['changes'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const lockfileForeignHost: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!isLockEntry(subject) || subject.resolvedUrl === undefined) return CLEAR;
    if (subject.source !== 'registry' && subject.source !== 'url') return CLEAR;
    const host = hostOf(subject.resolvedUrl);
    if (host === undefined) return CLEAR;
    const before = subject.previous?.resolvedUrl === undefined ? undefined : hostOf(subject.previous.resolvedUrl);
    const lostTls = /^http:/i.test(subject.resolvedUrl) && !/^http:/i.test(subject.previous?.resolvedUrl ?? '');
    const known =
      isPublicHost(subject.type, host) ||
      subject.lock?.baseHosts.includes(host) === true ||
      context.registryHosts?.includes(host) === true;
    // An address that a manifest names openly is judged as what it is, by non-registry-source.
    if (!known && isDeclaredAddress(subject)) return CLEAR;
    if (known && !lostTls) return CLEAR;
    const instead = before === undefined || before === host ? '' : ` instead of ${before}`;
    return tellOfFiles(RULE, subject, {
      message: known
        ? `${called(subject)} is downloaded from ${host} without encryption: whoever sits on the way can replace it.`
        : `${called(subject)} is downloaded from ${host}${instead}, a host that no lockfile of the base and no setting names.`,
      remediation: known
        ? 'Rebuild the lockfile so that the address begins with https.'
        : `Rebuild the lockfile with the package manager; if ${host} is a registry of yours, name it in the operator's settings.`,
      alike: known ? `http:${host}` : host,
      judged: { host, previousHost: before ?? null },
    });
  },
};

function isDeclaredAddress(subject: DependencyChange): boolean {
  return (subject.declared ?? []).some((entry) => entry.range === subject.resolvedUrl);
}
