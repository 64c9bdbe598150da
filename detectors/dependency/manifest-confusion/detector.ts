import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { fromRegistry, needs, spoken, tell } from '../support/answer.ts';

const RULE: Rule = {
  id: 'manifest-confusion',
  family: 'dependency',
  shortDescription: 'The lockfile and the registry disagree on whether the package runs code at install',
  help: 'Package managers copy into the lockfile whether a package has install scripts. Where the registry says otherwise for the same version, the lockfile was edited, or the manifest the registry shows is not the one in the package. Tools that trust one of the two are then blind. Resolve the entry again and look at the package itself.',
  level: 'warning',
  confidence: 'medium',
  critical: false,
  signable: true,
  cwe: [345, 451],
  requires: ['versions', 'installScripts'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const manifestConfusion: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!fromRegistry(subject) || subject.entry !== 'lockfile' || subject.installScript === undefined) return CLEAR;
    const { resolvedVersion, source } = context.evidence;
    if (resolvedVersion.state === 'unavailable') return needs(subject, [['resolvedVersion', resolvedVersion]]);
    if (resolvedVersion.state !== 'known') return CLEAR;
    const { installScripts, version } = resolvedVersion.value;
    if (installScripts.state === 'unavailable') return needs(subject, [['installScripts', installScripts]]);
    if (installScripts.state !== 'known') return CLEAR;
    const runs = installScripts.value.length > 0;
    if (runs === subject.installScript) return CLEAR;
    return tell(RULE, subject, context, {
      message: runs
        ? `The lockfile says that ${spoken(subject, version)} runs nothing at install, ${source} says that it runs its ${installScripts.value.join(', ')}.`
        : `The lockfile says that ${spoken(subject, version)} runs code at install, ${source} shows no such script: the two manifests differ.`,
      remediation: 'Let the package manager write the entry again; if the difference stays, read the package itself.',
      judged: { lockfile: subject.installScript, registry: [...installScripts.value] },
    });
  },
};
