import { isDown } from '../../detectors/engine/not-evaluated/index.ts';
import type { Attribution } from '../core/attribution.ts';
import { digestOf } from '../core/digest.ts';
import type { MergeGroupJob } from '../core/job.ts';
import type { Verdict } from '../core/report.ts';
import type { SignOff } from '../core/signoff.ts';
import type { LedgerEntry, LedgerHead } from '../core/store.ts';
import { type AppliedPolicy, routesOf, weighFor } from '../policy/applied.ts';
import { decide } from '../policy/decide.ts';
import type { Ports } from '../ports.ts';
import type { MemberView } from '../report/merge-group.ts';
import { type GroupMember, memberVerdict } from './group-standing.ts';
import { type Judgement, judge } from './judge.ts';
import { requesterIds } from './publish.ts';
import { shapesBesideGroup } from './shapes.ts';

/** Where a group stands before it is judged. */
export interface GroupGround {
  readonly job: MergeGroupJob;
  readonly branch: string;
  readonly policy: AppliedPolicy;
  readonly owner: string;
  /** Whether this repository holds the organisation's policy. */
  readonly organisationPolicy: boolean;
  readonly defaultSha: string;
  /** Where the group's history leaves the branch. */
  readonly root: string;
  readonly members: readonly GroupMember[];
  /** Why no sign-off counts here; null where every commit is a member's. */
  readonly gap: string | null;
  readonly checkRunId: number;
}

type Author = Pick<Attribution, 'class' | 'agent'>;

/** Whoever wrote what nobody accounts for is met as strictly as policy meets anyone. */
const UNKNOWN_AUTHOR: Author = { class: 'agent', agent: null };

function authorsOf({ members, gap }: Pick<GroupGround, 'members' | 'gap'>): readonly Author[] {
  const known = members.map(({ record }) => record?.attribution ?? UNKNOWN_AUTHOR);
  return gap === null && known.length > 0 ? known : [...known, UNKNOWN_AUTHOR];
}

/** Judges the code as it would be merged: everything that the group changes, against the branch it leaves. */
export async function judgeGroup(ground: GroupGround, ports: Ports, signal: AbortSignal): Promise<Judgement> {
  const first = await judgeOnce(ground, false, ports, signal);
  const waiting = first.unknowns.some((unknown) => !unknown.advisory);
  // Somebody signed for a source that was down: where it still is, the same evidence stands here.
  const signedFor = ground.members.some(({ review }) => review?.report.findings.some(isDown) === true);
  if (!waiting || !signedFor || ground.policy.sourceDown !== 'sign') return first;
  return judgeOnce(ground, true, ports, signal);
}

async function judgeOnce(
  ground: GroupGround,
  signForUnknowns: boolean,
  ports: Ports,
  signal: AbortSignal,
): Promise<Judgement> {
  const { job, policy, members } = ground;
  const authors = authorsOf(ground);
  const weights = authors.map((author) => weighFor(policy, author));
  const strictest = members.map(({ record }) => record?.attribution).find((one) => one?.class === 'agent');
  return judge(
    {
      snapshot: await ports.host.snapshot(job.repository, ground.root, job.headSha),
      attribution: strictest ?? members[0]?.record?.attribution ?? NOBODY,
      // Titles, bodies, messages and single commits are judged where they were written: in each pull request.
      pullRequest: null,
      history: null,
      scope: 'change',
      thresholds: policy.thresholds,
      weigh(detection, rule) {
        const all = weights.map((weigh) => weigh(detection, rule));
        return all.find((each) => each !== 'off' && each.holds) ?? all[0] ?? 'off';
      },
      couldBlock: (rule) => authors.some((author) => policy.couldBlock(rule, author)),
      fixturePaths: policy.fixturePaths,
      excluded: policy.excluded,
      owner: ground.owner,
      organisationPolicy: ground.organisationPolicy,
      routingTree: ports.host.tree(job.repository, ground.defaultSha),
      routes: routesOf(policy),
      knownHandles: {},
      elsewhere: (fingerprints) =>
        shapesBesideGroup({ repository: job.repository, members, gap: ground.gap }, fingerprints, ports),
      signForUnknowns,
      leaveOutLookUps: false,
    },
    ports,
    signal,
  );
}

const NOBODY: Attribution = { agent: null, class: 'agent', tier: 'none', requester: null, evidence: [] };

export interface GroupDecision {
  readonly verdict: Verdict;
  readonly members: readonly MemberView[];
  /** Numbers of members whose review has yet to come. */
  readonly unreviewed: readonly number[];
}

/** The verdict of a group: the worst of the merged code's and of its members', with the sign-offs of this moment. */
export async function decideGroup(ground: GroupGround, judgement: Judgement, ports: Ports): Promise<GroupDecision> {
  const { job, policy, members, gap } = ground;
  const now = ports.now();
  const stood = await Promise.all(
    members.map(async (member) => {
      const signOffs = await ports.store.signOffs(job.repository.id, member.pullRequest.number);
      return { member, signOffs, verdict: memberVerdict(member, signOffs, policy, now) };
    }),
  );
  const signOffs = stood.flatMap((each) => each.signOffs);
  const authors = authorsOf(ground);
  const merged = decide(judgement.findings, judgement.unknowns, gap === null ? signOffs : refusalsOf(signOffs), {
    blocks: (finding) => authors.some((author) => policy.blocks(finding, author)),
    signersNeeded: policy.signersNeeded,
    interestedIds: new Set(members.flatMap((member) => interestedIn(member, signOffs))),
    headSha: null,
    now,
  });
  const views = stood.map(({ member, verdict }) => ({
    number: member.pullRequest.number,
    problem: problemOf(verdict),
  }));
  const unreviewed = stood.flatMap(({ member, verdict }) => (verdict === null ? [member.pullRequest.number] : []));
  const verdicts = [merged, ...stood.flatMap(({ verdict }) => verdict ?? [])];
  return { verdict: worst(merged, verdicts, unreviewed), members: views, unreviewed };
}

function refusalsOf(signOffs: readonly SignOff[]): SignOff[] {
  return signOffs.filter((each) => each.kind === 'refuse');
}

function interestedIn({ record }: GroupMember, signOffs: readonly SignOff[]): number[] {
  if (record === null) return [];
  const named = record.attribution === null ? [] : requesterIds(record.attribution, signOffs);
  return [...record.interested.map((person) => person.id), ...named];
}

function problemOf(verdict: Verdict | null): string | null {
  if (verdict === null) return 'has no review of this commit yet';
  if (verdict.result === 'pass') return null;
  return verdict.result === 'blocked' ? 'is held by its own review' : 'could not be evaluated yet';
}

const PRECEDENCE = ['failure', 'action_required', 'success'] as const;

function worst(merged: Verdict, all: readonly Verdict[], unreviewed: readonly number[]): Verdict {
  const blocked = all.filter(({ result }) => result === 'blocked');
  if (blocked.length > 0) {
    const conclusion =
      PRECEDENCE.find((each) => blocked.some((verdict) => verdict.conclusion === each)) ?? 'action_required';
    return { ...merged, result: 'blocked', conclusion };
  }
  if (all.every(({ result }) => result === 'pass') && unreviewed.length === 0) return merged;
  const missing = unreviewed.map((number) => ({
    fact: 'review',
    subject: `pull request ${number}`,
    source: 'Countersign',
    reason: 'has not reviewed this commit yet',
    transient: true,
    ruleIds: ['not-evaluated'],
    advisory: false,
  }));
  const unknowns = [...new Set([...all.flatMap((verdict) => verdict.unknowns), ...missing])];
  return { ...merged, result: 'inconclusive', conclusion: 'action_required', unknowns };
}

/** Writes down what was found and what came of it; the same again adds nothing. */
export async function recordGroup(
  ground: GroupGround,
  judgement: Judgement,
  verdict: Verdict,
  ports: Ports,
): Promise<LedgerHead> {
  const { job, policy, members, gap, root } = ground;
  const { repository, headSha } = job;
  const agent = members.map(({ record }) => record?.attribution?.agent ?? null).find((each) => each !== null) ?? null;
  const digests = judgement.findings.flatMap((each) => [
    each.evidenceDigest,
    ...each.replicas.map((one) => one.evidenceDigest),
  ]);
  const common = {
    repositoryId: repository.id,
    pullRequest: null,
    headSha,
    reportCode: null,
    agent,
    requester: null,
    actor: null,
    evidenceDigests: judgement.findings.map((finding) => finding.evidenceDigest),
    policyDigest: policy.digest,
    reason: null,
    at: new Date(ports.now()).toISOString(),
  } satisfies Partial<LedgerEntry>;
  const numbers = members.map(({ pullRequest }) => pullRequest.number);
  const found = digestOf({ root, policy: policy.digest, numbers, digests: digests.sort(), gap });
  await ports.store.ledger.append(repository.installationId, {
    ...common,
    type: 'review',
    effectKey: `merge-group:${repository.id}:${headSha}:${found}`,
    details: {
      mergeGroup: numbers,
      mergeBase: root,
      baseRef: ground.branch,
      gap,
      findings: judgement.findings.map(({ handle, ruleId, level, confidence }) => ({
        handle,
        ruleId,
        level,
        confidence,
      })),
      dependencyChanges: judgement.changes.length,
    },
  });
  const said = {
    result: verdict.result,
    conclusion: verdict.conclusion,
    open: verdict.open,
    signed: verdict.signed.map(({ handle, signOffId }) => ({ handle, signOffId })),
    refusals: verdict.refusals.map((each) => each.signOffId),
    unknowns: verdict.unknowns.map(({ fact, subject, source }) => ({ fact, subject, source })),
  };
  return ports.store.ledger.append(repository.installationId, {
    ...common,
    type: 'verdict',
    effectKey: `merge-group-verdict:${repository.id}:${headSha}:${digestOf({ found, ...said, cause: job.cause })}`,
    details: { mergeGroup: numbers, ...said },
  });
}
