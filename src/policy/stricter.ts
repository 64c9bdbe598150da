import type { AgentIdentity, AuthorClass } from '../core/attribution.ts';
import type { Policy, RuleSetting, Scrutiny, Signers, SigningRank } from '../core/policy.ts';

const SCRUTINY: readonly Scrutiny[] = ['critical', 'standard', 'strict'];
const RANKS: readonly SigningRank[] = ['write', 'maintain', 'admin'];
const LEVELS: readonly NonNullable<RuleSetting['level']>[] = ['off', 'note', 'warning', 'error'];
const CLASSES: readonly AuthorClass[] = ['agent', 'review-bot', 'dependency-bot', 'bot', 'human'];

/**
 * The stricter of two policies in every field: what a floor, and a guarded base branch's own file, come to. `floor` is
 * the one that must not be weakened; where two values cannot be compared, its own stands.
 */
export function stricterOf(floor: Policy, other: Policy): Policy {
  return {
    mode: floor.mode === 'enforce' ? 'enforce' : other.mode,
    branches: union(floor.branches, other.branches),
    appliesTo: {
      classes: recordOf(CLASSES, (each) =>
        higher(SCRUTINY, floor.appliesTo.classes[each], other.appliesTo.classes[each]),
      ),
      agents: merged(floor.appliesTo.agents, other.appliesTo.agents, (a, b) => higher(SCRUTINY, a, b)),
    },
    rules: stricterRules(floor.rules, other.rules),
    thresholds: {
      packageTooNewErrorDays: Math.max(
        floor.thresholds.packageTooNewErrorDays,
        other.thresholds.packageTooNewErrorDays,
      ),
      packageTooNewWarningDays: Math.max(
        floor.thresholds.packageTooNewWarningDays,
        other.thresholds.packageTooNewWarningDays,
      ),
      versionTooNewDays: Math.max(floor.thresholds.versionTooNewDays, other.thresholds.versionTooNewDays),
      fewWeeklyDownloads: Math.max(floor.thresholds.fewWeeklyDownloads, other.thresholds.fewWeeklyDownloads),
      establishedDays: Math.max(floor.thresholds.establishedDays, other.thresholds.establishedDays),
      fewVersions: Math.max(floor.thresholds.fewVersions, other.thresholds.fewVersions),
      newPublisherDays: Math.max(floor.thresholds.newPublisherDays, other.thresholds.newPublisherDays),
    },
    privateNames: unionOf(floor.privateNames, other.privateNames),
    // Another address is neither stricter nor laxer; the floor's routes come first and so decide.
    registries: floor.registries,
    exceptions: intersectionOf(floor.exceptions, other.exceptions),
    signers: stricterSigners(floor.signers, other.signers),
    presence: {
      relaxedRules: intersection(floor.presence.relaxedRules, other.presence.relaxedRules),
      relaxedClasses: floor.presence.relaxedClasses.filter((each) => other.presence.relaxedClasses.includes(each)),
    },
    lapse: floor.lapse === 'always' ? 'always' : other.lapse,
    sourceDown: floor.sourceDown === 'block' ? 'block' : other.sourceDown,
    fixturePaths: intersection(floor.fixturePaths, other.fixturePaths),
    excludedPaths: intersection(floor.excludedPaths, other.excludedPaths),
    verbosity: other.verbosity,
    identities: unionOf<AgentIdentity>(floor.identities, other.identities),
    bypassIssue: floor.bypassIssue || other.bypassIssue,
  };
}

function stricterSigners(floor: Signers, other: Signers): Signers {
  const ranked = (signers: Signers, rule: string) => signers.ruleRanks[rule] ?? signers.rank;
  const rules = union(Object.keys(floor.ruleRanks), Object.keys(other.ruleRanks));
  return {
    rank: higher(RANKS, floor.rank, other.rank),
    customRoles: intersection(floor.customRoles, other.customRoles),
    teams: intersection(floor.teams, other.teams),
    users: floor.users.filter((id) => other.users.includes(id)),
    ruleRanks: recordOf(rules, (rule) => higher(RANKS, ranked(floor, rule), ranked(other, rule))),
    twoPerson: union(floor.twoPerson, other.twoPerson),
    interested: floor.interested === 'never' ? 'never' : other.interested,
    days: Math.min(floor.days, other.days),
  };
}

/** Absent settings mean "the rule's own", which cannot be compared: the floor's word stands unless the other is surely stricter. */
function stricterRules(floor: Policy['rules'], other: Policy['rules']): Policy['rules'] {
  const rules = union(Object.keys(floor), Object.keys(other));
  const settings = recordOf(rules, (rule) => stricterRule(floor[rule] ?? {}, other[rule] ?? {}));
  return Object.fromEntries(
    Object.entries(settings).filter(([, { level, blocks }]) => level !== undefined || blocks !== undefined),
  );
}

function stricterRule(floor: RuleSetting, other: RuleSetting): RuleSetting {
  const level = stricterLevel(floor.level, other.level);
  const blocks = stricterBlocks(floor.blocks, other.blocks);
  return { ...(level === undefined ? {} : { level }), ...(blocks === undefined ? {} : { blocks }) };
}

function stricterLevel(floor: RuleSetting['level'], other: RuleSetting['level']): RuleSetting['level'] {
  // Nothing is above an error, so that alone is surely no lower than a level that is not named.
  if (floor === undefined) return other === 'error' ? other : undefined;
  return other === undefined ? floor : higher(LEVELS, floor, other);
}

function stricterBlocks(floor: RuleSetting['blocks'], other: RuleSetting['blocks']): RuleSetting['blocks'] {
  // Without a list scrutiny decides, which never holds at low confidence: high and medium together are no less.
  if (floor === undefined) return other?.includes('high') === true && other.includes('medium') ? other : undefined;
  return other === undefined ? floor : [...floor, ...other.filter((each) => !floor.includes(each))];
}

function higher<T>(order: readonly T[], a: T, b: T): T {
  return order.indexOf(b) > order.indexOf(a) ? b : a;
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])];
}

function intersection(a: readonly string[], b: readonly string[]): readonly string[] {
  return a.filter((each) => b.includes(each));
}

function unionOf<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  const seen = new Set(a.map((each) => JSON.stringify(each)));
  return [...a, ...b.filter((each) => !seen.has(JSON.stringify(each)))];
}

function intersectionOf<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  const there = new Set(b.map((each) => JSON.stringify(each)));
  return a.filter((each) => there.has(JSON.stringify(each)));
}

function recordOf<K extends string, V>(keys: readonly K[], value: (key: K) => V): Record<K, V>;
function recordOf(keys: readonly string[], value: (key: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, value(key)]));
}

function merged<V>(
  a: Readonly<Record<string, V>>,
  b: Readonly<Record<string, V>>,
  both: (a: V, b: V) => V,
): Record<string, V> {
  const out: Record<string, V> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const own = Object.hasOwn(a, key) ? a[key] : undefined;
    out[key] = own === undefined ? value : both(own, value);
  }
  return out;
}
