import type { AgentIdentity, AuthorClass } from './attribution.ts';
import type { PackageType } from './dependency.ts';
import { digestOf } from './digest.ts';
import type { Rank } from './host.ts';
import type { JsonValue } from './json.ts';
import type { Confidence, Level } from './rule.ts';
import { DEFAULT_THRESHOLDS, type Thresholds } from './thresholds.ts';

/** A policy with every value settled: plain data, so that it can be compared, digested and explained. */
export interface Policy {
  /** `observe` posts under another check's name, which can never satisfy the required one. */
  readonly mode: 'enforce' | 'observe';
  /** Names of branches, beside the default one, that have a check of their own. */
  readonly branches: readonly string[];
  readonly appliesTo: {
    readonly classes: Readonly<Record<AuthorClass, Scrutiny>>;
    /** By agent slug; raises what its class has, never lowers it. */
    readonly agents: Readonly<Record<string, Scrutiny>>;
  };
  readonly rules: Readonly<Record<string, RuleSetting>>;
  readonly thresholds: Thresholds;
  /** Names that are never asked of a public source: `npm:@acme/*`. */
  readonly privateNames: readonly PrivateName[];
  /** Registries for families of names; only hosts that the operator allows count. */
  readonly registries: readonly PolicyRoute[];
  readonly exceptions: readonly PolicyException[];
  readonly signers: Signers;
  /** Where a sign-off may do without the press of Confirm. */
  readonly presence: {
    /** Ids of rules that are not critical. */
    readonly relaxedRules: readonly string[];
    readonly relaxedClasses: readonly RelaxableClass[];
  };
  /** What a push does to sign-offs: opens those whose evidence changed, or all. */
  readonly lapse: 'changed' | 'always';
  /** A source that stays down: a person signs for it, or it blocks. */
  readonly sourceDown: 'sign' | 'block';
  /** Globs under which broken files are text. */
  readonly fixturePaths: readonly string[];
  /** Globs that are not reviewed, matched on the old and the new name. Our own policy file is always reviewed. */
  readonly excludedPaths: readonly string[];
  readonly verbosity: 'short' | 'normal' | 'full';
  readonly identities: readonly AgentIdentity[];
  /** Whether a merge without our green check opens an issue even where no branch rule requires the check. */
  readonly bypassIssue: boolean;
}

/**
 * What holds a merge: `strict`, errors of high and medium confidence; `standard`, errors of high confidence;
 * `critical`, only what is critical or cannot be signed. There is no "nothing": attribution can be switched off.
 */
export type Scrutiny = 'strict' | 'standard' | 'critical';

export interface RuleSetting {
  /** The level of an ordinary finding; `off` where the rule is not to be told at all. Absent: the rule's own. */
  readonly level?: Level | 'off';
  /** Confidences at which a finding (other than a note) holds the merge, whoever wrote it. Absent: by scrutiny. */
  readonly blocks?: readonly Confidence[];
}

export interface PrivateName {
  readonly type: PackageType;
  /** A name, or a glob over names: `@acme/*`. */
  readonly name: string;
}

export interface PolicyRoute {
  readonly type: PackageType;
  /** A scope (`@acme`), a prefix that ends in `*`, or `*`. */
  readonly names: string;
  readonly registry: string;
}

/** A finding that is accepted for a time: shown as a note. */
export interface PolicyException {
  readonly rule: string;
  /** A package and a range of versions, `npm:left-pad@^1.3.0`; or a path glob. Exactly one of the two. */
  readonly package?: string;
  readonly path?: string;
  readonly reason: string;
  /** The last day it holds, UTC: `2026-12-31`. */
  readonly expires: string;
  /** Who answers for it. */
  readonly owner: string;
}

export type SigningRank = Extract<Rank, 'write' | 'maintain' | 'admin'>;
/** Changes by agents and bots of other kinds are never relaxed. */
export type RelaxableClass = Extract<AuthorClass, 'human' | 'dependency-bot'>;

export interface Signers {
  readonly rank: SigningRank;
  /** Names of custom repository roles that count as the rank. */
  readonly customRoles: readonly string[];
  /** Slugs of the owner's teams whose members may sign whatever their rank. */
  readonly teams: readonly string[];
  /** Numeric ids of people who may sign whatever their rank. */
  readonly users: readonly number[];
  /** A higher rank for single rules. */
  readonly ruleRanks: Readonly<Record<string, SigningRank>>;
  /** Rule ids, or `critical`, that take two people. */
  readonly twoPerson: readonly string[];
  readonly interested: 'never' | 'with-presence';
  /** Days that a sign-off holds. */
  readonly days: number;
}

/**
 * Rules that no policy lowers: a change of the policy itself, and what could not be read. Lowering the second would
 * turn an unknown into a pass.
 */
export const PROTECTED_RULES: readonly string[] = ['policy-changed', 'not-evaluated'];

/**
 * Whether a path is the policy's own file, or the folder that a link could put in its place: such a path is reviewed
 * whatever a policy excludes. File systems without case make `.GitHub/` the same folder.
 */
export function isPolicyPath(path: string): boolean {
  return /^\.github(?:\/countersign\.ya?ml)?$/i.test(path) || isOrganisationPolicyPath(path);
}

/** The same for the policy of a whole organisation, in its `.github` repository; elsewhere it is a file like any other. */
export function isOrganisationPolicyPath(path: string): boolean {
  return /^countersign\.ya?ml$/i.test(path);
}

export const DEFAULT_POLICY: Policy = {
  mode: 'enforce',
  branches: [],
  appliesTo: {
    // A review bot that opens a pull request has written code like an agent.
    classes: {
      agent: 'strict',
      'review-bot': 'strict',
      'dependency-bot': 'standard',
      bot: 'standard',
      human: 'standard',
    },
    agents: {},
  },
  rules: {},
  thresholds: DEFAULT_THRESHOLDS,
  privateNames: [],
  registries: [],
  exceptions: [],
  signers: {
    rank: 'write',
    customRoles: [],
    teams: [],
    users: [],
    ruleRanks: {},
    twoPerson: [],
    interested: 'never',
    days: 90,
  },
  presence: { relaxedRules: [], relaxedClasses: [] },
  lapse: 'changed',
  sourceDown: 'sign',
  fixturePaths: [],
  excludedPaths: [],
  verbosity: 'normal',
  identities: [],
  bypassIssue: false,
};

/** What applies where a policy cannot be read: nothing is excepted, excluded or relaxed, and an admin signs. */
export const STRICTEST_POLICY: Policy = {
  ...DEFAULT_POLICY,
  appliesTo: {
    classes: { agent: 'strict', 'review-bot': 'strict', 'dependency-bot': 'strict', bot: 'strict', human: 'strict' },
    agents: {},
  },
  signers: { ...DEFAULT_POLICY.signers, rank: 'admin', days: 7 },
  lapse: 'always',
  sourceDown: 'block',
  verbosity: 'full',
  bypassIssue: true,
};

/** SHA-256 of the policy's canonical JSON: 64 hex digits, equal for equal policies however they are written. */
export function policyDigest(policy: Policy): string {
  return digestOf(asJson(policy));
}

function asJson(value: unknown): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object') throw new TypeError('a policy is plain data');
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([key, each]) => [key, asJson(each)]));
}
