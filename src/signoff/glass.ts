import type { SignOff } from '../core/signoff.ts';
import { type Asker, interestOf, maySign } from '../policy/authorise.ts';
import type { Ports } from '../ports.ts';
import type { Refusal } from '../report/reply.ts';
import { problemOfCode, refusalOf, type Standing } from './standing.ts';

/** How long glass stays broken, and how long the first of two admins waits for the other. */
export const GLASS_MS = 60 * 60 * 1000;

/**
 * Why this person cannot break the glass for this report, or null where they may be one of the two. Two different
 * admins do it, each with presence; one with a hand in the change only where too few others are there, and never both.
 */
export async function problemOfGlass(
  asker: Asker,
  reportCode: string,
  standing: Standing,
  ports: Ports,
): Promise<Refusal | null> {
  const { repository, state, record, policy, review } = standing;
  // Rank alone counts: whom the policy names for signing is not thereby an admin.
  const general = maySign({ ...asker, named: false }, { rank: 'admin' });
  if (general.state === 'refused') {
    return general.rule === 'rank-too-low' ? { rule: 'admin-only' } : refusalOf(general.rule, 'admin', asker, standing);
  }
  const problem = problemOfCode(reportCode, standing);
  if (problem !== null) return problem;
  const { report, verdict } = review;
  if (verdict.result === 'pass') return { rule: 'nothing-open' };
  const dead = report.findings.filter((each) => !each.signable && verdict.open.includes(each.handle));
  if (dead.length > 0) return { rule: 'not-signable', handles: dead.map((each) => each.handle) };

  const { accounts, complete } = await ports.host.collaborators(repository, 'admin');
  const admins = accounts.filter((each) => each.type === 'User' && !ports.isAgent(each.id, policy.identities));
  if (complete && new Set(admins.map((each) => each.id)).size < 2) return { rule: 'one-admin' };
  const hand = (account: Asker['permission']['account']) =>
    interestOf(
      { permission: { account, rank: 'admin', roleName: null } },
      record.interested,
      report.attribution.requester,
    );
  const free = admins.filter((each) => hand(each) === null);
  if (complete && free.length === 0) return { rule: 'second-person', needed: 1 };
  const own = hand(asker.permission.account);
  const allowed =
    own === null ||
    policy.interestedMaySign === 'with-presence' ||
    (complete && free.length < 2) ||
    state.owner.id === asker.permission.account.id;
  return allowed ? null : refusalOf('interested', 'admin', asker, standing);
}

/** With the second half the hour begins, for both. Answers the halves that are to be saved beside the one just pressed. */
export function otherHalves(pressed: SignOff, signOffs: readonly SignOff[], now: number): SignOff[] {
  return signOffs
    .filter(
      (each) =>
        each.kind === 'break-glass' &&
        each.state === 'effective' &&
        each.headSha === pressed.headSha &&
        each.signer.id !== pressed.signer.id &&
        Date.parse(each.expiresAt) > now,
    )
    .map((each) => ({ ...each, expiresAt: pressed.expiresAt }));
}
