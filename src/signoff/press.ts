import { sha256 } from '../core/digest.ts';
import type { Job } from '../core/job.ts';
import type { SignOff } from '../core/signoff.ts';
import type { LedgerEntry } from '../core/store.ts';
import type { Asker } from '../policy/authorise.ts';
import type { Ports } from '../ports.ts';
import type { Refusal } from '../report/reply.ts';
import { publish } from '../review/publish.ts';
import { answer } from './answer.ts';
import { detailsOf, replyFor, revocable, validityMs, wake } from './decisions.ts';
import { GLASS_MS, otherHalves, problemOfGlass } from './glass.ts';
import { record } from './record.ts';
import {
  authorise,
  beyond,
  mayRead,
  problemOfCode,
  readAsker,
  readStanding,
  refusalOf,
  type Standing,
  withPolicyName,
} from './standing.ts';

const ENTRY = {
  sign: 'sign-off',
  refuse: 'refusal',
  revoke: 'revocation',
  'break-glass': 'break-glass',
} as const satisfies Readonly<Record<SignOff['kind'], LedgerEntry['type']>>;

type PressJob = Extract<Job, { kind: 'press' }>;

/** What the identifier of our button starts with; the nonce of one pending sign-off follows (20 characters in all). */
export const CONFIRM = 'confirm:';

/**
 * The story of one press of *Confirm*. GitHub has no API that presses it, so it shows that the person is there in a
 * browser. Who presses is checked like who commands; the command is read back; only then does it count.
 */
export async function press(job: PressJob, jobId: string, ports: Ports): Promise<void> {
  if (!job.identifier.startsWith(CONFIRM)) return;
  const found = await findPending(job, ports);
  if (found === null) return;
  const { standing, signOff } = found;
  const asker = await withPolicyName(await readAsker(job.repository, job.sender, null, ports), standing, ports);

  const because = await problemOf(job, signOff, asker, standing, ports);
  if (because !== null) {
    await record(
      standing,
      {
        type: 'sign-off-refused',
        effectKey: `press:${job.checkRunId}:${signOff.nonce}:${job.sender.id}`,
        actor: job.sender,
        evidenceDigests: signOff.items.flatMap((item) => item.evidenceDigests),
        reason: because.rule,
        details: { verb: 'confirm', because: because.rule, signOff: signOff.id },
      },
      ports,
    );
    if (mayRead(asker, standing.pullRequest.author) && !asker.agent)
      await answer(
        job.repository,
        signOff.pullRequest,
        job.sender,
        { kind: 'refused', signer: job.sender.login, refusal: because },
        ports,
      );
    return;
  }
  if (signOff.state === 'effective') return sayAgain(job, jobId, signOff, standing, ports);
  await takeEffect(job, jobId, signOff, asker, standing, ports);
}

/** The same press again, after a crash or replayed: it did what it did, and only the check may not show it yet. */
async function sayAgain(
  job: PressJob,
  jobId: string,
  signOff: SignOff,
  standing: Standing,
  ports: Ports,
): Promise<void> {
  // Only the job that was on its way when its process died: a replay would say over what was said since.
  if (!(await ports.store.claimEffect(pressKey(job), jobId))) return;
  const verdict = await publish({ ...standing, annotated: true }, ports);
  await answer(standing.repository, signOff.pullRequest, signOff.signer, replyFor(signOff, verdict, standing), ports);
}

async function findPending(
  job: PressJob,
  ports: Ports,
): Promise<{ readonly standing: Standing; readonly signOff: SignOff } | null> {
  const review = await ports.store.reviewByCheckRun(job.repository.id, job.checkRunId);
  if (review === null) return null;
  const signOffs = await ports.store.signOffs(job.repository.id, review.pullRequest);
  const nonce = job.identifier.slice(CONFIRM.length);
  const signOff = signOffs.find((each) => each.nonce === nonce);
  if (signOff === undefined) return null;
  const standing = await readStanding(job.repository, review.pullRequest, ports);
  return standing === null ? null : { standing, signOff };
}

async function problemOf(
  job: PressJob,
  signOff: SignOff,
  asker: Asker,
  standing: Standing,
  ports: Ports,
): Promise<Refusal | null> {
  if (signOff.signer.id !== job.sender.id || asker.permission.account.id !== signOff.signer.id) {
    return { rule: 'pressed-by-another', owner: signOff.signer.login };
  }
  if (signOff.state === 'effective' && signOff.presence?.checkRunId === job.checkRunId) return null;
  if (signOff.state !== 'pending') return { rule: 'press-void' };
  if (Date.parse(signOff.expiresAt) <= ports.now()) return { rule: 'press-too-late' };

  const comment = await ports.host.comment(job.repository, signOff.commandCommentId);
  const untouched =
    comment !== null &&
    comment.author.id === signOff.signer.id &&
    comment.viaAppId === null &&
    comment.createdAt === comment.updatedAt &&
    sha256(comment.body) === signOff.commandDigest;
  if (!untouched) return { rule: 'comment-changed' };

  if (signOff.kind === 'break-glass') return problemOfGlass(asker, signOff.reportCode, standing, ports);
  const named = standing.review.report.findings.filter((finding) =>
    signOff.items.some((item) => item.handle === finding.handle),
  );
  const allowed = await authorise(asker, named, standing, ports);
  if (allowed.state === 'refused') return refusalOf(allowed.rule, standing.policy.signers.rank, asker, standing);
  if (signOff.kind === 'revoke') return null;
  const problem = problemOfCode(signOff.reportCode, standing);
  if (problem !== null) return problem;
  return beyond(asker, named, standing).length > 0 ? { rule: 'admin-only' } : null;
}

/** Ledger first, then the store, then the check: what GitHub shows as green is always written down already. */
async function takeEffect(
  job: PressJob,
  jobId: string,
  signOff: SignOff,
  asker: Asker,
  standing: Standing,
  ports: Ports,
): Promise<void> {
  const now = ports.now();
  const named = standing.review.report.findings.filter((finding) =>
    signOff.items.some((item) => item.handle === finding.handle),
  );
  const effective: SignOff = {
    ...signOff,
    state: 'effective',
    role: asker.permission.rank,
    presence: { checkRunId: job.checkRunId, at: new Date(now).toISOString() },
    expiresAt: new Date(
      now + (signOff.kind === 'break-glass' ? GLASS_MS : validityMs(named, standing.policy.signOffDays)),
    ).toISOString(),
  };
  await record(
    standing,
    {
      type: ENTRY[signOff.kind],
      effectKey: `press:${job.checkRunId}:${signOff.nonce}`,
      actor: signOff.signer,
      evidenceDigests: signOff.items.flatMap((item) => item.evidenceDigests),
      reason: signOff.reason,
      details: { ...detailsOf(effective, standing, now), presence: { checkRun: job.checkRunId } },
    },
    ports,
  );
  if (signOff.kind === 'revoke') await takeBack(signOff, asker, standing, ports);
  if (signOff.kind === 'break-glass') await startTheHour(effective, standing, ports);
  await ports.store.claimEffect(pressKey(job), jobId);
  await ports.store.saveSignOff(effective);
  await wake(effective, standing, ports);
  const verdict = await publish({ ...standing, annotated: true }, ports);
  const reply = replyFor(effective, verdict, standing);
  await answer(job.repository, signOff.pullRequest, signOff.signer, reply, ports);
}

async function startTheHour(effective: SignOff, { repository, pullRequest }: Standing, ports: Ports): Promise<void> {
  const signOffs = await ports.store.signOffs(repository.id, pullRequest.number);
  for (const half of otherHalves(effective, signOffs, ports.now())) await ports.store.saveSignOff(half);
}

function pressKey({ repository, checkRunId, identifier }: PressJob): string {
  return `press:${repository.id}:${checkRunId}:${identifier}`;
}

async function takeBack(revocation: SignOff, asker: Asker, standing: Standing, ports: Ports): Promise<void> {
  const signOffs = await ports.store.signOffs(standing.repository.id, standing.pullRequest.number);
  // What was refused after the command was written is not what this person meant to take back.
  const meant = revocable(signOffs, asker).filter(
    (refusal) => Date.parse(refusal.createdAt) <= Date.parse(revocation.createdAt),
  );
  for (const refusal of meant) {
    await ports.store.saveSignOff({
      ...refusal,
      state: 'revoked',
      stateReason: `Revoked by ${revocation.signer.login}: ${revocation.reason}`,
    });
  }
}
