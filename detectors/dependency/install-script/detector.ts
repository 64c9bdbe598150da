import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyContext, DependencyDetector } from '../../../src/core/detector.ts';
import { type Fact, knownValue } from '../../../src/core/fact.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { daysSince, isEstablished, namesVersion, needs, spoken, tell } from '../support/answer.ts';
import { gainedScripts, versionBefore } from '../support/history.ts';

const RULE: Rule = {
  id: 'install-script',
  family: 'dependency',
  shortDescription: 'Installing the package runs its code, and that is new or the package is unproven',
  help: 'Install scripts run on every machine that installs the package, with all rights of whoever installs. It is the usual way in for malicious packages. Long-known packages that always had one are not told. Read the script, install with scripts switched off, or sign.',
  level: 'warning',
  confidence: 'medium',
  highest: { level: 'error', confidence: 'medium' },
  critical: false,
  signable: true,
  cwe: [829, 506],
  requires: ['versions', 'installScripts', 'dates'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const installScript: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!namesVersion(subject, context.changes)) return CLEAR;
    const { evidence, thresholds, now } = context;
    const { resolvedVersion } = evidence;
    if (resolvedVersion.state === 'unavailable') return needs(subject, [['resolvedVersion', resolvedVersion]]);
    if (resolvedVersion.state !== 'known') return CLEAR;
    const { installScripts, version } = resolvedVersion.value;
    if (installScripts.state !== 'known' && installScripts.state !== 'unavailable') return CLEAR;
    const scripts = knownValue(installScripts);
    if (scripts !== undefined && scripts.length === 0) return CLEAR;

    const gain = gained(context);
    const established = isEstablished(evidence, now, thresholds.establishedDays);
    if (scripts === undefined) {
      return gain.state === 'no' && established ? CLEAR : needs(subject, [['installScripts', installScripts]]);
    }
    const what = `Installing ${spoken(subject, version)} runs its ${scripts.join(', ')}`;
    const judged = { version, scripts: [...scripts] };
    const remediation = 'Read the script, or install with scripts switched off (`--ignore-scripts`), and sign.';
    if (gain.state === 'yes') {
      return tell(RULE, subject, context, {
        message: `${what}, and the version before had no install script. Taken-over packages usually show themselves this way.`,
        remediation,
        level: hasAged(context) ? 'warning' : 'error',
        judged: { ...judged, why: 'gained' },
      });
    }
    // What is told below holds no agent's change; a gain would, so it is not told in the place of one that may be.
    if (gain.state === 'open') return needs(subject, [['versionHistory', gain.missing]]);
    const further = gainedScripts(evidence);
    if (further.length > 0 && !hasAged(context)) {
      return tell(RULE, subject, context, {
        message: `Installing ${spoken(subject, version)} now also runs its ${further.join(', ')}, which the version before did not have.`,
        remediation,
        judged: { ...judged, why: 'further' },
      });
    }
    if (!established) {
      const first = evidence.firstPublishedAt;
      if (first.state === 'unavailable') return needs(subject, [['firstPublishedAt', first]]);
      return tell(RULE, subject, context, {
        message: `${what}, and the package is not yet proven: it is neither widely used nor a year old.`,
        remediation,
        judged: { ...judged, why: 'unproven' },
      });
    }
    return CLEAR;
  },
};

type Gain = { readonly state: 'yes' | 'no' } | { readonly state: 'open'; readonly missing: Fact<unknown> };

/** Whether the version before had none. For a package that is added, only a recent version counts as a gain. */
function gained({ evidence, now, thresholds }: DependencyContext): Gain {
  const before = versionBefore(evidence);
  const scripts = before.state === 'known' ? before.value.installScripts : before;
  if (scripts.state !== 'unavailable' && scripts.state !== 'known') return { state: 'no' };
  if (before.state === 'known' && (knownValue(before.value.installScripts)?.length ?? 0) > 0) return { state: 'no' };
  if (evidence.previousVersion.state === 'notApplicable') {
    const publishedAt = knownValue(evidence.resolvedVersion)?.publishedAt;
    if (publishedAt?.state === 'unavailable') return { state: 'open', missing: publishedAt };
    if (publishedAt?.state !== 'known') return { state: 'no' };
    if (daysSince(publishedAt.value, now) >= thresholds.packageTooNewWarningDays) return { state: 'no' };
  }
  return scripts.state === 'unavailable' ? { state: 'open', missing: scripts } : { state: 'yes' };
}

/** A take-over is found within days: after two months a script that came is a change, and no alarm. */
function hasAged({ evidence, now, thresholds }: DependencyContext): boolean {
  const publishedAt = knownValue(evidence.resolvedVersion)?.publishedAt;
  return publishedAt?.state === 'known' && daysSince(publishedAt.value, now) >= thresholds.packageTooNewWarningDays;
}
