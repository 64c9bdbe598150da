import type { Account } from '../core/attribution.ts';
import { CountersignError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { CommentState, PullRequestState, Rank, RepositoryRef, RepositoryState } from '../core/host.ts';
import type { InterestedPerson, PullRequestRecord, StoredReview } from '../core/store.ts';
import type { AppliedPolicy } from '../policy/applied.ts';
import {
  type Asker,
  type Authorisation,
  atLeast,
  interestOf,
  maySign,
  maySignChange,
  type RefusalRule,
} from '../policy/authorise.ts';
import type { Ports } from '../ports.ts';
import type { Refusal } from '../report/reply.ts';
import { textDigestOf } from '../review/ground.ts';

/** Where a pull request stands when somebody says something about it. */
export interface Standing {
  readonly repository: RepositoryRef;
  readonly state: RepositoryState;
  readonly pullRequest: PullRequestState;
  readonly policy: AppliedPolicy;
  readonly record: PullRequestRecord;
  readonly review: StoredReview & { readonly checkRunId: number };
}

/** Null where there is nothing to speak of: no finished review. Everything of GitHub's is read live. */
export async function readStanding(repository: RepositoryRef, number: number, ports: Ports): Promise<Standing | null> {
  const [pullRequest, state, record, review] = await Promise.all([
    ports.host.pullRequest(repository, number),
    ports.host.repository(repository),
    ports.store.pullRequest(repository.id, number),
    ports.store.latestReview(repository.id, number),
  ]);
  ports.about({ pullRequest: number, headSha: pullRequest.headSha });
  if (record === null || review === null || review.checkRunId === null) return null;
  ports.about({ headSha: review.report.headSha, review: review.report.code });
  const policy = await ports.policy(repository, state, pullRequest);
  return { repository, state, pullRequest, policy, record, review: { ...review, checkRunId: review.checkRunId } };
}

/** Who asks, asked live. GitHub answers 404 for Apps and for accounts that are gone: those have no rank here. */
export async function readAsker(
  repository: RepositoryRef,
  account: Account,
  comment: Pick<CommentState, 'viaAppId'> | null,
  ports: Ports,
): Promise<Asker> {
  const permission = await ports.host.permission(repository, account.login).catch((error: unknown) => {
    if (!(error instanceof CountersignError) || error.code !== 'host-refused') throw error;
    return { account, rank: 'none', roleName: null } as const;
  });
  // On a public repository everyone reads; who has no role here is an outsider all the same.
  const outside = permission.rank === 'read' && !(await ports.host.isCollaborator(repository, account.login));
  return {
    permission: outside ? { ...permission, rank: 'none' } : permission,
    viaApp: comment !== null && comment.viaAppId !== null,
    agent: ports.isAgent(permission.account.id, []),
    named: false,
  };
}

/** Adds what the policy says of this person: an agent that it names, or a signer; teams are asked live, and only where the rank is not enough. */
export async function withPolicyName(asker: Asker, { repository, policy }: Standing, ports: Ports): Promise<Asker> {
  const { account, rank, roleName } = asker.permission;
  const { signers, identities } = policy;
  if (ports.isAgent(account.id, identities)) return { ...asker, agent: true };
  if (atLeast(rank, signers.rank)) return asker;
  if (signers.users.includes(account.id)) return { ...asker, named: true };
  if (roleName !== null && signers.customRoles.includes(roleName)) return { ...asker, named: true };
  const memberships = await Promise.all(
    signers.teams.map((team) => ports.host.isTeamMember(repository, team, account.login)),
  );
  return memberships.includes(true) ? { ...asker, named: true } : asker;
}

/** The findings among these that this person's standing is not enough for: a policy change takes an admin. */
export function beyond(asker: Asker, findings: readonly Finding[], { policy }: Standing): Finding[] {
  return findings.filter((finding) => {
    const needed = policy.rankFor(finding);
    return !atLeast(asker.permission.rank, needed) && !(asker.named && needed === policy.signers.rank);
  });
}

/**
 * Whether this person may sign this change: rank, nature of the account, and their own part in it. Whether somebody
 * else could is asked for the findings in question: only an admin can sign a change of the policy.
 */
export async function authorise(
  asker: Asker,
  findings: readonly Finding[],
  standing: Standing,
  ports: Ports,
): Promise<Authorisation> {
  const { repository, state, record, policy, review } = standing;
  const { requester } = review.report.attribution;
  const rules = { rank: policy.signers.rank, interestedMaySign: policy.interestedMaySign };
  return maySignChange(asker, rules, {
    interested: record.interested,
    requester,
    ownsRepository: state.owner.type === 'User' && state.owner.id === asker.permission.account.id,
    othersEligible: async () => {
      const needed = lowestRank(findings, policy);
      const hands = new Set([asker.permission.account.id, ...record.interested.map((person) => person.id)]);
      if (needed === rules.rank && namesOthers(policy.signers, hands)) return true;
      const { accounts, complete } = await ports.host.collaborators(repository, needed);
      const others = accounts.filter(
        (account) => account.type === 'User' && !hands.has(account.id) && !ports.isAgent(account.id, policy.identities),
      );
      return !complete || others.length > 0;
    },
  });
}

/** What any one of these findings takes: where somebody else could sign one of them, an interested person signs none. */
function lowestRank(findings: readonly Finding[], policy: AppliedPolicy): Rank {
  return findings
    .map((finding) => policy.rankFor(finding))
    .reduce((low, rank) => (atLeast(low, rank) ? rank : low), findings.length > 0 ? 'admin' : policy.signers.rank);
}

/** People whom the policy names sign whatever their rank; who is in a team or holds a role is not known from here. */
function namesOthers({ users, teams, customRoles }: AppliedPolicy['signers'], hands: ReadonlySet<number>): boolean {
  return teams.length > 0 || customRoles.length > 0 || users.some((id) => !hands.has(id));
}

/** Whether somebody may ask for a re-check: the author, or write and above. */
export function mayRecheck(asker: Asker, standing: Standing): boolean {
  return (
    asker.permission.account.id === standing.pullRequest.author.id ||
    maySign(asker, { rank: 'write' }).state === 'allowed'
  );
}

/** Whether somebody is answered: a person with a role here, or the author of the pull request. */
export function mayRead(asker: Asker, author: Pick<Account, 'id'>): boolean {
  const { account, rank } = asker.permission;
  return account.type === 'User' && !asker.viaApp && (atLeast(rank, 'read') || account.id === author.id);
}

/** Why a command for this report code no longer counts, or null where it does. */
export function problemOfCode(code: string, standing: Standing): Refusal | null {
  const { review, pullRequest } = standing;
  if (pullRequest.state === 'closed') return { rule: 'pull-request-closed' };
  const current = review.report.code;
  if (code !== current) return { rule: 'wrong-code', given: code, current };
  const moved =
    review.report.headSha !== pullRequest.headSha ||
    review.report.baseRef !== pullRequest.baseRef ||
    review.report.policyDigest !== standing.policy.digest ||
    review.report.textDigest !== textDigestOf(pullRequest, review.report.attribution);
  if (!moved) return null;
  return {
    rule: 'other',
    what: 'This report is out of date: the head, the base branch, the title, the description or the policy changed after it was made',
    next: 'A new review is on its way; sign with the code it prints',
  };
}

/** An authorisation's refusal, as the reply tells it. */
export function refusalOf(rule: RefusalRule, needed: Rank, asker: Asker, standing: Standing): Refusal {
  switch (rule) {
    case 'not-a-person':
    case 'agent-account':
      return { rule: 'not-a-person' };
    case 'through-an-app':
      return { rule: 'through-an-app' };
    case 'rank-too-low':
      return { rule: 'rank-too-low', needed, has: asker.permission.roleName ?? asker.permission.rank };
    case 'interested': {
      const { interested } = standing.record;
      const part = interestOf(asker, interested, standing.review.report.attribution.requester);
      return { rule: 'interested', why: PARTS[part?.why ?? 'requester'] };
    }
  }
}

const PARTS: Readonly<Record<InterestedPerson['why'], string>> = {
  author: 'you are its author',
  opened: 'you opened it',
  reopened: 'you reopened it',
  pushed: 'you pushed to it',
  committed: 'a commit in it is yours',
  requester: 'it was made at your request',
};
