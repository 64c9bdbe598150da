import picomatch from 'picomatch';
import type { Attribution } from '../core/attribution.ts';
import type { Detection } from '../core/detection.ts';
import type { Finding } from '../core/finding.ts';
import type { Rank } from '../core/host.ts';
import { isPolicyPath, type Policy, PROTECTED_RULES, policyDigest, type Scrutiny } from '../core/policy.ts';
import type { Confidence, Level, Rule } from '../core/rule.ts';
import type { AppliedPolicy, Weight } from './applied.ts';
import { atLeast } from './authorise.ts';
import { exceptionFor, exceptionNotes, nextEnd } from './exceptions.ts';

const SEVERITY: Readonly<Record<Level, number>> = { error: 3, warning: 2, note: 1 };
const SCRUTINY: Readonly<Record<Scrutiny, number>> = { strict: 3, standard: 2, critical: 1 };

/** Answers every question that a review or a sign-off asks of a policy. `now` in milliseconds; expired exceptions do not count. */
export function applyPolicy(policy: Policy, notes: readonly string[], now: number): AppliedPolicy {
  const excluded = picomatch([...policy.excludedPaths], { dot: true });
  return {
    digest: policyDigest(policy),
    mode: policy.mode,
    guardedBranches: policy.branches,
    thresholds: policy.thresholds,
    fixturePaths: policy.fixturePaths,
    excluded: (path) => policy.excludedPaths.length > 0 && excluded(path) && !isPolicyPath(path),
    weigh: (detection, rule) => weigh(policy, detection, rule, now),
    blocks: (finding, author) => blocks(policy, finding, author),
    couldBlock: (rule, author) => couldBlock(policy, rule, author),
    signersNeeded: (finding) => (needsTwo(policy, finding) ? 2 : 1),
    rankFor: (finding) => rankFor(policy, finding),
    signers: policy.signers,
    interestedMaySign: policy.signers.interested,
    signOffDays: policy.signers.days,
    presenceRelaxed: (finding, { class: author }) =>
      !finding.critical &&
      !PROTECTED_RULES.includes(finding.ruleId) &&
      policy.presence.relaxedRules.includes(finding.ruleId) &&
      policy.presence.relaxedClasses.some((relaxed) => relaxed === author),
    lapse: policy.lapse,
    sourceDown: policy.sourceDown,
    verbosity: policy.verbosity,
    identities: policy.identities,
    privateNames: policy.privateNames,
    registries: policy.registries,
    bypassIssue: policy.bypassIssue,
    exceptionsEnd: nextEnd(policy.exceptions, now),
    notes: [...notes, ...exceptionNotes(policy.exceptions, now), ...relaxationNotes(policy)],
  };
}

type Author = Pick<Attribution, 'class' | 'agent'>;

function weigh(policy: Policy, detection: Detection, rule: Rule, now: number): { readonly level: Level } | 'off' {
  const own = detection.level ?? rule.level;
  if (PROTECTED_RULES.includes(rule.id)) return { level: own };
  // What nobody can sign, nobody can except.
  const signable = detection.signable ?? rule.signable;
  if (signable && exceptionFor(policy.exceptions, detection, now) !== null) return { level: 'note' };
  const set = policy.rules[rule.id]?.level;
  if (set === 'off') return 'off';
  if (set === undefined) return { level: own };
  // A detection that says of itself that it weighs less than its rule is not lifted to what the rule is set to.
  if (own === rule.level) return { level: set };
  return { level: SEVERITY[set] < SEVERITY[own] ? set : own };
}

function blocks(policy: Policy, finding: Weight, author: Author): boolean {
  if (finding.preExisting) return false;
  if (finding.ruleId === 'policy-changed') return true;
  const set = policy.rules[finding.ruleId]?.blocks;
  if (set !== undefined && !PROTECTED_RULES.includes(finding.ruleId)) {
    return finding.level !== 'note' && set.includes(finding.confidence);
  }
  if (finding.level !== 'error') return false;
  return holds(scrutinyOf(policy, author), finding.confidence, isGrave(finding, finding.ruleId));
}

function couldBlock(policy: Policy, rule: Rule, author: Author): boolean {
  if (PROTECTED_RULES.includes(rule.id)) return true;
  const set = policy.rules[rule.id];
  const level = set?.level ?? rule.highest?.level ?? rule.level;
  const confidence = rule.highest?.confidence ?? rule.confidence;
  if (level === 'off') return false;
  if (set?.blocks !== undefined)
    return level !== 'note' && (set.blocks.includes(confidence) || set.blocks.includes(rule.confidence));
  return level === 'error' && holds(scrutinyOf(policy, author), confidence, isGrave(rule, rule.id));
}

/** What holds a merge at any scrutiny: also what could not be read, or an unknown would pass where little is asked. */
function isGrave(marks: { readonly critical: boolean; readonly signable: boolean }, ruleId: string): boolean {
  return marks.critical || !marks.signable || PROTECTED_RULES.includes(ruleId);
}

function holds(scrutiny: Scrutiny, confidence: Confidence, grave: boolean): boolean {
  switch (scrutiny) {
    case 'strict':
      return confidence !== 'low';
    case 'standard':
      return confidence === 'high';
    case 'critical':
      return grave && confidence === 'high';
  }
}

/** An agent's own setting raises what its class has, and never lowers it. */
function scrutinyOf(policy: Policy, author: Author): Scrutiny {
  const byClass = policy.appliesTo.classes[author.class];
  const byAgent = author.agent === null ? undefined : policy.appliesTo.agents[author.agent];
  return byAgent !== undefined && SCRUTINY[byAgent] > SCRUTINY[byClass] ? byAgent : byClass;
}

function needsTwo(policy: Policy, finding: Finding): boolean {
  const { twoPerson } = policy.signers;
  return twoPerson.includes(finding.ruleId) || (finding.critical && twoPerson.includes('critical'));
}

function rankFor(policy: Policy, finding: Finding): Rank {
  if (finding.ruleId === 'policy-changed') return 'admin';
  const own = policy.signers.ruleRanks[finding.ruleId] ?? policy.signers.rank;
  return atLeast(own, policy.signers.rank) ? own : policy.signers.rank;
}

function relaxationNotes({ presence: { relaxedRules, relaxedClasses } }: Policy): readonly string[] {
  if (relaxedRules.length === 0 || relaxedClasses.length === 0) return [];
  const whose = relaxedClasses.map((each) => (each === 'human' ? 'people' : 'dependency bots')).join(' and ');
  return [`Signing for ${relaxedRules.join(', ')} takes no Confirm on changes by ${whose}: the policy relaxes it.`];
}
