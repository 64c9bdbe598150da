import type { PermissionState, Rank } from '../core/host.ts';
import type { InterestedPerson } from '../core/store.ts';

const RANKS: readonly Rank[] = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];

/** Whether `rank` is at least `needed`. */
export function atLeast(rank: Rank, needed: Rank): boolean {
  return RANKS.indexOf(rank) >= RANKS.indexOf(needed);
}

/** Who asks, as seen live. */
export interface Asker {
  readonly permission: PermissionState;
  /** The App the comment was written through, if any. */
  readonly viaApp: boolean;
  /** Whether the account is a known coding agent's (by id), whatever its type says. */
  readonly agent: boolean;
  /** Named by the policy: by id, as a member of a named team, or by a custom role. */
  readonly named: boolean;
}

/** What is to be signed, and for whom. */
export interface SigningRules {
  readonly rank: Rank;
  readonly interestedMaySign: 'never' | 'with-presence';
}

export type Authorisation =
  | { readonly state: 'allowed'; readonly interested: InterestedPerson | null }
  /** Outsiders get no reply at all; everybody else learns which rule refused and how to proceed. */
  | { readonly state: 'refused'; readonly rule: RefusalRule; readonly silent: boolean };

export type RefusalRule = 'not-a-person' | 'agent-account' | 'through-an-app' | 'rank-too-low' | 'interested';

/** Whether this account may sign at all, its own part in the change aside. */
export function maySign(asker: Asker, rules: Pick<SigningRules, 'rank'>): Authorisation {
  if (asker.permission.account.type !== 'User') return refused('not-a-person', true);
  if (asker.agent) return refused('agent-account', false);
  if (asker.viaApp) return refused('through-an-app', false);
  if (!atLeast(asker.permission.rank, rules.rank) && !asker.named) {
    return refused('rank-too-low', !atLeast(asker.permission.rank, 'read'));
  }
  return { state: 'allowed', interested: null };
}

/**
 * Whether this person may sign this pull request. People with a hand in the change may not, unless nobody else could
 * (and the owner of a user-owned repository always may); presence is proved in every case.
 * `othersEligible` is asked only where it matters; unknown counts as yes.
 */
export async function maySignChange(
  asker: Asker,
  rules: SigningRules,
  context: {
    readonly interested: readonly InterestedPerson[];
    /** Login that attribution chose as requester: the one person named only by text. */
    readonly requester: string | null;
    readonly ownsRepository: boolean;
    readonly othersEligible: () => Promise<boolean>;
  },
): Promise<Authorisation> {
  const general = maySign(asker, rules);
  if (general.state === 'refused') return general;
  const interest = interestOf(asker, context.interested, context.requester);
  if (interest === null || context.ownsRepository || rules.interestedMaySign === 'with-presence') {
    return { state: 'allowed', interested: interest };
  }
  if (await context.othersEligible()) return refused('interested', false);
  return { state: 'allowed', interested: interest };
}

/** The part this person has in the change, if any: by id, and for the one requester by login. */
export function interestOf(
  asker: Pick<Asker, 'permission'>,
  interested: readonly InterestedPerson[],
  requester: string | null,
): InterestedPerson | null {
  const { id, login } = asker.permission.account;
  const known = interested.find((person) => person.id === id);
  if (known !== undefined) return known;
  return requester !== null && requester.toLowerCase() === login.toLowerCase() ? { id, login, why: 'requester' } : null;
}

function refused(rule: RefusalRule, silent: boolean): Authorisation {
  return { state: 'refused', rule, silent };
}
