import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import { knownValue } from '../../../src/core/fact.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { isOpen, namesVersion, needs, spoken, tell } from '../support/answer.ts';

const RULE: Rule = {
  id: 'version-not-found',
  family: 'dependency',
  shortDescription: 'The package exists, but no version fits what the change asks for',
  help: 'The registry knows the package and has no version that this entry would accept: the version was invented, mistyped or withdrawn. Whoever can publish under the name can fill the gap. Choose a version that exists.',
  level: 'error',
  confidence: 'high',
  critical: true,
  signable: true,
  cwe: [1357],
  requires: ['versions'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const versionNotFound: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!namesVersion(subject, context.changes)) return CLEAR;
    if (subject.version === undefined && subject.range === undefined) return CLEAR;
    const { registryEntry, versions, resolvedVersion, source } = context.evidence;
    if (registryEntry.state === 'absent' || registryEntry.state === 'notApplicable') return CLEAR;
    // A package without any version is the other rule's finding.
    if (versions.state === 'known' && versions.value.length === 0) return CLEAR;
    if (resolvedVersion.state === 'unavailable') return needs(subject, [['versions', resolvedVersion]]);
    if (isOpen(versions)) return needs(subject, [['versions', versions]]);
    if (resolvedVersion.state === 'known') {
      const { belongs, version } = resolvedVersion.value;
      if (isOpen(belongs)) return needs(subject, [['belongs', belongs]]);
      if (belongs.state !== 'known' || belongs.value) return CLEAR;
      return tell(RULE, subject, context, {
        message: `${spoken(subject, version)} is on no branch and no tag of ${subject.name}: GitHub hands out commits of forks under the name of the repository they were forked from, so anybody may have written it.`,
        remediation: 'Pin a commit that a tag or a branch of the repository leads to.',
        judged: { asked: version, belongs: false, source },
      });
    }
    if (resolvedVersion.state !== 'absent') return CLEAR;

    const asked = subject.version === undefined ? `${subject.name} in the range ${subject.range}` : spoken(subject);
    // Actions and images are asked version by version: which others there are is not known.
    const newest = knownValue(versions)?.at(-1);
    return tell(RULE, subject, context, {
      message: `${source} has no ${asked}${newest === undefined ? '' : `; the newest version there is ${newest}`}. A version that does not exist was invented, mistyped or withdrawn.`,
      remediation: 'Name a version that exists, and let the package manager write the lockfile.',
      judged: { asked: subject.version ?? subject.range ?? null, source },
    });
  },
};
