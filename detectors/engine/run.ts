import type { DependencyChange } from '../../src/core/dependency.ts';
import type { Detection, MissingFact } from '../../src/core/detection.ts';
import type { DependencyDetector } from '../../src/core/detector.ts';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import type { Unknown } from '../../src/core/finding.ts';
import type { Location } from '../../src/core/location.ts';
import { needsLookUp, type Rule } from '../../src/core/rule.ts';
import type { Thresholds } from '../../src/core/thresholds.ts';
import { factsNeverGiven } from './not-evaluated/index.ts';

/** One change with what is known of its package. */
export interface JudgedChange {
  readonly change: DependencyChange;
  readonly evidence: PackageEvidence;
}

export interface DependencyRun {
  readonly detections: readonly Detection[];
  /** Transient unknowns: the review is tried again. */
  readonly unknowns: readonly Unknown[];
  /** Rules that were left out by wish (`--allow-unknown`). */
  readonly leftOut: readonly string[];
}

/**
 * Runs every dependency rule over every change. A rule never answers for a fact that is missing; this does: what may
 * come later becomes an unknown, what never comes becomes the finding `not-evaluated`, one for each source.
 * `couldBlock` says whether an ordinary finding of a rule would hold this pull request's merge.
 */
export function runDependencyRules(
  judged: readonly JudgedChange[],
  detectors: readonly DependencyDetector[],
  context: {
    readonly thresholds: Thresholds;
    readonly now: number;
    readonly couldBlock: (rule: Rule) => boolean;
    readonly leaveOutLookUps: boolean;
    /** Every change of the pull request, removals included. */
    readonly changes: readonly DependencyChange[];
    /** Hosts of the registries that are asked, and the repository's owner: what is not foreign here. */
    readonly registryHosts: readonly string[];
    readonly owner: string | null;
  },
): DependencyRun {
  const running = context.leaveOutLookUps ? detectors.filter((each) => !needsLookUp(each.rule)) : detectors;
  const detections: Detection[] = [];
  const missing: Missing[] = [];

  for (const { change, evidence } of judged) {
    for (const detector of running) {
      const answer = detector.detect(change, {
        evidence,
        changes: context.changes,
        thresholds: context.thresholds,
        now: context.now,
        registryHosts: context.registryHosts,
        ...(context.owner === null ? {} : { owner: context.owner }),
      });
      if (answer.state === 'findings') detections.push(...answer.detections);
      if (answer.state === 'needs') {
        // What may still come is waited for first: with it the rule may not ask for what never comes.
        const later = answer.facts.filter((fact) => fact.transient);
        for (const fact of later.length > 0 ? later : answer.facts)
          missing.push({ ...fact, rule: detector.rule, location: change.location });
      }
    }
  }

  const transient = missing.filter((each) => each.transient);
  const permanent = missing.filter((each) => !each.transient);
  return {
    detections: [...detections, ...permanentUnknowns(permanent, context.couldBlock)],
    unknowns: transientUnknowns(transient, context.couldBlock),
    leftOut: detectors.filter((each) => !running.includes(each)).map((each) => each.rule.id),
  };
}

type Missing = MissingFact & { readonly rule: Rule; readonly location: Location };

function transientUnknowns(missing: readonly Missing[], couldBlock: (rule: Rule) => boolean): Unknown[] {
  const unknowns = new Map<string, { fact: MissingFact; rules: Rule[] }>();
  for (const { rule, location: _, ...fact } of missing) {
    const key = JSON.stringify([fact.subject, fact.fact, fact.source]);
    const entry = unknowns.get(key);
    if (entry === undefined) unknowns.set(key, { fact, rules: [rule] });
    else if (!entry.rules.includes(rule)) entry.rules.push(rule);
  }
  return [...unknowns.values()].map(({ fact, rules }) => ({
    ...fact,
    ruleIds: rules.map((rule) => rule.id),
    advisory: !rules.some(couldBlock),
  }));
}

function permanentUnknowns(missing: readonly Missing[], couldBlock: (rule: Rule) => boolean): Detection[] {
  const bySource = new Map<string, Missing[]>();
  for (const each of missing) bySource.set(each.source, [...(bySource.get(each.source) ?? []), each]);
  return [...bySource].flatMap(([source, all]) => {
    // Advisory gaps do not join a blocking finding: a person would sign for more than is asked.
    const blocking = all.filter((each) => couldBlock(each.rule));
    const advisory = all.filter((each) => !blocking.includes(each));
    return [
      ...(blocking.length === 0 ? [] : [factsNeverGiven(source, stated(blocking), 'error')]),
      ...(advisory.length === 0 ? [] : [factsNeverGiven(source, stated(advisory), 'note')]),
    ];
  });
}

function stated(missing: readonly Missing[]) {
  return missing.map(({ rule, ...fact }) => ({ ...fact, ruleId: rule.id }));
}
