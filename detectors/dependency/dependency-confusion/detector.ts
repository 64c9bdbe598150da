import type { DependencyChange } from '../../../src/core/dependency.ts';
import { type Answer, CLEAR } from '../../../src/core/detection.ts';
import type { DependencyContext, DependencyDetector } from '../../../src/core/detector.ts';
import { knownValue } from '../../../src/core/fact.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { fromRegistry, isEstablished, isOpen, needs, spoken, tell } from '../support/answer.ts';

const RULE: Rule = {
  id: 'dependency-confusion',
  family: 'dependency',
  shortDescription: 'A private name would be installed from a public registry',
  help: 'A name that belongs to a private registry, or to a package of this very repository, is taken from a public one. Whoever registers the private name there decides what is installed. Route the name to its own registry in the base, and register or reserve it publicly.',
  level: 'error',
  confidence: 'high',
  critical: true,
  signable: true,
  cwe: [427, 829],
  requires: ['registryEntry', 'versions', 'dates'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const dependencyConfusion: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!fromRegistry(subject) || subject.entry === 'import') return CLEAR;
    return pastRoute(subject, context) ?? ownName(subject, context) ?? loudVersion(subject, context);
  },
};

const REMEDIATION = 'Route the name to its own registry in the base, and have the lockfile written again.';

/** A name with a private route, and a lock entry that fetches it from somewhere else. */
function pastRoute(subject: DependencyChange, context: DependencyContext): Answer | null {
  const route = knownValue(context.evidence.privateRoute);
  if (route === undefined || subject.resolvedUrl === undefined) return null;
  const host = URL.parse(subject.resolvedUrl)?.host.toLowerCase();
  if (host === undefined || host === route) return null;
  return tell(RULE, subject, context, {
    message: `${spoken(subject)} belongs to the registry ${route}, and the lockfile fetches it from ${host}.`,
    remediation: REMEDIATION,
    judged: { route, host },
  });
}

/** A name that was, or is, a package of this repository. */
function ownName(subject: DependencyChange, context: DependencyContext): Answer | null {
  const { evidence, changes } = context;
  const was = subject.previous?.source;
  const local = was === 'workspace' || was === 'path';
  const beside = changes.some(
    (each) =>
      each.changeType !== 'removed' &&
      (each.source === 'workspace' || each.source === 'path') &&
      each.type === subject.type &&
      each.name === subject.name,
  );
  if (!local && !beside) return null;
  const { registryEntry } = evidence;
  if (registryEntry.state === 'unavailable') return needs(subject, [['registryEntry', registryEntry]]);
  if (registryEntry.state !== 'known') return null;
  return tell(RULE, subject, context, {
    message: `${spoken(subject)} is a package of this repository and would now come from ${evidence.source}, where somebody has the same name.`,
    remediation: 'Keep the local package as the source, or give it a scope of your own.',
    judged: { was: was ?? null, beside },
  });
}

/** A version that outbids every private one, of a package that has nothing else to show: `99.0.0`. */
function loudVersion(subject: DependencyChange, context: DependencyContext): Answer {
  const { evidence, now, thresholds } = context;
  if (isEstablished(evidence, now, thresholds.establishedDays)) return CLEAR;
  const { resolvedVersion, versions, firstPublishedAt } = evidence;
  const version = subject.version ?? knownValue(resolvedVersion)?.version;
  if (resolvedVersion.state === 'unavailable' && version === undefined) {
    return needs(subject, [['resolvedVersion', resolvedVersion]]);
  }
  if (version === undefined || !/^\D?(?:9{2,}|[1-9]\d{2})\./.test(version)) return CLEAR;
  if (evidence.registryEntry.state === 'absent' || resolvedVersion.state === 'absent') return CLEAR;
  if (versions.state === 'known' && versions.value.length > thresholds.fewVersions) return CLEAR;
  if (isOpen(versions) || isOpen(firstPublishedAt) || resolvedVersion.state === 'unavailable') {
    return needs(subject, [
      ['versions', versions],
      ['firstPublishedAt', firstPublishedAt],
      ['resolvedVersion', resolvedVersion],
    ]);
  }
  if (versions.state !== 'known' || firstPublishedAt.state !== 'known') return CLEAR;
  return tell(RULE, subject, context, {
    message: `${spoken(subject, version)} outbids every private version, and ${evidence.source} has only ${versions.value.length} of this young package: the shape of a dependency-confusion attack.`,
    remediation: REMEDIATION,
    confidence: 'medium',
    judged: { version, versions: versions.value.length },
  });
}
