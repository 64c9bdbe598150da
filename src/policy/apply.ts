import picomatch from 'picomatch';
import semver from 'semver';
import type { AuthorClass } from '../core/attribution.ts';
import type { Detection } from '../core/detection.ts';
import { digestOf } from '../core/digest.ts';
import type { Finding } from '../core/finding.ts';
import type { Rank } from '../core/host.ts';
import {
  DEFAULT_POLICY,
  isPolicyPath,
  type Policy,
  type PolicyException,
  PROTECTED_RULES,
  policyDigest,
  type Scrutiny,
} from '../core/policy.ts';
import type { Confidence, Level, Rule } from '../core/rule.ts';
import type { AppliedPolicy } from './applied.ts';

const DAY_MS = 86_400_000;
/** Days before its end that an exception is announced. */
const ANNOUNCE_DAYS = 7;
const LEVELS: readonly Level[] = ['note', 'warning', 'error'];
const SCRUTINY: readonly Scrutiny[] = ['critical', 'standard', 'strict'];

/**
 * A policy as answers to what a review and a sign-off ask. `notes` of the loading come first; `now` is milliseconds
 * since the epoch. An expired exception does not count, and changes the digest: what rested on it is judged anew.
 */
export function applyPolicy(policy: Policy, notes: readonly string[], now: number): AppliedPolicy {
  const live = policy.exceptions.filter((exception) => endOf(exception) > now);
  const expired = policy.exceptions.filter((exception) => endOf(exception) <= now);
  const excepts = live.map(matcherOf);
  const excluded = picomatchAny(policy.excludedPaths);
  return {
    digest: digestOf({
      policy: policyDigest(policy),
      expired: expired.map(({ rule, expires }) => `${rule} ${expires}`),
    }),
    mode: policy.mode,
    guardedBranches: policy.branches,
    thresholds: policy.thresholds,
    fixturePaths: policy.fixturePaths,
    excluded: (path) => !isPolicyPath(path) && excluded(path),
    weigh: (detection, rule) => weigh(policy, excepts, detection, rule),
    blocks: (finding, author, agent?: string | null) =>
      !finding.preExisting && holds(policy, finding, scrutinyOf(policy, author, agent)),
    couldBlock: (rule, author, agent?: string | null) => couldHold(policy, rule, scrutinyOf(policy, author, agent)),
    signersNeeded: ({ ruleId, critical }) =>
      policy.signers.twoPerson.includes(ruleId) || (critical && policy.signers.twoPerson.includes('critical')) ? 2 : 1,
    rankFor: (finding) => rankFor(policy, finding),
    interestedMaySign: policy.signers.interested,
    signOffDays: policy.signers.days,
    presenceRelaxed: (finding, author) => presenceRelaxed(policy, finding, author),
    lapse: policy.lapse,
    sourceDown: policy.sourceDown,
    verbosity: policy.verbosity,
    notes: [
      ...notes,
      ...expired.map(expiredNote),
      ...live.flatMap((exception) => endingNote(exception, now)),
      ...relaxedNote(policy),
    ],
  };
}

/** What an author's change is held to. Without the agent's name, the strictest setting of any agent counts for all. */
function scrutinyOf(policy: Policy, author: AuthorClass, agent: string | null | undefined): Scrutiny {
  const own = policy.appliesTo.classes[author];
  if (author !== 'agent') return own;
  const { agents } = policy.appliesTo;
  const settings =
    agent == null
      ? Object.values(agents)
      : Object.entries(agents).flatMap(([name, set]) => (name === agent ? [set] : []));
  return settings.reduce((a, b) => (SCRUTINY.indexOf(b) > SCRUTINY.indexOf(a) ? b : a), own);
}

function weigh(
  policy: Policy,
  exceptions: readonly Matcher[],
  detection: Detection,
  rule: Rule,
): { readonly level: Level } | 'off' {
  const own = detection.level ?? rule.level;
  if (PROTECTED_RULES.includes(rule.id)) return { level: own };
  const setting = policy.rules[rule.id]?.level;
  if (setting === 'off') return 'off';
  const signable = detection.signable ?? rule.signable;
  if (signable && exceptions.some((matches) => matches(detection))) return { level: 'note' };
  if (setting === undefined) return { level: own };
  // The setting is for the ordinary finding; weaker evidence of the same rule never becomes stronger by it.
  return { level: own === rule.level ? setting : weaker(own, setting) };
}

function weaker(a: Level, b: Level): Level {
  return LEVELS.indexOf(a) < LEVELS.indexOf(b) ? a : b;
}

function holds(policy: Policy, finding: Finding, scrutiny: Scrutiny): boolean {
  const { ruleId, level, confidence, critical, signable } = finding;
  if (ruleId === 'policy-changed') return true;
  const confidences = policy.rules[ruleId]?.blocks;
  if (confidences !== undefined && !PROTECTED_RULES.includes(ruleId))
    return level !== 'note' && confidences.includes(confidence);
  return holdsAt(level, confidence, critical || !signable || PROTECTED_RULES.includes(ruleId), scrutiny);
}

function holdsAt(level: Level, confidence: Confidence, critical: boolean, scrutiny: Scrutiny): boolean {
  if (level !== 'error') return false;
  if (scrutiny === 'critical') return critical && confidence !== 'low';
  return confidence === 'high' || (confidence === 'medium' && scrutiny === 'strict');
}

/** Whether some ordinary finding of the rule could hold: a detection may be surer than its rule, so `medium` counts as `high`. */
function couldHold(policy: Policy, rule: Rule, scrutiny: Scrutiny): boolean {
  if (PROTECTED_RULES.includes(rule.id)) return true;
  const setting = policy.rules[rule.id];
  if (setting?.level === 'off') return false;
  const level = setting?.level ?? rule.level;
  if (setting?.blocks !== undefined) return level !== 'note' && setting.blocks.length > 0;
  if (rule.confidence === 'low') return false;
  return holdsAt(level, 'high', rule.critical || !rule.signable, scrutiny);
}

function rankFor(policy: Policy, finding: Finding): Rank {
  // A change of the policy is signed by an admin, whatever the policy says.
  if (finding.ruleId === 'policy-changed') return 'admin';
  return policy.signers.ruleRanks[finding.ruleId] ?? policy.signers.rank;
}

function presenceRelaxed(policy: Policy, finding: Finding, author: AuthorClass): boolean {
  const { relaxedRules, relaxedClasses } = policy.presence;
  if (finding.critical || PROTECTED_RULES.includes(finding.ruleId)) return false;
  return relaxedRules.includes(finding.ruleId) && relaxedClasses.some((each) => each === author);
}

type Matcher = (detection: Detection) => boolean;

function matcherOf(exception: PolicyException): Matcher {
  const { rule, path, package: named } = exception;
  if (path !== undefined) {
    const matches = picomatchAny([path]);
    return ({ ruleId, locations }) => ruleId === rule && matches(locations[0].path);
  }
  const { prefix, range } = packageOf(named ?? '');
  return ({ ruleId, purl }) => {
    if (ruleId !== rule || purl === undefined) return false;
    const [name = '', version = ''] = splitPurl(purl);
    if (name !== prefix) return false;
    return (
      range === '*' ||
      (version !== '' && (version === range || semver.satisfies(version, range, { includePrerelease: true })))
    );
  };
}

/** `npm:@acme/a@^1` as the name part of a purl and a range. */
function packageOf(text: string): { readonly prefix: string; readonly range: string } {
  const colon = text.indexOf(':');
  const rest = text.slice(colon + 1);
  const at = rest.indexOf('@', 1);
  const name = at < 0 ? rest : rest.slice(0, at);
  return { prefix: `pkg:${text.slice(0, colon)}/${name}`, range: at < 0 ? '*' : rest.slice(at + 1) };
}

/** Name part and version of a purl, percent-encoding undone, qualifiers left out. */
function splitPurl(purl: string): readonly [string, string] {
  const plain = decodeURIComponent(purl.split(/[?#]/, 1)[0] ?? '');
  const at = plain.lastIndexOf('@');
  const slash = plain.lastIndexOf('/');
  return at > slash && at > 0 ? [plain.slice(0, at), plain.slice(at + 1)] : [plain, ''];
}

function picomatchAny(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  return picomatch([...globs], { dot: true, nonegate: true });
}

/** The first instant after the last day, UTC. */
function endOf({ expires }: PolicyException): number {
  return Date.parse(`${expires}T00:00:00Z`) + DAY_MS;
}

function describe({ rule, package: named, path }: PolicyException): string {
  return `the exception of ${rule} for ${named ?? path ?? ''}`;
}

function expiredNote(exception: PolicyException): string {
  return `${capital(describe(exception))} ended on ${exception.expires} and no longer counts; ${exception.owner} answers for it`;
}

function endingNote(exception: PolicyException, now: number): readonly string[] {
  if (endOf(exception) - now > ANNOUNCE_DAYS * DAY_MS) return [];
  return [`${capital(describe(exception))} ends on ${exception.expires}; ${exception.owner} answers for it`];
}

function relaxedNote({ presence }: Policy): readonly string[] {
  if (presence.relaxedRules.length === 0 || presence.relaxedClasses.length === 0) return [];
  return [
    `Signing ${presence.relaxedRules.join(', ')} takes no Confirm on changes by ${presence.relaxedClasses.join(' and ')} authors: the policy relaxes it`,
  ];
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** What applies where nobody has written a policy. */
export function defaultPolicy(): AppliedPolicy {
  return applyPolicy(DEFAULT_POLICY, [], 0);
}
