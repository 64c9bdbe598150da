import type { AgentIdentity, Attribution } from '../core/attribution.ts';
import type { Detection } from '../core/detection.ts';
import type { Finding } from '../core/finding.ts';
import type { Rank } from '../core/host.ts';
import type { Route } from '../core/lookup.ts';
import type { Policy, Signers } from '../core/policy.ts';
import type { Level, Rule } from '../core/rule.ts';
import type { Thresholds } from '../core/thresholds.ts';

/** What of a finding decides whether it holds the merge. */
export type Weight = Pick<Finding, 'ruleId' | 'level' | 'confidence' | 'critical' | 'signable' | 'preExisting'>;

/** A policy as one pull request meets it: every question a review or a sign-off asks of it, answered. */
export interface AppliedPolicy {
  /** SHA-256 of the policy's canonical JSON. */
  readonly digest: string;
  readonly mode: 'enforce' | 'observe';
  /** Branches beside the default one that have a check of their own. */
  readonly guardedBranches: readonly string[];
  readonly thresholds: Thresholds;
  readonly fixturePaths: readonly string[];
  readonly excluded: (path: string) => boolean;
  readonly weigh: (detection: Detection, rule: Rule) => { readonly level: Level } | 'off';
  /** Whether a finding holds the merge of a change by this class of author. */
  readonly blocks: (finding: Weight, author: Pick<Attribution, 'class' | 'agent'>) => boolean;
  /** Whether an ordinary finding of a rule would: an unknown matters only then. */
  readonly couldBlock: (rule: Rule, author: Pick<Attribution, 'class' | 'agent'>) => boolean;
  readonly signersNeeded: (finding: Finding) => number;
  /** The rank that signing a finding takes. */
  readonly rankFor: (finding: Finding) => Rank;
  readonly signers: Signers;
  readonly interestedMaySign: 'never' | 'with-presence';
  /** How long a sign-off holds, in days. */
  readonly signOffDays: number;
  /** Whether a finding's sign-off may do without the press of a button. */
  readonly presenceRelaxed: (finding: Finding, author: Pick<Attribution, 'class' | 'agent'>) => boolean;
  /** Whether every push opens every sign-off again, or only those whose evidence changed. */
  readonly lapse: 'changed' | 'always';
  /** What becomes of a source that stays down: a person signs for it, or it blocks. */
  readonly sourceDown: 'sign' | 'block';
  readonly verbosity: 'short' | 'normal' | 'full';
  /** Coding agents and bots beside those that are known: for attribution, and for who may never sign. */
  readonly identities: readonly AgentIdentity[];
  /** Names that are never asked of a public source, and registries that count where the operator allows their host. */
  readonly privateNames: Policy['privateNames'];
  readonly registries: Policy['registries'];
  /** Whether a merge without our green check opens an issue even where no branch rule requires the check. */
  readonly bypassIssue: boolean;
  /** ISO 8601: when the next standing exception is over; null where none holds. */
  readonly exceptionsEnd: string | null;
  /** Sentences for the report: an invalid file, an expired exception. Plain text. */
  readonly notes: readonly string[];
}

/** Private names and registries as routes. A private name without a registry leads nowhere: it is asked of nobody. */
export function routesOf({ privateNames, registries }: Pick<AppliedPolicy, 'privateNames' | 'registries'>): Route[] {
  const named = privateNames.map(({ type, name }): Route => ({ type, names: name, registry: '' }));
  return [...registries, ...named];
}

/** A detection's weight on a change by this author, and whether it alone would hold the merge. */
export function weighFor(
  policy: Pick<AppliedPolicy, 'weigh' | 'blocks'>,
  author: Pick<Attribution, 'class' | 'agent'>,
): (detection: Detection, rule: Rule) => { readonly level: Level; readonly holds: boolean } | 'off' {
  return (detection, rule) => {
    const weight = policy.weigh(detection, rule);
    if (weight === 'off') return weight;
    const settled = {
      ruleId: rule.id,
      level: weight.level,
      confidence: detection.confidence ?? rule.confidence,
      critical: detection.critical ?? rule.critical,
      signable: detection.signable ?? rule.signable,
      preExisting: detection.preExisting ?? false,
    };
    return { ...weight, holds: policy.blocks(settled, author) };
  };
}
